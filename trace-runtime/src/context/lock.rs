//! A one-byte lock around a value: one swap to take it, one plain store to release it.
//!
//! The critical sections of this crate are some tens of nanoseconds long and never call user code, so a waiting
//! thread spins shortly, then yields. `parking_lot` needs a second locked instruction to release, which is a tenth
//! of what a whole slice costs.
//!
//! Invariant of the `unsafe` in this file: a reference to the value exists only inside a [`Locked`], and at most one
//! `Locked` of a lock exists at a time: it is made by the thread that turned `taken` from false to true, and
//! only its drop turns it back.

use std::cell::UnsafeCell;
use std::ops::{Deref, DerefMut};

use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{LOCK_SPINS, spin_loop, test_and_set, yield_now};

/// The value is behind the byte, as soon as its alignment allows.
#[repr(C)]
pub(crate) struct Lock<T> {
    taken: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: the lock gives one thread at a time a reference to the value (see the head of this file), so sharing the
// lock moves the value between threads at most, which `T: Send` allows; `T: Sync` covers a shared `Locked`.
unsafe impl<T: Send + Sync> Sync for Lock<T> {}

impl<T> Lock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self {
            taken: AtomicBool::new(false),
            value: UnsafeCell::new(value),
        }
    }

    #[inline(always)]
    pub(crate) fn lock(&self) -> Locked<'_, T> {
        if test_and_set(&self.taken) {
            self.wait();
        }
        Locked { lock: self }
    }

    /// [`lock`](Self::lock), if nobody has it.
    #[inline(always)]
    pub(crate) fn try_lock(&self) -> Option<Locked<'_, T>> {
        if test_and_set(&self.taken) {
            return None;
        }
        Some(Locked { lock: self })
    }

    /// Puts a new value in place of one that may be half changed, without dropping that, and releases the lock.
    ///
    /// # Safety
    /// No other thread exists that has ever used the lock, and this one holds no [`Locked`] of it.
    pub(crate) unsafe fn renew(&self, value: T) {
        // SAFETY: the caller says that nobody has a reference to the value. It is overwritten, not read.
        unsafe { self.value.get().write(value) };
        self.taken.store(false, Ordering::Release);
    }

    #[cold]
    #[inline(never)]
    fn wait(&self) {
        let mut spins = 0;
        loop {
            if spins < LOCK_SPINS {
                spins += 1;
                spin_loop();
            } else {
                yield_now();
            }
            if !self.taken.load(Ordering::Relaxed) && !test_and_set(&self.taken) {
                return;
            }
        }
    }
}

/// Access to the value of a [`Lock`]; releases it when dropped.
#[repr(transparent)]
pub(crate) struct Locked<'a, T> {
    lock: &'a Lock<T>,
}

impl<T> Deref for Locked<'_, T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: this `Locked` is the only one of its lock, see the head of this file.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T> DerefMut for Locked<'_, T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: this `Locked` is the only one of its lock, and it is borrowed mutably.
        unsafe { &mut *self.lock.value.get() }
    }
}

impl<T> Drop for Locked<'_, T> {
    #[inline(always)]
    fn drop(&mut self) {
        self.lock.taken.store(false, Ordering::Release);
    }
}
