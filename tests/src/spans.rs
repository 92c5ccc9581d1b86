//! An exporter that keeps every span.

use std::sync::{Arc, Mutex, PoisonError};

use mooncake_trace::{
    Attr, Batch, ExportError, Exporter, Link, Parent, Receipt, SpanKind, Stage, Status, Value,
};

/// A span that borrows nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// What it stands for.
    pub kind: SpanKind,
    /// Its trace.
    pub trace_id: u128,
    /// Its own id.
    pub span_id: u64,
    /// Its parent.
    pub parent: Option<Parent>,
    /// Its name.
    pub name: String,
    /// Start in unix nanoseconds.
    pub start_ns: u64,
    /// End in unix nanoseconds.
    pub end_ns: u64,
    /// Its attributes.
    pub attributes: Vec<(String, Value<'static>)>,
    /// Its events.
    pub events: Vec<RecordedEvent>,
    /// The slice before it.
    pub link: Option<Link>,
    /// The message if it failed.
    pub error: Option<String>,
    /// The W3C trace state.
    pub trace_state: Option<String>,
    /// Attributes that did not fit.
    pub dropped_attributes: u32,
    /// Events that did not fit.
    pub dropped_events: u32,
    /// A slice's stage.
    pub stage: Option<&'static Stage>,
}

/// An event that borrows nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedEvent {
    /// What happened.
    pub name: String,
    /// When, in unix nanoseconds.
    pub time_ns: u64,
    /// More about it.
    pub attributes: Vec<(String, Value<'static>)>,
}

impl Recorded {
    /// The attribute `key`.
    #[must_use]
    pub fn attr(&self, key: &str) -> Option<&Value<'static>> {
        self.attributes
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, value)| value)
    }
}

/// Keeps every span that it is given, in the order in which they come.
#[derive(Clone, Debug, Default)]
pub struct Recorder(Arc<Mutex<Vec<Recorded>>>);

impl Recorder {
    /// What has come so far.
    #[must_use]
    pub fn spans(&self) -> Vec<Recorded> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How many spans have come so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether none have come yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Exporter for Recorder {
    fn export(&mut self, batch: &Batch) -> Result<Receipt, ExportError> {
        let mut spans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        batch.for_each(|span| {
            spans.push(Recorded {
                kind: span.kind,
                trace_id: span.trace_id,
                span_id: span.span_id,
                parent: span.parent,
                name: span.name.to_string(),
                start_ns: span.start_ns,
                end_ns: span.end_ns,
                attributes: owned(&span.attributes),
                events: span
                    .events
                    .iter()
                    .map(|event| RecordedEvent {
                        name: event.name.to_owned(),
                        time_ns: event.time_ns,
                        attributes: owned(&event.attributes),
                    })
                    .collect(),
                link: span.link,
                error: match span.status {
                    Status::Unset => None,
                    Status::Error(message) => Some(message.to_owned()),
                },
                trace_state: span.trace_state.map(str::to_owned),
                dropped_attributes: span.dropped_attributes,
                dropped_events: span.dropped_events,
                stage: span.stage,
            });
        });
        Ok(Receipt::all())
    }
}

fn owned(attrs: &[Attr<'_>]) -> Vec<(String, Value<'static>)> {
    attrs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), value.clone().into_owned()))
        .collect()
}
