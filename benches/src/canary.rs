//! The canary: a loop of fixed work that tells when the machine was too busy to measure.

use std::hint::black_box;
use std::time::Instant;

/// Above this ratio of the upper quartile to the quickest loop a measurement is repeated.
pub(crate) const BUSY: f64 = 1.25;

/// Loop times, taken between the measurements.
pub(crate) struct Canary(Vec<f64>);

impl Canary {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    /// One loop of some 20 µs.
    pub(crate) fn sing(&mut self) {
        let start = Instant::now();
        let mut x = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..20_000 {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
        }
        black_box(x);
        self.0.push(start.elapsed().as_nanos() as f64);
    }

    /// Loops for a millisecond or two, where nothing else is timed.
    pub(crate) fn sing_long(&mut self) {
        for _ in 0..64 {
            self.sing();
        }
    }

    /// Upper quartile over minimum; 1 on a machine that does nothing else.
    pub(crate) fn unrest(mut self) -> f64 {
        self.0.sort_by(f64::total_cmp);
        match self.0.as_slice() {
            [] => 1.0,
            times => times[times.len() * 3 / 4] / times[0],
        }
    }
}
