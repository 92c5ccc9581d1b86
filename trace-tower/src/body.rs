//! The body of a traced response: a stream of tokens is part of the request, so the request ends with it.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::ending::Ending;
use crate::grpc;

pin_project! {
    /// A response body; the request ends when it does.
    pub struct TracedBody<B: Body> {
        #[pin]
        inner: B,
        ending: Option<Ending>,
    }

    impl<B: Body> PinnedDrop for TracedBody<B> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            // A server stops asking when it knows that nothing comes any more.
            if let Some(ending) = this.ending && this.inner.is_end_stream() {
                ending.finish();
            }
        }
    }
}

impl<B: Body> TracedBody<B> {
    pub(crate) const fn new(inner: B, ending: Option<Ending>) -> Self {
        Self { inner, ending }
    }
}

impl<B> Body for TracedBody<B>
where
    B: Body,
{
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        let frame = ready!(this.inner.poll_frame(cx));
        if let Some(ending) = this.ending {
            match &frame {
                None => ending.finish(),
                Some(Err(_)) => ending.fail("the response's body failed"),
                Some(Ok(frame)) => {
                    if let Some(failure) = frame.trailers_ref().and_then(grpc::failure) {
                        ending.fail(&failure);
                    }
                }
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl<B: Body + Default> Default for TracedBody<B> {
    fn default() -> Self {
        Self::new(B::default(), None)
    }
}

impl<B: Body> fmt::Debug for TracedBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TracedBody").finish_non_exhaustive()
    }
}
