//! OTLP/JSON straight from a batch of the runtime: nothing is copied but into the line that is written.

use mooncake_trace as mt;

use super::write::{count, text, write_hex_id, write_resource};
use crate::convert::{SCOPE_NAME, SPAN_KIND_INTERNAL, link_flags, span_flags};
use crate::json::JsonWriter;
use crate::model::Resource;

/// Writes `batch` as one request of `resource`, line break included.
pub(crate) fn write_batch_line(w: &mut JsonWriter, resource: &Resource, batch: &mt::Batch) {
    w.object(|w| {
        w.key("resourceSpans").container(b'[', b']', |w| {
            w.object(|w| {
                write_resource(w, resource);
                w.key("scopeSpans").container(b'[', b']', |w| {
                    w.object(|w| {
                        w.key("scope").object(|w| text(w, "name", SCOPE_NAME));
                        w.key("spans").container(b'[', b']', |w| {
                            batch.for_each(|s| span(w, s));
                        });
                    });
                });
            });
        });
    });
    w.newline();
}

fn span(w: &mut JsonWriter, s: &mt::Span<'_>) {
    w.object(|w| {
        write_hex_id(w.key("traceId"), s.trace_id, 32);
        write_hex_id(w.key("spanId"), s.span_id, 16);
        text(w, "traceState", s.trace_state.unwrap_or_default());
        match s.parent {
            Some(parent) => write_hex_id(w.key("parentSpanId"), parent.span_id, 16),
            None => w.key("parentSpanId").string(""),
        }
        count(w, "flags", span_flags(s));
        text(w, "name", &s.name);
        w.key("kind").int(SPAN_KIND_INTERNAL);
        w.key("startTimeUnixNano").int_string(s.start_ns);
        w.key("endTimeUnixNano").int_string(s.end_ns);
        attributes(w, &s.attributes);
        count(w, "droppedAttributesCount", s.dropped_attributes);
        if !s.events.is_empty() {
            w.key("events").array(&s.events, event);
        }
        count(w, "droppedEventsCount", s.dropped_events);
        if let Some(link) = &s.link {
            w.key("links").array([link], self::link);
        }
        w.key("status").object(|w| {
            if let mt::Status::Error(message) = s.status {
                text(w, "message", message);
                w.key("code").int(2);
            }
        });
    });
}

fn event(w: &mut JsonWriter, e: &mt::Event<'_>) {
    w.object(|w| {
        w.key("timeUnixNano").int_string(e.time_ns);
        text(w, "name", e.name);
        // Also where there are none: SGLang's converter asks every event for them.
        attribute_list(w, &e.attributes);
        count(w, "droppedAttributesCount", e.dropped_attributes);
    });
}

fn link(w: &mut JsonWriter, l: &mt::Link) {
    w.object(|w| {
        write_hex_id(w.key("traceId"), l.trace_id, 32);
        write_hex_id(w.key("spanId"), l.span_id, 16);
        count(w, "flags", link_flags(l));
    });
}

fn attributes(w: &mut JsonWriter, attributes: &[mt::Attr<'_>]) {
    if !attributes.is_empty() {
        attribute_list(w, attributes);
    }
}

fn attribute_list(w: &mut JsonWriter, attributes: &[mt::Attr<'_>]) {
    w.key("attributes").array(attributes, |w, (key, v)| {
        w.object(|w| {
            w.key("key").string(key);
            value(w.key("value"), v);
        });
    });
}

fn value(w: &mut JsonWriter, v: &mt::Value<'_>) {
    w.object(|w| match v {
        mt::Value::Bool(v) => w.key("boolValue").bool(*v),
        mt::Value::Int(v) => w.key("intValue").int_string(*v),
        mt::Value::Float(v) => w.key("doubleValue").double(*v),
        mt::Value::Str(v) => w.key("stringValue").string(v),
        mt::Value::Array(items) => w.key("arrayValue").object(|w| {
            if !items.is_empty() {
                w.key("values").array(items, value);
            }
        }),
    });
}
