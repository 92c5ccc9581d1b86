//! Short bursts, interleaved, and what is made of them.

use std::time::{Duration, Instant};

use crate::canary::Canary;
use crate::figures::{FLOOR, Figures};
use crate::floor;

/// Times of the bursts of one kind, in nanoseconds per operation.
#[derive(Default)]
pub(crate) struct Bursts(Vec<f64>);

impl Bursts {
    /// Runs one burst of `operations`.
    pub(crate) fn time(&mut self, operations: usize, run: impl FnOnce()) {
        let start = Instant::now();
        run();
        self.0
            .push(start.elapsed().as_nanos() as f64 / operations as f64);
    }

    pub(crate) fn push(&mut self, ns: f64) {
        self.0.push(ns);
    }

    /// The median.
    pub(crate) fn median(&self) -> f64 {
        median(self.0.clone())
    }
}

/// The middle one of `values`; NaN if there is none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.as_slice() {
        [] => f64::NAN,
        values if values.len() % 2 == 1 => values[values.len() / 2],
        values => f64::midpoint(values[values.len() / 2 - 1], values[values.len() / 2]),
    }
}

/// Repeats rounds of bursts until `budget` is used up. Each round measures the floor and hears the canary too, so that
/// all of them see the same machine; both are put among the `figures`.
pub(crate) fn rounds(budget: Duration, figures: &mut Figures, mut round: impl FnMut()) {
    const FLOORS: usize = 2000;
    let begun = Instant::now();
    let mut canary = Canary::default();
    let mut floors = Bursts::default();
    let mut done = 0;
    while done < 5 || begun.elapsed() < budget {
        canary.sing();
        floor::run(100);
        floors.time(FLOORS, || floor::run(FLOORS));
        round();
        done += 1;
    }
    figures.set(FLOOR, floors.median());
    canary.report(figures);
}
