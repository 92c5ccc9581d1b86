//! What links a slice to the one before it.

use crate::record::Flags;

/// The slice that the next top-level slice links to.
#[derive(Clone, Copy)]
pub(super) struct Previous {
    /// Its span id; 0 if there is none.
    pub(super) span_id: u64,
    /// What a record with this link has among its flags: `LINK_REMOTE` if the slice was ended by another thread's or
    /// process' context, `LINK_TRACE` if it is of another trace, the state's `foreign_trace`.
    pub(super) flags: Flags,
}

impl Previous {
    pub(super) const NONE: Self = Self {
        span_id: 0,
        flags: Flags::none(),
    };

    /// A slice of this very context.
    #[inline(always)]
    pub(super) const fn own(span_id: u64) -> Self {
        Self {
            span_id,
            flags: Flags::LINK,
        }
    }

    /// A slice that came in a carrier, of a trace that is another one or not.
    pub(super) const fn carried(span_id: u64, other_trace: bool) -> Self {
        let previous = Self::own(span_id).inherited();
        Self {
            span_id,
            flags: previous.flags.with_if(Flags::LINK_TRACE, other_trace),
        }
    }

    /// The same slice, seen from a copy.
    pub(super) const fn inherited(self) -> Self {
        Self {
            span_id: self.span_id,
            flags: self.flags.with_if(Flags::LINK_REMOTE, self.span_id != 0),
        }
    }
}
