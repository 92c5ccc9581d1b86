//! What is measured, family by family. Each runs in a process of its own.

mod allocations;
mod cpu;
mod encode;
mod flat_out;
pub(crate) mod growth;
mod hand_off;
mod instructions;
mod off;
mod slices;
mod wire;

use std::time::Duration;

use clap::ValueEnum;

use crate::figures::Figures;
use crate::peers::{Fastrace, Otel, Ours, TracingOtel, TracingRegistry};

pub(crate) use instructions::{BARE, COUNTED, PATHS, Path, run as run_instructions};

/// A family of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Case {
    /// A traced call while nothing is recorded.
    Off,
    /// Slices and requests on the producing thread.
    Slices,
    /// A copy for a worker, and what the worker does with it.
    HandOff,
    /// Processor time of the process at 1 M spans/s.
    Cpu,
    /// As fast as two producers can.
    FlatOut,
    /// OTLP encoding of a batch of 512.
    Encode,
    /// The whole way over OTLP/HTTP at 200 k spans/s.
    Wire,
    /// Allocations in steady state.
    Allocations,
    /// How the cost grows.
    Growth,
}

/// A library that is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum PeerName {
    /// mooncake-trace.
    Ours,
    /// fastrace.
    Fastrace,
    /// tracing with a registry that produces nothing; without subscriber where tracing is off.
    TracingRegistry,
    /// tracing + tracing-opentelemetry.
    TracingOtel,
    /// The OpenTelemetry SDK.
    Otel,
}

impl Case {
    /// Who is measured.
    pub(crate) const fn peers(self) -> &'static [PeerName] {
        use PeerName::{Fastrace, Otel, Ours, TracingOtel, TracingRegistry};
        match self {
            Self::Off | Self::Slices | Self::HandOff => {
                &[Ours, Fastrace, TracingRegistry, TracingOtel, Otel]
            }
            Self::Cpu | Self::FlatOut | Self::Wire | Self::Allocations => {
                &[Ours, Fastrace, TracingOtel, Otel]
            }
            Self::Encode => &[Ours, Otel],
            Self::Growth => &[Ours],
        }
    }

    /// Whether it loads the whole machine for seconds, so that fewer rounds must do.
    pub(crate) const fn is_long(self) -> bool {
        matches!(
            self,
            Self::Cpu | Self::FlatOut | Self::Wire | Self::Allocations
        )
    }

    /// Measures; `budget` is about how long one figure may take.
    pub(crate) fn run(self, peer: PeerName, budget: Duration) -> Figures {
        match self {
            Self::Off => off::run(peer, budget),
            Self::Encode => encode::run(peer, budget),
            Self::Growth => growth::run(2 * budget),
            _ => match peer {
                PeerName::Ours => self.run_peer::<Ours>(budget),
                PeerName::Fastrace => self.run_peer::<Fastrace>(budget),
                PeerName::TracingRegistry => self.run_peer::<TracingRegistry>(budget),
                PeerName::TracingOtel => self.run_peer::<TracingOtel>(budget),
                PeerName::Otel => self.run_peer::<Otel>(budget),
            },
        }
    }

    fn run_peer<P: crate::peers::Peer>(self, budget: Duration) -> Figures {
        match self {
            Self::Slices => slices::run::<P>(budget),
            Self::HandOff => hand_off::run::<P>(budget),
            Self::Cpu => cpu::run::<P>(budget),
            Self::FlatOut => flat_out::run::<P>(budget),
            Self::Wire => wire::run::<P>(budget),
            Self::Allocations => allocations::run::<P>(),
            Self::Off | Self::Encode | Self::Growth => Figures::default(),
        }
    }
}
