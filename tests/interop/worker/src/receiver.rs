//! A request that came over HTTP: all that is known of the caller is its W3C headers.

use mooncake_trace::{
    MooncakeRequestStage, ThreadInfo, TraceContext, mooncake_trace, set_thread_info,
};

use crate::protocol::{Answer, Headers};

/// Serves a request with `headers`; its context has ended when this returns.
pub(crate) fn receive(headers: &Headers) -> Answer {
    set_thread_info(ThreadInfo::new("http worker"));
    let trace_ctx = TraceContext::builder("0x5eed")
        .role("Receiver")
        .module("mooncake")
        .headers(headers)
        .build();
    trace_ctx.req_start();
    let answer = place(&trace_ctx);
    trace_ctx.req_finish();
    answer
}

#[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_RECV)]
fn place(trace_ctx: &TraceContext) -> Answer {
    Answer::of(trace_ctx)
}
