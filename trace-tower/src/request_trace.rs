//! The context of a request, as the layer puts it into the request's extensions.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use mooncake_trace::{AsContext, TraceContext};

/// The context of a request: the layer puts it into the request's extensions, handlers take it from there.
///
/// It is a [`TraceContext`] that can be cloned; all clones are the same context. It is there also when the request is
/// not recorded. The layer begins and ends the request; a handler opens slices, sets attributes, makes copies for
/// other threads and carriers for other processes.
#[derive(Clone, Default)]
pub struct RequestTrace(Option<Arc<TraceContext>>);

static NULL: TraceContext = TraceContext::null();

impl RequestTrace {
    pub(crate) fn new(ctx: TraceContext) -> Self {
        Self(Some(Arc::new(ctx)))
    }
}

impl Deref for RequestTrace {
    type Target = TraceContext;

    fn deref(&self) -> &TraceContext {
        self.0.as_deref().unwrap_or(&NULL)
    }
}

impl AsContext for RequestTrace {
    fn as_context(&self) -> Option<&TraceContext> {
        self.0.as_deref()
    }
}

impl fmt::Debug for RequestTrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
