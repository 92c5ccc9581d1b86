//! Getting a batch through the exporter: again and again while the receiver is away, for a while.
//!
//! Meanwhile records wait in their chunks, so a receiver that is down costs the recording threads nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::batch::Batch;
use crate::control::Control;
use crate::exporter::{ExportError, Exporter, Receipt};

/// The first pause between two tries, and the longest.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// A batch is given up when it could not be delivered for so long.
const PATIENCE: Duration = Duration::from_secs(60);
/// Complaints are logged at most so often.
const COMPLAIN_EVERY: Duration = Duration::from_secs(10);

pub(crate) struct Delivery {
    exporter: Box<dyn Exporter>,
    control: Arc<Control>,
    complained: Option<Instant>,
}

impl Delivery {
    pub(crate) fn new(exporter: Box<dyn Exporter>, control: Arc<Control>) -> Self {
        Self {
            exporter,
            control,
            complained: None,
        }
    }

    /// Delivers `batch`; an error is final.
    pub(crate) fn deliver(&mut self, batch: &mut Batch) -> Result<Receipt, ExportError> {
        let mut patience = PATIENCE;
        let mut backoff = BACKOFF.0;
        loop {
            let error = match guarded(|| self.exporter.export(batch)) {
                Ok(receipt) => {
                    if receipt.rejected() > 0 {
                        self.complain(&format!(
                            "the receiver refused {} of {} spans",
                            receipt.rejected(),
                            batch.len()
                        ));
                    }
                    return Ok(receipt);
                }
                Err(error) => error,
            };
            match error.pause(jittered(backoff)) {
                Some(pause) if pause < patience => {
                    self.complain(&format!("{error}; trying again"));
                    batch.again();
                    patience = self.control.pause(pause, patience);
                    backoff = (backoff * 2).min(BACKOFF.1);
                }
                _ => {
                    self.complain(&format!("{} spans lost: {error}", batch.len()));
                    return Err(error);
                }
            }
        }
    }

    pub(crate) fn flush(&mut self, timeout: Duration) {
        if let Err(error) = guarded(|| self.exporter.flush(timeout)) {
            self.complain(&error.to_string());
        }
    }

    pub(crate) fn shutdown(&mut self, timeout: Duration) {
        if let Err(error) = guarded(|| self.exporter.shutdown(timeout)) {
            self.complain(&error.to_string());
        }
    }

    fn complain(&mut self, what: &str) {
        let now = Instant::now();
        let quiet = |last: Instant| now.duration_since(last) < COMPLAIN_EVERY;
        if !self.complained.is_some_and(quiet) {
            self.complained = Some(now);
            log::warn!(target: "mooncake_trace", "trace export: {what}");
        }
    }
}

/// An exporter that panics has failed; the collector goes on.
fn guarded<T>(call: impl FnOnce() -> Result<T, ExportError>) -> Result<T, ExportError> {
    catch_unwind(AssertUnwindSafe(call))
        .unwrap_or_else(|_| Err(ExportError::new("the exporter panicked")))
}

/// Between three quarters of `pause` and all of it, so that processes do not come back in step.
fn jittered(pause: Duration) -> Duration {
    let noise = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default()
        .subsec_nanos();
    pause - pause / 4 * (noise >> 8 & 0xff) / 256
}
