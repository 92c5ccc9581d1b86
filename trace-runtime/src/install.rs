//! Installing an exporter, and the guard that ends it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::buffer::POOL;
use crate::collector::Collector;
use crate::control::Control;
use crate::exporter::Exporter;
use crate::stats::{self, Stats};
use crate::{fork, gating, host};

/// How long the drop of a [`TraceGuard`] waits for the exporter.
const DROP_TIMEOUT: Duration = Duration::from_secs(5);

static INSTALLED: Mutex<bool> = Mutex::new(false);

/// Whether tracing is installed, locked.
pub(crate) fn installed() -> std::sync::MutexGuard<'static, bool> {
    INSTALLED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How the pipeline behaves. The defaults suit a server.
#[derive(Clone, Debug)]
#[must_use]
pub struct Options {
    interval: Duration,
    max_batch: usize,
    memory_limit: usize,
    host_id: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            interval: Duration::from_millis(500),
            max_batch: 512,
            memory_limit: 64 << 20,
            host_id: None,
        }
    }
}

impl Options {
    /// The longest time that a span waits before it is exported. Default 500 ms.
    pub const fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// The largest number of spans in a batch, at least 1. Default 512.
    pub const fn max_batch(mut self, spans: usize) -> Self {
        self.max_batch = spans;
        self
    }

    /// The most memory that records may take before they are exported, in bytes, at least 64 KiB. Default 64 MiB.
    /// Beyond it whole new spans are dropped and counted.
    pub const fn memory_limit(mut self, bytes: usize) -> Self {
        self.memory_limit = bytes;
        self
    }

    /// What thread spans give as this host instead of [`host_id`](crate::host_id).
    pub fn host_id(mut self, host_id: impl Into<String>) -> Self {
        self.host_id = Some(host_id.into());
        self
    }
}

/// Why tracing could not be installed.
#[derive(Debug)]
#[non_exhaustive]
pub enum InstallError {
    /// It is installed already.
    AlreadyInstalled,
    /// The collector thread could not be started.
    Thread(std::io::Error),
}

impl fmt::Display for InstallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyInstalled => f.write_str(
                "tracing is installed already; shut the first guard down before installing again",
            ),
            Self::Thread(error) => write!(f, "the collector thread could not be started: {error}"),
        }
    }
}

impl std::error::Error for InstallError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::AlreadyInstalled => None,
            Self::Thread(error) => Some(error),
        }
    }
}

/// Installs `exporter`, starts the collector thread and switches tracing on.
///
/// # Errors
/// If tracing is installed already, or the thread cannot be started.
pub fn install(exporter: impl Exporter, options: Options) -> Result<TraceGuard, InstallError> {
    let mut installed = installed();
    if *installed {
        return Err(InstallError::AlreadyInstalled);
    }
    fork::watch();
    POOL.set_limit(options.memory_limit);
    let control = Arc::new(Control::default());
    let host_id = options
        .host_id
        .unwrap_or_else(|| host::host_id().to_owned());
    let collector = Collector::new(
        Box::new(exporter),
        Arc::clone(&control),
        options.interval,
        options.max_batch,
        host_id,
    );
    let thread = thread::Builder::new()
        .name("mooncake-trace".to_owned())
        .spawn(move || collector.run())
        .map_err(InstallError::Thread)?;
    *installed = true;
    gating::set_tracing_enabled(true);
    Ok(TraceGuard {
        control,
        thread: Some(thread),
        forks: fork::count(),
    })
}

/// Keeps tracing installed. Dropping it shuts tracing down, waiting at most 5 seconds for the exporter.
#[derive(Debug)]
#[must_use = "tracing ends when the guard is dropped; keep it until the process ends"]
pub struct TraceGuard {
    control: Arc<Control>,
    thread: Option<thread::JoinHandle<()>>,
    /// Of the process that installed; in a forked child the guard has nothing to guard.
    forks: u64,
}

/// How a shutdown went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct ShutdownReport {
    /// Whether everything that was recorded has been through the exporter.
    pub complete: bool,
    /// The books at the end; nothing is in flight any more.
    pub stats: Stats,
}

impl TraceGuard {
    /// Exports everything that was recorded before the call; false if that took longer than `timeout`.
    #[must_use = "false says that spans are still in flight"]
    pub fn flush(&self, timeout: Duration) -> bool {
        self.is_inherited() || self.control.flush(timeout)
    }

    fn is_inherited(&self) -> bool {
        self.forks != fork::count()
    }

    /// The books of this moment.
    #[must_use]
    pub fn stats(&self) -> Stats {
        stats::stats()
    }

    /// Switches tracing off, exports what is there and ends the exporter, all within `timeout`. What could not be
    /// exported by then is dropped and counted; the report says how much.
    pub fn shutdown(mut self, timeout: Duration) -> ShutdownReport {
        self.finish(timeout)
    }

    fn finish(&mut self, timeout: Duration) -> ShutdownReport {
        if self.is_inherited() {
            std::mem::forget(self.thread.take());
            return ShutdownReport {
                complete: true,
                stats: stats::stats(),
            };
        }
        gating::set_tracing_enabled(false);
        let complete = self.control.stop(timeout);
        let thread = self.thread.take();
        if complete {
            // It has said that it is over; this waits for its last instructions.
            let _ended = thread.map(thread::JoinHandle::join);
        } else {
            let mut ledger = stats::ledger();
            ledger.timed_out += std::mem::take(&mut ledger.collected) + POOL.abandon();
            ledger.abandoned += 1;
        }
        *installed() = false;
        let stats = stats::stats();
        if stats.dropped.total() > 0 || stats.open_contexts > 0 {
            log::warn!(target: "mooncake_trace", "tracing shut down with losses: {stats:?}");
        } else {
            log::debug!(target: "mooncake_trace", "tracing shut down: {stats:?}");
        }
        ShutdownReport { complete, stats }
    }
}

impl Drop for TraceGuard {
    fn drop(&mut self) {
        if self.thread.is_some() {
            let _report = self.finish(DROP_TIMEOUT);
        }
    }
}
