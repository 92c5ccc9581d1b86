//! A slice that ends with its scope.

use super::slot::{Slot, locked};
use crate::clock::Timestamp;
use crate::local::Current;
use crate::record::{Few, Flags};
use crate::{Attr, Stage, Value};

/// An open slice; it ends when the guard is dropped.
///
/// If the thread panics out of its scope, the slice is marked as an error. The guard borrows nothing: the context may
/// be moved, replaced or dropped meanwhile, then the slice has ended with it and the guard does nothing.
#[derive(Debug)]
#[must_use = "the slice ends when the guard is dropped; bind it to a name, as in `let _slice = …`"]
pub struct SliceGuard {
    slot: Option<&'static Slot>,
    id: u64,
    /// Of the context, so that only its own thread context is ever finished.
    generation: u32,
    thread_finish: bool,
}

impl SliceGuard {
    /// The guard of a slice that is not recorded.
    pub(super) const OFF: Self = Self {
        slot: None,
        id: 0,
        generation: 0,
        thread_finish: false,
    };

    #[inline(always)]
    pub(super) fn new(slot: &'static Slot, id: u64) -> Self {
        Self {
            slot: Some(slot),
            id,
            generation: slot.generation(),
            thread_finish: false,
        }
    }

    /// Whether the slice is recorded, so that its attributes are worth computing.
    #[must_use]
    #[inline]
    pub fn is_on(&self) -> bool {
        self.id != 0
    }

    /// Sets an attribute of the slice.
    pub fn attr<'a>(&self, key: &str, value: impl Into<Value<'a>>) -> &Self {
        self.attrs(&[(key, value.into())])
    }

    /// Sets attributes of the slice.
    pub fn attrs(&self, attrs: &[Attr<'_>]) -> &Self {
        if let Some(slot) = self.slot {
            slot.set_attrs(self.id, attrs);
        }
        self
    }

    /// Marks the slice as an error.
    pub fn fail(&self, message: &str) -> &Self {
        if let Some(slot) = self.slot {
            slot.fail(self.id, message);
        }
        self
    }

    /// Closes the thread context too when the slice ends.
    pub fn thread_finish(mut self) -> Self {
        self.thread_finish = true;
        self
    }

    /// Ends the slice now.
    pub fn end(self) {}

    /// Ends the slice at `at`.
    pub fn end_at(mut self, at: Timestamp) {
        self.finish(Some(at));
    }

    #[inline]
    fn finish(&mut self, at: Option<Timestamp>) {
        let Some(slot) = self.slot.take() else {
            return;
        };
        match (at, self.thread_finish) {
            (None, false) if self.id == 0 => {}
            (None, false) => slot.end(self.id),
            (None, true) => slot.end_finish(self.id, self.generation),
            (Some(_), finish) => {
                let finish = finish.then_some(self.generation);
                slot.end_more(self.id, at, Flags::none(), finish);
            }
        }
    }
}

impl Drop for SliceGuard {
    #[inline]
    fn drop(&mut self) {
        self.finish(None);
    }
}

/// What guards and traced functions do with a slot: they know it and the id of their slice, nothing else.
impl Slot {
    /// [`start`](Self::start) with attributes, unless the context is not the one of `generation` any more.
    #[inline(never)]
    #[expect(improper_ctypes_definitions, reason = "only Rust calls it")]
    pub(crate) extern "C" fn start_in(
        &'static self,
        generation: u32,
        stage: &'static Stage,
        attrs: &[Attr<'_>],
        at: Option<Timestamp>,
    ) -> u64 {
        let at = at.unwrap_or_else(Timestamp::now);
        self.start_one::<false>(generation, stage, attrs, at)
    }

    /// [`start_in`](Self::start_in) now. Inlined into whoever has the attributes; see [`Few`].
    #[inline(always)]
    pub(crate) fn start_with(
        &'static self,
        generation: u32,
        stage: &'static Stage,
        attrs: &[Attr<'_>],
    ) -> u64 {
        match Few::new(attrs) {
            Some(few) => self.start_for(generation, stage).set(&few),
            None => self.start_in(generation, stage, attrs, None),
        }
    }

    /// [`start_in`](Self::start_in) for the slice of a future, which is the innermost one of its context only while the
    /// future is polled.
    #[inline(never)]
    pub(crate) fn start_task(
        &'static self,
        generation: u32,
        stage: &'static Stage,
        attrs: &[Attr<'_>],
    ) -> u64 {
        self.start_one::<true>(generation, stage, attrs, Timestamp::now())
    }

    #[inline(always)]
    fn start_one<const TASK: bool>(
        &'static self,
        generation: u32,
        stage: &'static Stage,
        attrs: &[Attr<'_>],
        at: Timestamp,
    ) -> u64 {
        locked(self, |state, local| {
            if self.generation() != generation {
                return 0;
            }
            let Some(open) = state.start_slice(self, local, stage, at, TASK) else {
                return 0;
            };
            open.set_attrs(attrs);
            open.id
        })
    }

    /// A poll of the future with the slice `id` is over and `current` is still open inside of it; false if the slice
    /// itself is not open any more.
    #[cold]
    pub(crate) fn suspend(&'static self, id: u64, current: Current) -> bool {
        let mut state = self.lock();
        let Some(index) = state.slices.position(id) else {
            return false;
        };
        state.slices.get(index).suspended = current;
        true
    }

    /// What was current when the last poll of the future with the slice `id` was over, if it is still open.
    #[cold]
    pub(crate) fn resume(&'static self, id: u64) -> Current {
        let own = Current {
            slot: Some(self),
            id,
        };
        let mut state = self.lock();
        let Some(index) = state.slices.position(id) else {
            return own;
        };
        let inner = state.slices.get(index).suspended;
        drop(state);
        if inner
            .slot
            .is_some_and(|slot| slot.holder(inner.id).is_some())
        {
            inner
        } else {
            own
        }
    }

    /// Ends the slice `id` if it is still open, and closes the thread context of the context of generation `finish`.
    #[inline(never)]
    pub(crate) fn end_more(
        &'static self,
        id: u64,
        at: Option<Timestamp>,
        flags: Flags,
        finish: Option<u32>,
    ) {
        let at = at.unwrap_or_else(Timestamp::now);
        locked(self, |state, local| {
            state.end_own(local, id, at, flags);
            if finish == Some(self.generation()) {
                state.close_thread(local, at, Flags::none());
            }
        });
    }

    /// The generation of the context in which the slice `id` is open.
    pub(crate) fn holder(&self, id: u64) -> Option<u32> {
        let state = self.lock();
        state.slices.position(id).map(|_| self.generation())
    }

    /// Sets attributes of the slice `id` if it is still open.
    pub(crate) fn set_attrs(&'static self, id: u64, attrs: &[Attr<'_>]) {
        if id != 0 {
            locked(self, |state, local| {
                state.set_slice_attrs(local, id, attrs);
            });
        }
    }

    /// Marks the slice `id` as an error if it is still open.
    pub(crate) fn fail(&'static self, id: u64, message: &str) {
        self.lock().fail_slice(id, message);
    }
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Slot")
            .field("enabled", &self.is_enabled())
            .finish()
    }
}
