//! A pipeline that carries nothing.

use std::time::Duration;

use crate::{Exporter, InstallError, Options, ShutdownReport, Span, StageLatency, Stats};

/// Ended spans; none in this build.
#[derive(Debug)]
pub struct Batch(());

impl Batch {
    /// 0.
    #[must_use]
    pub const fn len(&self) -> usize {
        0
    }

    /// True.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        true
    }

    /// 0.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        0
    }

    /// Shows nothing.
    pub fn for_each<'a>(&'a self, visit: impl FnMut(&Span<'a>)) {
        let _ = visit;
    }
}

/// Takes the exporter and never calls it: nothing is recorded in this build.
///
/// # Errors
/// None.
pub fn install(exporter: impl Exporter, options: Options) -> Result<TraceGuard, InstallError> {
    let _ = (exporter, options);
    Ok(TraceGuard(()))
}

/// Guards nothing.
#[derive(Debug)]
#[must_use = "tracing ends when the guard is dropped; keep it until the process ends"]
pub struct TraceGuard(());

impl TraceGuard {
    /// True: nothing is in flight.
    #[must_use = "false says that spans are still in flight"]
    pub fn flush(&self, timeout: Duration) -> bool {
        let _ = timeout;
        true
    }

    /// All zero.
    #[must_use]
    pub fn stats(&self) -> Stats {
        stats()
    }

    /// Complete: there was nothing to do.
    pub fn shutdown(self, timeout: Duration) -> ShutdownReport {
        let _ = timeout;
        ShutdownReport {
            complete: true,
            stats: stats(),
        }
    }
}

/// True: nothing is in flight.
#[must_use = "false says that spans are still in flight"]
pub fn flush(timeout: Duration) -> bool {
    let _ = timeout;
    true
}

/// All zero.
#[must_use]
pub fn stats() -> Stats {
    Stats::default()
}

/// None.
#[must_use]
pub fn stage_latencies() -> Vec<StageLatency> {
    Vec::new()
}
