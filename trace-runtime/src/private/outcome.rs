//! `err`: what makes a result a failure.

use std::fmt::{Debug, Display};

use super::door::Entered;

/// What `err` can look at.
#[diagnostic::on_unimplemented(
    message = "`err` needs a function that returns a `Result`, this one returns `{Self}`",
    label = "expected a function that returns a `Result`",
    note = "remove `err`"
)]
pub trait Fallible {
    /// The type of its error.
    type Error;

    /// The error, if it is one.
    fn error(&self) -> Option<&Self::Error>;
}

impl<T, E> Fallible for Result<T, E> {
    type Error = E;

    #[inline(always)]
    fn error(&self) -> Option<&E> {
        self.as_ref().err()
    }
}

impl<T: Fallible> Fallible for &T {
    type Error = T::Error;

    #[inline(always)]
    fn error(&self) -> Option<&T::Error> {
        (**self).error()
    }
}

/// An error that `err` can show.
#[diagnostic::on_unimplemented(
    message = "`err` shows the error with `Display`, which `{Self}` does not implement",
    label = "expected an error with `Display`",
    note = "write `err(Debug)` to show it with `Debug`"
)]
pub trait ShownByDisplay: Display {}
impl<E: Display> ShownByDisplay for E {}

/// An error that `err(Debug)` can show.
#[diagnostic::on_unimplemented(
    message = "`err(Debug)` shows the error with `Debug`, which `{Self}` does not implement",
    label = "expected an error with `Debug`",
    note = "derive `Debug` for it, or write `err` to show it with `Display`"
)]
pub trait ShownByDebug: Debug {}
impl<E: Debug> ShownByDebug for E {}

/// `err`
#[inline(always)]
pub fn err_display<R>(slice: &Entered, result: &R)
where
    R: Fallible<Error: ShownByDisplay>,
{
    if let Some(error) = result.error() {
        slice.fail(&error);
    }
}

/// `err(Debug)`
#[inline(always)]
pub fn err_debug<R>(slice: &Entered, result: &R)
where
    R: Fallible<Error: ShownByDebug>,
{
    if let Some(error) = result.error() {
        slice.fail(&format_args!("{error:?}"));
    }
}
