//! A slice that ends with its scope.

use super::slot::{Slot, locked};
use crate::clock::Timestamp;
use crate::record::Flags;
use crate::{Attr, Value};

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
        let Some(slot) = self.slot.take() else { return };
        if self.id != 0 || self.thread_finish {
            let finish = self.thread_finish.then_some(self.generation);
            slot.end(self.id, at, Flags::none(), finish);
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
    /// Opens a slice; 0 if there is no thread context.
    #[inline(never)]
    pub(crate) fn start(
        &'static self,
        stage: &'static crate::Stage,
        attrs: &[Attr<'_>],
        at: Option<Timestamp>,
    ) -> u64 {
        locked(self, |state, local| {
            state.start_slice(self, local, stage, attrs, at, false)
        })
    }

    /// Opens the slice of a future, unless the context is not the one of `generation` any more.
    pub(crate) fn start_task(
        &'static self,
        generation: u32,
        stage: &'static crate::Stage,
        attrs: &[Attr<'_>],
    ) -> u64 {
        locked(self, |state, local| {
            if self.generation() != generation {
                return 0;
            }
            state.start_slice(self, local, stage, attrs, None, true)
        })
    }

    /// Ends the slice `id` if it is still open, and closes the thread context of the context of generation `finish`.
    #[inline(never)]
    pub(crate) fn end(
        &'static self,
        id: u64,
        at: Option<Timestamp>,
        flags: Flags,
        finish: Option<u32>,
    ) {
        let at = at.unwrap_or_else(Timestamp::now);
        locked(self, |state, local| {
            let finish = finish == Some(self.generation());
            state.end_own(self, local, id, at, flags, finish);
        });
    }

    /// Sets attributes of the slice `id` if it is still open.
    pub(crate) fn set_attrs(&'static self, id: u64, attrs: &[Attr<'_>]) {
        if id != 0 {
            locked(self, |state, local| {
                state.set_slice_attrs(self, local, id, attrs);
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
