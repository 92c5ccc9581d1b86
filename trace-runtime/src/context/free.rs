//! Free slots: every thread keeps some, the others are there for all.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::lock::Locked;
use super::slot::Slot;
use super::state::State;
use crate::local::Kept;

/// Slots are made so many at a time.
const SLAB: usize = 32;
/// A thread keeps at most so many free slots for itself.
const KEPT: usize = 64;
/// A thread that takes a slot asks for the lines of the one that is so many from the end of its list: another core may
/// have them.
const AHEAD: usize = 4;

/// Free slots that no thread keeps.
pub(crate) static FREE: Mutex<Vec<&'static Slot>> = Mutex::new(Vec::new());
/// All slots there are.
pub(crate) static SLABS: Mutex<Vec<&'static [Slot]>> = Mutex::new(Vec::new());

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Slot {
    /// A free slot, in which a context is to begin. That does not record before [`Slot::open_gate`].
    #[inline(always)]
    pub(super) fn take() -> (&'static Self, Locked<'static, State>) {
        let kept = Kept::with(|kept| {
            let mut slots = kept.slots.borrow_mut();
            if let Some(soon) = slots.len().checked_sub(AHEAD) {
                slots[soon].ask_to_begin();
            }
            slots.pop()
        });
        let slot = kept.flatten().unwrap_or_else(Self::take_shared);
        (slot, slot.lock())
    }

    #[cold]
    fn take_shared() -> &'static Self {
        let mut free = lock(&FREE);
        let Some(slot) = free.pop() else {
            drop(free);
            return Self::of_new_slab();
        };
        let left = free.len().saturating_sub(KEPT / 2);
        Kept::with(|kept| kept.slots.borrow_mut().extend(free.drain(left..)));
        slot
    }

    fn of_new_slab() -> &'static Self {
        let slab: &'static [Self] = Box::leak((0..SLAB).map(|_| Self::new()).collect());
        lock(&SLABS).push(slab);
        lock(&FREE).extend(&slab[1..]);
        &slab[0]
    }

    /// Leaves it to the next context.
    #[inline(always)]
    pub(super) fn leave(&'static self) {
        let kept = Kept::with(|kept| {
            let mut slots = kept.slots.borrow_mut();
            slots.push(self);
            if slots.len() > KEPT {
                lock(&FREE).extend(slots.drain(KEPT / 2..));
            }
        });
        if kept.is_none() {
            lock(&FREE).push(self);
        }
    }
}

/// Gives slots that a thread has kept to everybody.
pub(crate) fn give_back(slots: &mut Vec<&'static Slot>) {
    if !slots.is_empty() {
        lock(&FREE).append(slots);
    }
}

/// How many contexts of this process have something open now.
pub(crate) fn open_contexts() -> u64 {
    // Nobody waits for a slot with the list locked: whoever has a slot may be waiting for the list.
    let slabs = lock(&SLABS).clone();
    let slots = slabs.into_iter().flatten();
    slots.filter(|slot| slot.has_open()).count() as u64
}

/// In the child of a fork: every context that was inherited from the parent is disabled for good.
///
/// # Safety
/// The calling thread is the only one of the process, and it is not inside any call of this crate.
pub(crate) unsafe fn disable_all(slabs: &[&'static [Slot]]) {
    for slot in slabs.iter().copied().flatten() {
        // SAFETY: as the caller says.
        unsafe { slot.disable() };
    }
}
