//! Which request spans are parts of one request, and how long each request took.

use std::collections::HashMap;

use crate::layout::{Role, SpanInfo, SpanSet};
use crate::model::{AnyValue, Span};

/// One request, over all processes and traces that it has parts in.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// Its outermost spans, in order of time: [`SpanInfo::index`] of each.
    pub roots: Vec<usize>,
    /// Begin of the earliest, unix ns.
    pub start_ns: u64,
    /// End of the last, unix ns.
    pub end_ns: u64,
    /// Whether one of them, or a thread's part in them, failed.
    pub failed: bool,
    spans: Vec<&'a Span>,
}

impl<'a> Request<'a> {
    /// How long it took, ns.
    pub fn duration_ns(&self) -> u64 {
        self.end_ns.saturating_sub(self.start_ns)
    }

    /// What to call it: as its first span.
    pub fn name(&self) -> &'a str {
        self.spans.first().map_or("request", |s| &s.name)
    }

    pub(super) fn is_called(&self, prefix: &str) -> bool {
        let keys = |s: &'a Span| {
            ["rid", "bootstrap_room"]
                .into_iter()
                .filter_map(|k| s.attribute(k))
        };
        let mut texts = self
            .spans
            .iter()
            .flat_map(|s| keys(s))
            .map(AnyValue::to_text);
        texts.any(|t| t.starts_with(prefix))
            || self
                .spans
                .iter()
                .any(|s| format!("{:032x}", s.trace_id).starts_with(prefix))
    }
}

/// What makes two request spans parts of one request: SGLang gives a transfer a trace of its own, but the same room.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Room(String),
    Trace(u128),
}

fn key(span: &Span) -> Key {
    match span.attribute("bootstrap_room") {
        Some(room) => Key::Room(room.to_text().into_owned()),
        None => Key::Trace(span.trace_id),
    }
}

pub(super) fn slowest_first<'a>(spans: &SpanSet<'a>) -> Vec<Request<'a>> {
    let mut by_key: HashMap<Key, Vec<SpanInfo<'a>>> = HashMap::new();
    let mut room_of_trace: HashMap<u128, Key> = HashMap::new();
    let is_root = |i: &SpanInfo<'a>| spans.parent(i.index).is_none();
    for info in spans.infos().filter(|i| i.role == Role::Request) {
        if let room @ Key::Room(_) = key(info.span) {
            room_of_trace.entry(info.span.trace_id).or_insert(room);
        }
    }
    // A gateway's span above them, or a part without a room, belongs to the room of its trace.
    for info in spans.infos().filter(is_root) {
        let key = match key(info.span) {
            Key::Trace(trace) => room_of_trace
                .get(&trace)
                .cloned()
                .unwrap_or(Key::Trace(trace)),
            room => room,
        };
        by_key.entry(key).or_default().push(info);
    }
    let mut requests: Vec<_> = by_key.into_values().map(|r| request(spans, r)).collect();
    requests.sort_by_key(|r| (std::cmp::Reverse(r.duration_ns()), r.start_ns, r.roots[0]));
    requests
}

fn request<'a>(spans: &SpanSet<'a>, mut roots: Vec<SpanInfo<'a>>) -> Request<'a> {
    roots.sort_by_key(|i| (i.span.start_ns, i.index));
    let ends = roots.iter().map(|i| i.span.end_ns);
    Request {
        start_ns: roots[0].span.start_ns,
        end_ns: ends.max().unwrap_or(0),
        failed: roots.iter().any(|i| failed(spans, i)),
        spans: roots.iter().map(|i| i.span).collect(),
        roots: roots.iter().map(|i| i.index).collect(),
    }
}

fn failed(spans: &SpanSet<'_>, root: &SpanInfo<'_>) -> bool {
    let is_part = |i: &SpanInfo<'_>| matches!(i.role, Role::Request | Role::Thread);
    let mut todo = vec![*root];
    while let Some(info) = todo.pop() {
        if info.span.is_error() {
            return true;
        }
        let children = spans.children(info.index).iter().map(|c| spans.info(*c));
        todo.extend(children.filter(is_part));
    }
    false
}
