//! How the pipeline is set up, and what comes of setting it up and ending it.

use std::fmt;
use std::time::Duration;

use crate::Stats;

/// How the pipeline behaves. The defaults suit a server.
#[derive(Clone, Debug)]
#[must_use]
pub struct Options {
    pub(crate) interval: Duration,
    pub(crate) max_batch: usize,
    pub(crate) memory_limit: usize,
    pub(crate) host_id: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            interval: Duration::from_millis(500),
            max_batch: 2048,
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

    /// The largest number of spans in a batch, at least 1. Default 2,048.
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

/// How a shutdown went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct ShutdownReport {
    /// Whether everything that was recorded has been through the exporter.
    pub complete: bool,
    /// The books at the end; nothing is in flight any more.
    pub stats: Stats,
}
