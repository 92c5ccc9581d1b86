//! The figures that have a goal.

use crate::cases::Case;
use crate::cases::PeerName;
use crate::conductor::{Figure, Results};

/// What ours is to be.
#[derive(Clone, Copy)]
pub(super) enum Goal {
    /// At most so many floors.
    Floors(f64),
    /// At most so much, in the unit of the figure.
    AtMost(f64),
    /// At least so much.
    AtLeast(f64),
    /// Reported only.
    None,
}

pub(super) struct Row {
    pub(super) what: &'static str,
    pub(super) case: Case,
    pub(super) figure: &'static str,
    pub(super) unit: &'static str,
    /// The unit of the table over that of the figure.
    pub(super) scale: f64,
    pub(super) goal: Goal,
    /// The peers' name of the figure, if it is another.
    pub(super) of_peers: Option<&'static str>,
    /// Where the time goes, for when the goal is missed.
    pub(super) why: &'static str,
}

const CYCLES: &str = "Seven to ten instructions more than the bare call. A loop of calls hides some of them; where the \
    functions lie decides over the others.";
const LOCKS: &str = "The slot's lock is a locked instruction at the start and one at the end; each waits until the \
    stores ahead of it have reached the cache.";
const PACKING: &str = "Beside what a slice costs, the words of the attributes are stored twice: where the open slice is, \
    and in its record.";
const REQUEST: &str =
    "A request is made of three calls more, and its two own spans carry identities.";
const CHUNK: &str = "Seven clock reads are more than half of it; the rest is four locked calls beside the slices, and a thread \
    span with an identity.";
const TRAVEL: &str = "The first cache line of a slot goes to the worker's core with the chunk and comes back when the \
    slot is used again, and both have to wait for it.";
const KERNEL: &str = "Recording and encoding have rows of their own; of the collector's time a third is the kernel's, \
    sending.";
const WAKING: &str = "The producers sleep between a few requests and the next; when they wake, much of what they need has \
    left the caches of their core, and rounds differ by a third.";
const SHARED_CORES: &str =
    "The collector has to share the two cores with the producers (and with whatever else ran).";

const fn row(what: &'static str, case: Case, figure: &'static str, goal: Goal) -> Row {
    Row {
        what,
        case,
        figure,
        unit: "ns",
        scale: 1.0,
        goal,
        of_peers: None,
        why: "",
    }
}

const fn off(what: &'static str, figure: &'static str) -> Row {
    Row {
        why: CYCLES,
        of_peers: Some("off"),
        ..row(what, Case::Off, figure, Goal::AtMost(0.7))
    }
}

/// All of them, in the order of the table.
pub(super) const ROWS: &[Row] = &[
    off("traced call, tracing off", "tracing off"),
    off("traced call, null context", "null context"),
    off("traced call, gated by level", "gated by level"),
    off("traced call, gated by module", "gated by module"),
    off("traced call, unsampled request", "unsampled"),
    Row {
        goal: Goal::None,
        ..off(
            "traced call, `ctx = current`, no slice open",
            "no current slice",
        )
    },
    Row {
        why: LOCKS,
        ..row(
            "slice, 10 per request",
            Case::Slices,
            "slice 10",
            Goal::Floors(1.15),
        )
    },
    Row {
        why: LOCKS,
        ..row(
            "slice, 100 per request",
            Case::Slices,
            "slice 100",
            Goal::Floors(1.15),
        )
    },
    Row {
        why: PACKING,
        ..row(
            "slice with 2 attributes, 10 per request",
            Case::Slices,
            "slice 10, 2 attributes",
            Goal::Floors(1.4),
        )
    },
    Row {
        why: PACKING,
        ..row(
            "slice with 2 attributes, 100 per request",
            Case::Slices,
            "slice 100, 2 attributes",
            Goal::Floors(1.4),
        )
    },
    Row {
        why: REQUEST,
        ..row(
            "request with one slice, per span (3 spans)",
            Case::Slices,
            "span of request with 1",
            Goal::Floors(1.4),
        )
    },
    row(
        "request with 10 slices, per span (12 spans)",
        Case::Slices,
        "span of request with 10",
        Goal::None,
    ),
    row(
        "request with 100 slices, per span (102 spans)",
        Case::Slices,
        "span of request with 100",
        Goal::None,
    ),
    Row {
        why: CHUNK,
        ..row(
            "hand-off, 3 nested slices in the worker, both sides on one core, per chunk (4 spans)",
            Case::HandOff,
            "chunk, one core",
            Goal::Floors(6.0),
        )
    },
    Row {
        why: TRAVEL,
        ..row(
            "the same with the worker on another core",
            Case::HandOff,
            "chunk, two cores",
            Goal::Floors(6.0),
        )
    },
    Row {
        why: WAKING,
        ..row(
            "process CPU per span, 1 M spans/s to a counting exporter",
            Case::Cpu,
            "cpu",
            Goal::Floors(2.5),
        )
    },
    Row {
        unit: "M/s",
        scale: 1e-6,
        why: SHARED_CORES,
        ..row(
            "lossless rate, 2 producers, 64 MiB",
            Case::FlatOut,
            "lossless rate",
            Goal::AtLeast(20.0),
        )
    },
    Row {
        unit: "MB",
        ..row(
            "peak RSS at that rate",
            Case::FlatOut,
            "peak RSS",
            Goal::AtMost(96.0),
        )
    },
    row(
        "OTLP encoding, 0 attributes, per span",
        Case::Encode,
        "0 attributes",
        Goal::AtMost(60.0),
    ),
    row(
        "OTLP encoding, 2 attributes, per span",
        Case::Encode,
        "2 attributes",
        Goal::AtMost(110.0),
    ),
    row(
        "OTLP encoding, 8 attributes, per span",
        Case::Encode,
        "8 attributes",
        Goal::AtMost(250.0),
    ),
    Row {
        why: KERNEL,
        ..row(
            "whole way over OTLP/HTTP, 200 k spans/s, 2 attributes, process CPU per span",
            Case::Wire,
            "cpu",
            Goal::AtMost(200.0),
        )
    },
    Row {
        unit: "",
        ..row(
            "allocations per span in steady state",
            Case::Allocations,
            "allocations",
            // A handful in 240,000 spans are the flushes'.
            Goal::AtMost(0.001),
        )
    },
    Row {
        unit: "",
        ..row(
            "allocations per span with 2 attributes",
            Case::Allocations,
            "allocations, 2 attributes",
            Goal::AtMost(0.001),
        )
    },
];

impl Row {
    /// The figure of a peer in the unit of the table.
    pub(super) fn of(&self, results: &Results, peer: PeerName) -> Option<Figure> {
        let name = match self.of_peers {
            Some(name) if peer != PeerName::Ours => name,
            _ => self.figure,
        };
        let figure = results.figure(self.case, peer, name)?;
        Some(Figure {
            median: figure.median * self.scale,
            low: figure.low * self.scale,
            high: figure.high * self.scale,
        })
    }

    /// Whether the goal is met; none if there is none or nothing was measured.
    pub(super) fn is_met(&self, results: &Results) -> Option<bool> {
        let median = self.of(results, PeerName::Ours)?.median;
        match self.goal {
            Goal::Floors(most) => {
                let floors = results.over_floor(self.case, PeerName::Ours, self.figure)?;
                Some(floors.median <= most)
            }
            Goal::AtMost(most) => Some(median <= most),
            Goal::AtLeast(least) => Some(median >= least),
            Goal::None => None,
        }
    }
}
