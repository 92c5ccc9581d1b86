//! Allocations of all threads in steady state.

use crate::allocations;
use crate::figures::Figures;
use crate::load::SLICES;
use crate::peers::{Peer, REQUEST_SPANS, Setup};

/// Requests that are counted.
const REQUESTS: usize = 20_000;
/// Requests between two flushes.
const LOT: usize = 200;

pub(super) fn run<P: Peer>() -> Figures {
    let pipeline = P::install(Setup::counting());
    let lots = |request: fn(usize)| {
        for _ in 0..REQUESTS / LOT {
            for _ in 0..LOT {
                request(SLICES);
            }
            P::flush(&pipeline);
        }
    };
    let per_span = |request: fn(usize)| {
        lots(request);
        let spans = REQUESTS * (SLICES + REQUEST_SPANS);
        allocations::during(|| lots(request)) as f64 / spans as f64
    };
    let mut figures = Figures::default();
    figures.set("allocations", per_span(P::request));
    figures.set("allocations, 2 attributes", per_span(P::request_attrs));
    figures
}
