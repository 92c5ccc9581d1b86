//! The exporter of a replay: keeps every ended span, in the order in which they come.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mooncake_trace::{
    Attr, Batch, ExportError, Exporter, Link, Parent, Receipt, SpanKind, Status, Value,
};

use crate::json::Json;

/// An ended span that borrows nothing.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    pub(crate) kind: SpanKind,
    pub(crate) trace_id: u128,
    pub(crate) span_id: u64,
    pub(crate) parent: Option<Parent>,
    pub(crate) name: String,
    pub(crate) start_ns: u64,
    pub(crate) end_ns: u64,
    pub(crate) attributes: Vec<(String, Value<'static>)>,
    pub(crate) events: Json,
    pub(crate) link: Option<Link>,
    pub(crate) failed: bool,
    pub(crate) trace_state: Option<String>,
    pub(crate) dropped_attributes: u32,
    pub(crate) dropped_events: u32,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Collected(Arc<Mutex<Vec<Ended>>>);

impl Collected {
    pub(crate) fn spans(&self) -> MutexGuard<'_, Vec<Ended>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Exporter for Collected {
    fn export(&mut self, batch: &Batch) -> Result<Receipt, ExportError> {
        batch.for_each(|span| {
            let ended = Ended {
                kind: span.kind,
                trace_id: span.trace_id,
                span_id: span.span_id,
                parent: span.parent,
                name: span.name.to_string(),
                start_ns: span.start_ns,
                end_ns: span.end_ns,
                attributes: owned(&span.attributes),
                events: Json::Array(span.events.iter().map(event).collect()),
                link: span.link,
                failed: matches!(span.status, Status::Error(_)),
                trace_state: span.trace_state.map(str::to_owned),
                dropped_attributes: span.dropped_attributes,
                dropped_events: span.dropped_events,
            };
            self.spans().push(ended);
        });
        Ok(Receipt::all())
    }
}

fn owned(attrs: &[Attr<'_>]) -> Vec<(String, Value<'static>)> {
    let owned = |(key, value): &Attr<'_>| ((*key).to_owned(), value.clone().into_owned());
    attrs.iter().map(owned).collect()
}

fn event(event: &mooncake_trace::Event<'_>) -> Json {
    Json::object([
        ("name", event.name.into()),
        ("ts_ns", event.time_ns.into()),
        ("attributes", attributes(&owned(&event.attributes))),
    ])
}

/// Attributes in the normal form: an array of `{key, type, value}`.
pub(crate) fn attributes(attrs: &[(String, Value<'static>)]) -> Json {
    let attr = |(key, value): &(String, Value<'_>)| {
        let (kind, value) = typed(value);
        Json::object([
            ("key", key.as_str().into()),
            ("type", kind.into()),
            ("value", value),
        ])
    };
    Json::Array(attrs.iter().map(attr).collect())
}

fn typed(value: &Value<'_>) -> (&'static str, Json) {
    match value {
        Value::Bool(value) => ("bool", Json::Bool(*value)),
        Value::Int(value) => ("int", Json::Int((*value).into())),
        Value::Float(value) => ("float", Json::Float(*value)),
        Value::Str(value) => ("str", value.as_ref().into()),
        Value::Array(items) => {
            let item = |item| {
                let (kind, value) = typed(item);
                Json::object([("type", kind.into()), ("value", value)])
            };
            ("array", Json::Array(items.iter().map(item).collect()))
        }
    }
}
