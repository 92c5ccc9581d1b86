//! What callers say about a slice beyond its stage, and what a context says about its open spans.

use crate::clock::Timestamp;
use crate::{Attr, SpanKind, Stage};

/// More about a slice: attributes, events of its own, and whether the thread context ends with it.
///
/// ```
/// use mooncake_trace::{MooncakeRequestStage, SliceDetails, TraceContext};
/// let ctx = TraceContext::null();
/// ctx.slice_start(&MooncakeRequestStage::MOONCAKE_WORKER_SEND);
/// ctx.slice_end_with(
///     &MooncakeRequestStage::MOONCAKE_WORKER_SEND,
///     SliceDetails::new().attrs(&[("bytes", 4096.into())]).thread_finish(),
/// );
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[must_use]
#[cfg_attr(
    not(feature = "enable"),
    expect(dead_code, reason = "nobody records them")
)]
pub struct SliceDetails<'a> {
    pub(crate) attrs: &'a [Attr<'a>],
    pub(crate) events: &'a [(&'a str, Timestamp, &'a [Attr<'a>])],
    pub(crate) thread_finish: bool,
}

impl<'a> SliceDetails<'a> {
    /// Nothing more.
    pub const fn new() -> Self {
        Self {
            attrs: &[],
            events: &[],
            thread_finish: false,
        }
    }

    /// Attributes of the slice.
    pub const fn attrs(self, attrs: &'a [Attr<'a>]) -> Self {
        Self { attrs, ..self }
    }

    /// Events of a retroactive slice: name, time, attributes. They come before those that wait in the context and need
    /// not lie within the slice.
    pub const fn events(self, events: &'a [(&'a str, Timestamp, &'a [Attr<'a>])]) -> Self {
        Self { events, ..self }
    }

    /// Closes the thread context when the slice ends, also if the slice itself is above the level or not open.
    pub const fn thread_finish(self) -> Self {
        Self {
            thread_finish: true,
            ..self
        }
    }
}

/// A span that has begun and not ended; see [`open_spans`](crate::TraceContext::open_spans).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenSpan {
    /// What it stands for.
    pub kind: SpanKind,
    /// Its id.
    pub span_id: u64,
    /// Its parent's id, if it has one.
    pub parent: Option<u64>,
    /// When it began.
    pub start: Timestamp,
    /// A slice's stage.
    pub stage: Option<&'static Stage>,
}
