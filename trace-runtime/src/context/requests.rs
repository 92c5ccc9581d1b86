//! What happens to requests and thread contexts: their beginning, their end, what ends with them.
//!
//! The rules are SGLang's with the repairs that this project made to them; `tests/vectors` holds them as recorded
//! examples.

use super::emit;
use super::state::{Phase, State, TraceId};
use crate::clock::Timestamp;
use crate::local::{Kept, Local};
use crate::record::Flags;
use crate::record::decode::{REQUEST_KEYS, THREAD_KEYS};
use crate::{Attr, ledger};

impl State {
    // ---- the request ----

    pub(super) fn req_start(&mut self, local: &Local, at: Timestamp) {
        if self.phase != Phase::New {
            return ledger::misuse();
        }
        if self.trace_id.get() == 0 {
            self.trace_id = TraceId::new(local.ids.trace());
        }
        self.phase = Phase::Started;
        self.root_failed = false;
        self.root = local.ids.span();
        self.request.start = at;
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
        let flags = flags.with_if(Flags::ERROR, self.root_failed);
        emit::root(self, local, at, flags);
        self.root_attrs.clear();
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
        self.identify(local);
    }

    /// Takes on the identity of the calling thread.
    #[inline(always)]
    pub(super) fn identify(&mut self, local: &Local) {
        let identity = local.identity.get();
        if identity == 0 || identity != self.thread_identity_of {
            self.identify_anew(local);
        }
        self.identified = true;
    }

    #[cold]
    #[inline(never)]
    fn identify_anew(&mut self, local: &Local) {
        Kept::with_identity(local, |words| {
            self.thread_identity.clear();
            self.thread_identity.extend_from_slice(words);
        });
        self.thread_identity_of = local.identity.get();
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
        if self.more {
            self.events.take_all(&mut self.attached);
        }
        emit::thread(self, local, at, flags);
        if self.more {
            self.attached.clear();
            self.look_for_more();
        }
        self.thread = 0;
    }

    pub(super) fn set_thread_attrs(&mut self, attrs: &[Attr<'_>]) {
        if self.thread != 0 {
            self.thread_attrs.set(attrs, THREAD_KEYS);
        }
    }
}
