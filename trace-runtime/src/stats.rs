//! The books as they are shown.

use crate::Stage;

/// Buckets of a histogram; the last one takes everything from about 9 minutes up.
pub(crate) const BUCKETS: usize = 40;

/// Where the spans of this process are, since its start.
///
/// At every moment `recorded == exported + dropped.total() + in_flight`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Spans that have ended in a context that records.
    pub recorded: u64,
    /// Spans that the exporter has delivered.
    pub exported: u64,
    /// Spans that were lost.
    pub dropped: Dropped,
    /// Spans in buffers or on their way through the exporter.
    pub in_flight: u64,
    /// Requests that sampling has left out; they have no spans, so they are not among the above.
    pub sampled_out: u64,
    /// Calls at the wrong moment: a second start or finish, an end without a match, a rebuild before the start.
    pub misuse: u64,
    /// Contexts with a request or thread span that has begun and not ended; those spans are not among the above.
    pub open_contexts: u64,
}

/// Lost spans by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dropped {
    /// The buffers were at the memory limit.
    pub buffer_full: u64,
    /// The span alone was larger than the memory limit allows.
    pub memory_limit: u64,
    /// The exporter could not deliver.
    pub export_failed: u64,
    /// The receiver refused them.
    pub rejected: u64,
    /// The exporter was not done when the shutdown's time was over.
    pub shutdown_timeout: u64,
}

impl Dropped {
    /// All lost spans.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.buffer_full
            + self.memory_limit
            + self.export_failed
            + self.rejected
            + self.shutdown_timeout
    }
}

/// How long the slices of one stage took, since the start of the process.
///
/// Only stages with `metrics` are observed, and only slices that are recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StageLatency {
    /// The stage.
    pub stage: &'static Stage,
    /// Number of slices.
    pub count: u64,
    /// Sum of their durations in ns.
    pub sum_ns: u64,
    /// Slices by duration: bucket `i` counts those of less than 2^i ns (and at least 2^(i−1) ns).
    pub buckets: [u64; BUCKETS],
}
