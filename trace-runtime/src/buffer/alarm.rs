//! What the collector sleeps on.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Wakes the collector; ringing while it is awake makes it go round once more.
pub(crate) struct Alarm {
    rung: Mutex<bool>,
    bell: Condvar,
}

impl Alarm {
    pub(super) const fn new() -> Self {
        Self {
            rung: Mutex::new(false),
            bell: Condvar::new(),
        }
    }

    pub(crate) fn rung(&self) -> MutexGuard<'_, bool> {
        self.rung.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn ring(&self) {
        let mut rung = self.rung();
        if !*rung {
            *rung = true;
            self.bell.notify_one();
        }
    }

    /// Whatever it has rung for is seen to.
    pub(crate) fn silence(&self) {
        *self.rung() = false;
    }

    /// Sleeps until it rings or `timeout` has passed.
    pub(crate) fn sleep(&self, timeout: Duration) {
        let (mut rung, _) = self
            .bell
            .wait_timeout_while(self.rung(), timeout, |rung| !*rung)
            .unwrap_or_else(PoisonError::into_inner);
        *rung = false;
    }
}
