//! Slots: where the state of contexts lives. They are never freed, only recycled.
//!
//! So a guard or a future may keep a slot and a slice id without borrowing or counting anything: when the context is
//! long gone, the id is not found in the slot any more and nothing happens.

use std::mem::{align_of, offset_of, size_of};
use std::ptr;
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering::Relaxed};

use super::ahead;
use super::lock::{Lock, Locked};
use super::state::State;
use crate::Stage;
use crate::clock::Timestamp;
use crate::local::{self, Local};

/// Slots share no cache line, as the contexts in them belong to different threads. They do not share a pair of lines
/// either: a processor that fetches one line of 64 bytes may fetch the one beside it.
///
/// A context that is handed on takes lines of its slot along to another core, so the fields have their places; see [`State`].
#[repr(C, align(128))]
pub(crate) struct Slot {
    /// The context's level + 1; 0 if it does not record. Read without the lock.
    gate: AtomicU16,
    /// Counts the contexts that have lived here.
    generation: AtomicU32,
    state: Lock<State>,
}

const LINE: usize = 64;

const _: () = {
    // Behind the byte of its lock, as soon as its alignment allows.
    let state = offset_of!(Slot, state) + align_of::<State>();
    let copies = state + State::FOR_COPIES == LINE;
    let threads = state + State::FOR_THREADS == 2 * LINE;
    let size = size_of::<Slot>() == 6 * LINE;
    assert!((copies && threads && size) || cfg!(not(target_pointer_width = "64")));
};

impl Slot {
    pub(super) fn new() -> Self {
        Self {
            gate: AtomicU16::new(0),
            generation: AtomicU32::new(0),
            state: Lock::new(State::new()),
        }
    }

    /// Asks for the line of the lock and of what every record needs.
    #[inline(always)]
    pub(super) fn ask_to_record(&self) {
        ahead::for_writing(ptr::from_ref(self).cast());
    }

    /// Asks for what is written when a context begins: that line and the next.
    #[inline(always)]
    pub(super) fn ask_to_begin(&self) {
        self.ask_to_record();
        ahead::for_writing(ptr::from_ref(self).cast::<u8>().wrapping_add(LINE));
    }

    /// Lets slices through up to `level`; 0 lets none through.
    pub(super) fn open_gate(&self, level: u8) {
        let gate = if level == 0 { 0 } else { u16::from(level) + 1 };
        self.gate.store(gate, Relaxed);
    }

    fn shut_gate(&self) {
        self.gate.store(0, Relaxed);
        self.generation
            .store(self.generation().wrapping_add(1), Relaxed);
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

    /// Opens a thread context on the calling thread, if the context records. Looks for that with the lock taken, because a
    /// look before would fetch the slot once more.
    #[inline(always)]
    pub(super) fn rebuild(&'static self, at: Timestamp) {
        locked(self, |state, local| {
            if self.is_enabled() {
                state.rebuild(local, at);
            }
        });
    }

    /// Whether the context has something open.
    pub(super) fn has_open(&self) -> bool {
        self.is_enabled() && self.lock().has_open()
    }

    /// The end of a context: its slot is free again.
    #[inline(never)]
    pub(super) fn free(&'static self) {
        let mut state = self.lock();
        if state.has_open() {
            local::with(|local| state.drop_open(local, Timestamp::now()));
        }
        self.shut_gate();
        state.end();
        drop(state);
        self.leave();
    }

    /// In the child of a fork: no context records here before one begins in the child.
    ///
    /// # Safety
    /// The calling thread is the only one of the process, and it is not inside any call of this crate.
    pub(super) unsafe fn disable(&self) {
        self.shut_gate();
        // SAFETY: as the caller says.
        unsafe { self.state.renew(State::new()) };
    }
}

/// Runs `f` with the calling thread's state and the state of the slot's context.
#[inline(always)]
pub(super) fn locked<R>(slot: &'static Slot, f: impl FnOnce(&mut State, &Local) -> R) -> R {
    local::with(|local| f(&mut slot.lock(), local))
}
