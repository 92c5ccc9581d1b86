//! A traced call that records nothing, over the same call bare.

use std::hint::black_box;
use std::rc::Rc;
use std::time::Duration;

use mooncake_trace::{TraceContext, TraceGuard, mooncake_trace, set_trace_modules};
use opentelemetry::global::{self, BoxedTracer};
use opentelemetry::trace::{Tracer, TracerProvider};
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing::subscriber;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

use super::PeerName;
use crate::figures::Figures;
use crate::measure::{Bursts, median, rounds};
use crate::peers::{BenchStage, Ours, Peer, Setup};

/// Calls in a burst.
const BURST: usize = 10_000;

/// Where a function lies decides over cycles of a loop that calls it, so everything is measured in so many copies.
const COPIES: usize = 8;

/// A loop of so many calls.
pub(super) type Calls = Box<dyn Fn(usize)>;

/// One way to be off, and the same loops without tracing; a loop for every copy.
pub(super) struct Variant {
    pub(super) traced: Vec<Calls>,
    pub(super) bare: Vec<Calls>,
    /// What has to stay installed.
    _guard: Option<TraceGuard>,
}

/// What every function does: as little as can be. The value goes over the stack, so that every function has a frame.
#[inline(always)]
fn body<const COPY: u64>(x: u64) -> u64 {
    black_box(x ^ COPY)
}

#[inline(never)]
fn bare<const COPY: u64>(x: u64) -> u64 {
    body::<COPY>(x)
}

#[inline(never)]
fn bare_ctx<const COPY: u64>(_ctx: &TraceContext, x: u64) -> u64 {
    body::<COPY>(x)
}

#[mooncake_trace(stage = BenchStage::SLICE, ctx = ctx)]
#[inline(never)]
fn ours<const COPY: u64>(ctx: &TraceContext, x: u64) -> u64 {
    body::<COPY>(x)
}

#[mooncake_trace(stage = BenchStage::FINE, ctx = ctx)]
#[inline(never)]
fn ours_fine<const COPY: u64>(ctx: &TraceContext, x: u64) -> u64 {
    body::<COPY>(x)
}

#[mooncake_trace(stage = BenchStage::SLICE, ctx = current)]
#[inline(never)]
fn ours_current<const COPY: u64>(_ctx: &TraceContext, x: u64) -> u64 {
    body::<COPY>(x)
}

#[inline(never)]
fn ours_guard<const COPY: u64>(ctx: &TraceContext, x: u64) -> u64 {
    let _slice = ctx.slice(&BenchStage::FINE);
    body::<COPY>(x)
}

#[fastrace::trace]
#[inline(never)]
fn with_fastrace<const COPY: u64>(x: u64) -> u64 {
    body::<COPY>(x)
}

#[tracing::instrument(skip_all)]
#[inline(never)]
fn with_tracing<const COPY: u64>(x: u64) -> u64 {
    body::<COPY>(x)
}

#[inline(never)]
fn with_otel<const COPY: u64>(tracer: &BoxedTracer, x: u64) -> u64 {
    let _span = tracer.start("call");
    body::<COPY>(x)
}

/// All copies of a function.
macro_rules! copies {
    ($function:ident) => {
        [
            $function::<0>,
            $function::<1>,
            $function::<2>,
            $function::<3>,
            $function::<4>,
            $function::<5>,
            $function::<6>,
            $function::<7>,
        ]
    };
}

/// A function of which there are copies, with something to call it with.
type Copies<C> = [fn(&C, u64) -> u64; COPIES];

fn loops<C: 'static>(with: C, copies: Copies<C>) -> Vec<Calls> {
    let with = Rc::new(with);
    let each = copies.into_iter().map(|call| {
        let with = Rc::clone(&with);
        let calls = move |n: usize| {
            for i in 0..n as u64 {
                black_box(call(&with, i));
            }
        };
        Box::new(calls) as Calls
    });
    each.collect()
}

