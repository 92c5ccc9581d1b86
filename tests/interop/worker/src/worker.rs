//! A transfer worker: continues a request of another process, one slice a chunk, one within it a session.

use std::thread;

use mooncake_trace::{
    Carrier, MooncakeRequestStage, ThreadInfo, TraceContext, mooncake_trace, set_thread_info,
};

use crate::protocol::{Answer, Chunk};

struct Transfer {
    chunk: Chunk,
    trace_ctx: TraceContext,
}

/// Transfers `chunk` of the request in `state` and says with which context the next process goes on.
pub(crate) fn transfer(state: &Carrier, chunk: Chunk) -> Answer {
    let trace_ctx = TraceContext::from_carrier(state);
    let worker = thread::spawn(move || {
        set_thread_info(
            ThreadInfo::new("mooncake transfer worker 0")
                .tp_rank(0)
                .dp_rank(1),
        );
        trace_ctx.rebuild_thread_context();
        let transfer = Transfer { chunk, trace_ctx };
        transfer.write();
        Answer::of(&transfer.trace_ctx)
    });
    worker.join().unwrap_or_default()
}

impl Transfer {
    #[mooncake_trace(
        stage = MooncakeRequestStage::MOONCAKE_WORKER_SEND,
        attrs(pages = self.chunk.pages),
        thread_finish
    )]
    fn write(&self) {
        for session in &self.chunk.sessions {
            self.write_to(session);
        }
    }

    #[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_WORKER_SEND_SESSION, attrs(session = session))]
    fn write_to(&self, session: &str) {
        self.trace_ctx.event("first_page", 2, &[("page", 0.into())]);
    }
}
