//! The whole way over OTLP/HTTP on the loopback interface: processor time of the process for each span.

use std::time::Duration;

use crate::canary::Canary;
use crate::cases::flat_out::set_books;
use crate::figures::Figures;
use crate::load::{Load, nothing};
use crate::measure::rounds;
use crate::peers::{Destination, Peer, Setup};
use crate::process;
use crate::sink::Sink;

/// Spans per second.
const RATE: f64 = 2e5;

pub(super) fn run<P: Peer>(budget: Duration) -> Figures {
    let sink = Sink::spawn();
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

    let pipeline = P::install(Setup {
        to: Destination::Http(sink.port()),
        ..Setup::counting()
    });
    let before = process::cpu_ns();
    let made = load.run(P::request_attrs);
    P::flush(&pipeline);
    let traced = process::cpu_ns() - before;
    canary.sing_long();

    canary.report(&mut figures);
    figures.set("cpu", (traced - bare) / made as f64);
    set_books::<P>(&mut figures, &pipeline, made);
    figures.set("arrived", sink.spans() as f64);
    figures
}
