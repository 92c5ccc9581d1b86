//! What a context knows, and the rules of requests and thread contexts; those of slices are in `slicing`.
//!
//! The rules are SGLang's with the repairs that this project made to them; `tests/vectors` holds them as recorded
//! examples. All methods run under the slot's lock; none calls user code.

use super::emit;
use super::slices::{Previous, Slices};
use crate::clock::Timestamp;
use crate::local::{Kept, Local};
use crate::record::decode::{REQUEST_KEYS, THREAD_KEYS};
use crate::record::{AttrLog, EventLog, Flags};
use crate::{Attr, ledger};

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

pub(super) struct State {
    pub(super) level: u8,
    pub(super) phase: Phase,
    pub(super) trace_id: u128,
    /// The root span's id and its parent's, 0 = none.
    pub(super) root: u64,
    pub(super) root_parent: u64,
    /// Whether the root is in another process.
    pub(super) root_remote: bool,
    /// Length and words of the trace state; empty if there is none.
    pub(super) trace_state: Vec<u64>,
    /// Words of the request's identity.
    pub(super) identity: Vec<u64>,
    pub(super) start: Timestamp,
    pub(super) root_attrs: AttrLog,
    root_failed: bool,

    /// The open thread span; 0 = none.
    pub(super) thread: u64,
    pub(super) thread_start: Timestamp,
    pub(super) thread_identity: Vec<u64>,
    /// The mark of that identity (see [`Local::identity`]); it outlives the context, because the next one in this slot is
    /// likely to need the same words.
    thread_identity_of: u64,
    pub(super) thread_attrs: AttrLog,
    /// Native id of the thread that opened the last thread context.
    pub(super) pid: Option<u32>,

    pub(super) slices: Slices,
    pub(super) previous: Previous,
    /// The trace of a `previous` of another one (only a foreign carrier brings that).
    pub(super) foreign_trace: u128,
    /// Events that wait for a span.
    pub(super) events: EventLog,
    /// Events on their way into a record.
    pub(super) attached: EventLog,
    /// What a context that does not record passes on.
    pub(super) relay: Option<Box<super::relay::Relay>>,
}

impl State {
    pub(super) fn new() -> Self {
        Self {
            level: 0,
            phase: Phase::New,
            trace_id: 0,
            root: 0,
            root_parent: 0,
            root_remote: false,
            trace_state: Vec::new(),
            identity: Vec::new(),
            start: Timestamp::from_unix_ns(0),
            root_attrs: AttrLog::default(),
            root_failed: false,
            thread: 0,
            thread_start: Timestamp::from_unix_ns(0),
            thread_identity: Vec::new(),
            thread_identity_of: 0,
            thread_attrs: AttrLog::default(),
            pid: None,
            slices: Slices::new(),
            previous: Previous::NONE,
            foreign_trace: 0,
            events: EventLog::new(),
            attached: EventLog::new(),
            relay: None,
        }
    }

    /// As new, but keeps the memory of its lists.
    #[inline]
    pub(super) fn clear(&mut self) {
        self.phase = Phase::New;
        self.trace_id = 0;
        self.root = 0;
        self.root_parent = 0;
        self.root_remote = false;
        self.trace_state.clear();
        self.identity.clear();
        self.root_attrs.clear();
        self.root_failed = false;
        self.thread = 0;
        self.thread_attrs.clear();
        self.pid = None;
        self.previous = Previous::NONE;
        if self.relay.is_some() {
            self.drop_relay();
        }
    }

    #[cold]
    #[inline(never)]
    fn drop_relay(&mut self) {
        self.relay = None;
    }

    // ---- the request ----

    pub(super) fn req_start(&mut self, local: &Local, at: Timestamp) {
        if self.phase != Phase::New {
            return ledger::misuse();
        }
        if self.trace_id == 0 {
            self.trace_id = local.ids.trace();
        }
        self.phase = Phase::Started;
        self.root = local.ids.span();
        self.start = at;
        self.open_thread(local, at);
    }

