//! The slice of a future, from its first poll to its completion or its drop.
//!
//! Around every poll the slice is made the current one of the thread, and what was current before is put back: so
//! futures that are polled side by side get the right parents, and nothing of a thread stays behind when the future
//! moves to another one. A slice that a poll leaves open inside of this one is current again in the next poll.
//!
//! Nothing here is generic and nothing but the test in front of a call is inlined. What was current before a poll is
//! kept in the future and not on the stack, so that a panic finds it in [`Task`]'s drop and the poll of an `async fn`
//! does without a landing pad on our account.

use std::fmt;
use std::mem::ManuallyDrop;
use std::panic::RefUnwindSafe;

use super::door::Handle;
use super::gate::Gate;
use crate::context::Slot;
use crate::local::{self, Current, Kept};
use crate::record::Flags;
use crate::{Attr, Stage, Value};

/// The slice of a future.
pub struct Task {
    /// Of the context, for as long as there is something to do.
    slot: Option<&'static Slot>,
    stage: &'static Stage,
    state: State,
    /// Of the slice; 0 while it is not open.
    id: u64,
    /// What was current on the thread before the poll that is going on.
    outer: Current,
    /// Some only as long as it has a slot and has not been polled; taken then, or when it is abandoned. So its drop is none
    /// of its own, which would be another landing pad in every future.
    attrs: ManuallyDrop<Option<Box<OwnedAttrs>>>,
}

/// What else there is to know, in one word, because every future stores it where it is made.
#[derive(Clone, Copy)]
struct State(u64);

impl State {
    /// The context records the stage.
    const ON: u64 = 1;
    /// The thread context ends with the slice.
    const FINISH: u64 = 1 << 1;
    /// It has been polled.
    const BEGUN: u64 = 1 << 2;
    /// It is being polled.
    const POLLED: u64 = 1 << 3;
    /// The last poll has left a slice open inside of this one.
    const INNER: u64 = 1 << 4;
    /// The poll that is going on is inside of one of another traced future.
    const IN_TASK: u64 = 1 << 5;
    /// The context is known by its generation, which is in the upper half: there may be another one in the slot later.
    const KNOWN: u64 = 1 << 6;

    #[inline(always)]
    const fn has(self, flag: u64) -> bool {
        self.0 & flag != 0
    }

    fn set(&mut self, flag: u64, value: bool) {
        self.0 = if value { self.0 | flag } else { self.0 & !flag };
    }

    fn know(&mut self, generation: u32) {
        if !self.has(Self::KNOWN) {
            self.0 |= Self::KNOWN | u64::from(generation) << 32;
        }
    }

