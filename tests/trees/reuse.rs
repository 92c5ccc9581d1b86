//! A context finds nothing of the one that was in its slot before.

use mooncake_trace::{
    Carrier, SliceDetails, SpanKind, Timestamp, TraceContext, Value, mooncake_trace,
};
use mooncake_trace_tests::{Recorded, Recording, assert_tree};

use crate::stages::Kv;
use crate::tasks::{Pending, poll_once};

const SAMPLED: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const UNSAMPLED: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

/// A long and a short attribute, and many.
fn attrs() -> Vec<(&'static str, Value<'static>)> {
    let long = ("long", Value::from("x".repeat(100)));
    let many = (0..200).map(|_| ("many", Value::Int(1)));
    [long].into_iter().chain(many).collect()
}

/// Leaves something in every corner of the slots of two contexts, an original and a copy. What is given up last is taken
/// first by the next contexts of the thread.
const LEAVERS: [(&str, fn()); 9] = [
    ("nothing", || {}),
    ("trace state and remote parent", || {
        let ctx = TraceContext::builder("before").traceparent(SAMPLED);
        let ctx = ctx.tracestate("vendor=1").build();
        ctx.req_start();
        drop(ctx.copy_for_thread());
    }),
    ("relays", || {
        let relay = || {
            TraceContext::builder("before")
                .traceparent(UNSAMPLED)
                .build()
        };
        let _both = (relay(), relay());
    }),
    ("attributes", || {
        let ctx = TraceContext::builder("before")
            .bootstrap_room(7)
            .role("Sender")
            .build();
        ctx.req_start();
        ctx.set_root_attrs(&attrs());
        ctx.set_thread_attrs(&attrs());
        let copy = ctx.copy_for_thread();
        copy.rebuild_thread_context();
        for ctx in [&ctx, &copy] {
            let _outer = ctx.slice_with(&Kv::SEND, &attrs());
            let _inner = ctx.slice_with(&Kv::WRITE, &attrs());
        }
    }),
    ("events", || {
        let ctx = started();
        let copy = ctx.copy_for_thread();
        copy.rebuild_thread_context();
        for ctx in [&ctx, &copy] {
            ctx.event("before", 1, &attrs());
            let own = [("early", Timestamp::from_unix_ns(1), &attrs()[..])];
            let details = SliceDetails::new().events(&own);
            ctx.record_slice_with(&Kv::SEND, Timestamp::now(), Timestamp::now(), details);
            ctx.event("waiting", 1, &[]);
        }
    }),
    ("failure", || {
        let ctx = started();
        let copy = ctx.copy_for_thread();
        copy.rebuild_thread_context();
        copy.slice(&Kv::SEND).fail("before");
        copy.abort(&[("abort_info", "before".into())]);
        ctx.req_fail("before");
    }),
    ("open slices", || {
        let ctx = started();
        let copy = ctx.copy_for_thread();
        copy.rebuild_thread_context();
        for ctx in [&ctx, &copy] {
            ctx.slice_start(&Kv::SEND);
            ctx.slice_start(&Kv::WRITE);
        }
    }),
    ("futures", || {
        let ctx = started();
        let copy = ctx.copy_for_thread();
        copy.rebuild_thread_context();
        for ctx in [&ctx, &copy] {
            assert!(poll_once(&mut Box::pin(wait(ctx))).is_pending());
        }
    }),
    ("a foreign carrier", || {
        let json = format!(
            r#"{{"tracing_enable": true, "rid": "before", "start_time_ns": 1, "role": "prefill", "trace_level": 9,
                "module_name": "request", "is_copy": true,
                "last_span_context": {{"span_id": 5, "trace_id": 6}},
                "root_span_context": {{"traceparent": "{SAMPLED}", "tracestate": "vendor=1"}}}}"#
        );
        let carrier: Carrier = serde_json::from_str(&json).expect("a carrier");
        let contexts = [(); 2].map(|()| TraceContext::from_carrier(&carrier));
        contexts[0].rebuild_thread_context();
        drop(contexts[0].slice(&Kv::SEND));
    }),
];

#[mooncake_trace(stage = Kv::WAIT, ctx = ctx, attrs(n = 1))]
async fn wait(ctx: &TraceContext) {
    let _open = ctx.slice(&Kv::SEND);
    Pending(1).await;
}

fn started() -> TraceContext {
    let ctx = TraceContext::builder("before").build();
    ctx.req_start();
    ctx
}

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
    for (what, leave) in LEAVERS {
        let recording = Recording::start();
        leave();
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
