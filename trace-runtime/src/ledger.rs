//! The books: what has become of every span.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::buffer::{Ledger, POOL, Tenure};
use crate::{Dropped, Stats, context};

static MISUSE: AtomicU64 = AtomicU64::new(0);
static SAMPLED_OUT: AtomicU64 = AtomicU64::new(0);
static LEDGER: Mutex<Ledger> = Mutex::new(Ledger::new());

/// In the child of a fork: books of its own.
pub(crate) fn disown(ledger: &mut Ledger) {
    *ledger = Ledger::new();
    MISUSE.store(0, Relaxed);
    SAMPLED_OUT.store(0, Relaxed);
}

/// The time in office of a collector that begins now.
pub(crate) fn tenure() -> Tenure<'static> {
    Tenure::new(&LEDGER)
}

/// The collector's books. While they are locked no record changes its place between chunk and exporter.
pub(crate) fn ledger() -> MutexGuard<'static, Ledger> {
    LEDGER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sampling has left a request out.
pub(crate) fn left_out() {
    SAMPLED_OUT.fetch_add(1, Relaxed);
}

/// Somebody called something at the wrong moment.
#[cold]
pub(crate) fn misuse() {
    MISUSE.fetch_add(1, Relaxed);
}

/// The books of this moment. Takes two locks that recording threads do not hold for long; meant for every second, not
/// for every request.
#[must_use]
pub fn stats() -> Stats {
    let open_contexts = context::open_contexts();
    let ledger = ledger();
    let counts = POOL.counts();
    Stats {
        recorded: counts.recorded,
        exported: ledger.exported,
        dropped: Dropped {
            buffer_full: counts.full,
            memory_limit: counts.too_large,
            export_failed: ledger.failed,
            rejected: ledger.rejected,
            shutdown_timeout: ledger.timed_out,
        },
        in_flight: counts.waiting + ledger.collected,
        sampled_out: SAMPLED_OUT.load(Relaxed),
        misuse: MISUSE.load(Relaxed),
        open_contexts,
    }
}