    const fn generation(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

/// A traced future is as unwind safe as it is without the attribute: nothing panics while a slot is locked, so that a
/// panic finds and leaves it whole.
impl RefUnwindSafe for Slot {}

/// Attributes that wait for the first poll.
#[derive(Debug)]
pub(super) struct OwnedAttrs(Vec<(&'static str, Value<'static>)>);

impl OwnedAttrs {
    pub(super) fn new(attrs: &[(&'static str, Value<'_>)]) -> Box<Self> {
        let owned = attrs
            .iter()
            .map(|(key, value)| (*key, value.clone().into_owned()));
        Box::new(Self(owned.collect()))
    }
}

impl Task {
    /// For a future that is polled at once.
    #[inline(always)]
    pub(super) fn now(slot: Option<&'static Slot>, stage: &'static Stage) -> Self {
        Self::new(slot, stage, State(State::ON))
    }

    /// For a future that may be polled at any time, or never. Attributes are kept only if there is something to do with
    /// them.
    #[inline(never)]
    pub(super) fn later(gate: Gate, attrs: Option<Box<OwnedAttrs>>) -> Self {
        let mut state = State(0);
        state.set(State::ON, gate.on);
        state.set(State::FINISH, gate.finish);
        let slot = gate.slot.filter(|_| gate.on || gate.finish);
        state.know(gate.generation);
        let mut task = Self::new(slot, gate.stage, state);
        *task.attrs = attrs.filter(|_| slot.is_some());
        task
    }

    #[inline(always)]
    const fn new(slot: Option<&'static Slot>, stage: &'static Stage, state: State) -> Self {
        Self {
            slot,
            stage,
            state,
            id: 0,
            outer: Current::NONE,
            attrs: ManuallyDrop::new(None),
        }
    }

    /// Whether there is something to do around polls.
    #[inline(always)]
    pub fn is_on(&self) -> bool {
        self.slot.is_some()
    }

    /// Before a poll.
    #[inline(always)]
    pub(super) fn enter(&mut self) {
        if self.is_on() {
            enter(self);
        }
    }

    /// After a poll that did not panic.
    #[inline(always)]
    pub(super) fn leave(&mut self, completed: bool) {
        if self.is_on() {
            leave(self, completed);
        }
    }

    /// The poll has panicked, or the future is dropped before it has completed.
    #[inline(always)]
    pub(super) fn abandon(&mut self) {
        if self.is_on() {
            abandon(self);
        }
    }

    /// The slice while it is open.
    #[inline(always)]
    pub(super) fn slice(&self) -> Handle {
        Handle {
            slot: self.slot,
            id: self.id,
        }
    }

    fn open(&mut self, slot: &'static Slot) {
        self.state.know(slot.generation());
        let attrs = self.attrs.take();
        let attrs: &[Attr<'_>] = attrs.as_ref().map_or(&[], |attrs| &attrs.0);
        if self.state.has(State::ON) {
            self.id = slot.start_task(self.state.generation(), self.stage, attrs);
        }
    }

    fn put_back(&mut self, slot: &'static Slot) {
        self.state.set(State::POLLED, false);
        if self.id == 0 {
            return;
        }
        Kept::with(|kept| kept.tasks.borrow_mut().pop());
        let current = local::with(|local| {
            local.in_task.set(self.state.has(State::IN_TASK));
            local.replace_current(self.outer)
        });
        let inner = current.id != self.id && slot.suspend(self.id, current);
        self.state.set(State::INNER, inner);
    }

    fn end(&mut self, slot: &'static Slot) {
        self.slot = None;
        let finish = self
            .state
            .has(State::FINISH)
            .then_some(self.state.generation());
        slot.end_more(self.id, None, Flags::none(), finish);
    }
}

#[inline(never)]
extern "C" fn enter(task: &mut Task) {
    let Some(slot) = task.slot else { return };
    if !task.state.has(State::BEGUN) {
        task.open(slot);
    }
    task.state.set(State::BEGUN | State::POLLED, true);
    if task.id == 0 {
        return;
    }
    let current = if task.state.has(State::INNER) {
        slot.resume(task.id)
    } else {
        Current {
            slot: Some(slot),
            id: task.id,
        }
    };
    Kept::with(|kept| kept.tasks.borrow_mut().push(task.id));
    let in_task = local::with(|local| {
        task.outer = local.replace_current(current);
        local.in_task.replace(true)
    });
    task.state.set(State::IN_TASK, in_task);
}

#[inline(never)]
extern "C" fn leave(task: &mut Task, completed: bool) {
    let Some(slot) = task.slot else { return };
    task.put_back(slot);
    if completed {
        task.end(slot);
    }
}

#[cold]
#[inline(never)]
extern "C" fn abandon(task: &mut Task) {
    let Some(slot) = task.slot else { return };
    drop(task.attrs.take());
    if task.state.has(State::POLLED) {
        task.put_back(slot);
    } else if task.state.has(State::BEGUN) {
        let cancelled: [Attr<'_>; 1] = [("cancelled", Value::Bool(true))];
        slot.set_attrs(task.id, &cancelled);
    } else {
        return; // never polled: there is nothing to tell
    }
    task.end(slot);
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task")
            .field("stage", self.stage)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Drop for Task {
    #[inline(always)]
    fn drop(&mut self) {
        self.abandon();
    }
}
