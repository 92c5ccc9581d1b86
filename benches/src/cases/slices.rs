//! Slices and whole requests, as the producing thread pays for them.

use std::time::Duration;

use crate::figures::Figures;
use crate::measure::{Bursts, rounds};
use crate::peers::{Peer, REQUEST_SPANS, Setup};

/// Spans in a burst: some 50 µs of ours.
const BURST: usize = 2000;

/// Requests of one shape, timed per request.
struct Shape {
    slices: usize,
    request: fn(usize),
    bursts: Bursts,
}

impl Shape {
    fn new(slices: usize, request: fn(usize)) -> Self {
        Self {
            slices,
            request,
            bursts: Bursts::default(),
        }
    }

    fn burst(&mut self) {
        let requests = BURST / (self.slices + REQUEST_SPANS);
        let (request, slices) = (self.request, self.slices);
        request(slices);
        self.bursts.time(requests, || {
            for _ in 0..requests {
                request(slices);
            }
        });
    }

    /// What each of its slices adds to a request without any.
    fn slice(&self, empty: &Self) -> f64 {
        (self.bursts.median() - empty.bursts.median()) / self.slices as f64
    }

    /// The whole request, shared among its spans.
    fn span(&self) -> f64 {
        self.bursts.median() / (self.slices + REQUEST_SPANS) as f64
    }
}

pub(super) fn run<P: Peer>(budget: Duration) -> Figures {
    let pipeline = P::install_apart(Setup::counting());
    let mut shapes = [
        Shape::new(0, P::request),
        Shape::new(1, P::request),
        Shape::new(10, P::request),
        Shape::new(100, P::request),
        Shape::new(10, P::request_attrs),
        Shape::new(100, P::request_attrs),
    ];
    let mut figures = Figures::default();
    rounds(budget, &mut figures, || {
        for shape in &mut shapes {
            shape.burst();
        }
        P::flush(&pipeline);
    });
    let [empty, one, ten, hundred, ten_attrs, hundred_attrs] = &shapes;
    figures.set("slice 10", ten.slice(empty));
    figures.set("slice 100", hundred.slice(empty));
    figures.set("slice 10, 2 attributes", ten_attrs.slice(empty));
    figures.set("slice 100, 2 attributes", hundred_attrs.slice(empty));
    figures.set("span of request with 1", one.span());
    figures.set("span of request with 10", ten.span());
    figures.set("span of request with 100", hundred.span());
    figures
}
