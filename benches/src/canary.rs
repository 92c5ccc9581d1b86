//! The canary: loops of fixed work that tell when the machine was too busy to measure.

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

use crate::figures::{Figures, SWAP, UNREST};
use crate::measure::median;

const STEPS: u64 = 20_000;
const SWAPS: u64 = 1_000;

/// Loop times in nanoseconds, taken between the measurements.
#[derive(Default)]
pub(crate) struct Canary {
    /// A chain of shifts.
    steps: Vec<f64>,
    /// Atomic swaps: neighbours, also in other machines on the same host, can slow these down and nothing else.
    swaps: Vec<f64>,
}

static SWAPPED: AtomicU64 = AtomicU64::new(0);

impl Canary {
    /// Loops of some 25 µs.
    pub(crate) fn sing(&mut self) {
        let start = Instant::now();
        let mut x = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..STEPS {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
        }
        black_box(x);
        self.steps.push(start.elapsed().as_nanos() as f64);

        let start = Instant::now();
        for i in 0..SWAPS {
            black_box(SWAPPED.swap(i, Relaxed));
        }
        self.swaps.push(start.elapsed().as_nanos() as f64);
    }

    /// Loops for a millisecond or two, where nothing else is timed.
    pub(crate) fn sing_long(&mut self) {
        for _ in 0..64 {
            self.sing();
        }
    }

    /// Puts down what was heard: the upper quartile of the steps over their minimum, which is 1 on a machine that does
    /// nothing else, and the median time of a swap.
    pub(crate) fn report(mut self, figures: &mut Figures) {
        self.steps.sort_by(f64::total_cmp);
        let unrest = match self.steps.as_slice() {
            [] => 1.0,
            times => times[times.len() * 3 / 4] / times[0],
        };
        figures.set(UNREST, figures.unrest().max(unrest));
        let swap = median(self.swaps) / SWAPS as f64;
        figures.set(SWAP, figures.get(SWAP).unwrap_or(0.0).max(swap));
    }
}
