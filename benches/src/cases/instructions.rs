//! The paths whose instructions are counted, each alone in its process.

use std::hint::black_box;

use mooncake_trace::Timestamp;

use super::PeerName;
use super::off::{OURS, WITH_GOAL, ours_variant, peer_variant};
use crate::peers::{Fastrace, Otel, Ours, Peer, Setup, TracingOtel, TracingRegistry};

/// What can be counted: the peer, the path, and two counts whose difference tells what one more costs.
pub(crate) struct Path {
    pub(crate) peer: PeerName,
    pub(crate) name: &'static str,
    pub(crate) counts: (usize, usize),
    /// Operations for each count.
    pub(crate) times: usize,
}

impl Path {
    /// Whether it is a call that records nothing.
    pub(crate) fn is_off(&self) -> bool {
        self.name == "off" || OURS.contains(&self.name)
    }

    /// Whether it is a call of ours through a gate that the goal speaks of.
    pub(crate) fn has_goal(&self) -> bool {
        OURS[..WITH_GOAL].contains(&self.name)
    }
}

/// Calls that are off.
const CALLS: (usize, usize) = (10_000, 20_000);
/// Requests, or chunks.
const WHOLE: (usize, usize) = (500, 1000);
/// Slices in each of [`REQUESTS`].
const SLICES: (usize, usize) = (100, 200);
const REQUESTS: usize = 50;

const fn path(peer: PeerName, name: &'static str, counts: (usize, usize), times: usize) -> Path {
    Path {
        peer,
        name,
        counts,
        times,
    }
}

pub(crate) const BARE: &str = "bare call";
const CLOCK: &str = "clock read";

/// All paths.
pub(crate) const PATHS: &[Path] = &[
    path(PeerName::Ours, BARE, CALLS, 1),
    path(PeerName::Ours, OURS[0], CALLS, 1),
    path(PeerName::Ours, OURS[1], CALLS, 1),
    path(PeerName::Ours, OURS[2], CALLS, 1),
    path(PeerName::Ours, OURS[3], CALLS, 1),
    path(PeerName::Ours, OURS[4], CALLS, 1),
    path(PeerName::Ours, OURS[5], CALLS, 1),
    path(PeerName::Ours, OURS[6], CALLS, 1),
    path(PeerName::Ours, CLOCK, CALLS, 1),
    path(PeerName::Ours, "slice", SLICES, REQUESTS),
    path(PeerName::Ours, "slice, 2 attributes", SLICES, REQUESTS),
    path(PeerName::Ours, "request with 1 slice", WHOLE, 1),
    path(PeerName::Ours, "chunk handed off", WHOLE, 1),
    path(PeerName::Fastrace, BARE, CALLS, 1),
    path(PeerName::Fastrace, "off", CALLS, 1),
    path(PeerName::Fastrace, "slice", SLICES, REQUESTS),
    path(PeerName::TracingRegistry, "off", CALLS, 1),
    path(PeerName::TracingOtel, "off", CALLS, 1),
    path(PeerName::TracingOtel, "slice", SLICES, REQUESTS),
    path(PeerName::Otel, "off", CALLS, 1),
    path(PeerName::Otel, "slice", SLICES, REQUESTS),
];

/// The name of [`counted_alone`], for callgrind's `--toggle-collect`.
pub(crate) const COUNTED: &str = "*counted_alone*";

/// What is counted: this call, on this thread.
#[inline(never)]
fn counted_alone(run: &dyn Fn()) {
    run();
}

/// Prepares a path, runs it alone, then leaves the process as it is: what was recorded is not exported.
pub(crate) fn run(peer: PeerName, name: &str, count: usize) -> ! {
    match peer {
        _ if name == BARE || name == "off" => {
            let variant = match peer {
                PeerName::Ours => ours_variant("null context"),
                _ => peer_variant(peer),
            };
            let calls = if name == BARE {
                &variant.bare
            } else {
                &variant.traced
            };
            counted_alone(&|| calls[0](count));
        }
        PeerName::Ours if OURS.contains(&name) => {
            let variant = ours_variant(name);
            counted_alone(&|| variant.traced[0](count));
        }
        PeerName::Ours if name == CLOCK => counted_alone(&|| {
            for _ in 0..count {
                black_box(Timestamp::now());
            }
        }),
        PeerName::Ours => on::<Ours>(name, count),
        PeerName::Fastrace => on::<Fastrace>(name, count),
        PeerName::TracingRegistry => on::<TracingRegistry>(name, count),
        PeerName::TracingOtel => on::<TracingOtel>(name, count),
        PeerName::Otel => on::<Otel>(name, count),
    }
    std::process::exit(0)
}

fn on<P: Peer>(name: &str, count: usize) {
    let pipeline = P::install(Setup::silent());
    // Buffers that the counted part will use again.
    for _ in 0..REQUESTS {
        P::request_attrs(SLICES.1);
    }
    P::flush(&pipeline);
    match name {
        "slice" => counted_alone(&|| (0..REQUESTS).for_each(|_| P::request(count))),
        "slice, 2 attributes" => {
            counted_alone(&|| (0..REQUESTS).for_each(|_| P::request_attrs(count)));
        }
        "request with 1 slice" => counted_alone(&|| (0..count).for_each(|_| P::request(1))),
        _ => {
            let request = P::begin();
            counted_alone(&|| (0..count).for_each(|_| P::work(P::hand_off(&request))));
        }
    }
    std::mem::forget(pipeline);
}
