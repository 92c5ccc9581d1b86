//! What is shared between threads is built from these, so that a model checker can put its own in their place (see
//! `tests/models`).

pub(crate) use std::hint::spin_loop;
pub(crate) use std::sync::atomic;

#[cfg(feature = "enable")]
pub(crate) use std::{
    sync::{Mutex, MutexGuard},
    thread::yield_now,
};

/// Sets `flag` and says whether it was set.
#[cfg(feature = "enable")]
#[inline(always)]
pub(crate) fn test_and_set(flag: &atomic::AtomicBool) -> bool {
    flag.swap(true, atomic::Ordering::Acquire)
}

/// How often a thread that waits for a lock looks before it yields the processor.
#[cfg(feature = "enable")]
pub(crate) const LOCK_SPINS: u32 = 64;

/// Words of a chunk: 32 KiB, a few hundred slices.
#[cfg(feature = "enable")]
pub(crate) const CHUNK_WORDS: usize = 4096;
