//! The prefill process: computes pages and writes them into the decode process.

use std::error::Error;
use std::io::BufReader;
use std::net::TcpStream;
use std::sync::{Arc, mpsc};

use mooncake_trace::{
    MooncakeRequestStage, RequestStage, ThreadInfo, TraceContext, mooncake_trace, set_thread_info,
};

use crate::control::{Hello, Receive, hear};
use crate::engine::{Engine, WriteError};
use crate::pages::Pages;
use crate::{PATIENCE, worker};

/// Pages that are written at once.
const CHUNK_PAGES: usize = 8;

/// Serves the decode process at the other end of `link` until that is done.
pub(crate) fn run(link: TcpStream, page_count: usize) -> Result<(), Box<dyn Error>> {
    set_thread_info(ThreadInfo::new("Prefill Scheduler").tp_rank(0));
    let mut link = BufReader::new(link);
    let hello: Hello = hear(&mut link)?.ok_or("the decode process said nothing")?;
    let pages = Arc::new(Pages::new(page_count));
    let engine = Arc::new(Engine::new("prefill", pages.clone())?);
    let peer = engine.meet(&hello.metadata)?;
    let (queue, worker) = worker::start(engine, peer);
    while let Some(request) = hear::<Receive>(&mut link)? {
        KvSender::new(&request, pages.clone(), queue.clone()).run(&request)?;
    }
    drop(queue);
    worker.join().map_err(|_| "the transfer worker panicked")?;
    Ok(())
}

/// One request.
struct KvSender {
    room: u64,
    pages: Arc<Pages>,
    queue: mpsc::Sender<worker::Chunk>,
    trace_ctx: TraceContext,
}

impl KvSender {
    fn new(request: &Receive, pages: Arc<Pages>, queue: mpsc::Sender<worker::Chunk>) -> Self {
        let room = request.room;
        let trace_ctx = TraceContext::builder(&format!("req-{room}"))
            .module("mooncake")
            .role("Sender")
            .bootstrap_room(room)
            .traceparent(request.traceparent.as_deref().unwrap_or_default())
            .build();
        trace_ctx.req_start();
        Self {
            room,
            pages,
            queue,
            trace_ctx,
        }
    }

    fn run(&self, request: &Receive) -> Result<(), WriteError> {
        self.forward(request.targets.len());
        let sent = self.send_all(&request.targets);
        match &sent {
            Ok(()) => self.trace_ctx.req_finish(),
            Err(error) => self.trace_ctx.req_fail(&error.to_string()),
        }
        sent
    }

    #[mooncake_trace(stage = RequestStage::PREFILL_FORWARD, attrs(pages = pages))]
    fn forward(&self, pages: usize) {
        (0..pages).for_each(|page| self.pages.compute(page, self.room));
    }

    fn send_all(&self, targets: &[usize]) -> Result<(), WriteError> {
        let (done, written) = mpsc::channel();
        let chunks = targets.chunks(CHUNK_PAGES).enumerate();
        let count = chunks
            .map(|(number, targets)| self.send(number * CHUNK_PAGES, targets, done.clone()))
            .count();
        for _ in 0..count {
            written
                .recv_timeout(PATIENCE)
                .map_err(|_| WriteError::TimedOut)??;
        }
        Ok(())
    }

    #[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_SEND)]
    fn send(&self, first: usize, targets: &[usize], done: mpsc::Sender<Result<(), WriteError>>) {
        let chunk = worker::Chunk {
            room: self.room,
            pages: (first..first + targets.len()).collect(),
            targets: targets.to_vec(),
            done,
            trace_ctx: self.trace_ctx.copy_for_thread(),
        };
        // Without a worker the chunk is dropped, and nobody says that it is done.
        let _ = self.queue.send(chunk);
    }
}
