//! The transfer workers of a prefill worker: threads that write chunks to decode workers.

use std::io;
use std::net::TcpStream;
use std::ops::Range;
use std::sync::{Arc, mpsc};
use std::thread;

use mooncake_trace::{
    MooncakeRequestStage, ThreadInfo, TraceContext, mooncake_trace, set_thread_info,
};
use tokio::sync::oneshot;

use crate::wire;

/// One chunk on its way to a worker.
pub(crate) struct Chunk {
    pub(crate) kv: Arc<Vec<u8>>,
    pub(crate) bytes: Range<usize>,
    pub(crate) link: Arc<TcpStream>,
    pub(crate) done: oneshot::Sender<io::Result<()>>,
    /// Carries the request's trace to the worker's thread.
    pub(crate) trace_ctx: TraceContext,
}

impl Chunk {
    #[mooncake_trace(
        stage = MooncakeRequestStage::MOONCAKE_WORKER_SEND,
        attrs(bytes = self.bytes.len()),
        err,
        thread_finish
    )]
    fn write(&self) -> io::Result<()> {
        self.write_to_session()
    }

    #[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_WORKER_SEND_SESSION, err)]
    fn write_to_session(&self) -> io::Result<()> {
        wire::write_chunk(&mut &*self.link, &self.kv[self.bytes.clone()])
    }
}

/// The queues of the workers.
#[derive(Clone)]
pub(crate) struct Workers(Vec<mpsc::Sender<Chunk>>);

impl Workers {
    pub(crate) fn start(count: u32) -> Self {
        Self((0..count).map(start).collect())
    }

    /// Queues a chunk. All chunks of a room go to one worker, so they go out in order.
    pub(crate) fn queue(&self, room: u64, chunk: Chunk) {
        let worker = (room % self.0.len() as u64) as usize;
        // A worker that is gone drops the chunk, and `done` says so.
        let _ = self.0[worker].send(chunk);
    }
}

fn start(number: u32) -> mpsc::Sender<Chunk> {
    let (queue, chunks) = mpsc::channel::<Chunk>();
    thread::spawn(move || {
        set_thread_info(ThreadInfo::new(format!("mooncake transfer worker {number}")).tp_rank(0));
        for chunk in chunks {
            chunk.trace_ctx.rebuild_thread_context();
            let written = chunk.write();
            // The request may be gone meanwhile.
            let _ = chunk.done.send(written);
        }
    });
    queue
}
