//! The transfer worker of the prefill process: a thread that writes chunks.

use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

use mooncake_trace::{
    MooncakeRequestStage, ThreadInfo, TraceContext, mooncake_trace, set_thread_info,
};

use crate::control::Notice;
use crate::engine::{Engine, WriteError};
use crate::pages::PAGE_BYTES;

/// A few pages of one request on their way to the decode process.
pub(crate) struct Chunk {
    pub(crate) room: u64,
    pub(crate) pages: Vec<usize>,
    pub(crate) targets: Vec<usize>,
    pub(crate) done: mpsc::Sender<Result<(), WriteError>>,
    /// Carries the request's trace to the worker's thread, and on to the decode process.
    pub(crate) trace_ctx: TraceContext,
}

impl Chunk {
    #[mooncake_trace(
        stage = MooncakeRequestStage::MOONCAKE_WORKER_SEND,
        attrs(bytes = self.pages.len() * PAGE_BYTES),
        err,
        thread_finish
    )]
    fn write(&self, engine: &Engine, peer: &str) -> Result<(), WriteError> {
        let notice = Notice {
            room: self.room,
            pages: self.pages.clone(),
            trace: self.trace_ctx.to_carrier(),
        };
        let notice = serde_json::to_string(&notice).unwrap_or_default();
        self.write_to_session(engine, peer, &notice)
    }

    #[mooncake_trace(
        stage = MooncakeRequestStage::MOONCAKE_WORKER_SEND_SESSION,
        attrs(session = peer),
        err
    )]
    fn write_to_session(
        &self,
        engine: &Engine,
        peer: &str,
        notice: &str,
    ) -> Result<(), WriteError> {
        engine.write(peer, &self.pages, &self.targets, notice)
    }
}

/// Starts the worker. It ends when the queue is closed.
pub(crate) fn start(engine: Arc<Engine>, peer: String) -> (mpsc::Sender<Chunk>, JoinHandle<()>) {
    let (queue, chunks) = mpsc::channel::<Chunk>();
    let worker = thread::spawn(move || {
        set_thread_info(ThreadInfo::new("mooncake transfer worker 0").tp_rank(0));
        for chunk in chunks {
            chunk.trace_ctx.rebuild_thread_context();
            let written = chunk.write(&engine, &peer);
            // The scheduler may have given up.
            let _ = chunk.done.send(written);
        }
    });
    (queue, worker)
}
