//! As fast as two producers can: at which rate nothing is lost, and how much memory that takes.

use std::thread;
use std::time::{Duration, Instant};

use crate::canary::Canary;
use crate::figures::Figures;
use crate::load::Load;
use crate::measure::rounds;
use crate::peers::{Peer, Setup, arrived};
use crate::process;

/// How often the rate is halved towards the highest one that loses nothing.
const STEPS: usize = 5;

pub(super) fn run<P: Peer>(budget: Duration) -> Figures {
    let mut figures = Figures::default();
    rounds(Duration::from_millis(20), &mut figures, || ());
    let mut canary = Canary::default();
    canary.sing_long();
    let pipeline = P::install(Setup::counting());

    process::reset_peak_rss();
    let flat_out = attempt::<P>(&pipeline, f64::INFINITY, budget);
    figures.set("flat-out rate", flat_out.rate);
    figures.set("flat-out lost", flat_out.lost as f64);
    set_books::<P>(&mut figures, &pipeline, flat_out.made);
    let mut peak = process::peak_rss_mb();
    let mut lossless = flat_out.rate;
    if flat_out.lost > 0 {
        // Nobody runs flat out without loss: look for the highest rate that does.
        let (mut low, mut high) = (0.0, flat_out.rate);
        for _ in 0..STEPS {
            let rate = f64::midpoint(low, high);
            process::reset_peak_rss();
            let tried = attempt::<P>(&pipeline, rate, budget / 4);
            if tried.lost > 0 {
                high = rate;
            } else {
                low = tried.rate;
                peak = process::peak_rss_mb();
            }
        }
        lossless = low;
    }
    canary.sing_long();
    canary.report(&mut figures);
    figures.set("lossless rate", lossless);
    figures.set("peak RSS", peak);
    figures
}

struct Attempt {
    made: u64,
    /// Spans per second that have arrived, until the last one has.
    rate: f64,
    lost: u64,
}

fn attempt<P: Peer>(pipeline: &P::Pipeline, rate: f64, time: Duration) -> Attempt {
    let load = Load {
        producers: 2,
        rate,
        time,
    };
    let before = arrived();
    let begun = Instant::now();
    let made = load.run(P::request);
    settle::<P>(pipeline, before + made);
    let here = arrived() - before;
    Attempt {
        made,
        rate: here as f64 / begun.elapsed().as_secs_f64(),
        lost: made.saturating_sub(here),
    }
}

/// Flushes until `expected` spans have arrived, or no more come.
pub(super) fn settle<P: Peer>(pipeline: &P::Pipeline, expected: u64) {
    P::flush(pipeline);
    let mut here = arrived();
    while here < expected {
        thread::sleep(Duration::from_millis(20));
        P::flush(pipeline);
        let now = arrived();
        if now == here {
            return;
        }
        here = now;
    }
}

/// Puts down what has become of the spans, and checks that the pipeline's own books agree.
pub(super) fn set_books<P: Peer>(figures: &mut Figures, pipeline: &P::Pipeline, made: u64) {
    figures.set("made", made as f64);
    figures.set("arrived", arrived() as f64);
    if let Some(books) = P::books(pipeline) {
        figures.set("recorded", books.recorded as f64);
        figures.set("exported", books.exported as f64);
        figures.set("dropped", books.dropped as f64);
        assert_eq!(
            books.recorded,
            books.exported + books.dropped,
            "every span is exported or counted as dropped"
        );
    }
}
