//! OTLP/JSON as the OpenTelemetry Collector's file exporter writes it: one `ExportTraceServiceRequest` a line.
//!
//! Ids in hex, enums as numbers, 64-bit integers in quotes; fields that hold their default are left out,
//! but for `parentSpanId` and `status`, which that exporter always writes.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::json::JsonWriter;
use crate::model::{
    AnyValue, Event, KeyValue, Link, Resource, ResourceSpans, Scope, ScopeSpans, Span, StatusCode,
};

/// Writes `request` as one line, line break included.
///
/// # Errors
/// What `out` reports.
pub fn write_json_line(out: &mut dyn io::Write, request: &[ResourceSpans]) -> io::Result<()> {
    let mut json = JsonWriter::default();
    json.object(|w| {
        w.key("resourceSpans").array(request, write_resource_spans);
    });
    json.newline();
    out.write_all(json.as_bytes())
}

fn write_resource_spans(w: &mut JsonWriter, rs: &ResourceSpans) {
    w.object(|w| {
        write_resource(w, &rs.resource);
        w.key("scopeSpans").array(&rs.scopes, scope_spans);
        text(w, "schemaUrl", &rs.schema_url);
    });
}

/// The member `resource`.
pub(super) fn write_resource(w: &mut JsonWriter, r: &Resource) {
    w.key("resource").object(|w| {
        attributes(w, &r.attributes);
        count(w, "droppedAttributesCount", r.dropped_attributes);
    });
}

fn scope_spans(w: &mut JsonWriter, ss: &ScopeSpans) {
    w.object(|w| {
        w.key("scope").object(|w| scope(w, &ss.scope));
        w.key("spans").array(&ss.spans, span);
        text(w, "schemaUrl", &ss.schema_url);
    });
}

fn scope(w: &mut JsonWriter, s: &Scope) {
    text(w, "name", &s.name);
    text(w, "version", &s.version);
    attributes(w, &s.attributes);
    count(w, "droppedAttributesCount", s.dropped_attributes);
}

fn span(w: &mut JsonWriter, s: &Span) {
    w.object(|w| {
        write_hex_id(w.key("traceId"), s.trace_id, 32);
        write_hex_id(w.key("spanId"), s.span_id, 16);
        text(w, "traceState", &s.trace_state);
        match s.parent_span_id {
            Some(id) => write_hex_id(w.key("parentSpanId"), id, 16),
            None => w.key("parentSpanId").string(""),
        }
        count(w, "flags", s.flags);
        text(w, "name", &s.name);
        if s.kind != 0 {
            w.key("kind").int(s.kind);
        }
        w.key("startTimeUnixNano").int_string(s.start_ns);
        w.key("endTimeUnixNano").int_string(s.end_ns);
        attributes(w, &s.attributes);
        count(w, "droppedAttributesCount", s.dropped_attributes);
        list(w, "events", &s.events, event);
        count(w, "droppedEventsCount", s.dropped_events);
        list(w, "links", &s.links, link);
        count(w, "droppedLinksCount", s.dropped_links);
        w.key("status").object(|w| {
            text(w, "message", &s.status.message);
            if s.status.code != StatusCode::Unset {
                w.key("code").int(s.status.code.number());
            }
        });
    });
}

fn event(w: &mut JsonWriter, e: &Event) {
    w.object(|w| {
        w.key("timeUnixNano").int_string(e.time_ns);
        text(w, "name", &e.name);
        attributes(w, &e.attributes);
        count(w, "droppedAttributesCount", e.dropped_attributes);
    });
}

fn link(w: &mut JsonWriter, l: &Link) {
    w.object(|w| {
        write_hex_id(w.key("traceId"), l.trace_id, 32);
        write_hex_id(w.key("spanId"), l.span_id, 16);
        text(w, "traceState", &l.trace_state);
        attributes(w, &l.attributes);
        count(w, "droppedAttributesCount", l.dropped_attributes);
        count(w, "flags", l.flags);
    });
}

/// The member `attributes`, if there are any.
fn attributes(w: &mut JsonWriter, attributes: &[KeyValue]) {
    list(w, "attributes", attributes, key_value);
}

fn key_value(w: &mut JsonWriter, kv: &KeyValue) {
    w.object(|w| {
        w.key("key").string(&kv.key);
        w.key("value");
        any_value(w, &kv.value);
    });
}

fn any_value(w: &mut JsonWriter, value: &AnyValue) {
    w.object(|w| match value {
        AnyValue::Empty => {}
        AnyValue::Str(v) => w.key("stringValue").string(v),
        AnyValue::Bool(v) => w.key("boolValue").bool(*v),
        AnyValue::Int(v) => w.key("intValue").int_string(*v),
        AnyValue::Double(v) => w.key("doubleValue").double(*v),
        AnyValue::Array(v) => w
            .key("arrayValue")
            .object(|w| list(w, "values", v, any_value)),
        AnyValue::KvList(v) => w
            .key("kvlistValue")
            .object(|w| list(w, "values", v, key_value)),
        AnyValue::Bytes(v) => w.key("bytesValue").string(&STANDARD.encode(v)),
    });
}

fn list<T>(w: &mut JsonWriter, name: &str, items: &[T], item: fn(&mut JsonWriter, &T)) {
    if !items.is_empty() {
        w.key(name).array(items, item);
    }
}

/// A member that is left out when empty.
pub(super) fn text(w: &mut JsonWriter, name: &str, value: &str) {
    if !value.is_empty() {
        w.key(name).string(value);
    }
}

/// A member that is left out when 0.
pub(super) fn count(w: &mut JsonWriter, name: &str, value: u32) {
    if value != 0 {
        w.key(name).int(value);
    }
}

pub(super) fn write_hex_id(w: &mut JsonWriter, id: impl Into<u128>, width: usize) {
    w.raw(format_args!("\"{:0width$x}\"", id.into()));
}
