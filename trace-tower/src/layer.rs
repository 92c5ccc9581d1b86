//! The layer, and what it wants to know about requests.

use std::fmt;
use std::sync::Arc;

use http::request::Parts;
use mooncake_trace::{TraceContext, tracing_enabled};
use tower_layer::Layer;

use crate::headers::HeaderExtractor;
use crate::service::TraceService;
use crate::{RequestTrace, rid};

type OfRequest<T> = Arc<dyn Fn(&Parts) -> T + Send + Sync>;

/// Opens a request context for every request, and ends it with the response.
///
/// The context takes part in the trace of the request's `traceparent`, if it has one. It goes into the request's
/// extensions as a [`RequestTrace`]. The request ends when the response's body does: as failed if the service or the body
/// fails, if the status is 500 or above, if gRPC says so, or if either is dropped before its end.
///
/// The root span gets `http.request.method`, `url.path` and `http.response.status_code`.
#[derive(Clone)]
#[must_use]
pub struct TraceLayer {
    module: Arc<str>,
    role: Arc<str>,
    rid: OfRequest<String>,
    room: OfRequest<Option<u64>>,
    wanted: OfRequest<bool>,
}

impl TraceLayer {
    /// A layer whose requests belong to `module`, as in `--trace-modules`.
    pub fn new(module: &str) -> Self {
        Self {
            module: module.into(),
            role: "unified".into(),
            rid: Arc::new(rid::of),
            room: Arc::new(|_| None),
            wanted: Arc::new(|_| true),
        }
    }

    /// The part that this process plays, e.g. `Prefill`.
    pub fn role(mut self, role: &str) -> Self {
        self.role = role.into();
        self
    }

    /// Which id a request has. Default: its `x-request-id` header, else a fresh one.
    pub fn rid(mut self, rid: impl Fn(&Parts) -> String + Send + Sync + 'static) -> Self {
        self.rid = Arc::new(rid);
        self
    }

    /// The room in which prefill and decode find each other, where a request says so before its body.
    pub fn bootstrap_room(
        mut self,
        room: impl Fn(&Parts) -> Option<u64> + Send + Sync + 'static,
    ) -> Self {
        self.room = Arc::new(room);
        self
    }

    /// Which requests are traced; health checks need not be. Default: all.
    pub fn only(mut self, wanted: impl Fn(&Parts) -> bool + Send + Sync + 'static) -> Self {
        self.wanted = Arc::new(wanted);
        self
    }

    /// The context of a request, begun; nothing for one that is not wanted, or when there is nothing to record or hand on.
    pub(crate) fn begin(&self, request: &Parts) -> Option<RequestTrace> {
        let nothing = !tracing_enabled() && !request.headers.contains_key("traceparent");
        if nothing || !(self.wanted)(request) {
            return None;
        }
        let rid = (self.rid)(request);
        let headers = HeaderExtractor::new(&request.headers);
        let mut ctx = TraceContext::builder(&rid)
            .module(&self.module)
            .role(&self.role)
            .headers(&headers);
        if let Some(room) = (self.room)(request) {
            ctx = ctx.bootstrap_room(room);
        }
        let trace = RequestTrace::new(ctx.build());
        trace.req_start();
        if trace.is_enabled() {
            trace.set_root_attrs(&[
                ("http.request.method", request.method.as_str().into()),
                ("url.path", request.uri.path().into()),
            ]);
        }
        Some(trace)
    }
}

impl<S> Layer<S> for TraceLayer {
    type Service = TraceService<S>;

    fn layer(&self, inner: S) -> TraceService<S> {
        TraceService::new(inner, self.clone())
    }
}

impl fmt::Debug for TraceLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TraceLayer")
            .field("module", &self.module)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}
