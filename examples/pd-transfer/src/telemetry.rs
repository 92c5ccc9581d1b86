//! Tracing in a child process: installed before its first thread, shut down after its last.

use std::path::Path;
use std::time::Duration;

use env_logger::Env;
use mooncake_trace_export::{Guard, InitError, TraceArgs};
use serde::{Deserialize, Serialize};

use crate::cli::Role;

/// How long a process waits for its last spans to reach the file, and the endpoint if there is one.
const SHUTDOWN: Duration = Duration::from_secs(10);

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

/// Starts tracing into the file at `part`, and to the endpoint if one is given. Both processes are the service `sglang`,
/// as SGLang's own tools expect; `worker.role` tells them apart. `OTEL_SDK_DISABLED` switches it off.
///
/// # Errors
/// If the file cannot be written, or a flag or variable is wrong.
pub(crate) fn start(role: Role, part: &Path, args: &TraceArgs) -> Result<Guard, InitError> {
    // What the tracing itself has to complain about, such as a collector that cannot be reached.
    env_logger::Builder::from_env(Env::default().default_filter_or("warn")).init();
    let args = TraceArgs {
        enable_trace: true,
        ..args.clone()
    };
    let mut config = args
        .config()
        .attribute("worker.role", role.word())
        .otlp_file(part);
    if let Some(endpoint) = args.otlp_traces_endpoint {
        config = config.endpoint(endpoint);
    }
    mooncake_trace_export::init(config)
}

/// Ends tracing and says what became of the spans.
pub(crate) fn finish(guard: Guard) -> Accounting {
    let stats = guard.shutdown(SHUTDOWN).stats;
    Accounting {
        recorded: stats.recorded,
        exported: stats.exported,
        dropped: stats.dropped.total(),
        open: stats.open_contexts,
    }
}
