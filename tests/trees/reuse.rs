//! A context finds nothing of the one that was in its slot before.

use std::collections::HashMap;

use mooncake_trace::{Carrier, SpanKind, TraceContext};
use mooncake_trace_tests::{LEAVINGS, Recorded, Recording, TOO_MUCH, assert_tree};

use crate::stages::Kv;

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

const PLAIN: &str = "
    Req request
      [main]
        send
          write
        ack <- send
      [main]
        wait <~ send
    ";

fn record_plainly(recording: &Recording) {
    let ctx = recording.request();
    {
        let _send = ctx.slice(&Kv::SEND);
        drop(ctx.slice(&Kv::WRITE));
    }
    let copy = ctx.copy_for_thread();
    assert_hands_on_nothing_else(&ctx, false);
    assert_hands_on_nothing_else(&copy, true);
    drop(ctx.slice(&Kv::ACK));
    // Above the default level.
    drop(ctx.slice(&Kv::DETAIL));
    copy.rebuild_thread_context();
    drop(copy.slice(&Kv::WAIT).thread_finish());
    ctx.req_finish();
}

fn assert_hands_on_nothing_else(ctx: &TraceContext, is_copy: bool) {
    let mut headers = HashMap::new();
    ctx.inject(&mut headers);
    assert_eq!(headers.into_keys().collect::<Vec<_>>(), ["traceparent"]);
    let carrier = serde_json::to_string(&ctx.to_carrier()).expect("a carrier is JSON");
    assert!(carrier.contains(r#""rid":"request""#), "{carrier}");
    assert!(!carrier.contains("vendor"), "{carrier}");
    assert_eq!(carrier.contains(r#""pid":null"#), is_copy, "{carrier}");
}

const EVENTFUL: &str = "
    ... Req request
      [main]
        * late
        send
          * early {n=1}
      [main]
        * copied
        wait <~ send
    ";

/// Has something of all that few contexts have, so that what is left of that would be seen.
fn record_eventfully(_recording: &Recording) {
    let ctx = TraceContext::builder("request").traceparent(PARENT);
    let ctx = ctx.tracestate("own=1").build();
    ctx.req_start();
    {
        let _send = ctx.slice(&Kv::SEND);
        ctx.event("early", 1, &[("n", 1.into())]);
    }
    ctx.event("late", 1, &[]);
    let copy = ctx.copy_for_thread();
    copy.rebuild_thread_context();
    drop(copy.slice(&Kv::WAIT));
    copy.event("copied", 1, &[]);
    copy.abort(&[]);
    ctx.req_finish();
}

/// Records after everything that can be left, and compares what it records.
fn assert_after_all(record: impl Fn(&Recording), tree: &str, check: impl Fn(&Recorded)) {
    for (what, leave) in LEAVINGS.into_iter().chain([("too much", TOO_MUCH)]) {
        let recording = Recording::start();
        drop(leave());
        let before = recording.spans().len();
        record(&recording);
        let spans = recording.spans().split_off(before);
        println!("after {what}:");
        assert_tree(&spans, tree);
        spans.iter().for_each(&check);
    }
}

#[test]
fn nothing_is_left_of_the_context_before() {
    assert_after_all(record_plainly, PLAIN, |span| {
        assert_plain(span, None);
        assert!(span.parent.is_none_or(|parent| !parent.is_remote));
    });
}

#[test]
fn nothing_is_left_for_a_context_that_has_some_of_all() {
    assert_after_all(record_eventfully, EVENTFUL, |span| {
        assert_plain(span, Some("own=1"));
    });
}

fn assert_plain(span: &Recorded, trace_state: Option<&str>) {
    assert_eq!(span.trace_state.as_deref(), trace_state);
    assert_eq!((span.dropped_attributes, span.dropped_events), (0, 0));
    if span.kind == SpanKind::Slice {
        assert_eq!(span.attributes, []);
    }
}

#[test]
fn a_copy_links_to_the_trace_that_its_original_does() {
    let recording = Recording::start();
    for last in [7_u128, 8] {
        let json = format!(
            r#"{{"tracing_enable": true, "rid": "request", "start_time_ns": 1, "role": "prefill", "trace_level": 2,
                "module_name": "request", "is_copy": true,
                "last_span_context": {{"span_id": 5, "trace_id": {last}}},
                "root_span_context": {{"traceparent": "{PARENT}"}}}}"#
        );
        let carrier: Carrier = serde_json::from_str(&json).expect("a carrier");
        let original = TraceContext::from_carrier(&carrier);
        for copy in [
            original.copy_for_thread(),
            original.copy_for_thread().copy_for_thread(),
        ] {
            let carrier = serde_json::to_string(&copy.to_carrier()).expect("a carrier is JSON");
            assert!(
                carrier.contains(&format!(r#""trace_id":{last}"#)),
                "{carrier}"
            );
            copy.rebuild_thread_context();
            drop(copy.slice(&Kv::SEND).thread_finish());
            let link = recording
                .spans()
                .into_iter()
                .rev()
                .find_map(|span| span.link);
            assert_eq!(link.expect("a link").trace_id, last);
        }
    }
}

#[test]
fn every_copy_is_of_its_own_request() {
    let _recording = Recording::start();
    let requests = ["a", "bb", "a much longer id than the others"].map(|rid| {
        let ctx = TraceContext::builder(rid).role(rid).build();
        ctx.req_start();
        (rid, ctx)
    });
    // Copies, copies of copies, and what comes back in a carrier go round in the same few slots.
    for round in 0..50 {
        for (rid, ctx) in requests.iter().skip(round % 3) {
            let copy = ctx.copy_for_thread();
            let again = copy.copy_for_thread();
            drop(copy);
            let back = TraceContext::from_carrier(&again.to_carrier());
            let original = RequestOf::of(ctx);
            assert_eq!(original.rid, *rid);
            for copy in [&again, &ctx.copy_for_thread(), &back] {
                assert_eq!(RequestOf::of(copy), original);
            }
        }
    }
}

#[derive(Debug, PartialEq, serde::Deserialize)]
struct RequestOf {
    rid: String,
    role: String,
    start_time_ns: u64,
}

impl RequestOf {
    fn of(ctx: &TraceContext) -> Self {
        let json = serde_json::to_string(&ctx.to_carrier()).expect("a carrier is JSON");
        serde_json::from_str(&json).expect("a carrier has these members")
    }
}
