//! The slice of a traced function: one guard in front of the body.
//!
//! The guard borrows nothing, so the body may move, replace or drop what `ctx = EXPR` named: it keeps the slot and the
//! id of its slice, and an id that is not open any more is ignored.
//!
//! What is out of line is `extern "C"`: it does not unwind, and the compiler knows, so that a traced function gets no
//! landing pads on its account. The recording path runs no user code and has nothing to panic about.

use std::fmt::{self, Display, Write};
use std::pin::Pin;

use crate::context::Slot;
use crate::local::{self, Current, Local};
use crate::{Attr, Stage, TraceContext, Value};

/// A slice that is being recorded, or none.
#[derive(Clone, Copy, Debug)]
pub struct Handle {
    pub(super) slot: Option<&'static Slot>,
    /// 0 if the slice is not recorded.
    pub(super) id: u64,
}

impl Handle {
    /// Whether the slice is recorded.
    #[inline(always)]
    pub(super) fn is_on(self) -> bool {
        self.id != 0
    }

    /// Sets an attribute of the slice.
    pub fn attr(&self, key: &'static str, value: Value<'_>) {
        self.attrs(&[(key, value)]);
    }

    pub(super) fn attrs(self, attrs: &[Attr<'_>]) {
        if let Some(slot) = self.slot {
            slot.set_attrs(self.id, attrs);
        }
    }

    /// Marks the slice as an error.
    #[cold]
    pub fn fail(&self, message: &dyn Display) {
        let Some(slot) = self.slot else { return };
        let mut text = String::new();
        // A `Display` that fails leaves what it has written so far.
        let _written: fmt::Result = write!(text, "{message}");
        slot.fail(self.id, &text);
    }
}

/// The slice of a traced function; it ends when this is dropped.
#[derive(Debug)]
pub struct Entered {
    pub(super) slice: Handle,
    /// Whether there may be a slice to end. Apart from `slice`, so that the compiler sees that both ends are skipped or none.
    pub(super) on: bool,
    /// The generation of the context whose thread context ends with the slice.
    pub(super) finish: Option<u32>,
}

impl Entered {
    /// Runs the body of a function whose result is looked at.
    ///
    /// The body is an argument of its own, so that it is an `FnOnce` and may return borrows of what it captures.
    #[inline(always)]
    pub fn run<R>(&self, body: impl FnOnce() -> R, then: impl FnOnce(&Handle, &R)) -> R {
        let result = body();
        if self.slice.is_on() {
            then(&self.slice, &result);
        }
        result
    }
}

impl Drop for Entered {
    #[inline(always)]
    fn drop(&mut self) {
        match self.finish {
            None if self.on => end(self.slice.slot, self.slice.id),
            None => {}
            Some(generation) => end_finish(self.slice.slot, self.slice.id, generation),
        }
    }
}

#[inline(always)]
fn end(slot: Option<&'static Slot>, id: u64) {
    if let Some(slot) = slot {
        slot.end(id);
    }
}

#[inline(always)]
fn end_finish(slot: Option<&'static Slot>, id: u64, generation: u32) {
    if let Some(slot) = slot {
        slot.end_finish(id, generation);
    }
}

/// Opens the slice of `stage` in `ctx`, if it records it.
#[inline(always)]
pub fn enter(ctx: Option<&TraceContext>, stage: &'static Stage) -> Entered {
    entered(slot_of(ctx), stage)
}

/// [`enter`], and closes the thread context when the slice ends, also if the slice itself is not recorded.
#[inline]
pub fn enter_finish(ctx: Option<&TraceContext>, stage: &'static Stage) -> Entered {
    super::gate_finish(ctx, stage).enter()
}

/// Opens the slice of `stage` in the context of the slice that is open on this thread or task.
#[inline]
pub fn enter_current(stage: &'static Stage) -> Entered {
    let gate = super::gate_current(stage);
    if gate.is_on() {
        gate.enter()
    } else {
        gate.off()
    }
}

#[inline(always)]
fn entered(slot: Option<&'static Slot>, stage: &'static Stage) -> Entered {
    match slot {
        Some(slot) if slot.passes(stage) => {
            let Current { slot, id } = slot.start(stage);
            Entered {
                slice: Handle { slot, id },
                on: true,
                finish: None,
            }
        }
        _ => Entered {
            slice: Handle { slot: None, id: 0 },
            on: false,
            finish: None,
        },
    }
}

#[inline(always)]
pub(super) fn slot_of(ctx: Option<&TraceContext>) -> Option<&'static Slot> {
    ctx?.slot()
}

/// A context that another thread may end at any time; what is in the slot then is not of this generation.
#[repr(C)]
pub(super) struct Found {
    pub(super) slot: Option<&'static Slot>,
    pub(super) generation: u32,
}

/// The context of the slice that is open on this thread.
#[inline(never)]
pub(super) extern "C" fn current() -> Found {
    let current = local::with(Local::current);
    let generation = current.slot.and_then(|slot| slot.holder(current.id));
    Found {
        slot: current.slot.filter(|_| generation.is_some()),
        generation: generation.unwrap_or(0),
    }
}

/// Runs a body that makes a future; see [`Entered::run`].
#[inline(always)]
pub fn body<R>(body: impl FnOnce() -> R) -> R {
    body()
}

/// `Box::pin`, whatever `Box` is where it is used.
#[inline(always)]
pub fn pin<T>(value: T) -> Pin<Box<T>> {
    Box::pin(value)
}

/// `Box::new`, whatever `Box` is where it is used.
#[inline(always)]
pub fn boxed<T>(value: T) -> Box<T> {
    Box::new(value)
}

/// Stands for a value of the return type in a branch that is never taken.
#[cold]
#[must_use]
pub fn never<R>() -> R {
    unreachable!("only expansions call this, in a branch that is never taken")
}
