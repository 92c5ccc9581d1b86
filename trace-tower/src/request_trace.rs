//! The context of a request, as the layer puts it into the request's extensions.

use std::ops::Deref;
use std::sync::Arc;

use mooncake_trace::{AsContext, TraceContext};

/// The context of a request: the layer puts it into the request's extensions, handlers take it from there.
///
/// It is a [`TraceContext`] that can be cloned; all clones are the same context. It is there also when the request is
/// not recorded. The layer begins and ends the request; a handler opens slices, sets attributes, makes copies for
/// other threads and carriers for other processes.
#[derive(Clone, Debug, Default)]
pub struct RequestTrace(Arc<TraceContext>);

impl RequestTrace {
    pub(crate) fn new(ctx: TraceContext) -> Self {
        Self(Arc::new(ctx))
    }
}

impl Deref for RequestTrace {
    type Target = TraceContext;

    fn deref(&self) -> &TraceContext {
        &self.0
    }
}

impl AsContext for RequestTrace {
    fn as_context(&self) -> Option<&TraceContext> {
        Some(&self.0)
    }
}
