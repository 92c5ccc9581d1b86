//! OTLP, the wire model of OpenTelemetry.
//!
//! One file per encoding and direction. Today: JSON lines, read and written; the binary encoding and the
//! network transports get their files beside these.

mod any_value;
mod batch;
mod lenient;
mod read;
mod wire;
mod write;

pub(crate) use batch::write_batch_line;
pub use read::{ReadError, ReadReport, read_json_lines};
pub use write::write_json_line;
