//! Random spans: ours decoded must be what the SDK's own transformation makes of the same spans.

use mooncake_trace::{Attr, Options, SliceDetails, Stage, Timestamp, TraceContext, Value};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::pipeline::run;

static STAGES: [Stage; 3] = [
    Stage::new("mooncake", "s", 0),
    Stage::new("mooncake", "mooncake_worker_send_session", 1),
    Stage::new(
        "mooncake",
        "a stage whose name is so long that nothing of it fits where short names of stages go, really not at all",
        2,
    ),
];

type Attrs = Vec<(String, Value<'static>)>;

#[derive(Clone, Debug)]
struct Slice {
    stage: usize,
    start: u64,
    length: u64,
    attrs: Attrs,
    events: Vec<(String, u64, Attrs)>,
    nested: bool,
}

#[derive(Clone, Debug)]
struct Request {
    rid: String,
    room: Option<u64>,
    remote: Option<(u128, u64)>,
    state: bool,
    slices: Vec<Slice>,
    root_attrs: Attrs,
    failure: Option<String>,
}

fn string() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z._]{0,20}",
        "\\PC{0,40}",
        "[a-z]{100,300}",
        Just(String::new())
    ]
}

fn value() -> impl Strategy<Value = Value<'static>> {
    let float = prop_oneof![
        any::<f64>().prop_filter("NaN equals nothing", |f| !f.is_nan()),
        Just(f64::INFINITY)
    ];
    prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0..300i64).prop_map(Value::from),
        float.prop_map(Value::from),
        string().prop_map(Value::from),
        vec(any::<i64>(), 1..40).prop_map(Value::from),
        vec(string(), 1..6).prop_map(Value::from),
        vec(any::<bool>(), 1..6).prop_map(Value::from),
    ]
}

fn attrs() -> impl Strategy<Value = Attrs> {
    vec((string(), value()), 0..10)
}

fn slice() -> impl Strategy<Value = Slice> {
    let events = vec((string(), 0..100u64, attrs()), 0..3);
    let times = (0..u64::MAX / 4, 0..u64::MAX / 4);
    (0..STAGES.len(), times, attrs(), events, any::<bool>()).prop_map(
        |(stage, (start, length), attrs, events, nested)| Slice {
            stage,
            start,
            length,
            attrs,
            events,
            nested,
        },
    )
}

fn request() -> impl Strategy<Value = Request> {
    let remote = proptest::option::of((1..=u128::MAX, 1..=u64::MAX));
    let failure = proptest::option::of(string());
    let room = proptest::option::of(any::<u64>());
    (
        string(),
        room,
        remote,
        any::<bool>(),
        vec(slice(), 0..6),
        attrs(),
        failure,
    )
        .prop_map(
            |(rid, room, remote, state, slices, root_attrs, failure)| Request {
                rid,
                room,
                remote,
                state,
                slices,
                root_attrs,
                failure,
            },
        )
}

fn borrowed<'a>(attrs: &'a [(String, Value<'static>)]) -> Vec<Attr<'a>> {
    attrs.iter().map(|(k, v)| (k.as_str(), v.clone())).collect()
}

fn record(request: &Request) {
    let mut builder = TraceContext::builder(&request.rid).level(3);
    if let Some(room) = request.room {
        builder = builder.bootstrap_room(room);
    }
    if let Some((trace, span)) = request.remote {
        builder = builder.traceparent(&format!("00-{trace:032x}-{span:016x}-01"));
        if request.state {
            builder = builder.tracestate("a=1,b=2");
        }
    }
    let ctx = builder.build();
    ctx.req_start();
    ctx.set_root_attrs(&borrowed(&request.root_attrs));
    for slice in &request.slices {
        let _around = slice.nested.then(|| ctx.slice(&STAGES[0]));
        let attrs = borrowed(&slice.attrs);
        let event_attrs: Vec<_> = slice.events.iter().map(|e| borrowed(&e.2)).collect();
        let stamp = Timestamp::from_unix_ns;
        let events = slice.events.iter().zip(&event_attrs);
        let events: Vec<_> = events
            .into_iter()
            .map(|((name, at, _), attrs)| {
                (name.as_str(), stamp(slice.start + at), attrs.as_slice())
            })
            .collect();
        let (start, end) = (stamp(slice.start), stamp(slice.start + slice.length));
        let details = SliceDetails::default().attrs(&attrs).events(&events);
        ctx.record_slice_with(&STAGES[slice.stage], start, end, details);
    }
    match &request.failure {
        Some(why) => ctx.req_fail(why),
        None => ctx.req_finish(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn random_spans_are_what_the_sdk_makes_of_them(requests in vec(request(), 1..4)) {
        let outcome = run(Options::default(), || requests.iter().for_each(record));
        for (ours, theirs) in outcome.spans().zip(&outcome.sdk) {
            prop_assert_eq!(ours, theirs);
        }
    }
}
