//! The record of one ended span: a run of words that a thread writes and the collector reads.
//!
//! ```text
//!  0  header: words, kind, flags, counts          4  span id
//!  1  slice: its stage; else: identity words      5  parent span id, 0 = none
//!  2  trace id, high                              6  start stamp
//!  3  trace id, low                               7  end stamp
//!  8… [dropped counts] [link span id [link trace id ×2]] [trace state] events… [identity] attributes…
//! ```
//!
//! Everything is copied in, except the stage, which is a `&'static` pointer. Stamps are as they were taken; the
//! collector turns them into unix nanoseconds in place (see [`decode::settle`]).

mod attrs;
pub(crate) mod decode;
mod entry;
mod events;
mod identity;
mod settled;
mod short;
mod stage_word;
mod text;

pub(crate) use attrs::AttrLog;
pub(crate) use decode::settle;
pub(crate) use events::EventLog;
pub(crate) use identity::{RequestIdentity, ThreadIdentity};
pub(crate) use short::Few;
pub(crate) use stage_word::stage_to_word;
pub(crate) use text::{push_text, text};

use crate::SpanKind;

/// Words that every record has.
pub(crate) const HEAD_WORDS: usize = 8;
pub(crate) const START: usize = 6;
pub(crate) const END: usize = 7;

/// At most this many events stay with a span (the OpenTelemetry SDKs' limit).
pub(crate) const MAX_EVENTS: usize = 128;

/// The flags of a record's header, without their place in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags(u16);

impl Flags {
    pub(crate) const ERROR: Self = Self(1 << 0);
    /// Closed by something else than its own end.
    pub(crate) const AUTO_CLOSED: Self = Self(1 << 1);
    /// A future was dropped before it was ready.
    pub(crate) const CANCELLED: Self = Self(1 << 2);
    /// The context was dropped with this span open.
    pub(crate) const UNCLOSED: Self = Self(1 << 3);
    pub(crate) const PARENT_REMOTE: Self = Self(1 << 4);
    pub(crate) const LINK: Self = Self(1 << 5);
    pub(crate) const LINK_REMOTE: Self = Self(1 << 6);
    /// The link leads to another trace, whose id follows.
    pub(crate) const LINK_TRACE: Self = Self(1 << 7);
    pub(crate) const DROPPED: Self = Self(1 << 8);
    pub(crate) const TRACE_STATE: Self = Self(1 << 9);

    pub(crate) const fn none() -> Self {
        Self(0)
    }

    /// Whether it has one of `flag`.
    pub(crate) const fn has(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }

    #[must_use]
    pub(crate) const fn with(self, flag: Self) -> Self {
        Self(self.0 | flag.0)
    }

    #[must_use]
    pub(crate) const fn with_if(self, flag: Self, on: bool) -> Self {
        if on { self.with(flag) } else { self }
    }
}

/// Packs and unpacks word 0: words 0–31, kind 32–33, flags 34–43, attributes 44–53, events 54–63.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header(u64);

impl Header {
    pub(crate) const fn new(
        kind: SpanKind,
        flags: Flags,
        words: usize,
        attrs: u32,
        events: u32,
    ) -> Self {
        let kind = match kind {
            SpanKind::Request => 0,
            SpanKind::Thread => 1,
            SpanKind::Slice => 2,
        };
        let counts = (attrs as u64 & 0x3ff) << 44 | (events as u64 & 0x3ff) << 54;
        Self(words as u64 & 0xffff_ffff | kind << 32 | (flags.0 as u64) << 34 | counts)
    }

    pub(crate) const fn to_word(self) -> u64 {
        self.0
    }

    pub(crate) const fn from_word(word: u64) -> Self {
        Self(word)
    }

    /// Length of the whole record in words.
    pub(crate) const fn words(self) -> usize {
        (self.0 & 0xffff_ffff) as usize
    }

    pub(crate) const fn kind(self) -> SpanKind {
        match self.0 >> 32 & 3 {
            0 => SpanKind::Request,
            1 => SpanKind::Thread,
            _ => SpanKind::Slice,
        }
    }

    pub(crate) const fn flags(self) -> Flags {
        Flags((self.0 >> 34 & 0x3ff) as u16)
    }

    pub(crate) const fn attrs(self) -> usize {
        (self.0 >> 44 & 0x3ff) as usize
    }

    pub(crate) const fn events(self) -> usize {
        (self.0 >> 54 & 0x3ff) as usize
    }
}

/// A number of `u32` size; a count that does not fit stays at the maximum.
pub(crate) fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
