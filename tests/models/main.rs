//! Models of what threads share without a common lock, under loom: every interleaving and every reordering that the
//! memory model allows. The sources are the runtime's own, with loom's types in place of the standard library's.
//!
//! `shuttle.rs` runs the same models, and larger ones, under another checker.

#![allow(
    dead_code,
    reason = "the runtime's files hold more than the models use"
)]

mod sync {
    pub(crate) use loom::hint::spin_loop;
    pub(crate) use loom::sync::{Mutex, MutexGuard, atomic};
    pub(crate) use loom::thread::yield_now;

    /// Loom would order a swap that fails behind the release that it has not seen; a comparison that fails changes nothing.
    pub(crate) fn test_and_set(flag: &atomic::AtomicBool) -> bool {
        flag.compare_exchange(
            false,
            true,
            atomic::Ordering::Acquire,
            atomic::Ordering::Relaxed,
        )
        .is_err()
    }

    /// Once tells as much as often.
    pub(crate) const LOCK_SPINS: u32 = 1;

    /// Small, so that a thread needs several.
    pub(crate) const CHUNK_WORDS: usize = 4;
}

mod checker {
    pub(crate) use loom::cell::Cell;
    pub(crate) use loom::sync::Arc;
    pub(crate) use loom::thread;

    pub(crate) fn check(model: impl Fn() + Send + Sync + 'static) {
        loom::model(model);
    }
}

mod buffer;

#[path = "../../trace-runtime/src/context/lock.rs"]
mod lock;

#[path = "../../trace-runtime/src/clock/seqlock.rs"]
mod seqlock;

mod hand_over;
mod recorder;
mod shared_state;
mod succession;
