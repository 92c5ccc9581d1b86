//! Tracing in a child process: installed before its first thread, shut down after its last.

use std::io;
use std::path::Path;
use std::time::Duration;

use mooncake_trace::{Options, TraceGuard};
use mooncake_trace_export::DEFAULT_SERVICE_NAME;
use mooncake_trace_export::exporter::OtlpFileExporter;
use mooncake_trace_export::model::Resource;
use serde::{Deserialize, Serialize};

use crate::cli::Role;

/// How long a process waits for its last spans to reach the file.
const SHUTDOWN: Duration = Duration::from_secs(30);

/// What became of the spans of a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Accounting {
    /// Spans that ended.
    pub(crate) recorded: u64,
    /// Spans in the file.
    pub(crate) exported: u64,
    /// Spans that were lost.
    pub(crate) dropped: u64,
    /// Contexts that still had something open.
    pub(crate) open: u64,
}

impl Accounting {
    /// Whether every span is accounted for.
    pub(crate) fn adds_up(&self) -> bool {
        self.recorded == self.exported + self.dropped && self.open == 0
    }
}

/// Starts tracing into the file at `part`, as the service `sglang-prefill` or `sglang-decode`.
///
/// # Errors
/// If the file cannot be written.
pub(crate) fn start(role: Role, part: &Path) -> io::Result<TraceGuard> {
    let service = format!("{DEFAULT_SERVICE_NAME}-{}", role.word());
    let exporter = OtlpFileExporter::create(part, Resource::detect(Some(&service)))?;
    mooncake_trace::install(exporter, Options::default()).map_err(io::Error::other)
}

/// Ends tracing and says what became of the spans.
pub(crate) fn finish(guard: TraceGuard) -> Accounting {
    let stats = guard.shutdown(SHUTDOWN).stats;
    Accounting {
        recorded: stats.recorded,
        exported: stats.exported,
        dropped: stats.dropped.total(),
        open: stats.open_contexts,
    }
}
