//! The OTLP tree: resource, scope, span.

use super::{AnyValue, KeyValue, find};

/// The spans of one resource (one process, as a rule).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResourceSpans {
    /// Who made the spans.
    pub resource: Resource,
    /// Its spans by instrumentation scope.
    pub scopes: Vec<ScopeSpans>,
    /// Schema of the resource's attributes, often empty.
    pub schema_url: String,
}

/// What is known of the process that made the spans.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resource {
    /// `service.name` and so on.
    pub attributes: Vec<KeyValue>,
    /// How many attributes were dropped.
    pub dropped_attributes: u32,
}

/// The spans of one instrumentation scope.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScopeSpans {
    /// Who recorded them.
    pub scope: Scope,
    /// The spans in the order in which they were exported.
    pub spans: Vec<Span>,
    /// Schema of the spans' attributes, often empty.
    pub schema_url: String,
}

/// An instrumentation scope.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scope {
    /// Name of the instrumenting library.
    pub name: String,
    /// Its version, often empty.
    pub version: String,
    /// Its attributes.
    pub attributes: Vec<KeyValue>,
    /// How many attributes were dropped.
    pub dropped_attributes: u32,
}

/// One finished span.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Span {
    /// 128-bit trace id.
    pub trace_id: u128,
    /// 64-bit span id.
    pub span_id: u64,
    /// W3C `tracestate`, empty if there is none.
    pub trace_state: String,
    /// The parent's span id; `None` for a root.
    pub parent_span_id: Option<u64>,
    /// W3C trace flags in the lowest byte, bit 8 says that bit 9 (the parent is remote) is known.
    pub flags: u32,
    /// Name.
    pub name: String,
    /// `SpanKind` number: 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer.
    pub kind: i32,
    /// Begin, unix ns.
    pub start_ns: u64,
    /// End, unix ns.
    pub end_ns: u64,
    /// Attributes in order.
    pub attributes: Vec<KeyValue>,
    /// How many attributes were dropped.
    pub dropped_attributes: u32,
    /// Events in order of attachment.
    pub events: Vec<Event>,
    /// How many events were dropped.
    pub dropped_events: u32,
    /// Links in order.
    pub links: Vec<Link>,
    /// How many links were dropped.
    pub dropped_links: u32,
    /// Outcome.
    pub status: Status,
}

/// Bit of [`Span::flags`] and [`Link::flags`]: whether the other end is remote is known.
pub(crate) const HAS_IS_REMOTE: u32 = 0x100;
/// Bit of [`Span::flags`] and [`Link::flags`]: the other end is in another process.
pub(crate) const IS_REMOTE: u32 = 0x200;

impl Span {
    /// The value of the attribute `key`.
    pub fn attribute(&self, key: &str) -> Option<&AnyValue> {
        find(&self.attributes, key)
    }

    /// How long it took, in ns; 0 if it ends before it begins.
    pub fn duration_ns(&self) -> u64 {
        self.end_ns.saturating_sub(self.start_ns)
    }

    /// Whether the parent is known to be in another process.
    pub fn parent_is_remote(&self) -> bool {
        self.flags & (HAS_IS_REMOTE | IS_REMOTE) == HAS_IS_REMOTE | IS_REMOTE
    }

    /// Whether it failed.
    pub fn is_error(&self) -> bool {
        self.status.code == StatusCode::Error
    }
}

/// Something that happened at one moment of a span.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Event {
    /// When, unix ns.
    pub time_ns: u64,
    /// Name.
    pub name: String,
    /// Attributes in order.
    pub attributes: Vec<KeyValue>,
    /// How many attributes were dropped.
    pub dropped_attributes: u32,
}

/// A reference to another span that is not the parent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Link {
    /// Trace of the other span.
    pub trace_id: u128,
    /// Id of the other span.
    pub span_id: u64,
    /// W3C `tracestate` of the other span, empty if there is none.
    pub trace_state: String,
    /// Attributes in order.
    pub attributes: Vec<KeyValue>,
    /// How many attributes were dropped.
    pub dropped_attributes: u32,
    /// As [`Span::flags`], of the other span.
    pub flags: u32,
}

/// Outcome of a span.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// Why, empty if nothing was said.
    pub message: String,
    /// The outcome itself.
    pub code: StatusCode,
}

/// The three outcomes OTLP knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StatusCode {
    /// Nothing was said.
    #[default]
    Unset,
    /// Explicitly fine.
    Ok,
    /// Failed.
    Error,
}

impl StatusCode {
    /// The number in OTLP.
    pub fn number(self) -> i32 {
        match self {
            Self::Unset => 0,
            Self::Ok => 1,
            Self::Error => 2,
        }
    }
}
