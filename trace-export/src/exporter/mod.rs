//! Exporters: where the runtime's batches go.
//!
//! All implement [`mooncake_trace::Exporter`] and run on its collector thread.

mod memory;
mod otlp_file;
mod perfetto_file;
#[cfg(feature = "opentelemetry-sdk")]
mod sdk;
mod span_tree;
mod tee;

pub use memory::{MemoryExporter, SpanData};
pub use otlp_file::OtlpFileExporter;
pub use perfetto_file::PerfettoFileExporter;
#[cfg(feature = "opentelemetry-sdk")]
pub use sdk::SdkExporter;
pub use span_tree::span_tree;
pub use tee::Tee;
