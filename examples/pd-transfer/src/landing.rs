//! Where KV cache lands on the decode side: the pages that wait for each room, by session.
//!
//! Closing a room does not take pages from a chunk that is arriving: whoever places one holds the landing.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mooncake_trace::TraceContext;
use parking_lot::Mutex;

use crate::faults::Fate;
use crate::kv::{Layout, PageLease};

/// The pages that wait for one request.
pub(crate) struct Landing {
    /// How the pages are cut into chunks.
    pub(crate) layout: Layout,
    /// By session.
    pub(crate) leases: Vec<PageLease>,
    /// What is to happen to the request.
    pub(crate) fate: Fate,
}

/// The landings of all requests that are being received; clones share them.
#[derive(Clone, Default)]
pub(crate) struct Landings {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    open: Mutex<HashMap<u64, Open>>,
    placed_bytes: AtomicU64,
}

struct Open {
    landing: Arc<Landing>,
    /// Carries the request's trace to the sessions' threads.
    trace_ctx: TraceContext,
}

impl Landings {
    /// Lets chunks of a room land.
    pub(crate) fn open(&self, room: u64, landing: Arc<Landing>, trace_ctx: TraceContext) {
        let open = Open { landing, trace_ctx };
        self.shared.open.lock().insert(room, open);
    }

    /// Lets no more chunks of a room land.
    pub(crate) fn close(&self, room: u64) {
        self.shared.open.lock().remove(&room);
    }

    /// The landing of a room that is open, and a copy of its trace context for the chunk that wants to land.
    pub(crate) fn get(&self, room: u64) -> Option<(Arc<Landing>, TraceContext)> {
        let open = self.shared.open.lock();
        let Open { landing, trace_ctx } = open.get(&room)?;
        Some((Arc::clone(landing), trace_ctx.copy_for_thread()))
    }

    /// Counts what has been placed, on all sessions together.
    pub(crate) fn count(&self, bytes: u64) {
        self.shared.placed_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// What has been placed so far.
    pub(crate) fn placed_bytes(&self) -> u64 {
        self.shared.placed_bytes.load(Ordering::Relaxed)
    }
}
