//! The slice of an `async fn`: one thin future around the body.
//!
//! The slice is open when the future is made, which happens in the first poll of the function. Around every poll it is
//! made the current one of the thread, and what was current before is put back: so futures that are polled side by
//! side get the right parents, and nothing of a thread stays behind when the future moves to another one.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::door::Entered;
use crate::context::Slot;
use crate::local::{self, Current};
use crate::{Attr, Value};

/// What looks at the result of a traced future.
pub trait Look<R> {
    /// Looks at it, if the slice is recorded.
    fn look(self, slice: &Entered, result: &R);
}

/// Does not look.
#[derive(Clone, Copy, Debug)]
pub struct Ignore;

impl<R> Look<R> for Ignore {
    #[inline(always)]
    fn look(self, _: &Entered, _: &R) {}
}

/// Looks with a closure.
#[derive(Clone, Copy, Debug)]
pub struct Then<T>(pub(super) T);

impl<R, T: FnOnce(&Entered, &R)> Look<R> for Then<T> {
    #[inline(always)]
    fn look(self, slice: &Entered, result: &R) {
        if slice.is_on() {
            (self.0)(slice, result);
        }
    }
}

pin_project! {
    /// A future inside of a slice that is open already.
    #[derive(Debug)]
    pub struct InSlice<F, L = Ignore> {
        // In this order: what the future still holds goes away inside of the slice.
        #[pin]
        future: F,
        slice: Entered,
        // Whether the last poll has left a slice open inside of this one.
        inner: bool,
        look: Option<L>,
    }

    impl<F, L> PinnedDrop for InSlice<F, L> {
        fn drop(this: Pin<&mut Self>) {
            cancel(this.project().slice);
        }
    }
}

/// Runs `future` inside of `slice`.
#[inline(always)]
pub fn in_slice<F: Future>(slice: Entered, future: F) -> InSlice<F> {
    InSlice {
        future,
        slice,
        inner: false,
        look: Some(Ignore),
    }
}

/// [`in_slice`], and lets `then` look at the result.
#[inline(always)]
pub fn in_slice_then<F, T>(slice: Entered, future: F, then: T) -> InSlice<F, Then<T>>
where
    F: Future,
    T: FnOnce(&Entered, &F::Output),
{
    InSlice {
        future,
        slice,
        inner: false,
        look: Some(Then(then)),
    }
}

impl<F: Future, L: Look<F::Output>> Future for InSlice<F, L> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let polling = Polling::enter(this.slice, this.inner);
        let poll = this.future.poll(cx);
        polling.leave();
        if let Poll::Ready(result) = &poll {
            finish(this.slice, this.look, result);
        }
        poll
    }
}

/// The end of a future that has completed.
#[inline(always)]
pub(super) fn finish<R, L: Look<R>>(slice: &mut Entered, look: &mut Option<L>, result: &R) {
    if let Some(look) = look.take() {
        look.look(slice, result);
    }
    *slice = Entered::OFF;
}

/// The end of a future that is dropped before it has completed.
#[inline(always)]
pub(super) fn cancel(slice: &Entered) {
    if slice.is_on() {
        cancelled(slice);
    }
}

#[cold]
#[inline(never)]
fn cancelled(slice: &Entered) {
    let attrs: [Attr<'_>; 1] = [("cancelled", Value::Bool(true))];
    slice.attrs(&attrs);
}

/// A poll of the future of a slice.
///
/// Slices that are opened inside and outlive the poll are the current ones again in the next poll, on whatever thread:
/// so a slice that is open across an `await` is the parent of what follows, as it is in sync code.
pub(super) struct Polling<'a> {
    slice: &'a mut Entered,
    inner: &'a mut bool,
    outer: Outer,
}

/// What was current on the thread before a poll.
#[derive(Clone, Copy)]
struct Outer {
    current: Current,
    in_task: bool,
}

impl<'a> Polling<'a> {
    #[inline(always)]
    pub(super) fn enter(slice: &'a mut Entered, inner: &'a mut bool) -> Self {
        let outer = match slice.slot {
            Some(slot) if slice.is_on() => make_current(slot, slice.id, *inner),
            _ => Outer {
                current: Current::NONE,
                in_task: false,
            },
        };
        Self {
            slice,
            inner,
            outer,
        }
    }

    /// The poll is over.
    #[inline(always)]
    pub(super) fn leave(self) {
        if let Some(slot) = self.slice.slot
            && self.slice.is_on()
        {
            *self.inner = put_back(self.outer, slot, self.slice.id);
        }
        std::mem::forget(self);
    }
}

/// Only if the poll panics: the slice ends here, as a failure.
impl Drop for Polling<'_> {
    #[cold]
    #[inline(never)]
    fn drop(&mut self) {
        if let Some(slot) = self.slice.slot
            && self.slice.is_on()
        {
            put_back(self.outer, slot, self.slice.id);
        }
        *self.slice = Entered::OFF;
    }
}

#[inline(never)]
fn make_current(slot: &'static Slot, id: u64, inner: bool) -> Outer {
    let current = if inner {
        slot.resume(id)
    } else {
        Current {
            slot: Some(slot),
            id,
        }
    };
    local::with(|local| {
        local.tasks.borrow_mut().push(id);
        Outer {
            current: local.current.replace(current),
            in_task: local.in_task.replace(true),
        }
    })
}

/// Puts back what was current outside; true if a slice is left open inside of the slice `id`.
#[inline(never)]
fn put_back(outer: Outer, slot: &'static Slot, id: u64) -> bool {
    let current = local::with(|local| {
        local.tasks.borrow_mut().pop();
        local.in_task.set(outer.in_task);
        local.current.replace(outer.current)
    });
    !current.is(slot, id) && slot.suspend(id, current)
}
