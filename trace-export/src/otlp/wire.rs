//! The shape of an `ExportTraceServiceRequest` in JSON, and its conversion to the model.
//!
//! Every field may be missing or `null`; unknown ones are skipped. Snake-case names (protobuf's original ones)
//! and the names of OTLP before 1.0 are understood too.

use serde::Deserialize;

use super::lenient;
use crate::model::{
    AnyValue, Event, KeyValue, Link, Resource, ResourceSpans, Scope, ScopeSpans, Span, Status,
    StatusCode,
};

/// A struct whose every field takes its default when missing or `null`.
macro_rules! wire {
    ($($(#[$outer:meta])* struct $name:ident { $($field:ident: $ty:ty = $with:literal $(| $alias:literal)*,)* })*) => {$(
        $(#[$outer])*
        #[derive(Default, Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        pub(super) struct $name {
            $(#[serde(deserialize_with = $with $(, alias = $alias)*)] $field: $ty,)*
        }
    )*};
}

wire! {
    struct WireResourceSpans {
        resource: WireResource = "lenient::or_default",
        scope_spans: Vec<WireScopeSpans> = "lenient::or_default" | "scope_spans" | "instrumentationLibrarySpans",
        schema_url: String = "lenient::or_default" | "schema_url",
    }
    struct WireResource {
        attributes: Vec<WireKeyValue> = "lenient::or_default",
        dropped_attributes_count: u32 = "lenient::u32" | "dropped_attributes_count",
    }
    struct WireScopeSpans {
        scope: WireScope = "lenient::or_default" | "instrumentationLibrary",
        spans: Vec<WireSpan> = "lenient::or_default",
        schema_url: String = "lenient::or_default" | "schema_url",
    }
    struct WireScope {
        name: String = "lenient::or_default",
        version: String = "lenient::or_default",
        attributes: Vec<WireKeyValue> = "lenient::or_default",
        dropped_attributes_count: u32 = "lenient::u32" | "dropped_attributes_count",
    }
    struct WireSpan {
        trace_id: u128 = "lenient::trace_id" | "trace_id",
        span_id: u64 = "lenient::span_id" | "span_id",
        trace_state: String = "lenient::or_default" | "trace_state",
        parent_span_id: u64 = "lenient::span_id" | "parent_span_id",
        flags: u32 = "lenient::u32",
        name: String = "lenient::or_default",
        kind: i32 = "lenient::kind",
        start_time_unix_nano: u64 = "lenient::u64" | "start_time_unix_nano",
        end_time_unix_nano: u64 = "lenient::u64" | "end_time_unix_nano",
        attributes: Vec<WireKeyValue> = "lenient::or_default",
        dropped_attributes_count: u32 = "lenient::u32" | "dropped_attributes_count",
        events: Vec<WireEvent> = "lenient::or_default",
        dropped_events_count: u32 = "lenient::u32" | "dropped_events_count",
        links: Vec<WireLink> = "lenient::or_default",
        dropped_links_count: u32 = "lenient::u32" | "dropped_links_count",
        status: WireStatus = "lenient::or_default",
    }
    struct WireEvent {
        time_unix_nano: u64 = "lenient::u64" | "time_unix_nano",
        name: String = "lenient::or_default",
        attributes: Vec<WireKeyValue> = "lenient::or_default",
        dropped_attributes_count: u32 = "lenient::u32" | "dropped_attributes_count",
    }
    struct WireLink {
        trace_id: u128 = "lenient::trace_id" | "trace_id",
        span_id: u64 = "lenient::span_id" | "span_id",
        trace_state: String = "lenient::or_default" | "trace_state",
        attributes: Vec<WireKeyValue> = "lenient::or_default",
        dropped_attributes_count: u32 = "lenient::u32" | "dropped_attributes_count",
        flags: u32 = "lenient::u32",
    }
    struct WireStatus {
        message: String = "lenient::or_default",
        code: i32 = "lenient::status_code",
    }
    struct WireKeyValue {
        key: String = "lenient::or_default",
        value: AnyValue = "lenient::or_default",
    }
}

fn each<T, U: From<T>>(items: Vec<T>) -> Vec<U> {
    items.into_iter().map(U::from).collect()
}

impl From<WireResourceSpans> for ResourceSpans {
    fn from(w: WireResourceSpans) -> Self {
        Self {
            resource: Resource {
                attributes: each(w.resource.attributes),
                dropped_attributes: w.resource.dropped_attributes_count,
            },
            scopes: each(w.scope_spans),
            schema_url: w.schema_url,
        }
    }
}

impl From<WireScopeSpans> for ScopeSpans {
    fn from(w: WireScopeSpans) -> Self {
        Self {
            scope: Scope {
                name: w.scope.name,
                version: w.scope.version,
                attributes: each(w.scope.attributes),
                dropped_attributes: w.scope.dropped_attributes_count,
            },
            spans: each(w.spans),
            schema_url: w.schema_url,
        }
    }
}

impl From<WireSpan> for Span {
    fn from(w: WireSpan) -> Self {
        Self {
            trace_id: w.trace_id,
            span_id: w.span_id,
            trace_state: w.trace_state,
            parent_span_id: (w.parent_span_id != 0).then_some(w.parent_span_id),
            flags: w.flags,
            name: w.name,
            kind: w.kind,
            start_ns: w.start_time_unix_nano,
            end_ns: w.end_time_unix_nano,
            attributes: each(w.attributes),
            dropped_attributes: w.dropped_attributes_count,
            events: each(w.events),
            dropped_events: w.dropped_events_count,
            links: each(w.links),
            dropped_links: w.dropped_links_count,
            status: Status {
                message: w.status.message,
                code: match w.status.code {
                    1 => StatusCode::Ok,
                    2 => StatusCode::Error,
                    _ => StatusCode::Unset,
                },
            },
        }
    }
}

impl From<WireEvent> for Event {
    fn from(w: WireEvent) -> Self {
        Self {
            time_ns: w.time_unix_nano,
            name: w.name,
            attributes: each(w.attributes),
            dropped_attributes: w.dropped_attributes_count,
        }
    }
}

impl From<WireLink> for Link {
    fn from(w: WireLink) -> Self {
        Self {
            trace_id: w.trace_id,
            span_id: w.span_id,
            trace_state: w.trace_state,
            attributes: each(w.attributes),
            dropped_attributes: w.dropped_attributes_count,
            flags: w.flags,
        }
    }
}

impl From<WireKeyValue> for KeyValue {
    fn from(w: WireKeyValue) -> Self {
        Self {
            key: w.key,
            value: w.value,
        }
    }
}
