//! How a scheduler sleeps until something has happened, whoever did it.
//!
//! The scheduler reads the [`generation`](Wakeup::generation), looks at everything, and waits for the next
//! generation: what happens in between is never missed, and those who wake it never block.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

/// A counter of happenings that can be waited on; clones share it.
#[derive(Clone, Default)]
pub(crate) struct Wakeup {
    shared: Arc<(Mutex<u64>, Condvar)>,
}

impl Wakeup {
    /// Says that something has happened.
    pub(crate) fn wake(&self) {
        let (generation, changed) = &*self.shared;
        *generation.lock() += 1;
        changed.notify_all();
    }

    /// How often something has happened.
    pub(crate) fn generation(&self) -> u64 {
        *self.shared.0.lock()
    }

    /// Waits until something has happened since `seen` was read, or `limit` is over.
    pub(crate) fn wait(&self, seen: u64, limit: Duration) {
        let (generation, changed) = &*self.shared;
        let mut generation = generation.lock();
        if *generation == seen {
            changed.wait_for(&mut generation, limit);
        }
    }
}
