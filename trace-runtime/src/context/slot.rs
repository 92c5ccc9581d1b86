//! Slots: where the state of contexts lives. They are never freed, only recycled.
//!
//! So a guard or a future may keep a slot and a slice id without borrowing or counting anything: when the context is
//! long gone, the id is not found in the slot any more and nothing happens.

use std::sync::atomic::{AtomicU16, AtomicU32, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::lock::{Lock, Locked};
use super::state::State;
use crate::Stage;
use crate::clock::Timestamp;
use crate::local::{self, Kept, Local};

/// Slots are made so many at a time.
const SLAB: usize = 32;
/// A thread keeps at most so many free slots for itself.
const KEPT: usize = 64;

/// Slots share no cache line, as the contexts in them belong to different threads.
#[repr(align(64))]
pub(crate) struct Slot {
    /// The context's level + 1; 0 if it does not record. Read without the lock.
    gate: AtomicU16,
    /// Counts the contexts that have lived here.
    generation: AtomicU32,
    state: Lock<State>,
}

/// Free slots that no thread keeps.
pub(crate) static FREE: Mutex<Vec<&'static Slot>> = Mutex::new(Vec::new());
/// All slots there are.
pub(crate) static SLABS: Mutex<Vec<&'static [Slot]>> = Mutex::new(Vec::new());

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Slot {
    fn new() -> Self {
        Self {
            gate: AtomicU16::new(0),
            generation: AtomicU32::new(0),
            state: Lock::new(State::new()),
        }
    }

    /// A free slot. Its context does not record until [`Slot::open_gate`].
    pub(super) fn take() -> &'static Self {
        Kept::with(|kept| kept.slots.borrow_mut().pop())
            .flatten()
            .unwrap_or_else(Self::take_shared)
    }

    #[cold]
    fn take_shared() -> &'static Self {
        let shared = lock(&FREE).pop();
        let slot = shared.unwrap_or_else(Self::of_new_slab);
        let mut free = lock(&FREE);
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

    /// Lets slices through up to `level`; 0 lets none through.
    pub(super) fn open_gate(&self, level: u8) {
        let gate = if level == 0 { 0 } else { u16::from(level) + 1 };
        self.gate.store(gate, Relaxed);
    }

    /// Whether the context records.
    #[inline(always)]
    pub(crate) fn is_enabled(&self) -> bool {
        self.gate.load(Relaxed) != 0
    }

    /// Whether the context records slices of `stage`.
    #[inline(always)]
    pub(crate) fn passes(&self, stage: &Stage) -> bool {
        self.passes_level(stage.level())
    }

    #[inline(always)]
    pub(super) fn passes_level(&self, level: u8) -> bool {
        self.gate.load(Relaxed) > u16::from(level)
    }

    /// Tells contexts apart that have lived in this slot one after the other.
    #[inline(always)]
    pub(crate) fn generation(&self) -> u32 {
        self.generation.load(Relaxed)
    }

    #[inline(always)]
    pub(super) fn lock(&self) -> Locked<'_, State> {
        self.state.lock()
    }

    /// [`lock`](Self::lock), if nobody has it.
    #[inline(always)]
    pub(super) fn try_lock(&self) -> Option<Locked<'_, State>> {
        self.state.try_lock()
    }

    /// The end of a context: its slot is free again.
    #[inline(never)]
    pub(super) fn free(&'static self) {
        let mut state = self.lock();
        if state.has_open() {
            local::with(|local| state.drop_open(local, Timestamp::now()));
        }
        self.gate.store(0, Relaxed);
        self.generation
            .store(self.generation().wrapping_add(1), Relaxed);
        state.clear();
        drop(state);
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
    let open = slots.filter(|slot| slot.is_enabled() && slot.lock().has_open());
    open.count() as u64
}

/// In the child of a fork: every context that was inherited from the parent is disabled for good.
///
/// # Safety
/// The calling thread is the only one of the process, and it is not inside any call of this crate.
pub(crate) unsafe fn disable_all(slabs: &[&'static [Slot]]) {
    for slot in slabs.iter().copied().flatten() {
        slot.gate.store(0, Relaxed);
        slot.generation
            .store(slot.generation().wrapping_add(1), Relaxed);
        // SAFETY: as the caller says.
        unsafe { slot.state.renew(State::new()) };
    }
}

/// Runs `f` with the calling thread's state and the state of the slot's context.
#[inline(always)]
pub(super) fn locked<R>(slot: &'static Slot, f: impl FnOnce(&mut State, &Local) -> R) -> R {
    local::with(|local| f(&mut slot.lock(), local))
}
