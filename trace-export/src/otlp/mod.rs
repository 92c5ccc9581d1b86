//! OTLP, the wire model of OpenTelemetry.
//!
//! One file per encoding and direction; the way to a collector is in `OtlpExporter`.

mod any_value;
mod batch;
mod encode;
mod lenient;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
mod network;
mod read;
mod wire;
mod write;

pub(crate) use batch::write_batch_line;
pub use encode::{EncodedRequest, MAX_REQUEST_BYTES, TraceEncoder};
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
pub use network::{Compression, OtlpBuilder, OtlpConfigError, OtlpExporter, Protocol};
pub use read::{ReadError, ReadReport, read_json_lines};
pub use write::write_json_line;
