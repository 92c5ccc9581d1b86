//! Trace files on disk: gzip in and out, `-` for the standard streams, and no half-written output.

mod input;
mod output;

pub use input::read_input;
pub use output::OutputFile;
