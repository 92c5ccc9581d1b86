//! The libraries that are compared, each behind the same few calls.
//!
//! Every peer makes the same tree: a request span, below it the span of the thread that works on it, below that slices.

mod fastrace;
mod otel;
mod ours;
mod tracing;

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::process::{self, Place};

pub(crate) use fastrace::Fastrace;
pub(crate) use otel::Otel;
pub(crate) use ours::{BenchStage, Ours};
pub(crate) use tracing::{TracingOtel, TracingRegistry};

/// Spans of a request that are no slices: its own and the thread's.
pub(crate) const REQUEST_SPANS: usize = 2;

static ARRIVED: AtomicU64 = AtomicU64::new(0);

/// How many spans have reached the counting exporter.
pub(crate) fn arrived() -> u64 {
    ARRIVED.load(Relaxed)
}

fn count(spans: usize) {
    ARRIVED.fetch_add(spans as u64, Relaxed);
}

/// Where spans go.
#[derive(Clone, Copy)]
pub(crate) enum Destination {
    /// An exporter that counts them.
    Counter,
    /// OTLP/HTTP on this port of the loopback interface.
    Http(u16),
}

/// What a pipeline says about its spans, where it says anything.
#[derive(Clone, Copy)]
pub(crate) struct Books {
    pub(crate) recorded: u64,
    pub(crate) exported: u64,
    pub(crate) dropped: u64,
}

/// How often and how much a pipeline exports.
#[derive(Clone, Copy)]
pub(crate) struct Setup {
    pub(crate) to: Destination,
    pub(crate) interval: Duration,
    /// Room for spans that wait, where the peer counts spans.
    pub(crate) queue: usize,
    /// Spans in a batch of the SDK, as is its default; ours keeps its own.
    pub(crate) batch: usize,
}

impl Setup {
    /// As a server would have it, with a queue that does not overflow at once.
    pub(crate) const fn counting() -> Self {
        Self {
            to: Destination::Counter,
            interval: Duration::from_millis(100),
            queue: 262_144,
            batch: 512,
        }
    }

    /// Nothing leaves the producing thread but for what it pushes out itself.
    pub(crate) const fn silent() -> Self {
        Self {
            interval: Duration::from_secs(3600),
            batch: 262_144,
            ..Self::counting()
        }
    }
}

pub(crate) trait Peer {
    /// What has to live as long as spans are recorded.
    type Pipeline;
    /// An open request with its thread span.
    type Request;
    /// What goes to another thread.
    type Parcel: Send + 'static;

    fn install(setup: Setup) -> Self::Pipeline;
    /// Has everything exported that can be.
    fn flush(pipeline: &Self::Pipeline);
    fn books(pipeline: &Self::Pipeline) -> Option<Books>;

    fn begin() -> Self::Request;
    fn finish(request: Self::Request);
    /// One slice, begun and ended.
    fn slice(request: &Self::Request);
    /// One slice with an integer and a static text.
    fn slice_attrs(request: &Self::Request, bytes: i64);
    fn hand_off(request: &Self::Request) -> Self::Parcel;
    /// What the other thread does: its thread span, three nested slices, the end.
    fn work(parcel: Self::Parcel);

    /// Installs with the threads of the pipeline on another processor than the calling thread, where there is one.
    fn install_apart(setup: Setup) -> Self::Pipeline {
        process::pin(Place::Last);
        let pipeline = Self::install(setup);
        Self::flush(&pipeline);
        process::pin(Place::First);
        pipeline
    }

    /// A whole request with so many slices.
    #[inline]
    fn request(slices: usize) {
        let request = Self::begin();
        for _ in 0..slices {
            Self::slice(&request);
        }
        Self::finish(request);
    }

    /// A whole request with so many slices of two attributes.
    #[inline]
    fn request_attrs(slices: usize) {
        let request = Self::begin();
        for i in 0..slices {
            Self::slice_attrs(&request, i as i64);
        }
        Self::finish(request);
    }
}
