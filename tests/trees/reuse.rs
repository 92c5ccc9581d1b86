//! A context finds nothing of the one that was in its slot before.

use mooncake_trace::{SpanKind, TraceContext};
use mooncake_trace_tests::{LEAVINGS, Recorded, Recording, assert_tree};

use crate::stages::Kv;

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
    let carrier = serde_json::to_string(&copy.to_carrier()).expect("a carrier is JSON");
    assert!(carrier.contains(r#""pid":null"#), "{carrier}");
    assert!(carrier.contains(r#""rid":"request""#), "{carrier}");
    drop(ctx.slice(&Kv::ACK));
    // Above the default level.
    drop(ctx.slice(&Kv::DETAIL));
    copy.rebuild_thread_context();
    drop(copy.slice(&Kv::WAIT).thread_finish());
    ctx.req_finish();
}

#[test]
fn nothing_is_left_of_the_context_before() {
    for (what, leave) in LEAVINGS {
        let recording = Recording::start();
        drop(leave());
        let before = recording.spans().len();
        record_plainly(&recording);
        let spans = recording.spans().split_off(before);
        println!("after {what}:");
        assert_tree(&spans, PLAIN);
        spans.iter().for_each(assert_plain);
    }
}

fn assert_plain(span: &Recorded) {
    assert_eq!(span.trace_state, None);
    assert_eq!((span.dropped_attributes, span.dropped_events), (0, 0));
    assert!(span.parent.is_none_or(|parent| !parent.is_remote));
    assert_eq!(span.parent.is_none(), span.kind == SpanKind::Request);
    if span.kind == SpanKind::Slice {
        assert_eq!(span.attributes, []);
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
