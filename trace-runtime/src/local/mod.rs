//! What a thread has for itself: its end of a chunk, its id generator, the slice that is open on it.
//!
//! This half of it needs no destructor, so that the recording path finds it at a fixed place and need not ask whether
//! it is still there; [`Kept`] is the half that is given up when the thread exits.
//!
//! Invariant of the `unsafe` in this file: what `LOCAL.with` has found is not taken away before `f` returns, because no
//! thread-local value is given up in between, and the reference stays on its thread, because [`Local`] is not `Sync`.

mod kept;

use std::cell::Cell;
use std::ptr;

pub(crate) use kept::Kept;

use crate::buffer::{POOL, Writer};
use crate::context::Slot;
use crate::ids::Ids;
use crate::sync::CHUNK_WORDS;

/// The innermost slice that is open on a thread.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct Current {
    pub(crate) slot: Option<&'static Slot>,
    pub(crate) id: u64,
}

impl Current {
    pub(crate) const NONE: Self = Self { slot: None, id: 0 };
}

/// The two words of [`current`](Self::current) are not neighbours, so that they are never read as one: written as two and
/// read as one, they would come back only when all that was stored before has reached the cache.
#[repr(C)]
pub(crate) struct Local {
    current_slot: Cell<Option<&'static Slot>>,
    pub(crate) writer: Writer,
    pub(crate) ids: Ids,
    current_id: Cell<u64>,
    /// Tells the identity of this thread from all other ones, and from its own former ones; 0 if it is not known yet.
    pub(crate) identity: Cell<u64>,
    /// Whether a traced future is being polled: then parents are looked for among [`Kept::tasks`] first.
    pub(crate) in_task: Cell<bool>,
}

thread_local! {
    static LOCAL: Local = const { Local::new() };
}

/// Runs `f` with the calling thread's state.
#[inline(always)]
pub(crate) fn with<R>(f: impl FnOnce(&Local) -> R) -> R {
    const { assert!(!std::mem::needs_drop::<Local>()) };
    let local = LOCAL.with(ptr::from_ref);
    // SAFETY: it stays where it is until `f` returns, see the head of this file.
    f(unsafe { &*local })
}

impl Local {
    const fn new() -> Self {
        Self {
            current_slot: Cell::new(None),
            writer: Writer::new(),
            ids: Ids::new(),
            current_id: Cell::new(0),
            identity: Cell::new(0),
            in_task: Cell::new(false),
        }
    }

    /// The innermost slice that was opened on this thread and is not known to be closed.
    #[inline(always)]
    pub(crate) fn current(&self) -> Current {
        Current {
            slot: self.current_slot.get(),
            id: self.current_id.get(),
        }
    }

    /// From now on this is [`current`](Self::current), which was what is returned.
    #[inline(always)]
    pub(crate) fn replace_current(&self, current: Current) -> Current {
        Current {
            slot: self.current_slot.replace(current.slot),
            id: self.current_id.replace(current.id),
        }
    }

    /// `outer` takes the place of the slice `id` if that is current.
    #[inline(always)]
    pub(crate) fn leave(&self, id: u64, outer: Current) {
        if self.current_id.get() == id {
            self.replace_current(outer);
        }
    }

    /// Leaves a record for the collector: `parts` one behind the other, `len` words in all. Without memory for it, it is
    /// counted as dropped.
    pub(crate) fn push(&self, len: usize, parts: &[&[u64]]) {
        if self.writer.write(len, parts) {
            return;
        }
        // A thread that is being torn down would not seal another chunk.
        let renew = |kept: &Kept| self.writer.renew(&POOL, &kept.chunk);
        if len > CHUNK_WORDS || Kept::with(renew).is_none() {
            let words = parts.iter().copied().flatten();
            let _counted_there = POOL.post(words.copied().collect());
            return;
        }
        self.writer.write(len, parts);
    }

    /// Makes the state as new in the child of a fork, where everything in it belongs to the parent.
    pub(crate) fn forget(&self) {
        self.writer.forget();
        self.ids.forget();
        self.replace_current(Current::NONE);
        self.in_task.set(false);
        self.identity.set(0);
        Kept::with(Kept::forget);
    }
}
