//! What a context that does not record hands on unharmed.

use std::borrow::Cow;

use crate::carrier::Carrier;
use crate::w3c::TraceParent;

/// What came in.
pub(super) enum Relay {
    /// A carrier from another process, kept as it was.
    Carrier(Carrier),
    /// The headers of a request that is not recorded here.
    Headers {
        parent: TraceParent,
        trace_state: Option<String>,
    },
}

impl Relay {
    /// The carrier for the next process.
    pub(super) fn carrier(&self) -> Carrier {
        match self {
            Self::Carrier(carrier) => carrier.clone(),
            Self::Headers { .. } => Carrier::disabled(),
        }
    }

    /// The `traceparent` and `tracestate` for the next process.
    pub(super) fn headers(&self) -> Option<(String, Option<Cow<'_, str>>)> {
        match self {
            Self::Carrier(carrier) => {
                let root = carrier.root_span_context()?;
                let state = root.tracestate.as_deref().map(Cow::Borrowed);
                Some((root.traceparent.clone(), state))
            }
            Self::Headers {
                parent,
                trace_state,
            } => Some((
                parent.to_string(),
                trace_state.as_deref().map(Cow::Borrowed),
            )),
        }
    }
}
