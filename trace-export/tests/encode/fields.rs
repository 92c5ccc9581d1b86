//! Every field that OTLP has for our spans, against what was recorded.

use mooncake_trace::{Attr, Options, SliceDetails, Stage, Timestamp, TraceContext, Value};
use opentelemetry_proto::tonic::common::v1::any_value::Value as V;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link, SpanKind};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span, Status};

use crate::pipeline::run;

static OUTER: Stage = Stage::new("mooncake", "outer", 1);
static INNER: Stage = Stage::new("mooncake", "inner", 2);

const BEGIN: u64 = 1_764_000_000_123_456_789;

fn at(ns: u64) -> Timestamp {
    Timestamp::from_unix_ns(BEGIN + ns)
}

fn any(value: V) -> AnyValue {
    AnyValue { value: Some(value) }
}

fn attribute(key: &str, value: V) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(any(value)),
        ..KeyValue::default()
    }
}

fn text(value: &str) -> V {
    V::StringValue(value.to_owned())
}

fn record() {
    let ctx = TraceContext::builder("rid-0001")
        .bootstrap_room(255)
        .role("prefill")
        .module("mooncake")
        .level(3)
        .traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        .tracestate("vendor=x")
        .build();
    ctx.req_start_at(at(0));
    let outer = ctx.slice_at(&OUTER, at(10));
    outer.fail("decode died");
    outer.end_at(at(20));
    let copy = ctx.copy_for_thread();
    copy.rebuild_thread_context_at(at(21));
    let attrs = [
        ("int", Value::from(-1)),
        ("float", Value::from(0.5)),
        ("yes", Value::from(true)),
        ("no", Value::from(false)),
        ("empty", Value::from("")),
        ("", Value::from("no key")),
        ("list", Value::from(vec!["a", ""])),
        ("nothing", Value::Array(Vec::new())),
    ];
    let events: [(&str, Timestamp, &[Attr<'_>]); 2] = [
        ("retry", at(22), &[("n", Value::Int(300))]),
        ("", at(23), &[]),
    ];
    let details = SliceDetails::default().attrs(&attrs).events(&events);
    copy.record_slice_with(&INNER, at(22), at(30), details);
    copy.abort_at(&[("why", "gone".into())], at(40));
    drop(copy);
    ctx.req_finish_at(at(50));
}

fn error(message: &str) -> Option<Status> {
    Some(Status {
        message: message.to_owned(),
        code: StatusCode::Error.into(),
    })
}

fn by_name<'a>(resource_spans: &'a ResourceSpans, name: &str) -> &'a Span {
    let spans = &resource_spans.scope_spans[0].spans;
    spans.iter().find(|s| s.name.starts_with(name)).unwrap()
}

#[test]
fn every_field_arrives() {
    let outcome = run(Options::default(), record);
    let [(request, 5)] = outcome.requests.as_slice() else {
        panic!("{:?}", outcome.requests);
    };
    assert_eq!(request.resource, Some(expected_resource()));
    assert_eq!(request.scope_spans.len(), 1);
    let scope = InstrumentationScope {
        name: "sglang server".to_owned(),
        ..InstrumentationScope::default()
    };
    assert_eq!(request.scope_spans[0].scope, Some(scope));

    let root = by_name(request, "prefill Req rid-0001");
    let expected = Span {
        trace_id: 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128
            .to_be_bytes()
            .to_vec(),
        span_id: root.span_id.clone(),
        trace_state: "vendor=x".to_owned(),
        parent_span_id: 0xb7ad_6b71_6920_3331_u64.to_be_bytes().to_vec(),
        flags: 0x301,
        name: "prefill Req rid-0001".to_owned(),
        kind: SpanKind::Internal as i32,
        start_time_unix_nano: BEGIN,
        end_time_unix_nano: BEGIN + 50,
        attributes: vec![
            attribute("rid", text("rid-0001")),
            attribute("module", text("sglang::mooncake")),
            attribute("bootstrap_room", text("0xff")),
        ],
        ..Span::default()
    };
    assert_eq!(
        root,
        &Span {
            attributes: expected.attributes.clone(),
            ..root.clone()
        }
    );
    assert_eq!(root, &expected);
    let first = by_name(request, "outer");
    assert_eq!((first.flags, first.links.len()), (0x101, 0));
    assert_eq!(first.status, error("decode died"));

    let inner = by_name(request, "inner");
    assert_eq!(inner, &expected_inner(root, first, inner));
}

fn expected_inner(root: &Span, first: &Span, inner: &Span) -> Span {
    let list = [text("a"), text("")].map(any).to_vec();
    Span {
        trace_id: root.trace_id.clone(),
        span_id: inner.span_id.clone(),
        trace_state: "vendor=x".to_owned(),
        parent_span_id: inner.parent_span_id.clone(),
        flags: 0x101,
        name: "inner".to_owned(),
        kind: SpanKind::Internal as i32,
        start_time_unix_nano: BEGIN + 22,
        end_time_unix_nano: BEGIN + 30,
        attributes: vec![
            attribute("int", V::IntValue(-1)),
            attribute("float", V::DoubleValue(0.5)),
            attribute("yes", V::BoolValue(true)),
            attribute("no", V::BoolValue(false)),
            attribute("empty", text("")),
            attribute("", text("no key")),
            attribute("list", V::ArrayValue(ArrayValue { values: list })),
            attribute("nothing", V::ArrayValue(ArrayValue::default())),
        ],
        events: vec![
            Event {
                time_unix_nano: BEGIN + 22,
                name: "retry".to_owned(),
                attributes: vec![attribute("n", V::IntValue(300))],
                dropped_attributes_count: 0,
            },
            Event {
                time_unix_nano: BEGIN + 23,
                ..Event::default()
            },
        ],
        links: vec![Link {
            trace_id: root.trace_id.clone(),
            span_id: first.span_id.clone(),
            // Inherited: remote, and not marked as sampled.
            flags: 0x300,
            ..Link::default()
        }],
        status: None,
        ..Span::default()
    }
}

fn expected_resource() -> Resource {
    let list = vec![any(V::IntValue(1)), AnyValue::default()];
    Resource {
        attributes: vec![
            attribute("service.name", text("sglang")),
            attribute("process.pid", V::IntValue(-1)),
            attribute("list", V::ArrayValue(ArrayValue { values: list })),
        ],
        dropped_attributes_count: 3,
        entity_refs: Vec::new(),
    }
}

#[test]
fn what_does_not_fit_is_counted() {
    let outcome = run(Options::default(), || {
        let ctx = TraceContext::builder("rid").build();
        ctx.req_start();
        let keys: Vec<_> = (0..200).map(|i| format!("key-{i}")).collect();
        let attrs: Vec<Attr<'_>> = keys.iter().map(|k| (k.as_str(), Value::Int(1))).collect();
        let slice = ctx.slice_with(&OUTER, &attrs);
        ctx.event("e", 1, &attrs);
        for _ in 0..129 {
            ctx.event("e", 1, &[]);
        }
        slice.fail("");
        slice.end();
        ctx.req_finish();
    });
    let slice = outcome.spans().find(|s| s.name == "outer").unwrap();
    let event = &slice.events[0];
    assert_eq!(
        (event.attributes.len(), event.dropped_attributes_count),
        (128, 72)
    );
    assert_eq!(
        (slice.attributes.len(), slice.dropped_attributes_count),
        (128, 72)
    );
    assert_eq!((slice.events.len(), slice.dropped_events_count), (128, 2));
    assert_eq!(slice.status, error(""));
}