    pub(super) fn req_finish(&mut self, local: &Local, at: Timestamp) {
        match self.phase {
            Phase::Started => {
                self.close_thread(local, at, Flags::none());
                self.finish_root(local, at, Flags::none());
            }
            Phase::Finished => ledger::misuse(),
            Phase::New | Phase::Copy => {}
        }
    }

    fn finish_root(&mut self, local: &Local, at: Timestamp, flags: Flags) {
        emit::root(
            self,
            local,
            at,
            flags.with_if(Flags::ERROR, self.root_failed),
        );
        self.phase = Phase::Finished;
    }

    pub(super) fn set_root_attrs(&mut self, attrs: &[Attr<'_>]) {
        if self.phase == Phase::Started {
            self.root_attrs.set(attrs, REQUEST_KEYS);
        }
    }

    pub(super) fn abort(&mut self, local: &Local, at: Timestamp, info: &[Attr<'_>]) {
        if info.is_empty() {
            return self.close_thread(local, at, Flags::none());
        }
        self.root_failed |= self.phase == Phase::Started;
        if self.thread != 0 {
            self.thread_attrs.set(info, THREAD_KEYS);
            self.close_thread(local, at, Flags::ERROR);
        }
    }

    /// The last reference to the context goes away.
    pub(super) fn drop_open(&mut self, local: &Local, at: Timestamp) {
        let flags = Flags::ERROR.with(Flags::UNCLOSED);
        self.close_thread(local, at, flags);
        if self.phase == Phase::Started {
            self.finish_root(local, at, flags);
        }
    }

    // ---- thread contexts ----

    #[inline]
    pub(super) fn rebuild(&mut self, local: &Local, at: Timestamp) {
        if matches!(self.phase, Phase::Started | Phase::Copy) {
            self.close_thread(local, at, Flags::AUTO_CLOSED);
            self.open_thread(local, at);
        } else if self.phase == Phase::New {
            ledger::misuse();
        }
    }

    fn open_thread(&mut self, local: &Local, at: Timestamp) {
        self.thread = local.ids.span();
        self.thread_start = at;
        self.thread_attrs.clear();
        let identity = local.identity.get();
        if identity == 0 || identity != self.thread_identity_of {
            Kept::with_identity(local, |words| {
                self.thread_identity.clear();
                self.thread_identity.extend_from_slice(words);
            });
            self.thread_identity_of = local.identity.get();
        }
        self.pid = self.thread_identity.first().map(|head| *head as u32);
    }

    #[inline(always)]
    pub(super) fn close_thread(&mut self, local: &Local, at: Timestamp, flags: Flags) {
        if self.thread != 0 {
            self.close_open_thread(local, at, flags);
        }
    }

    /// Ends the open slices, innermost first, then the thread span, all at one stamp.
    fn close_open_thread(&mut self, local: &Local, at: Timestamp, flags: Flags) {
        for index in (0..self.slices.len()).rev() {
            self.close_slice(local, index, at, Flags::AUTO_CLOSED);
        }
        if self.events.has_any() {
            self.events.take_all(&mut self.attached);
        }
        emit::thread(self, local, at, flags);
        self.attached.clear();
        self.thread = 0;
    }

    pub(super) fn set_thread_attrs(&mut self, attrs: &[Attr<'_>]) {
        if self.thread != 0 {
            self.thread_attrs.set(attrs, THREAD_KEYS);
        }
    }

    // ---- passing it on ----

    /// What the next top-level slice of a copy links to.
    pub(super) fn inherited(&self, local: &Local) -> Previous {
        let open = match self.innermost(local) {
            (0, _) => self.previous,
            (innermost, _) => self
                .slices
                .outermost(innermost)
                .map_or(self.previous, Previous::own),
        };
        open.inherited()
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
