//! From the runtime's spans, borrowed from a batch, to owned ones of the model.

use mooncake_trace as mt;

use crate::model::{
    AnyValue, Event, HAS_IS_REMOTE, IS_REMOTE, KeyValue, Link, Span, Status, StatusCode,
};

/// Name of the scope of our spans: SGLang's, so that both sides look alike.
pub(crate) const SCOPE_NAME: &str = "sglang server";
/// `SPAN_KIND_INTERNAL`
pub(crate) const SPAN_KIND_INTERNAL: i32 = 1;
/// W3C trace flag: sampled.
const SAMPLED: u32 = 1;

/// An owned copy of `span`.
pub(crate) fn span(span: &mt::Span<'_>) -> Span {
    let status = match span.status {
        mt::Status::Unset => Status::default(),
        mt::Status::Error(message) => Status {
            message: message.to_owned(),
            code: StatusCode::Error,
        },
    };
    Span {
        trace_id: span.trace_id,
        span_id: span.span_id,
        trace_state: span.trace_state.unwrap_or_default().to_owned(),
        parent_span_id: span.parent.map(|p| p.span_id),
        flags: span_flags(span),
        name: span.name.clone().into_owned(),
        kind: SPAN_KIND_INTERNAL,
        start_ns: span.start_ns,
        end_ns: span.end_ns,
        attributes: attributes(&span.attributes),
        dropped_attributes: span.dropped_attributes,
        events: span.events.iter().map(event).collect(),
        dropped_events: span.dropped_events,
        links: span.link.iter().map(link).collect(),
        dropped_links: 0,
        status,
    }
}

/// OTLP's flags of a span: all of ours are sampled, and it is known whether the parent is remote.
pub(crate) fn span_flags(span: &mt::Span<'_>) -> u32 {
    SAMPLED | remote_flags(span.parent.is_some_and(|p| p.is_remote))
}

/// OTLP's flags of a link.
pub(crate) fn link_flags(link: &mt::Link) -> u32 {
    // What is inherited carries no sampled bit, as SGLang has it.
    let sampled = if link.is_remote { 0 } else { SAMPLED };
    sampled | remote_flags(link.is_remote)
}

fn remote_flags(is_remote: bool) -> u32 {
    HAS_IS_REMOTE | if is_remote { IS_REMOTE } else { 0 }
}

fn attributes(attributes: &[mt::Attr<'_>]) -> Vec<KeyValue> {
    let owned = attributes
        .iter()
        .map(|(key, v)| KeyValue::new(*key, value(v)));
    owned.collect()
}

fn event(event: &mt::Event<'_>) -> Event {
    Event {
        time_ns: event.time_ns,
        name: event.name.to_owned(),
        attributes: attributes(&event.attributes),
        dropped_attributes: event.dropped_attributes,
    }
}

fn link(link: &mt::Link) -> Link {
    Link {
        trace_id: link.trace_id,
        span_id: link.span_id,
        flags: link_flags(link),
        ..Link::default()
    }
}

fn value(value: &mt::Value<'_>) -> AnyValue {
    match value {
        mt::Value::Bool(v) => AnyValue::Bool(*v),
        mt::Value::Int(v) => AnyValue::Int(*v),
        mt::Value::Float(v) => AnyValue::Double(*v),
        mt::Value::Str(v) => AnyValue::Str(v.clone().into_owned()),
        mt::Value::Array(v) => AnyValue::Array(v.iter().map(self::value).collect()),
    }
}
