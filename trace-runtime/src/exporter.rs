//! Where batches of spans go.

use std::fmt;
use std::time::Duration;

use crate::Batch;

/// Takes batches of ended spans from the collector thread and delivers them.
///
/// ```
/// use mooncake_trace::{Batch, ExportError, Exporter, Receipt};
///
/// struct Count(u64);
/// impl Exporter for Count {
///     fn export(&mut self, batch: &Batch) -> Result<Receipt, ExportError> {
///         self.0 += batch.len() as u64;
///         Ok(Receipt::all())
///     }
/// }
/// ```
pub trait Exporter: Send + 'static {
    /// Delivers a batch. It may block: meanwhile records wait in their buffers, up to the memory limit.
    ///
    /// # Errors
    /// If nothing of the batch was delivered. If the error says so ([`ExportError::retry`]) the same batch comes again
    /// after a while; else, or when that has gone on for too long, its spans are counted as dropped.
    fn export(&mut self, batch: &Batch) -> Result<Receipt, ExportError>;

    /// Delivers what the exporter itself holds back, within `timeout`.
    ///
    /// # Errors
    /// If it cannot.
    fn flush(&mut self, timeout: Duration) -> Result<(), ExportError> {
        let _ = timeout;
        Ok(())
    }

    /// Finishes, within `timeout`; nothing is exported afterwards.
    ///
    /// # Errors
    /// If something that was accepted is lost.
    fn shutdown(&mut self, timeout: Duration) -> Result<(), ExportError> {
        self.flush(timeout)
    }
}

/// What the receiver of a batch has accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Receipt {
    rejected: u64,
}

impl Receipt {
    /// Everything.
    pub const fn all() -> Self {
        Self { rejected: 0 }
    }

    /// Everything but `spans` of it.
    pub const fn all_but(spans: u64) -> Self {
        Self { rejected: spans }
    }

    /// How many spans were refused.
    #[must_use]
    pub const fn rejected(self) -> u64 {
        self.rejected
    }
}

/// Why spans could not be delivered.
#[derive(Debug)]
pub struct ExportError {
    message: String,
    retry: Retry,
}

/// Whether the same batch should come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Retry {
    Never,
    Soon,
    After(Duration),
}

impl ExportError {
    /// A final error that says what happened and what to do about it.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            retry: Retry::Never,
        }
    }

    /// The receiver is away or overloaded: the same batch should come again, `after` that long if the receiver said so,
    /// else after a backoff that grows from 100 ms to 5 s.
    #[must_use]
    pub fn retry(mut self, after: Option<Duration>) -> Self {
        self.retry = after.map_or(Retry::Soon, Retry::After);
        self
    }

    /// Whether the same batch should come again.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.retry != Retry::Never
    }

    /// After how long the receiver wants the batch again, if it said so.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self.retry {
            Retry::After(after) => Some(after),
            Retry::Never | Retry::Soon => None,
        }
    }

    /// How long to wait before the batch comes again, if it should.
    #[cfg(feature = "enable")]
    pub(crate) fn pause(&self, backoff: Duration) -> Option<Duration> {
        match self.retry {
            Retry::Never => None,
            Retry::Soon => Some(backoff),
            Retry::After(after) => Some(after.max(backoff)),
        }
    }
}

impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ExportError {}
