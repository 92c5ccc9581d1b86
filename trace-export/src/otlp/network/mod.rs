//! OTLP over the network: to a collector, or to whatever speaks OTLP.
//!
//! Everything here runs on the runtime's collector thread. An export is one attempt, bounded by the timeout; whether it
//! should come again is said in the error, and the runtime's `delivery` sees to that. No runtime of the user's is
//! needed: HTTP blocks, gRPC has a small one of its own, made and used on the collector thread alone.

mod answer;
mod builder;
mod compression;
mod endpoint;
mod env;
mod error_chain;
mod exporter;
mod failure;
#[cfg(feature = "otlp-grpc")]
mod grpc;
mod headers;
#[cfg(feature = "otlp-http")]
mod http;
mod proto_reader;
#[cfg(feature = "otlp-http")]
mod retry_after;
mod tls;

pub use builder::{OtlpBuilder, OtlpConfigError};
pub use compression::Compression;
pub use endpoint::Protocol;
pub use exporter::OtlpExporter;

/// How we introduce ourselves.
const USER_AGENT: &str = concat!("mooncake-trace/", env!("CARGO_PKG_VERSION"));
