//! How a request ended, and what a child process tells its parent about it.
//!
//! A child writes one [`Report`] a line to its stdout, as JSON; nothing else goes there.

use std::io::{self, Write};
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::telemetry::Accounting;

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// Every chunk is in place on every session.
    Completed {
        /// Of the whole KV cache.
        checksum: u32,
    },
    /// Something broke.
    Failed {
        /// What.
        reason: String,
    },
    /// Somebody did not want it any more.
    Aborted {
        /// Why.
        reason: String,
    },
}

impl Outcome {
    /// `completed`, `failed` or `aborted`.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Completed { .. } => "completed",
            Self::Failed { .. } => "failed",
            Self::Aborted { .. } => "aborted",
        }
    }
}

/// One line from a child process.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "report", rename_all = "snake_case")]
pub(crate) enum Report {
    /// The prefill process takes a decode process here.
    Listening {
        /// Of its bootstrap listener.
        address: SocketAddr,
    },
    /// A request has ended on this side.
    Finished {
        /// Which one, from 0.
        index: u32,
        /// Its bootstrap room.
        room: u64,
        /// How.
        outcome: Outcome,
        /// Whether this side traced it: modules, levels and sampling decide.
        traced: bool,
    },
    /// The last line of an orderly process.
    Summary(Summary),
}

/// What a process has done.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Summary {
    /// Bytes of KV cache that it wrote to, or took from, its peer and that were acknowledged.
    pub(crate) bytes: u64,
    /// Whether it was told to stop before it was done.
    pub(crate) interrupted: bool,
    /// What became of its spans.
    pub(crate) spans: Accounting,
}

/// Says something to the parent.
///
/// # Errors
/// If the parent is gone.
pub(crate) fn say(report: &Report) -> io::Result<()> {
    let mut line = serde_json::to_vec(report)?;
    line.push(b'\n');
    let mut stdout = io::stdout().lock();
    stdout.write_all(&line)?;
    stdout.flush()
}
