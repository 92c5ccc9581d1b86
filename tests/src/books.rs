//! What a test adds to the process' books.

use mooncake_trace::{Dropped, Stats};

/// The books at some moment, to compare later ones with.
#[derive(Clone, Copy, Debug)]
pub struct Books(Stats);

impl Books {
    /// The books now.
    #[must_use]
    pub fn open() -> Self {
        Self(mooncake_trace::stats())
    }

    /// What has been recorded since.
    #[must_use]
    pub fn recorded(&self) -> u64 {
        mooncake_trace::stats().recorded - self.0.recorded
    }

    /// What has been exported since.
    #[must_use]
    pub fn exported(&self) -> u64 {
        mooncake_trace::stats().exported - self.0.exported
    }

    /// What has been dropped since for the reason that `reason` looks up.
    #[must_use]
    pub fn dropped(&self, reason: impl Fn(&Dropped) -> u64) -> u64 {
        reason(&mooncake_trace::stats().dropped) - reason(&self.0.dropped)
    }
}

/// Every span is somewhere.
///
/// # Panics
/// If one is missing or there twice.
#[track_caller]
pub fn assert_balanced(stats: &Stats) {
    assert_eq!(
        stats.recorded,
        stats.exported + stats.dropped.total() + stats.in_flight,
        "the books do not balance: {stats:?}"
    );
}
