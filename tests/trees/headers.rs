//! Joining a caller's trace, and letting a callee join ours.

use std::collections::HashMap;

use mooncake_trace::TraceContext;
use mooncake_trace_tests::Recording;

use crate::stages::Kv;

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const UNSAMPLED: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

fn headers(traceparent: &str, tracestate: &str) -> HashMap<String, String> {
    let pairs = [("traceparent", traceparent), ("tracestate", tracestate)];
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

#[test]
fn a_request_joins_the_trace_of_its_caller() {
    let recording = Recording::start();
    let ctx = TraceContext::builder("joined")
        .headers(&headers(PARENT, "vendor=1,other=2"))
        .build();
    ctx.req_start();
    drop(ctx.slice(&Kv::SEND));
    let copy = ctx.copy_for_thread().copy_for_thread();
    ctx.req_finish();
    copy.rebuild_thread_context();
    copy.event("seen", 1, &[]);
    drop(copy.slice(&Kv::WRITE));
    drop(copy.slice(&Kv::ACK).thread_finish());
    recording.assert_tree(
        "
        ... Req joined
          [main]
            send
          [main]
            * seen
            write <~ send
            ack <- write
        ",
    );
    for span in recording.spans() {
        assert_eq!(span.trace_id, 0x0af7651916cd43dd8448eb211c80319c);
        assert_eq!(span.trace_state.as_deref(), Some("vendor=1,other=2"));
        let remote = span.name.starts_with("Req");
        assert_eq!(span.parent.unwrap().is_remote, remote);
    }
}

#[test]
fn a_callee_joins_ours() {
    let recording = Recording::start();
    let ctx = recording.request();
    let mut outgoing = HashMap::new();
    ctx.inject(&mut outgoing);
    assert_eq!(outgoing.get("traceparent"), ctx.traceparent().as_ref());
    assert_eq!(outgoing.len(), 1);
    let callee = TraceContext::builder("callee").headers(&outgoing).build();
    callee.req_start();
    callee.req_finish();
    ctx.req_finish();
    recording.assert_tree(
        "
        Req request
          [main]
          Req callee
            [main]
        ",
    );
}

#[test]
fn an_unsampled_request_is_not_recorded_but_handed_on() {
    let recording = Recording::start();
    let ctx = TraceContext::builder("quiet")
        .headers(&headers(UNSAMPLED, "vendor=1"))
        .build();
    ctx.req_start();
    drop(ctx.slice(&Kv::SEND));
    assert!(!ctx.is_enabled());
    let mut outgoing = HashMap::new();
    ctx.inject(&mut outgoing);
    assert_eq!(outgoing, headers(UNSAMPLED, "vendor=1"));
    ctx.req_finish();
    recording.assert_tree("");
}

#[test]
fn headers_pass_through_a_process_that_does_not_trace() {
    let recording = Recording::start();
    mooncake_trace::set_tracing_enabled(false);
    let ctx = TraceContext::builder("relayed")
        .headers(&headers(PARENT, "vendor=1"))
        .build();
    assert!(!ctx.is_enabled());
    let mut outgoing = HashMap::new();
    ctx.inject(&mut outgoing);
    assert_eq!(outgoing, headers(PARENT, "vendor=1"));
    recording.assert_tree("");
}
