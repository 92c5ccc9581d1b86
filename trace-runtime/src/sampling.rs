//! Which new traces are recorded: a share of them, chosen by trace id.
//!
//! A request that comes with a `traceparent` follows its sampled flag; for the others the last 56 bits of the trace id
//! decide, as W3C Trace Context level 2 and OpenTelemetry's consistent sampling have it, so that every process that
//! samples by the same ratio decides alike.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

const RANDOM_BITS: u32 = 56;
const ALL: f64 = (1u64 << RANDOM_BITS) as f64;

/// Trace ids whose random part is below are not recorded.
static THRESHOLD: AtomicU64 = AtomicU64::new(0);

/// Records this share of the traces that begin here from now on: 1 (the default) is all, 0 none. Values outside are
/// taken as the nearer of the two, NaN as 1.
///
/// A request that is left out costs next to nothing and hands an unsampled `traceparent` on.
pub fn set_sampling_ratio(ratio: f64) {
    let ratio = if ratio.is_nan() {
        1.0
    } else {
        ratio.clamp(0.0, 1.0)
    };
    THRESHOLD.store(((1.0 - ratio) * ALL) as u64, Relaxed);
}

/// The share of new traces that are recorded, 0–1.
#[must_use]
pub fn sampling_ratio() -> f64 {
    1.0 - THRESHOLD.load(Relaxed) as f64 / ALL
}

/// Whether every new trace is recorded, so that its id need not be known yet.
#[cfg(feature = "enable")]
pub(crate) fn takes_all() -> bool {
    THRESHOLD.load(Relaxed) == 0
}

/// Whether a new trace with this id is recorded.
#[cfg(feature = "enable")]
pub(crate) fn takes(trace_id: u128) -> bool {
    trace_id as u64 & ((1 << RANDOM_BITS) - 1) >= THRESHOLD.load(Relaxed)
}
