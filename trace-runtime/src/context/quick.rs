//! The two ends of a slice, where nothing is unusual.
//!
//! What is here calls next to nothing, so that it need save few registers: what turns out to be unusual (another thread has the
//! slot, a list has to grow, the chunk is full, events wait, the thread panics, …) goes to a function that does it again from
//! the beginning, in the general way.
//!
//! `extern "C"`: it does not unwind, and the compiler knows (see `private::door`).

use std::thread;

use super::lock::Locked;
use super::slot::{Slot, locked};
use super::state::State;
use crate::Stage;
use crate::clock::Timestamp;
use crate::local::{self, Current};
use crate::record::{Few, Flags};

/// A context in which a slice has just been opened, if it was.
#[repr(transparent)]
pub(super) struct Opened(Option<Locked<'static, State>>);

impl Opened {
    /// Sets the slice's attributes and returns its id; 0 if there is none.
    #[inline(always)]
    pub(super) fn set(self, few: &Few) -> u64 {
        let Some(mut state) = self.0 else { return 0 };
        let Some(open) = state.slices.newest() else {
            return 0;
        };
        open.set_few(few);
        open.id
    }
}

impl Slot {
    /// Opens a slice now and returns it; none if there is no thread context. The caller holds the context, so that it is
    /// still there, but need not keep this slot in mind: what ends the slice comes back in two registers.
    #[inline(never)]
    pub(crate) extern "C" fn start(&'static self, stage: &'static Stage) -> Current {
        // Before the lock is taken: taking it waits for what was begun before.
        if !thread::panicking()
            && let Some(at) = Timestamp::at_once()
            && let Some(current) = local::with(|local| {
                let mut state = self.try_lock()?;
                state.start_plainly(self, local, stage, at)
            })
        {
            return current;
        }
        self.start_anyhow(stage)
    }

    #[cold]
    #[inline(never)]
    extern "C" fn start_anyhow(&'static self, stage: &'static Stage) -> Current {
        let at = Timestamp::now();
        locked(self, |state, local| {
            let open = state.start_slice(self, local, stage, at, false);
            open.map_or(Current::NONE, |open| Current {
                slot: Some(self),
                id: open.id,
            })
        })
    }

    /// Opens a slice now, unless the context is not the one of `generation` any more, and leaves the slot locked for its
    /// attributes.
    #[inline(never)]
    pub(super) extern "C" fn start_for(
        &'static self,
        generation: u32,
        stage: &'static Stage,
    ) -> Opened {
        if !thread::panicking()
            && let Some(at) = Timestamp::at_once()
            && let Some(opened) = local::with(|local| {
                let mut state = self.try_lock()?;
                let room =
                    self.generation() == generation && state.slices.vacancy()?.has_room_for_few();
                room.then(|| state.start_plainly(self, local, stage, at))??;
                Some(Opened(Some(state)))
            })
        {
            return opened;
        }
        self.start_for_anyhow(generation, stage)
    }

    #[cold]
    #[inline(never)]
    extern "C" fn start_for_anyhow(
        &'static self,
        generation: u32,
        stage: &'static Stage,
    ) -> Opened {
        let at = Timestamp::now();
        local::with(|local| {
            let mut state = self.lock();
            if self.generation() != generation {
                return Opened(None);
            }
            let Some(open) = state.start_slice(self, local, stage, at, false) else {
                return Opened(None);
            };
            open.reserve_few();
            Opened(Some(state))
        })
    }

    /// Ends the slice `id` now if it is still open.
    #[inline(never)]
    pub(crate) extern "C" fn end(&'static self, id: u64) {
        if !thread::panicking()
            && let Some(at) = Timestamp::at_once()
            && local::with(|local| {
                let mut state = self.try_lock()?;
                state.end_plainly(local, id, at).then_some(())
            })
            .is_some()
        {
            return;
        }
        self.end_anyhow(id);
    }

    #[cold]
    #[inline(never)]
    extern "C" fn end_anyhow(&'static self, id: u64) {
        self.end_more(id, None, Flags::none(), None);
    }

    /// [`end`](Self::end), and closes the thread context of the context of `generation`.
    #[inline(never)]
    pub(crate) extern "C" fn end_finish(&'static self, id: u64, generation: u32) {
        if !thread::panicking()
            && let Some(at) = Timestamp::at_once()
            && local::with(|local| {
                let mut state = self.try_lock()?;
                // Where its slice is open, it is the context of `generation`.
                let ended = state.end_plainly(local, id, at);
                ended.then(|| state.close_thread(local, at, Flags::none()))
            })
            .is_some()
        {
            return;
        }
        self.end_more(id, None, Flags::none(), Some(generation));
    }
}
