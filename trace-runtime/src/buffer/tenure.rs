//! The collector's books, and its right to work on them.
//!
//! A shutdown that runs out of time abandons its collector, which may still be inside its exporter, and the next install
//! starts another one on the same pool and the same books. So a collector does to them whatever it does with the
//! ledger locked, after a look at whether it still may: whoever abandons it waits for that, and no successor meets it.

use std::sync::PoisonError;

use super::pool::Pool;
use crate::sync::{Mutex, MutexGuard};

/// What the collector has done with the records it took from the pool.
pub(crate) struct Ledger {
    /// Taken, and on their way through the exporter.
    pub(crate) collected: u64,
    pub(crate) exported: u64,
    pub(crate) failed: u64,
    pub(crate) rejected: u64,
    pub(crate) timed_out: u64,
    /// How often everything in flight was given up; what was collected before is no business of the books any more.
    abandoned: u64,
}

impl Ledger {
    pub(crate) const fn new() -> Self {
        Self {
            collected: 0,
            exported: 0,
            failed: 0,
            rejected: 0,
            timed_out: 0,
            abandoned: 0,
        }
    }

    /// Gives up everything in flight, and the collector that has it.
    pub(crate) fn abandon(&mut self, pool: &Pool) {
        self.timed_out += std::mem::take(&mut self.collected) + pool.abandon();
        self.abandoned += 1;
    }
}

/// A collector's time in office: until it is abandoned.
#[derive(Clone, Copy)]
pub(crate) struct Tenure<'a> {
    ledger: &'a Mutex<Ledger>,
    abandoned: u64,
}

impl<'a> Tenure<'a> {
    /// Begins now.
    pub(crate) fn new(ledger: &'a Mutex<Ledger>) -> Self {
        let abandoned = lock(ledger).abandoned;
        Self { ledger, abandoned }
    }

    /// The ledger, locked; none if the collector has been abandoned. It touches nothing any more then.
    pub(crate) fn ledger(&self) -> Option<MutexGuard<'a, Ledger>> {
        let ledger = lock(self.ledger);
        (ledger.abandoned == self.abandoned).then_some(ledger)
    }

    pub(crate) fn is_over(&self) -> bool {
        self.ledger().is_none()
    }
}

fn lock(ledger: &Mutex<Ledger>) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}
