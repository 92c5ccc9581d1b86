//! Requests that begin here, go to another process, and end here.

use std::thread;

use mooncake_trace::{
    Carrier, MooncakeRequestStage, ThreadInfo, TraceContext, mooncake_trace, set_thread_info,
};

use crate::protocol::{Answer, Start};

/// The request that is under way, if there is one.
#[derive(Default)]
pub(crate) struct Requests {
    trace_ctx: TraceContext,
}

impl Requests {
    /// Begins a request, and hands it on while its slice is open.
    pub(crate) fn start(&mut self, order: Start) -> Answer {
        set_thread_info(ThreadInfo::new("scheduler").tp_rank(0));
        self.trace_ctx = TraceContext::builder(&order.rid)
            .role("Sender")
            .module("mooncake")
            .bootstrap_room(order.bootstrap_room)
            .build();
        self.trace_ctx.req_start();
        self.send()
    }

    #[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_SEND)]
    fn send(&self) -> Answer {
        Answer::of(&self.trace_ctx)
    }

    /// Places what came back with `state` on a thread of its own, and ends the request.
    pub(crate) fn finish(&mut self, state: &Carrier) -> Answer {
        let back = TraceContext::from_carrier(state);
        let placed = thread::spawn(move || place(&back)).join();
        self.trace_ctx
            .set_root_attrs(&[("placed", placed.is_ok().into())]);
        self.trace_ctx.req_finish();
        Answer::of(&self.trace_ctx)
    }
}

fn place(trace_ctx: &TraceContext) {
    set_thread_info(ThreadInfo::new("receiver"));
    trace_ctx.rebuild_thread_context();
    let _recv = trace_ctx
        .slice(&MooncakeRequestStage::MOONCAKE_RECV)
        .thread_finish();
}
