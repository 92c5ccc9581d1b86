//! Exporters of mooncake-trace, and the formats behind them.
//!
//! A program that is traced starts here:
//!
//! ```no_run
//! use std::time::Duration;
//! use mooncake_trace_export::{Config, init};
//!
//! let guard = init(Config::from_env().service_name("prefill").otlp_file("otlp.jsonl"))?;
//! // … the program …
//! let report = guard.shutdown(Duration::from_secs(5));
//! println!("{} spans written, {} lost", report.stats.exported, report.stats.dropped.total());
//! # Ok::<(), mooncake_trace_export::InitError>(())
//! ```
//!
//! | module | what it does |
//! |---|---|
//! | [`exporter`] | takes batches from the runtime: OTLP/JSON file, Perfetto file, memory, any exporter of the OpenTelemetry SDK |
//! | [`model`] | the neutral form of a trace |
//! | [`otlp`] | OTLP: to receivers over gRPC and HTTP (`OtlpExporter`), as JSON lines, as protobuf |
//! | [`layout`], [`perfetto`] | draw a trace for Perfetto |
//! | [`report`] | figures for the terminal |
//! | [`mod@file`] | trace files on disk |
//!
//! Features, the first three by default: `otlp-grpc`, `otlp-http`, `tls` (https endpoints), `zstd` (beside gzip), `admin` (an HTTP endpoint for run-time control), `metrics` (the pipeline's own metrics), `clap` (flags as `TraceArgs`), `opentelemetry-sdk` (`exporter::SdkExporter`).

#[cfg(feature = "admin")]
pub mod admin;
mod config;
mod convert;
pub mod exporter;
pub mod file;
mod init;
mod json;
pub mod layout;
#[cfg(feature = "metrics")]
pub mod metrics;
pub mod model;
pub mod otlp;
pub mod perfetto;
mod receiver;
pub mod report;
mod resource;

#[cfg(feature = "clap")]
pub use config::TraceArgs;
pub use config::{Config, DEFAULT_ENDPOINT, ModulesError, check_modules};
pub use init::{Guard, InitError, init};
pub use resource::DEFAULT_SERVICE_NAME;
