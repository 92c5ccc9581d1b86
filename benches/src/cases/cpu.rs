//! Processor time of the whole process for each span, from the call to a counting exporter.

use std::time::Duration;

use crate::canary::Canary;
use crate::cases::flat_out::{set_books, settle};
use crate::figures::Figures;
use crate::load::{Load, nothing};
use crate::measure::rounds;
use crate::peers::{Peer, Setup};
use crate::process;

/// Spans per second.
const RATE: f64 = 1e6;

pub(super) fn run<P: Peer>(budget: Duration) -> Figures {
    let load = Load {
        producers: 2,
        rate: RATE,
        time: budget,
    };
    let mut figures = Figures::default();
    rounds(Duration::from_millis(20), &mut figures, || ());
    let mut canary = Canary::default();
    canary.sing_long();
    let before = process::cpu_ns();
    load.run(nothing);
    let bare = process::cpu_ns() - before;

    let pipeline = P::install(Setup::counting());
    let before = process::cpu_ns();
    let made = load.run(P::request);
    settle::<P>(&pipeline, made);
    let traced = process::cpu_ns() - before;
    canary.sing_long();

    canary.report(&mut figures);
    figures.set("cpu", (traced - bare) / made as f64);
    figures.set("made per s", made as f64 / budget.as_secs_f64());
    set_books::<P>(&mut figures, &pipeline, made);
    figures
}
