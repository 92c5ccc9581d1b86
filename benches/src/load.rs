//! Producers: threads that make requests at a given rate, or as fast as they can.

use std::thread;
use std::time::{Duration, Instant};

use crate::peers::REQUEST_SPANS;

/// Slices in each request.
pub(crate) const SLICES: usize = 10;
/// Spans of each request.
const SPANS: u64 = (SLICES + REQUEST_SPANS) as u64;
/// How often a paced producer wakes.
const TICK: Duration = Duration::from_millis(2);

/// What `producers` threads do for `time`.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    pub(crate) producers: usize,
    /// Spans per second of all of them; as many as possible if it is infinite.
    pub(crate) rate: f64,
    pub(crate) time: Duration,
}

impl Load {
    /// Makes requests; returns the number of their spans.
    pub(crate) fn run(self, request: fn(usize)) -> u64 {
        let threads: Vec<_> = (0..self.producers)
            .map(|_| thread::spawn(move || self.produce(request)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or(0))
            .sum()
    }

    fn produce(self, request: fn(usize)) -> u64 {
        let begun = Instant::now();
        let rate = self.rate / self.producers as f64;
        let mut spans = 0;
        loop {
            let elapsed = begun.elapsed();
            if elapsed >= self.time {
                return spans;
            }
            if rate.is_finite() {
                let due = (elapsed.as_secs_f64() * rate) as u64;
                while spans < due {
                    request(SLICES);
                    spans += SPANS;
                }
                thread::sleep(TICK.saturating_sub(begun.elapsed() - elapsed));
            } else {
                for _ in 0..16 {
                    request(SLICES);
                }
                spans += 16 * SPANS;
            }
        }
    }
}

/// A request that is not traced, for what the producers themselves cost.
pub(crate) fn nothing(slices: usize) {
    for i in 0..slices {
        std::hint::black_box(i);
    }
}
