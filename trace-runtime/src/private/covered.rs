//! The slice of a future or stream that a function returns: from its first poll to its end.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use pin_project_lite::pin_project;

use super::door::Entered;
use super::future::{Ignore, Look, Polling, Then, cancel, finish};
use super::gate::Gate;
use crate::Value;

/// What a future needs to open its slice later.
#[derive(Debug)]
pub struct Cover {
    gate: Gate,
    attrs: Option<Box<[(&'static str, Value<'static>)]>>,
}

impl Cover {
    #[inline(always)]
    pub(super) fn new(gate: Gate, attrs: Option<Box<[(&'static str, Value<'static>)]>>) -> Self {
        Self { gate, attrs }
    }

    /// Whether there is something to do for a future.
    #[inline(always)]
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.gate.on || self.gate.finish
    }

    /// Covers a future.
    #[inline(always)]
    pub fn wrap<F: Future>(self, future: F) -> Covered<F> {
        Covered::new(self, future, Ignore)
    }

    /// Covers a future and lets `then` look at its result.
    #[inline(always)]
    pub fn wrap_then<F, T>(self, future: F, then: T) -> Covered<F, Then<T>>
    where
        F: Future,
        T: FnOnce(&Entered, &F::Output),
    {
        Covered::new(self, future, Then(then))
    }

    /// Covers a stream.
    #[inline(always)]
    pub fn wrap_stream<S: Stream>(self, stream: S) -> Covered<S> {
        Covered::new(self, stream, Ignore)
    }

    #[inline(never)]
    fn enter(&self) -> Entered {
        self.gate
            .enter_task_with(self.attrs.as_deref().unwrap_or_default())
    }
}

pin_project! {
    /// A future or stream that opens its slice when it is first polled.
    #[derive(Debug)]
    pub struct Covered<F, L = Ignore> {
        // In this order: what the future still holds goes away inside of the slice.
        #[pin]
        future: F,
        slice: Life,
        // Whether the last poll has left a slice open inside of this one.
        inner: bool,
        look: Option<L>,
    }

    impl<F, L> PinnedDrop for Covered<F, L> {
        fn drop(this: Pin<&mut Self>) {
            if let Life::Open(slice) = this.project().slice {
                cancel(slice);
            }
        }
    }
}

#[derive(Debug)]
enum Life {
    /// Not polled yet.
    Waiting(Cover),
    Open(Entered),
}

impl Life {
    /// The slice, which is open from now on.
    #[inline(always)]
    fn open(&mut self) -> &mut Entered {
        if let Self::Waiting(cover) = self {
            *self = Self::Open(cover.enter());
        }
        match self {
            Self::Open(slice) => slice,
            Self::Waiting(_) => unreachable!("it was opened above"),
        }
    }
}

impl<F, L> Covered<F, L> {
    #[inline(always)]
    fn new(cover: Cover, future: F, look: L) -> Self {
        Self {
            future,
            slice: Life::Waiting(cover),
            inner: false,
            look: Some(look),
        }
    }
}

impl<F: Future, L: Look<F::Output>> Future for Covered<F, L> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let slice = this.slice.open();
        let polling = Polling::enter(slice, this.inner);
        let poll = this.future.poll(cx);
        polling.leave();
        if let Poll::Ready(result) = &poll {
            finish(slice, this.look, result);
        }
        poll
    }
}

impl<S: Stream> Stream for Covered<S> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let slice = this.slice.open();
        let polling = Polling::enter(slice, this.inner);
        let poll = this.future.poll_next(cx);
        polling.leave();
        if let Poll::Ready(None) = &poll {
            finish(slice, this.look, &());
        }
        poll
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.future.size_hint()
    }
}
