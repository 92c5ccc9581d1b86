//! The thin future around the body of an `async fn` or around a future that a function returns.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use pin_project_lite::pin_project;

use super::door::Handle;
use super::task::Task;

/// What looks at the result of a traced future.
pub trait Look<R> {
    /// Looks at it, if the slice is recorded.
    fn look(&mut self, slice: Handle, result: &R);
}

/// Does not look.
#[derive(Clone, Copy, Debug)]
pub struct Ignore;

impl<R> Look<R> for Ignore {
    #[inline(always)]
    fn look(&mut self, _: Handle, _: &R) {}
}

/// Looks with a closure, once.
#[derive(Clone, Copy, Debug)]
pub struct Then<T>(Option<T>);

impl<R, T: FnOnce(&Handle, &R)> Look<R> for Then<T> {
    #[inline(always)]
    fn look(&mut self, slice: Handle, result: &R) {
        if slice.is_on()
            && let Some(then) = self.0.take()
        {
            then(&slice, result);
        }
    }
}

/// Who holds a future.
pub trait Kind {
    /// Whether it may outlive a panic of its poll.
    const KEPT: bool;
}

/// An `async fn`, which drops it if its poll panics.
#[derive(Clone, Copy, Debug, Default)]
pub struct Inner;

/// Whoever called the function that returned it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Returned;

impl Kind for Inner {
    const KEPT: bool = false;
}

impl Kind for Returned {
    const KEPT: bool = true;
}

pin_project! {
    /// A future or stream inside of a slice.
    ///
    /// If its poll panics, an `async fn` drops it at once, and [`Task`] sees to the rest. One that a function has
    /// returned may outlive the panic, so that its polls need a guard.
    #[derive(Debug)]
    pub struct InSlice<F, L, K> {
        // In this order: what the future still holds goes away inside of the slice.
        #[pin]
        future: F,
        task: Task,
        look: L,
        kind: K,
    }
}

impl Task {
    /// Puts the future of an `async fn` into the slice.
    #[inline(always)]
    pub fn wrap<F: Future>(self, future: F) -> InSlice<F, Ignore, Inner> {
        self.around(future, Ignore)
    }

    /// [`wrap`](Self::wrap), and lets `then` look at the result.
    #[inline(always)]
    pub fn wrap_then<F, T>(self, future: F, then: T) -> InSlice<F, Then<T>, Inner>
    where
        F: Future,
        T: FnOnce(&Handle, &F::Output),
    {
        self.around(future, Then(Some(then)))
    }

    /// Puts a future that a function returns into the slice.
    #[inline(always)]
    pub fn cover<F: Future>(self, future: F) -> InSlice<F, Ignore, Returned> {
        self.around(future, Ignore)
    }

    /// [`cover`](Self::cover), and lets `then` look at the result.
    #[inline(always)]
    pub fn cover_then<F, T>(self, future: F, then: T) -> InSlice<F, Then<T>, Returned>
    where
        F: Future,
        T: FnOnce(&Handle, &F::Output),
    {
        self.around(future, Then(Some(then)))
    }

    /// Puts a stream that a function returns into the slice.
    #[inline(always)]
    pub fn cover_stream<S: Stream>(self, stream: S) -> InSlice<S, Ignore, Returned> {
        self.around(stream, Ignore)
    }

    #[inline(always)]
    fn around<F, L, K: Default>(self, future: F, look: L) -> InSlice<F, L, K> {
        InSlice {
            future,
            task: self,
            look,
            kind: K::default(),
        }
    }
}

/// Runs one poll inside of the slice.
#[inline(always)]
fn polled<R, K: Kind>(task: &mut Task, poll: impl FnOnce() -> R) -> R {
    task.enter();
    if !K::KEPT {
        return poll();
    }
    let panicked = Panicked(task);
    let result = poll();
    std::mem::forget(panicked);
    result
}

/// Dropped only if the poll panics.
struct Panicked<'a>(&'a mut Task);

impl Drop for Panicked<'_> {
    #[cold]
    fn drop(&mut self) {
        self.0.abandon();
    }
}

impl<F: Future, L: Look<F::Output>, K: Kind> Future for InSlice<F, L, K> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let poll = polled::<_, K>(this.task, || this.future.poll(cx));
        if let Poll::Ready(result) = &poll {
            this.look.look(this.task.slice(), result);
        }
        this.task.leave(poll.is_ready());
        poll
    }
}

impl<S: Stream> Stream for InSlice<S, Ignore, Returned> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let poll = polled::<_, Returned>(this.task, || this.future.poll_next(cx));
        this.task.leave(matches!(poll, Poll::Ready(None)));
        poll
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.future.size_hint()
    }
}
