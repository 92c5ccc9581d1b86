//! The service that [`TraceLayer`] makes: from the request to the head of the response.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{Method, Request, Response};
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::ending::Ending;
use crate::{TraceLayer, TracedBody, grpc};

/// A service whose requests are traced; see [`TraceLayer`].
#[derive(Clone, Debug)]
pub struct TraceService<S> {
    inner: S,
    layer: TraceLayer,
}

impl<S> TraceService<S> {
    pub(crate) const fn new(inner: S, layer: TraceLayer) -> Self {
        Self { inner, layer }
    }
}

impl<S, In, Out> Service<Request<In>> for TraceService<S>
where
    S: Service<Request<In>, Response = Response<Out>>,
    S::Error: fmt::Display,
    Out: http_body::Body,
{
    type Response = Response<TracedBody<Out>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<In>) -> Self::Future {
        let (mut head, body) = request.into_parts();
        let bodiless = head.method == Method::HEAD;
        let trace = self.layer.begin(&head);
        head.extensions.insert(trace.clone().unwrap_or_default());
        // Before the call, so that the request ends also if the service panics in it.
        let ending = trace.map(Ending::of);
        ResponseFuture {
            inner: self.inner.call(Request::from_parts(head, body)),
            ending,
            bodiless,
        }
    }
}

pin_project! {
    /// Resolves to the response, whose body ends the request.
    pub struct ResponseFuture<F> {
        #[pin]
        inner: F,
        // Nothing for a request that is not traced.
        ending: Option<Ending>,
        bodiless: bool,
    }
}

impl<F, Out, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<Out>, E>>,
    Out: http_body::Body,
    E: fmt::Display,
{
    type Output = Result<Response<TracedBody<Out>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut ending = this.ending.as_mut();
        let response = match ready!(this.inner.poll(cx)) {
            Ok(response) => response,
            Err(error) => {
                if let Some(ending) = ending {
                    ending.fail(&error.to_string());
                }
                return Poll::Ready(Err(error));
            }
        };
        if let Some(ending) = &mut ending {
            see_head(ending, &response, *this.bodiless);
        }
        let ending = ending.map(Ending::take);
        Poll::Ready(Ok(response.map(|body| TracedBody::new(body, ending))))
    }
}

/// What the head of the response says about the request.
fn see_head<B: http_body::Body>(ending: &mut Ending, response: &Response<B>, bodiless: bool) {
    let status = response.status();
    if let Some(trace) = ending.open() {
        let code = status.as_u16().into();
        trace.set_root_attrs(&[("http.response.status_code", code)]);
    }
    if status.is_server_error() {
        ending.fail(&format!("HTTP status {status}"));
    } else if let Some(failure) = grpc::failure(response.headers()) {
        ending.fail(&failure);
    } else if bodiless || response.body().is_end_stream() {
        // The server does not ask for a body then.
        ending.finish();
    }
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
