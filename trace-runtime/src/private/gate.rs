//! The context that let a slice through, for what has to be computed only then.

use std::mem;

use super::door::{Entered, Found, Handle, current, slot_of};
use super::task::{OwnedAttrs, Task};
use crate::context::Slot;
use crate::{Attr, Stage, TraceContext, Value};

/// Whether a context records a stage. It borrows nothing and may be kept for as long as one likes.
#[derive(Clone, Copy, Debug)]
pub struct Gate {
    pub(super) slot: Option<&'static Slot>,
    pub(super) stage: &'static Stage,
    pub(super) on: bool,
    /// Of the context in the slot, which may be another one when attributes have been computed.
    pub(super) generation: u32,
    pub(super) finish: bool,
}

impl Gate {
    #[inline(always)]
    fn new(found: Found, stage: &'static Stage, finish: bool) -> Self {
        let Found { slot, generation } = found;
        Self {
            slot,
            stage,
            on: slot.is_some_and(|slot| slot.passes(stage)),
            generation,
            finish,
        }
    }

    /// For a context that the caller holds, so that nobody ends it meanwhile.
    #[inline(always)]
    fn of(ctx: Option<&TraceContext>, stage: &'static Stage, finish: bool) -> Self {
        let slot = slot_of(ctx);
        let generation = slot.map_or(0, Slot::generation);
        Self::new(Found { slot, generation }, stage, finish)
    }

    /// Whether the slice will be recorded, so that its attributes are worth computing.
    #[must_use]
    #[inline(always)]
    pub fn is_on(&self) -> bool {
        self.on
    }

    /// Opens the slice.
    #[inline(never)]
    pub(super) fn enter(&self) -> Entered {
        self.entered(match self.slot {
            Some(slot) if self.on => slot.start_in(self.generation, self.stage, &[], None),
            _ => 0,
        })
    }

    /// Opens the slice with attributes.
    #[inline(always)]
    #[must_use]
    pub fn enter_with<const N: usize>(&self, attrs: [Attr<'_>; N]) -> Entered {
        let id = match self.slot {
            Some(slot) if self.on => slot.start_with(self.generation, self.stage, &attrs),
            _ => 0,
        };
        if !any_owns(&attrs) {
            // Nothing is freed, but dropping an array would be a loop of calls that the compiler leaves in.
            mem::forget(attrs);
        }
        self.entered(id)
    }

    /// What is entered if the slice is not recorded.
    #[inline(always)]
    #[must_use]
    pub fn off(&self) -> Entered {
        self.entered(0)
    }

    /// What is entered with the slice `id`; 0 if it is not recorded.
    #[inline(always)]
    fn entered(&self, id: u64) -> Entered {
        Entered {
            on: id != 0,
            slice: Handle {
                slot: self.slot,
                id,
            },
            finish: self.finish.then_some(self.generation),
        }
    }

    /// For a future, which opens the slice when it is first polled.
    #[inline(always)]
    #[must_use]
    pub fn task(self) -> Task {
        Task::later(self, None)
    }

    /// [`task`](Self::task) with attributes, which are there before.
    #[inline(never)]
    #[must_use]
    pub fn task_with(self, attrs: &[(&'static str, Value<'_>)]) -> Task {
        Task::later(self, Some(OwnedAttrs::new(attrs)))
    }
}

/// Whether an attribute has memory of its own, as far as that is known without a loop.
#[inline(always)]
fn any_owns(attrs: &[Attr<'_>]) -> bool {
    match attrs {
        [] => false,
        [(_, a)] => a.owns(),
        [(_, a), (_, b)] => a.owns() || b.owns(),
        [(_, a), (_, b), (_, c)] => a.owns() || b.owns() || c.owns(),
        [(_, a), (_, b), (_, c), (_, d)] => a.owns() || b.owns() || c.owns() || d.owns(),
        _ => true,
    }
}

/// The slice of `stage` in `ctx` for a future that is polled at once.
#[inline(always)]
pub fn task(ctx: Option<&TraceContext>, stage: &'static Stage) -> Task {
    Task::now(slot_of(ctx).filter(|slot| slot.passes(stage)), stage)
}

/// [`task`] for a future that closes the thread context at its end.
#[inline]
pub fn task_finish(ctx: Option<&TraceContext>, stage: &'static Stage) -> Task {
    gate_finish(ctx, stage).task()
}

/// [`task`] in the context of the slice that is open on this thread or task.
#[inline]
#[must_use]
pub fn task_current(stage: &'static Stage) -> Task {
    gate_current(stage).task()
}

/// Whether `ctx` records `stage`.
#[inline(always)]
pub fn gate(ctx: Option<&TraceContext>, stage: &'static Stage) -> Gate {
    Gate::of(ctx, stage, false)
}

/// [`gate`] for a function that closes the thread context at its end.
#[inline]
pub fn gate_finish(ctx: Option<&TraceContext>, stage: &'static Stage) -> Gate {
    Gate::of(ctx, stage, true)
}

/// [`gate`] for the context of the slice that is open on this thread or task.
#[inline]
#[must_use]
pub fn gate_current(stage: &'static Stage) -> Gate {
    Gate::new(current(), stage, false)
}
