//! An exporter made for the OpenTelemetry SDK, plugged in.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use mooncake_trace::{Options, SliceDetails, Stage, Timestamp, TraceContext, Value, install};
use mooncake_trace_export::exporter::SdkExporter;
use mooncake_trace_export::model::{KeyValue, Resource};
use opentelemetry::trace::{SpanKind, Status, TraceState};
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

static STAGE: Stage = Stage::new("mooncake", "mooncake_send", 1);

/// What a foreign exporter was given.
#[derive(Clone, Debug, Default)]
struct Foreign {
    spans: Arc<Mutex<Vec<SpanData>>>,
    service: Arc<Mutex<String>>,
    shut_down: Arc<Mutex<bool>>,
    broken: bool,
}

impl SpanExporter for Foreign {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        if self.broken {
            return Err(OTelSdkError::InternalFailure("down".to_owned()));
        }
        self.spans.lock().unwrap().extend(batch);
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        *self.shut_down.lock().unwrap() = true;
        Ok(())
    }

    fn set_resource(&mut self, resource: &opentelemetry_sdk::Resource) {
        let name = resource.get(&"service.name".into()).unwrap();
        *self.service.lock().unwrap() = name.to_string();
    }
}

fn at(ns: u64) -> Timestamp {
    Timestamp::from_unix_ns(1_764_000_000_000_000_000 + ns)
}

fn record() {
    let ctx = TraceContext::builder("rid")
        .traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        .tracestate("vendor=x")
        .build();
    ctx.req_start_at(at(0));
    ctx.record_slice(&STAGE, at(1), at(2));
    let attrs = [
        ("ints", Value::from([1, 2])),
        ("mixed", Value::Array(vec![Value::Int(1), Value::from("b")])),
        ("ok", Value::Bool(true)),
    ];
    let event: (&str, Timestamp, &[mooncake_trace::Attr<'_>]) =
        ("retry", at(4), &[("n", Value::Int(1))]);
    let details = SliceDetails::default()
        .attrs(&attrs)
        .events(std::slice::from_ref(&event));
    ctx.record_slice_with(&STAGE, at(3), at(5), details);
    ctx.req_fail_at("gone", at(6));
}

#[test]
fn spans_reach_a_foreign_exporter() {
    let resource = Resource {
        attributes: vec![KeyValue::new("service.name", "prefill")],
        ..Resource::default()
    };
    let foreign = Foreign::default();
    let guard = install(
        SdkExporter::new(foreign.clone(), &resource),
        Options::default(),
    )
    .unwrap();
    record();
    assert!(guard.shutdown(Duration::from_secs(60)).complete);
    assert_eq!(*foreign.service.lock().unwrap(), "prefill");
    assert!(*foreign.shut_down.lock().unwrap());

    let spans = foreign.spans.lock().unwrap();
    let names: Vec<_> = spans
        .iter()
        .map(|s| s.name.split('(').next().unwrap().trim())
        .collect();
    assert_eq!(
        names,
        ["mooncake_send", "mooncake_send", "unknown", "Req rid"]
    );
    let [first, second, thread, root] = spans.as_slice() else {
        panic!()
    };
    assert_eq!(
        format!("{:032x}", root.span_context.trace_id()),
        "0af7651916cd43dd8448eb211c80319c"
    );
    assert_eq!(format!("{:016x}", root.parent_span_id), "b7ad6b7169203331");
    assert!(root.parent_span_is_remote && root.span_context.is_sampled());
    assert_eq!(
        root.span_context.trace_state(),
        &TraceState::from_key_value([("vendor", "x")]).unwrap()
    );
    assert_eq!(root.status, Status::error(""));
    assert_eq!(thread.parent_span_id, root.span_context.span_id());
    assert_eq!(
        second.start_time,
        SystemTime::UNIX_EPOCH + Duration::from_nanos(at(3).unix_ns())
    );
    assert_eq!(second.span_kind, SpanKind::Internal);
    assert_eq!(
        second.links[0].span_context.span_id(),
        first.span_context.span_id()
    );
    assert_eq!(
        (
            second.events[0].name.as_ref(),
            second.events[0].attributes.len()
        ),
        ("retry", 1)
    );
    let values: Vec<_> = second
        .attributes
        .iter()
        .map(|a| format!("{}={}", a.key, a.value))
        .collect();
    assert_eq!(values, ["ints=[1,2]", "mixed=[\"1\",\"b\"]", "ok=true"]);
    assert_eq!(second.instrumentation_scope.name(), "sglang server");
    drop(spans);

    let broken = Foreign {
        broken: true,
        ..Foreign::default()
    };
    let guard = install(SdkExporter::new(broken, &resource), Options::default()).unwrap();
    record();
    let stats = guard.shutdown(Duration::from_secs(60)).stats;
    assert_eq!(stats.dropped.export_failed, 4);
}
