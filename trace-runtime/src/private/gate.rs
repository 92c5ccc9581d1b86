//! The context that let a slice through, for what has to be computed only then.

use super::covered::Cover;
use super::door::{Entered, current, slot_of};
use crate::context::Slot;
use crate::{Attr, Stage, TraceContext, Value};

/// Whether a context records a stage. It borrows nothing and may be kept for as long as one likes.
#[derive(Clone, Copy, Debug)]
pub struct Gate {
    pub(super) slot: Option<&'static Slot>,
    pub(super) stage: &'static Stage,
    pub(super) on: bool,
    /// Of the context in the slot, which may be another one later.
    pub(super) generation: u32,
    pub(super) finish: bool,
}

impl Gate {
    #[inline(always)]
    fn new(slot: Option<&'static Slot>, stage: &'static Stage) -> Self {
        Self {
            slot,
            stage,
            on: slot.is_some_and(|slot| slot.passes(stage)),
            generation: slot.map_or(0, Slot::generation),
            finish: false,
        }
    }

    /// Whether the slice will be recorded, so that its attributes are worth computing.
    #[must_use]
    #[inline(always)]
    pub fn is_on(&self) -> bool {
        self.on
    }

    /// Opens the slice.
    #[inline(never)]
    #[must_use]
    pub fn enter_with(&self, attrs: &[Attr<'_>]) -> Entered {
        match self.slot {
            Some(slot) if self.on => {
                self.entered(slot.start_in(self.generation, self.stage, attrs, false))
            }
            _ => self.entered(0),
        }
    }

    /// What is entered if the slice is not recorded.
    #[inline(always)]
    #[must_use]
    pub fn off(&self) -> Entered {
        if self.finish {
            self.entered(0)
        } else {
            Entered::OFF
        }
    }

    /// What is entered with the slice `id`; 0 if it is not recorded.
    ///
    /// Never the base of a struct update: that would be dropped at once, and end what has just begun.
    #[inline(always)]
    fn entered(&self, id: u64) -> Entered {
        Entered {
            slot: self.slot,
            id,
            finish: self.finish.then_some(self.generation),
        }
    }

    /// For a future that opens the slice when it is first polled.
    #[inline(always)]
    #[must_use]
    pub fn cover(self) -> Cover {
        Cover::new(self, None)
    }

    /// [`cover`](Self::cover) with attributes, which are there when the future is made.
    #[must_use]
    pub fn cover_with(self, attrs: &[(&'static str, Value<'_>)]) -> Cover {
        let owned = attrs
            .iter()
            .map(|(key, value)| (*key, value.clone().into_owned()))
            .collect();
        Cover::new(self, Some(owned))
    }

    /// Opens the slice of a future: it is not the innermost one of its context but while the future is polled.
    #[inline(never)]
    #[must_use]
    pub fn enter_task_with(&self, attrs: &[Attr<'_>]) -> Entered {
        let Some(slot) = self.slot else {
            return Entered::OFF;
        };
        let id = if self.on {
            slot.start_in(self.generation, self.stage, attrs, true)
        } else {
            0
        };
        self.entered(id)
    }
}

/// Whether `ctx` records `stage`.
#[inline(always)]
pub fn gate(ctx: Option<&TraceContext>, stage: &'static Stage) -> Gate {
    Gate::new(slot_of(ctx), stage)
}

/// [`gate`] for a function that closes the thread context at its end.
#[inline]
pub fn gate_finish(ctx: Option<&TraceContext>, stage: &'static Stage) -> Gate {
    Gate {
        finish: true,
        ..gate(ctx, stage)
    }
}

/// [`gate`] for the context of the slice that is open on this thread or task.
#[inline]
#[must_use]
pub fn gate_current(stage: &'static Stage) -> Gate {
    Gate::new(current(), stage)
}