/// [`loops`] of what is called with a number only.
fn simple_loops(copies: [fn(u64) -> u64; COPIES]) -> Vec<Calls> {
    let each = copies.into_iter().map(|call| {
        let calls = move |n: usize| {
            for i in 0..n as u64 {
                black_box(call(i));
            }
        };
        Box::new(calls) as Calls
    });
    each.collect()
}

fn of_ours(ctx: TraceContext, calls: Copies<TraceContext>, guard: Option<TraceGuard>) -> Variant {
    Variant {
        traced: loops(ctx, calls),
        bare: loops(TraceContext::null(), copies!(bare_ctx)),
        _guard: guard,
    }
}

/// A context that records.
fn recording() -> (TraceContext, TraceGuard) {
    let guard = Ours::install(Setup::silent());
    (Ours::begin(), guard)
}

/// So many of [`OURS`] are what the goal speaks of.
pub(super) const WITH_GOAL: usize = 5;

/// Names of our variants.
pub(super) const OURS: [&str; 7] = [
    "tracing off",
    "null context",
    "gated by level",
    "gated by module",
    "unsampled",
    "no current slice",
    "gated by level, guard",
];

/// Prepares this process for a way of ours to be off.
pub(super) fn ours_variant(name: &str) -> Variant {
    let request = || TraceContext::builder("0x1f4a2b").module("bench");
    match name {
        "tracing off" => of_ours(request().build(), copies!(ours), None),
        "gated by level" => {
            let (ctx, guard) = recording();
            of_ours(ctx, copies!(ours_fine), Some(guard))
        }
        "gated by level, guard" => {
            let (ctx, guard) = recording();
            of_ours(ctx, copies!(ours_guard), Some(guard))
        }
        "gated by module" => {
            let guard = Ours::install(Setup::silent());
            set_trace_modules("others");
            of_ours(request().build(), copies!(ours), Some(guard))
        }
        "unsampled" => {
            let guard = Ours::install(Setup::silent());
            let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
            of_ours(
                request().traceparent(header).build(),
                copies!(ours),
                Some(guard),
            )
        }
        "no current slice" => {
            let (ctx, guard) = recording();
            of_ours(ctx, copies!(ours_current), Some(guard))
        }
        _ => of_ours(TraceContext::null(), copies!(ours), None),
    }
}

/// Prepares this process for a peer that is off.
pub(super) fn peer_variant(peer: PeerName) -> Variant {
    let traced = match peer {
        PeerName::Fastrace => simple_loops(copies!(with_fastrace)),
        PeerName::Otel => loops(global::tracer("bench"), copies!(with_otel)),
        _ => simple_loops(copies!(with_tracing)),
    };
    if peer == PeerName::TracingOtel {
        let provider = SdkTracerProvider::builder()
            .with_sampler(Sampler::AlwaysOff)
            .build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("bench"));
        subscriber::set_global_default(registry().with(layer)).expect("the first subscriber");
    }
    Variant {
        traced,
        bare: simple_loops(copies!(bare)),
        _guard: None,
    }
}

pub(super) fn run(peer: PeerName, budget: Duration) -> Figures {
    let mut figures = Figures::default();
    let variants = if peer == PeerName::Ours {
        &OURS[..]
    } else {
        &["off"]
    };
    for name in variants {
        let variant = match peer {
            PeerName::Ours => ours_variant(name),
            _ => peer_variant(peer),
        };
        measure(name, &variant, budget / variants.len() as u32, &mut figures);
    }
    figures
}

/// The median of what the copies cost more than the bare ones.
fn measure(name: &str, variant: &Variant, budget: Duration, figures: &mut Figures) {
    let mut all: [(Bursts, Bursts); COPIES] = Default::default();
    rounds(budget, figures, || {
        let loops = variant.traced.iter().zip(&variant.bare);
        for ((traced, bare), (traced_loop, bare_loop)) in all.iter_mut().zip(loops) {
            bare.time(BURST, || bare_loop(BURST));
            traced.time(BURST, || traced_loop(BURST));
        }
    });
    let more = all.map(|(traced, bare)| traced.median() - bare.median());
    figures.set(name, median(more.to_vec()));
}
