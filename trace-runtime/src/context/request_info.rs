//! What a context and all its copies have in common.

use crate::clock::Timestamp;
use crate::local::Local;
use crate::record::RequestIdentity;

/// It outlives its context in the slot, because the next one there is often one of the same request: its chunks use the
/// same slots over and over. Then there is nothing to copy, and nothing of it to fetch from another core.
pub(super) struct RequestInfo {
    /// Tells the context that the others descend from apart from all other ones; 0 if there was none yet.
    mark: u64,
    /// When the root began. That is known late, but before there is any copy.
    pub(super) start: Timestamp,
    /// Words of its identity.
    pub(super) identity: Vec<u64>,
}

impl RequestInfo {
    pub(super) const fn none() -> Self {
        Self {
            mark: 0,
            start: Timestamp::from_unix_ns(0),
            identity: Vec::new(),
        }
    }

    /// Not of any context that there was before.
    pub(super) fn renew(
        &mut self,
        local: &Local,
        start: Timestamp,
        identity: &RequestIdentity<'_>,
    ) {
        self.mark = local.ids.span();
        self.start = start;
        self.identity.clear();
        identity.push(&mut self.identity);
    }

    /// That of `other`, of which this context is a copy.
    #[inline(always)]
    pub(super) fn take_over(&mut self, other: &Self) {
        if self.mark != other.mark {
            self.mark = other.mark;
            self.start = other.start;
            self.identity.clear();
            self.identity.extend_from_slice(&other.identity);
        }
    }
}
