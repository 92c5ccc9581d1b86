//! Trace and span ids: non-zero, distinct over threads and processes, cheap.
//!
//! Every thread seeds itself from the operating system. Span ids walk through all 64-bit numbers in odd steps from
//! there, so a thread never makes one twice; trace ids are mixed from the same walk.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{SystemTime, UNIX_EPOCH};

/// 2^64 divided by the golden ratio, odd.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// The id generator of one thread.
pub(crate) struct Ids {
    /// The last id; 0 before the first.
    last: Cell<u64>,
    /// Makes trace ids of threads differ that happen to be at one point of the walk.
    salt: Cell<u64>,
}

impl Ids {
    pub(crate) const fn new() -> Self {
        Self {
            last: Cell::new(0),
            salt: Cell::new(0),
        }
    }

    /// A fresh span id.
    #[inline(always)]
    pub(crate) fn span(&self) -> u64 {
        self.next().unwrap_or_else(|| self.seed())
    }

    /// A fresh span id, if there is a seed.
    #[inline(always)]
    pub(crate) fn next(&self) -> Option<u64> {
        let last = self.last.get();
        let next = last.wrapping_add(STEP);
        if last == 0 || next == 0 {
            return None;
        }
        self.last.set(next);
        Some(next)
    }

    /// A fresh trace id.
    pub(crate) fn trace(&self) -> u128 {
        let (high, low) = (mix(self.span()), mix(self.span() ^ self.salt.get()));
        match u128::from(high) << 64 | u128::from(low) {
            0 => 1,
            id => id,
        }
    }

    #[cold]
    #[inline(never)]
    fn seed(&self) -> u64 {
        let first = entropy().max(1);
        self.last.set(first);
        self.salt.set(entropy());
        first
    }

    /// The next id comes from a new seed.
    pub(crate) fn forget(&self) {
        self.last.set(0);
    }
}

/// A bijection that spreads every bit (the finalizer of SplitMix64).
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// 64 bits from the operating system; from clock, process and address if it has none to give.
fn entropy() -> u64 {
    getrandom::u64().unwrap_or_else(|_| {
        static CALLS: AtomicU64 = AtomicU64::new(0);
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let call = CALLS.fetch_add(1, Relaxed).wrapping_mul(STEP);
        mix(now.as_nanos() as u64 ^ u64::from(std::process::id()) << 32 ^ call)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_are_distinct_over_threads_and_never_zero() {
        let make = || {
            let ids = Ids::new();
            (0..10_000).map(|_| ids.span()).collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(make)).collect();
        let mut seen = HashSet::new();
        for thread in threads {
            for id in thread.join().expect("no panic") {
                assert!(id != 0 && seen.insert(id));
            }
        }
        let ids = Ids::new();
        assert_ne!(ids.trace(), ids.trace());
        ids.forget();
        assert!(seen.insert(ids.span()));
    }
}
