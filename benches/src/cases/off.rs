//! A traced call that records nothing, over the same call bare.

use std::hint::black_box;
use std::time::Duration;

use mooncake_trace::{TraceContext, TraceGuard, mooncake_trace, set_trace_modules};
use opentelemetry::global;
use opentelemetry::trace::{Tracer, TracerProvider};
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing::subscriber;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

use super::PeerName;
use crate::figures::Figures;
use crate::measure::{Bursts, rounds};
use crate::peers::{BenchStage, Ours, Peer, Setup};

/// Calls in a burst.
const BURST: usize = 20_000;

/// A loop of so many calls.
pub(super) type Calls = Box<dyn Fn(usize)>;

/// One way to be off, and the same loop without tracing.
pub(super) struct Variant {
    pub(super) traced: Calls,
    pub(super) bare: Calls,
    /// What has to stay installed.
    _guard: Option<TraceGuard>,
}

#[inline(never)]
fn bare(x: u64) -> u64 {
    black_box(x)
}

#[inline(never)]
fn bare_ctx(_ctx: &TraceContext, x: u64) -> u64 {
    black_box(x)
}

#[mooncake_trace(stage = BenchStage::SLICE, ctx = ctx)]
#[inline(never)]
fn ours(ctx: &TraceContext, x: u64) -> u64 {
    black_box(x)
}

#[mooncake_trace(stage = BenchStage::FINE, ctx = ctx)]
#[inline(never)]
fn ours_fine(ctx: &TraceContext, x: u64) -> u64 {
    black_box(x)
}

#[mooncake_trace(stage = BenchStage::SLICE, ctx = current)]
#[inline(never)]
fn ours_current(_ctx: &TraceContext, x: u64) -> u64 {
    black_box(x)
}

#[inline(never)]
fn ours_guard(ctx: &TraceContext, x: u64) -> u64 {
    let _slice = ctx.slice(&BenchStage::FINE);
    black_box(x)
}

#[fastrace::trace]
#[inline(never)]
fn with_fastrace(x: u64) -> u64 {
    black_box(x)
}

#[tracing::instrument(skip_all)]
#[inline(never)]
fn with_tracing(x: u64) -> u64 {
    black_box(x)
}

#[inline(never)]
fn with_otel(tracer: &impl Tracer, x: u64) -> u64 {
    let _span = tracer.start("call");
    black_box(x)
}

macro_rules! calls {
    (move $i:ident => $call:expr) => {
        Box::new(move |n| {
            for $i in 0..n as u64 {
                black_box($call);
            }
        })
    };
}

fn of_ours(
    ctx: TraceContext,
    call: fn(&TraceContext, u64) -> u64,
    guard: Option<TraceGuard>,
) -> Variant {
    let null = TraceContext::null();
    Variant {
        traced: calls!(move i => call(&ctx, i)),
        bare: {
            let call: fn(&TraceContext, u64) -> u64 = bare_ctx;
            calls!(move i => call(&null, i))
        },
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
        "tracing off" => of_ours(request().build(), ours, None),
        "gated by level" => {
            let (ctx, guard) = recording();
            of_ours(ctx, ours_fine, Some(guard))
        }
        "gated by level, guard" => {
            let (ctx, guard) = recording();
            of_ours(ctx, ours_guard, Some(guard))
        }
        "gated by module" => {
            let guard = Ours::install(Setup::silent());
            set_trace_modules("others");
            of_ours(request().build(), ours, Some(guard))
        }
        "unsampled" => {
            let guard = Ours::install(Setup::silent());
            let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
            of_ours(request().traceparent(header).build(), ours, Some(guard))
        }
        "no current slice" => {
            let (ctx, guard) = recording();
            of_ours(ctx, ours_current, Some(guard))
        }
        _ => of_ours(TraceContext::null(), ours, None),
    }
}

/// Prepares this process for a peer that is off.
pub(super) fn peer_variant(peer: PeerName) -> Variant {
    let call: fn(u64) -> u64 = match peer {
        PeerName::Fastrace => with_fastrace,
        _ => with_tracing,
    };
    let mut traced: Calls = calls!(move i => call(i));
    match peer {
        PeerName::Otel => {
            let tracer = global::tracer("bench");
            traced = calls!(move i => with_otel(&tracer, i));
        }
        PeerName::TracingOtel => {
            let provider = SdkTracerProvider::builder()
                .with_sampler(Sampler::AlwaysOff)
                .build();
            let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("bench"));
            subscriber::set_global_default(registry().with(layer)).expect("the first subscriber");
        }
        _ => {}
    }
    let call: fn(u64) -> u64 = bare;
    Variant {
        traced,
        bare: calls!(move i => call(i)),
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

fn measure(name: &str, variant: &Variant, budget: Duration, figures: &mut Figures) {
    let (mut traced, mut bare) = (Bursts::default(), Bursts::default());
    rounds(budget, figures, || {
        bare.time(BURST, || (variant.bare)(BURST));
        traced.time(BURST, || (variant.traced)(BURST));
    });
    figures.set(name, traced.median() - bare.median());
}
