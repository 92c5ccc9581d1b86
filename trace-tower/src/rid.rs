//! Ids of requests that come without one.

use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use http::request::Parts;

/// The request's `x-request-id`, else an id of our own: 16 hex digits that no other request of this process has.
pub(crate) fn of(request: &Parts) -> String {
    let given = request.headers.get("x-request-id");
    match given.and_then(|id| id.to_str().ok()) {
        Some(id) if !id.is_empty() => id.to_owned(),
        _ => fresh(),
    }
}

fn fresh() -> String {
    static SEED: OnceLock<u64> = OnceLock::new();
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let seed = SEED.get_or_init(|| RandomState::new().hash_one(std::process::id()));
    // An odd factor makes the ids of one process differ from the first digit on.
    let step = COUNT
        .fetch_add(1, Relaxed)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!("{:016x}", seed.wrapping_add(step))
}
