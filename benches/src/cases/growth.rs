//! How the cost of ours grows: with threads, depth, attributes and open requests.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use mooncake_trace::{Attr, TraceContext, Value};

use crate::figures::Figures;
use crate::load::SLICES;
use crate::measure::{Bursts, median, rounds};
use crate::peers::{BenchStage, Ours, Peer, REQUEST_SPANS, Setup};
use crate::process;

/// Slices in a burst.
const BURST: usize = 2048;

pub(crate) const THREADS: [usize; 7] = [1, 2, 4, 8, 16, 32, 64];
pub(crate) const DEPTHS: [usize; 7] = [1, 2, 4, 8, 16, 32, 64];
pub(crate) const ATTRIBUTES: [usize; 6] = [0, 1, 2, 4, 8, 16];
pub(crate) const OPEN: [usize; 6] = [1, 10, 100, 1_000, 10_000, 100_000];

pub(super) fn run(budget: Duration) -> Figures {
    let guard = Ours::install_apart(Setup::counting());
    let mut figures = Figures::default();
    let flush = || Ours::flush(&guard);
    for n in THREADS {
        figures.set(format!("{n} threads"), threads(n));
        flush();
    }
    let step = budget / 20;
    let mut series = |name: String, burst: &mut dyn FnMut() -> usize| {
        let mut bursts = Bursts::default();
        rounds(step, &mut figures, || {
            burst();
            let mut slices = 0;
            let mut time = Bursts::default();
            time.time(1, || slices = burst());
            bursts.push(time.median() / slices as f64);
            flush();
        });
        figures.set(name, bursts.median());
    };
    for depth in DEPTHS {
        let ctx = Ours::begin();
        series(format!("depth {depth}"), &mut || {
            let times = BURST.div_ceil(depth);
            for _ in 0..times {
                nest(&ctx, depth);
            }
            times * depth
        });
    }
    for n in ATTRIBUTES {
        let ctx = Ours::begin();
        let attrs: Vec<Attr<'_>> = KEYS.iter().take(n).zip(1_i64..).map(attribute).collect();
        series(format!("{n} attributes"), &mut || {
            for _ in 0..BURST {
                let _slice = ctx.slice_with(&BenchStage::SLICE, &attrs);
            }
            BURST
        });
    }
    let mut request_bytes = f64::NAN;
    for n in OPEN {
        let before = process::rss_bytes();
        let open: Vec<_> = (0..n).map(|_| Ours::begin()).collect();
        if n == OPEN[OPEN.len() - 1] {
            request_bytes = (process::rss_bytes() - before) / n as f64;
        }
        let mut at = 0;
        series(format!("{n} open requests"), &mut || {
            for _ in 0..BURST {
                // A stride that visits all of them, and no neighbours one after the other.
                at = (at + 7919) % n;
                Ours::slice(&open[at]);
            }
            BURST
        });
        for request in open {
            Ours::finish(request);
        }
        flush();
    }
    figures.set("bytes of an open request", request_bytes);
    figures
}

const KEYS: [&str; 16] = [
    "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p",
];

fn attribute((key, value): (&&'static str, i64)) -> Attr<'static> {
    (*key, Value::from(value))
}

fn nest(ctx: &TraceContext, depth: usize) {
    let _slice = ctx.slice(&BenchStage::SLICE);
    if depth > 1 {
        nest(ctx, depth - 1);
    }
}

/// Processor time of a span when `n` threads make requests at once, each its own.
fn threads(n: usize) -> f64 {
    const ROUNDS: usize = 5;
    let requests = (40_000 / n).max(2000) / ROUNDS;
    let start = Barrier::new(n);
    let per_round: Vec<Vec<f64>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..n)
            .map(|_| {
                scope.spawn(|| {
                    Ours::request(SLICES);
                    (0..ROUNDS)
                        .map(|_| {
                            start.wait();
                            let before = process::thread_cpu_ns();
                            for _ in 0..requests {
                                Ours::request(SLICES);
                            }
                            process::thread_cpu_ns() - before
                        })
                        .collect()
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_default())
            .collect()
    });
    let spans = (n * requests * (SLICES + REQUEST_SPANS)) as f64;
    let totals = (0..ROUNDS).map(|round| {
        let times = per_round.iter().filter_map(|times| times.get(round));
        times.sum::<f64>() / spans
    });
    median(totals.collect())
}
