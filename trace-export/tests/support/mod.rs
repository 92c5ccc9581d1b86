//! Spans to test with: all in trace 1, of one process unless said otherwise.
#![allow(dead_code, unreachable_pub)] // a module of several tests, none of which needs all of it

use mooncake_trace_export::model::{KeyValue, ResourceSpans, ScopeSpans, Span};

/// One resource with these spans.
pub fn process(spans: Vec<Span>) -> Vec<ResourceSpans> {
    let scopes = vec![ScopeSpans {
        spans,
        ..ScopeSpans::default()
    }];
    vec![ResourceSpans {
        scopes,
        ..ResourceSpans::default()
    }]
}

/// A span of any program; parent 0 is none.
pub fn span(id: u64, parent: u64, name: &str, start_ns: u64, end_ns: u64) -> Span {
    Span {
        trace_id: 1,
        span_id: id,
        parent_span_id: (parent != 0).then_some(parent),
        name: name.to_owned(),
        start_ns,
        end_ns,
        ..Span::default()
    }
}

/// A request span.
pub fn request(id: u64, start_ns: u64, end_ns: u64) -> Span {
    let mut span = span(id, 0, &format!("Req {id}"), start_ns, end_ns);
    let rid = format!("rid-{id}");
    span.attributes = vec![
        KeyValue::new("rid", rid),
        KeyValue::new("module", "sglang::request"),
    ];
    span
}

/// The part of thread `tid` in the request `parent`.
pub fn thread(id: u64, parent: u64, start_ns: u64, end_ns: u64, tid: u64) -> Span {
    let mut span = span(id, parent, "worker", start_ns, end_ns);
    span.attributes = vec![
        KeyValue::new("host_id", "0123456789abcdef"),
        KeyValue::new("pid", tid.cast_signed()),
        KeyValue::new("thread_label", "worker"),
        KeyValue::new("tp_rank", 0),
    ];
    span
}

/// A slice.
pub fn slice(id: u64, parent: u64, name: &str, start_ns: u64, end_ns: u64) -> Span {
    span(id, parent, name, start_ns, end_ns)
}
