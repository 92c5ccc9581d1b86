//! Installing an exporter, and the guard that ends it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::buffer::POOL;
use crate::collector::Collector;
use crate::control::Control;
use crate::exporter::Exporter;
use crate::{InstallError, Options, ShutdownReport, Stats, fork, gating, host, ledger};

/// How long the drop of a [`TraceGuard`] waits for the exporter.
const DROP_TIMEOUT: Duration = Duration::from_secs(5);

static INSTALLED: Mutex<Option<Arc<Control>>> = Mutex::new(None);

/// The control of the collector, if tracing is installed.
pub(crate) fn installed() -> MutexGuard<'static, Option<Arc<Control>>> {
    INSTALLED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Installs `exporter`, starts the collector thread and switches tracing on.
///
/// # Errors
/// If tracing is installed already, or the thread cannot be started.
pub fn install(exporter: impl Exporter, options: Options) -> Result<TraceGuard, InstallError> {
    let mut installed = installed();
    if installed.is_some() {
        return Err(InstallError::AlreadyInstalled);
    }
    fork::watch();
    POOL.set_limit(options.memory_limit);
    // What rang for the collector before this one is over.
    POOL.alarm.silence();
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
    *installed = Some(Arc::clone(&control));
    gating::set_tracing_enabled(true);
    Ok(TraceGuard {
        control,
        thread: Some(thread),
        forks: fork::count(),
    })
}

/// Exports everything that was recorded before the call; false if that took longer than `timeout`, true also if tracing
/// is not installed.
///
/// For whoever does not have the [`TraceGuard`], such as an administration endpoint.
#[must_use = "false says that spans are still in flight"]
pub fn flush(timeout: Duration) -> bool {
    let control = installed().clone();
    control.is_none_or(|control| control.flush(timeout))
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
        ledger::stats()
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
                stats: ledger::stats(),
            };
        }
        gating::set_tracing_enabled(false);
        let complete = self.control.stop(timeout);
        let thread = self.thread.take();
        if complete {
            // It has said that it is over; this waits for its last instructions.
            let _ended = thread.map(thread::JoinHandle::join);
        } else {
            ledger::ledger().abandon(&POOL);
        }
        *installed() = None;
        let stats = ledger::stats();
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
