//! `fork`: the child starts clean.
//!
//! Before the fork this crate's locks are taken, so that what they guard is whole in the child; afterwards they are
//! released on both sides. In the child everything that belongs to the parent is given up: records in the buffers,
//! inherited contexts, the books, the installation. It may install anew. What costs nothing on the recording path.
//!
//! Invariant of the `unsafe` in this file: the child handler runs on the child's only thread, from inside `fork`, which
//! this crate never calls.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

static FORKS: AtomicU64 = AtomicU64::new(0);

/// How many forks lie between the first process and this one.
pub(crate) fn count() -> u64 {
    FORKS.load(Relaxed)
}

/// From now on forks of this process are handled.
#[cfg(unix)]
pub(crate) fn watch() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        // SAFETY: the handlers are functions of the right type that live for ever.
        unsafe {
            libc::pthread_atfork(
                Some(handlers::before),
                Some(handlers::in_parent),
                Some(handlers::in_child),
            );
        }
    });
}

#[cfg(not(unix))]
pub(crate) fn watch() {}

#[cfg(unix)]
mod handlers {
    use std::cell::RefCell;
    use std::sync::{Arc, MutexGuard, PoisonError, RwLockWriteGuard};

    use super::{FORKS, Relaxed};
    use crate::buffer::{Ledger, POOL, Shelf};
    use crate::context::{self, FREE, SLABS, Slot};
    use crate::control::Control;
    use crate::gating::{self, MODULES, ModuleEntry};
    use crate::ledger;
    use crate::stats::StageLatency;
    use crate::{clock, install, latency, local};

    /// All locks of this crate but those of slots, which the child renews, in the order in which they may be taken one inside the other.
    struct Held {
        installed: MutexGuard<'static, Option<Arc<Control>>>,
        ledger: MutexGuard<'static, Ledger>,
        latencies: MutexGuard<'static, Vec<StageLatency>>,
        shelf: MutexGuard<'static, Shelf>,
        alarm: MutexGuard<'static, bool>,
        slabs: MutexGuard<'static, Vec<&'static [Slot]>>,
        _free: MutexGuard<'static, Vec<&'static Slot>>,
        _modules: RwLockWriteGuard<'static, Vec<ModuleEntry>>,
    }

    thread_local! {
        static HELD: RefCell<Option<Held>> = const { RefCell::new(None) };
    }

    fn exchange(held: Option<Held>) -> Option<Held> {
        HELD.try_with(|cell| cell.replace(held)).ok().flatten()
    }

    pub(super) extern "C" fn before() {
        let held = Held {
            installed: install::installed(),
            ledger: ledger::ledger(),
            latencies: latency::observed(),
            shelf: POOL.shelf(),
            alarm: POOL.alarm.rung(),
            slabs: SLABS.lock().unwrap_or_else(PoisonError::into_inner),
            _free: FREE.lock().unwrap_or_else(PoisonError::into_inner),
            _modules: MODULES.write().unwrap_or_else(PoisonError::into_inner),
        };
        exchange(Some(held));
    }

    pub(super) extern "C" fn in_parent() {
        exchange(None);
    }

    pub(super) extern "C" fn in_child() {
        FORKS.fetch_add(1, Relaxed);
        gating::set_tracing_enabled(false);
        let Some(mut held) = exchange(None) else {
            return;
        };
        *held.installed = None;
        ledger::disown(&mut held.ledger);
        held.latencies.clear();
        held.shelf.disown();
        clock::forget();
        *held.alarm = false;
        POOL.disown_counts();
        // SAFETY: this is the child's only thread, and it is inside `fork`, see the head of this file.
        unsafe { context::disable_all(&held.slabs) };
        drop(held);
        local::with(local::Local::forget);
    }
}
