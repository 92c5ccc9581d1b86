//! What a person sees who clicks on a span: its attributes as they are, and under `span` what else it holds.

use crate::layout::{Item, Role};
use crate::model::{AnyValue, KeyValue, StatusCode};

/// Category of an item: what it is, and that it failed.
pub(super) fn categories(item: &Item<'_>) -> impl Iterator<Item = &'static str> {
    let what = match item.event {
        Some(_) => "event",
        None => item.span.role.as_str(),
    };
    let failed = item.event.is_none() && item.span.span.is_error();
    std::iter::once(what).chain(failed.then_some("error"))
}

/// What Perfetto's UI draws in red: it takes the colour of an item from a hash of its key.
const FAILED: &str = "failed request";

/// Items with one key get one colour, and light up together: what failed, else the parts of one request in all
/// processes. Stages have none: they are coloured by name.
pub(super) fn correlation(item: &Item<'_>) -> Option<String> {
    let info = &item.span;
    if item.event.is_some() {
        return None;
    }
    if info.span.is_error() {
        return Some(FAILED.to_owned());
    }
    let request = info
        .request
        .filter(|_| matches!(info.role, Role::Request | Role::Thread))?;
    let key = ["bootstrap_room", "rid"]
        .into_iter()
        .find_map(|k| request.attribute(k))?;
    Some(key.to_text().into_owned())
}

/// The member `span` of an item's details.
pub(super) fn span_details(item: &Item<'_>) -> Vec<KeyValue> {
    let (span, scope) = (item.span.span, item.span.scope);
    let mut out = Vec::new();
    let mut put = |key: &str, value: AnyValue| out.push(KeyValue::new(key, value));
    let text = |s: &str| (!s.is_empty()).then(|| AnyValue::from(s));
    let count = |n: u32| (n > 0).then(|| AnyValue::from(i64::from(n)));
    put("trace_id", format!("{:032x}", span.trace_id).into());
    put("span_id", format!("{:016x}", span.span_id).into());
    if let Some(event) = item.event {
        if let Some(n) = count(event.dropped_attributes) {
            put("dropped_attributes", n);
        }
        return out;
    }
    let parent = span.parent_span_id.map(|id| format!("{id:016x}").into());
    let name = (item.name() != span.name).then(|| span.name.as_str().into());
    let status = match span.status.code {
        StatusCode::Unset => None,
        StatusCode::Ok => Some("OK".into()),
        StatusCode::Error => Some("ERROR".into()),
    };
    let kind = match span.kind {
        2 => Some("server".into()),
        3 => Some("client".into()),
        4 => Some("producer".into()),
        5 => Some("consumer".into()),
        _ => None,
    };
    let trimmed = item.trimmed_ns();
    let trimmed = (trimmed > 0).then(|| AnyValue::from(trimmed.cast_signed()));
    let rest = [
        ("parent_span_id", parent),
        ("name", name),
        ("status", status),
        ("status_message", text(&span.status.message)),
        ("kind", kind),
        ("scope", text(&scope.name)),
        ("trace_state", text(&span.trace_state)),
        ("dropped_attributes", count(span.dropped_attributes)),
        ("dropped_events", count(span.dropped_events)),
        ("dropped_links", count(span.dropped_links)),
        ("trimmed_ns", trimmed),
    ];
    for (key, value) in rest {
        if let Some(value) = value {
            put(key, value);
        }
    }
    out
}

/// The attributes of an item: the event's, or the span's.
pub(super) fn attributes<'a>(item: &Item<'a>) -> &'a [KeyValue] {
    match item.event {
        Some(event) => &event.attributes,
        None => &item.span.span.attributes,
    }
}
