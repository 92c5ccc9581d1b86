//! What a context knows.
//!
//! All methods of [`State`], here, in `requests` and in `slicing`, run under the slot's lock; none calls user code.

use std::mem::offset_of;

use super::previous::Previous;
use super::relay::Relay;
use super::request_info::RequestInfo;
use super::slices::Slices;
use crate::clock::Timestamp;
use crate::local::Local;
use crate::record::{AttrLog, EventLog, Flags};

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// An original that has not been started.
    New,
    /// An original whose root is open.
    Started,
    /// An original whose root has ended.
    Finished,
    /// Made from another context or a carrier: it has a root, but not as its own.
    Copy,
}

/// A trace id as it is in records; 0 if there is none yet.
#[derive(Clone, Copy)]
pub(super) struct TraceId {
    pub(super) high: u64,
    pub(super) low: u64,
}

impl TraceId {
    pub(super) const NONE: Self = Self::new(0);

    pub(super) const fn new(id: u128) -> Self {
        Self {
            high: (id >> 64) as u64,
            low: id as u64,
        }
    }

    pub(super) const fn get(self) -> u128 {
        (self.high as u128) << 64 | self.low as u128
    }
}

/// The fields are in the order of the threads that use them. The first ones are beside the lock and go to whoever takes
/// it; the next line is for whoever makes copies, and a thread that they are made for does not want it; the others stay
/// with the cores on which contexts of this slot are recorded.
#[repr(C)]
pub(super) struct State {
    pub(super) trace_id: TraceId,
    /// The root span's id, 0 = none.
    pub(super) root: u64,
    /// The open thread span; 0 = none.
    pub(super) thread: u64,
    /// What the next top-level slice links to: a [`Previous`] in two fields, which fit where they are.
    previous: u64,
    previous_flags: Flags,
    pub(super) level: u8,
    pub(super) phase: Phase,
    /// Whether the root is in another process.
    pub(super) root_remote: bool,
    /// Whether a thread context was opened, or the context came in a carrier, so that `thread_identity` is of this context.
    pub(super) identified: bool,
    /// Whether there may be any of what few contexts have: a trace state, events, a relay.
    pub(super) more: bool,

    pub(super) request: RequestInfo,
    /// Length and words of the trace state; empty if there is none.
    pub(super) trace_state: Vec<u64>,

    pub(super) slices: Slices,
    pub(super) thread_start: Timestamp,
    /// The mark of the thread identity (see [`Local::identity`]); it outlives the context, because the next one in this
    /// slot is likely to need the same words.
    pub(super) thread_identity_of: u64,
    pub(super) thread_identity: Vec<u64>,
    pub(super) thread_attrs: AttrLog,
    /// Events that wait for a span.
    pub(super) events: EventLog,
    /// Events on their way into a record.
    pub(super) attached: EventLog,
    pub(super) root_attrs: AttrLog,
    /// The root's parent, 0 = none.
    pub(super) root_parent: u64,
    /// The trace of a `previous` of another one (only a foreign carrier brings that).
    pub(super) foreign_trace: TraceId,
    pub(super) root_failed: bool,
    /// What a context that does not record passes on.
    pub(super) relay: Option<Box<Relay>>,
}

/// What every context begins with.
pub(super) struct Origin {
    pub(super) level: u8,
    pub(super) phase: Phase,
    pub(super) trace_id: TraceId,
    pub(super) root: u64,
    pub(super) root_remote: bool,
    pub(super) previous: Previous,
}

impl Origin {
    /// Of a context that knows nothing and records nothing.
    pub(super) const NONE: Self = Self {
        level: 0,
        phase: Phase::New,
        trace_id: TraceId::NONE,
        root: 0,
        root_remote: false,
        previous: Previous::NONE,
    };
}

impl State {
    /// Where that begins which is there to make copies from.
    pub(super) const FOR_COPIES: usize = offset_of!(Self, request);
    /// Where that begins which only recording needs.
    pub(super) const FOR_THREADS: usize = offset_of!(Self, slices);

    pub(super) fn new() -> Self {
        Self {
            trace_id: TraceId::NONE,
            root: 0,
            thread: 0,
            previous: 0,
            previous_flags: Flags::none(),
            level: 0,
            phase: Phase::New,
            root_remote: false,
            identified: false,
            more: false,
            request: RequestInfo::none(),
            trace_state: Vec::new(),
            slices: Slices::new(),
            thread_start: Timestamp::from_unix_ns(0),
            thread_identity_of: 0,
            thread_identity: Vec::new(),
            thread_attrs: AttrLog::default(),
            events: EventLog::new(),
            attached: EventLog::new(),
            root_attrs: AttrLog::default(),
            root_parent: 0,
            foreign_trace: TraceId::NONE,
            root_failed: false,
            relay: None,
        }
    }

    /// Another context begins. What is not said here was given up when the one before ended, or is set before it is read.
    #[inline(always)]
    pub(super) fn begin(&mut self, origin: Origin) {
        self.trace_id = origin.trace_id;
        self.root = origin.root;
        self.set_previous(origin.previous);
        self.level = origin.level;
        self.phase = origin.phase;
        self.root_remote = origin.root_remote;
        self.identified = false;
    }

    /// The context ends, in which nothing is open any more. Its lists keep their memory.
    #[inline(always)]
    pub(super) fn end(&mut self) {
        if self.more {
            self.give_up_more();
        }
    }

    #[cold]
    #[inline(never)]
    fn give_up_more(&mut self) {
        self.trace_state.clear();
        self.relay = None;
        self.more = false;
    }

    /// Looks what is left of that of which there was [`more`](Self::more).
    pub(super) fn look_for_more(&mut self) {
        self.more = self.events.has_any() || !self.trace_state.is_empty();
    }

    #[inline(always)]
    pub(super) const fn previous(&self) -> Previous {
        Previous {
            span_id: self.previous,
            flags: self.previous_flags,
        }
    }

    #[inline(always)]
    pub(super) const fn set_previous(&mut self, previous: Previous) {
        self.previous = previous.span_id;
        self.previous_flags = previous.flags;
    }

    /// What the next top-level slice of a copy links to.
    #[inline(always)]
    pub(super) fn inherited(&self, local: &Local) -> Previous {
        if self.slices.len() == 0 {
            return self.previous().inherited();
        }
        self.inherited_open(local)
    }

    #[inline(never)]
    fn inherited_open(&self, local: &Local) -> Previous {
        let (innermost, _) = self.innermost(local);
        let outermost = self.slices.outermost(innermost);
        outermost.map_or(self.previous(), Previous::own).inherited()
    }

    /// Native id of the thread that opened the last thread context.
    pub(super) fn pid(&self) -> Option<u32> {
        let head = self.thread_identity.first().filter(|_| self.identified);
        head.map(|head| *head as u32)
    }

    /// Whether its root or thread span is open.
    pub(super) fn has_open(&self) -> bool {
        self.phase == Phase::Started || self.thread != 0
    }

    /// Whether it can be copied or serialized to something that records.
    pub(super) fn has_root(&self) -> bool {
        self.phase != Phase::New
    }
}
