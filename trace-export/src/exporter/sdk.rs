//! Any exporter made for the OpenTelemetry SDK.

use std::borrow::Cow;
use std::str::FromStr as _;
use std::time::{Duration, SystemTime};

use mooncake_trace as mt;
use mooncake_trace::{Batch, ExportError, Exporter, Receipt};
use opentelemetry::trace as otel;
use opentelemetry::{Array, InstrumentationScope, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanExporter, SpanLinks};

use crate::convert::SCOPE_NAME;
use crate::model::{AnyValue, Resource};

/// Exports through an [`opentelemetry_sdk::trace::SpanExporter`].
///
/// As in the SDK's own batch processor, its future is driven on the collector thread: an exporter that needs a tokio
/// runtime must have been made inside of one that goes on running.
#[derive(Debug)]
pub struct SdkExporter<E> {
    exporter: E,
    scope: InstrumentationScope,
}

impl<E: SpanExporter + 'static> SdkExporter<E> {
    /// Hands spans of `resource` to `exporter`.
    pub fn new(mut exporter: E, resource: &Resource) -> Self {
        let attributes = resource.attributes.iter();
        let attributes = attributes.map(|a| KeyValue::new(a.key.clone(), model_value(&a.value)));
        let resource = opentelemetry_sdk::Resource::builder_empty();
        exporter.set_resource(&resource.with_attributes(attributes).build());
        Self {
            exporter,
            scope: InstrumentationScope::builder(SCOPE_NAME).build(),
        }
    }

    fn span(&self, span: &mt::Span<'_>) -> SpanData {
        let state = span
            .trace_state
            .and_then(|s| otel::TraceState::from_str(s).ok());
        let context = otel::SpanContext::new(
            span.trace_id.into(),
            span.span_id.into(),
            otel::TraceFlags::SAMPLED,
            false,
            state.unwrap_or_default(),
        );
        let mut events = SpanEvents::default();
        events.events = span.events.iter().map(event).collect();
        events.dropped_count = span.dropped_events;
        let mut links = SpanLinks::default();
        links.links = span.link.iter().map(link).collect();
        SpanData {
            span_context: context,
            parent_span_id: span.parent.map_or(0, |p| p.span_id).into(),
            parent_span_is_remote: span.parent.is_some_and(|p| p.is_remote),
            span_kind: otel::SpanKind::Internal,
            name: Cow::Owned(span.name.clone().into_owned()),
            start_time: time(span.start_ns),
            end_time: time(span.end_ns),
            attributes: attributes(&span.attributes),
            dropped_attributes_count: span.dropped_attributes,
            events,
            links,
            status: match span.status {
                mt::Status::Unset => otel::Status::Unset,
                mt::Status::Error(message) => otel::Status::error(message.to_owned()),
            },
            instrumentation_scope: self.scope.clone(),
        }
    }
}

impl<E: SpanExporter + 'static> Exporter for SdkExporter<E> {
    fn export(&mut self, batch: &Batch) -> Result<Receipt, ExportError> {
        let mut spans = Vec::with_capacity(batch.len());
        batch.for_each(|span| spans.push(self.span(span)));
        let exported = futures_executor::block_on(self.exporter.export(spans));
        exported.map_err(|e| ExportError::new(e.to_string()))?;
        Ok(Receipt::all())
    }

    fn flush(&mut self, _timeout: Duration) -> Result<(), ExportError> {
        let flushed = self.exporter.force_flush();
        flushed.map_err(|e| ExportError::new(e.to_string()))
    }

    fn shutdown(&mut self, timeout: Duration) -> Result<(), ExportError> {
        let done = self.exporter.shutdown_with_timeout(timeout);
        done.map_err(|e| ExportError::new(e.to_string()))
    }
}

fn time(unix_ns: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_nanos(unix_ns)
}

fn event(event: &mt::Event<'_>) -> otel::Event {
    let (name, at) = (event.name.to_owned(), time(event.time_ns));
    otel::Event::new(
        name,
        at,
        attributes(&event.attributes),
        event.dropped_attributes,
    )
}

fn link(link: &mt::Link) -> otel::Link {
    // What is inherited carries no sampled bit, as SGLang has it.
    let flags = if link.is_remote {
        otel::TraceFlags::NOT_SAMPLED
    } else {
        otel::TraceFlags::SAMPLED
    };
    otel::Link::with_context(otel::SpanContext::new(
        link.trace_id.into(),
        link.span_id.into(),
        flags,
        link.is_remote,
        otel::TraceState::NONE,
    ))
}

fn attributes(attributes: &[mt::Attr<'_>]) -> Vec<KeyValue> {
    let owned = attributes
        .iter()
        .map(|(key, v)| KeyValue::new((*key).to_owned(), value(v)));
    owned.collect()
}

fn value(v: &mt::Value<'_>) -> Value {
    match v {
        mt::Value::Bool(v) => Value::Bool(*v),
        mt::Value::Int(v) => Value::I64(*v),
        mt::Value::Float(v) => Value::F64(*v),
        mt::Value::Str(v) => Value::String(v.clone().into_owned().into()),
        mt::Value::Array(items) => Value::Array(array(items)),
    }
}

/// The SDK's arrays are of one type; a mixed one becomes text.
fn array(items: &[mt::Value<'_>]) -> Array {
    macro_rules! of {
        ($variant:ident, $array:ident, |$v:ident| $convert:expr) => {
            items
                .iter()
                .map(|i| match i {
                    mt::Value::$variant($v) => Some($convert),
                    _ => None,
                })
                .collect::<Option<Vec<_>>>()
                .map(Array::$array)
        };
    }
    let text = |i: &mt::Value<'_>| StringValue::from(value(i).to_string());
    of!(Str, String, |v| StringValue::from(v.clone().into_owned()))
        .or_else(|| of!(Bool, Bool, |v| *v))
        .or_else(|| of!(Int, I64, |v| *v))
        .or_else(|| of!(Float, F64, |v| *v))
        .unwrap_or_else(|| Array::String(items.iter().map(text).collect()))
}

fn model_value(v: &AnyValue) -> Value {
    match v {
        AnyValue::Bool(v) => Value::Bool(*v),
        AnyValue::Int(v) => Value::I64(*v),
        AnyValue::Double(v) => Value::F64(*v),
        other => Value::String(other.to_string().into()),
    }
}
