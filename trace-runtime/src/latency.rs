//! The latency of stages that are declared with `metrics`, observed where their slices are collected.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::Stage;
use crate::stats::{BUCKETS, StageLatency};

static OBSERVED: Mutex<Vec<StageLatency>> = Mutex::new(Vec::new());

/// The latencies of all stages that have been observed.
///
/// ```
/// for latency in mooncake_trace::stage_latencies() {
///     println!("{}: {} slices, {} ns", latency.stage.name(), latency.count, latency.sum_ns);
/// }
/// ```
#[must_use]
pub fn stage_latencies() -> Vec<StageLatency> {
    observed().clone()
}

/// All latencies, locked. Whoever has the ledger may be waiting for them.
pub(crate) fn observed() -> MutexGuard<'static, Vec<StageLatency>> {
    OBSERVED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Observes one slice.
pub(crate) fn observe(stage: &'static Stage, duration_ns: u64) {
    let mut observed = observed();
    let index = observed
        .iter()
        .position(|known| std::ptr::eq(known.stage, stage) || known.stage == stage)
        .unwrap_or_else(|| {
            observed.push(StageLatency {
                stage,
                count: 0,
                sum_ns: 0,
                buckets: [0; BUCKETS],
            });
            observed.len() - 1
        });
    let latency = &mut observed[index];
    latency.count += 1;
    latency.sum_ns = latency.sum_ns.saturating_add(duration_ns);
    let bucket = (u64::BITS - duration_ns.leading_zeros()) as usize;
    latency.buckets[bucket.min(BUCKETS - 1)] += 1;
}
