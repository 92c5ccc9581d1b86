//! The models under shuttle: random schedules, so that they may be larger than what loom can go through. Shuttle knows no
//! reordering, but its swap is the real one.

#![allow(
    dead_code,
    reason = "the runtime's files hold more than the models use"
)]

mod sync {
    pub(crate) use shuttle::hint::spin_loop;
    pub(crate) use shuttle::sync::{Mutex, MutexGuard, atomic};
    pub(crate) use shuttle::thread::yield_now;

    pub(crate) fn test_and_set(flag: &atomic::AtomicBool) -> bool {
        flag.swap(true, atomic::Ordering::Acquire)
    }

    pub(crate) const LOCK_SPINS: u32 = 1;

    /// Room for three records.
    pub(crate) const CHUNK_WORDS: usize = 6;
}

mod checker {
    pub(crate) use shuttle::sync::Arc;
    pub(crate) use shuttle::thread;
    pub(crate) use std::cell::Cell;

    /// Schedules that are tried of each model.
    const SCHEDULES: usize = 2000;

    pub(crate) fn check(model: impl Fn() + Send + Sync + 'static) {
        shuttle::check_random(model, SCHEDULES);
    }
}

mod buffer;

#[path = "../../trace-runtime/src/context/lock.rs"]
mod lock;

#[path = "../../trace-runtime/src/clock/seqlock.rs"]
mod seqlock;

mod crowd;
mod hand_over;
mod recorder;
mod shared_state;
mod succession;
