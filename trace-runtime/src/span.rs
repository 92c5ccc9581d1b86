//! A span as exporters see it: all rules of the span model applied, times in unix nanoseconds.

use std::borrow::Cow;

use crate::{Attr, Stage};

/// An ended span, borrowed from the batch that it came in.
///
/// Every span of this crate is sampled and of OpenTelemetry's kind INTERNAL.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Span<'a> {
    /// Whether it stands for a request, a thread's part of it, or a slice.
    pub kind: SpanKind,
    /// The trace it belongs to; never 0.
    pub trace_id: u128,
    /// Its own id; never 0.
    pub span_id: u64,
    /// Its parent, of the same trace; none for a root.
    pub parent: Option<Parent>,
    /// Its name.
    pub name: Cow<'a, str>,
    /// Start in nanoseconds since the unix epoch.
    pub start_ns: u64,
    /// End in nanoseconds since the unix epoch, not before the start.
    pub end_ns: u64,
    /// Attributes, each key once, at most 128: those of the tracing first, then the user's in the order they were set.
    pub attributes: Vec<Attr<'a>>,
    /// Events in the order in which they were attached, at most 128.
    pub events: Vec<Event<'a>>,
    /// For a top-level slice: the top-level slice of the request before it.
    pub link: Option<Link>,
    /// Whether it failed.
    pub status: Status<'a>,
    /// The W3C trace state that came with the request.
    pub trace_state: Option<&'a str>,
    /// User attributes that did not fit.
    pub dropped_attributes: u32,
    /// Events that did not fit.
    pub dropped_events: u32,
    /// A slice's stage.
    pub stage: Option<&'static Stage>,
}

impl Span<'_> {
    /// A span that is about to be filled.
    #[cfg(feature = "enable")]
    pub(crate) const fn blank() -> Self {
        Self {
            kind: SpanKind::Slice,
            trace_id: 0,
            span_id: 0,
            parent: None,
            name: Cow::Borrowed(""),
            start_ns: 0,
            end_ns: 0,
            attributes: Vec::new(),
            events: Vec::new(),
            link: None,
            status: Status::Unset,
            trace_state: None,
            dropped_attributes: 0,
            dropped_events: 0,
            stage: None,
        }
    }
}

/// What a span stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SpanKind {
    /// The root of a request in this process.
    Request,
    /// One thread's part of a request.
    Thread,
    /// One stage of the work.
    Slice,
}

/// The parent of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Parent {
    /// The parent's span id.
    pub span_id: u64,
    /// Whether it was made in another process.
    pub is_remote: bool,
}

/// A link from a slice to the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Link {
    /// The linked span's trace.
    pub trace_id: u128,
    /// The linked span's id.
    pub span_id: u64,
    /// Whether it was inherited from another thread or process; such a link carries trace flags 0, others 1.
    pub is_remote: bool,
}

/// An event of a span.
#[derive(Clone, Debug, PartialEq)]
pub struct Event<'a> {
    /// What happened.
    pub name: &'a str,
    /// When, in nanoseconds since the unix epoch.
    pub time_ns: u64,
    /// More about it, each key once, at most 128.
    pub attributes: Vec<Attr<'a>>,
    /// Attributes that did not fit.
    pub dropped_attributes: u32,
}

/// The status of a span.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Status<'a> {
    /// Nothing is known to have gone wrong.
    #[default]
    Unset,
    /// It failed; the message may be empty.
    Error(&'a str),
}
