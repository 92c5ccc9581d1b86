//! Contexts that leave something in every corner of their slots, for the next contexts there not to find.

use std::pin::pin;
use std::sync::LazyLock;
use std::task::{Context, Waker};

use mooncake_trace::MooncakeRequestStage as Stages;
use mooncake_trace::{
    Attr, Carrier, Options, SliceDetails, Timestamp, TraceContext, Value, mooncake_trace,
};

use crate::Recorder;

const SAMPLED: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const UNSAMPLED: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

/// Makes two contexts that leave something: as a rule an original and a copy. When they are dropped, the next contexts of
/// the thread are in their slots.
pub type Leave = fn() -> [TraceContext; 2];

/// What can be left.
pub const LEAVINGS: [(&str, Leave); 8] = [
    ("trace state and remote parent", || {
        let ctx = TraceContext::builder("before").traceparent(SAMPLED);
        let ctx = ctx.tracestate("vendor=1").build();
        ctx.req_start();
        let copy = ctx.copy_for_thread();
        [ctx, copy]
    }),
    ("relays", || {
        let relay = || {
            TraceContext::builder("before")
                .traceparent(UNSAMPLED)
                .build()
        };
        [relay(), relay()]
    }),
    ("attributes", || {
        let ctx = TraceContext::builder("before").bootstrap_room(7);
        let ctx = ctx.role("Sender").build();
        ctx.req_start();
        ctx.set_root_attrs(&attrs());
        both(ctx, |ctx| {
            ctx.set_thread_attrs(&attrs());
            let _outer = ctx.slice_with(&Stages::MOONCAKE_SEND, &attrs());
            let _inner = ctx.slice_with(&Stages::MOONCAKE_WORKER_SEND, &attrs());
        })
    }),
    ("events", || {
        both(started(), |ctx| {
            ctx.event("before", 1, &attrs());
            let own = [("early", Timestamp::from_unix_ns(1), &attrs()[..])];
            let details = SliceDetails::new().events(&own);
            let now = Timestamp::now();
            ctx.record_slice_with(&Stages::MOONCAKE_SEND, now, now, details);
            ctx.event("waiting", 1, &[]);
        })
    }),
    ("failure", || {
        both(started(), |ctx| {
            ctx.slice(&Stages::MOONCAKE_SEND).fail("before");
            ctx.abort(&[("abort_info", "before".into())]);
        })
    }),
    ("open slices", || {
        both(started(), |ctx| {
            ctx.slice_start(&Stages::MOONCAKE_SEND);
            ctx.slice_start(&Stages::MOONCAKE_WORKER_SEND);
        })
    }),
    ("futures", || {
        both(started(), |ctx| {
            let mut cx = Context::from_waker(Waker::noop());
            assert!(pin!(wait(ctx)).poll(&mut cx).is_pending());
        })
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
        drop(contexts[0].slice(&Stages::MOONCAKE_SEND));
        contexts
    }),
];

/// Leaves more attributes and events than stay with a span; takes long.
pub const TOO_MUCH: Leave = || {
    let ctx = started();
    ctx.set_root_attrs(&too_many());
    both(ctx, |ctx| {
        ctx.set_thread_attrs(&too_many());
        let _slice = ctx.slice_with(&Stages::MOONCAKE_SEND, &too_many());
        for _ in 0..200 {
            ctx.event("before", 1, &[]);
        }
    })
};

fn started() -> TraceContext {
    let ctx = TraceContext::builder("before").build();
    ctx.req_start();
    ctx
}

/// Does the same with `ctx` and with a copy that records.
fn both(ctx: TraceContext, leave: impl Fn(&TraceContext)) -> [TraceContext; 2] {
    let copy = ctx.copy_for_thread();
    copy.rebuild_thread_context();
    leave(&ctx);
    leave(&copy);
    [ctx, copy]
}

/// A long attribute and a short one.
fn attrs() -> [Attr<'static>; 2] {
    [("long", "x".repeat(100).into()), ("short", 1.into())]
}

/// More attributes than are kept for a span while it is open.
fn too_many() -> Vec<Attr<'static>> {
    static KEYS: LazyLock<Vec<String>> =
        LazyLock::new(|| (0..600).map(|n| format!("k{n}")).collect());
    let attr = |key: &'static String| (key.as_str(), Value::Int(1));
    KEYS.iter().map(attr).collect()
}

#[mooncake_trace(stage = Stages::MOONCAKE_SEND, ctx = ctx, attrs(n = 1))]
async fn wait(ctx: &TraceContext) {
    let _open = ctx.slice(&Stages::MOONCAKE_WORKER_SEND);
    std::future::pending::<()>().await;
}

/// Leaves all of [`LEAVINGS`] in so many slots that the next five threads find no others, as a thread takes 33 at a time.
/// Installs something meanwhile.
///
/// # Panics
/// If something is installed.
pub fn leave_everything() {
    let installed = mooncake_trace::install(Recorder::default(), Options::default());
    let guard = installed.expect("nothing else is installed");
    let leaving = std::thread::spawn(|| {
        // All at one time, so that all are in slots of their own.
        let leavings = LEAVINGS.iter().cycle().take(11 * LEAVINGS.len());
        let _contexts: Vec<_> = leavings.map(|(_, leave)| leave()).collect();
    });
    leaving.join().expect("leaving does not panic");
    drop(guard);
}
