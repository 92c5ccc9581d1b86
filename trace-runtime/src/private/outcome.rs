//! `err`: what makes a result a failure, and how it is shown.

use std::fmt::{Debug, Display};

use super::Handle;

/// What `err` can look at.
#[diagnostic::on_unimplemented(
    message = "`err` needs a function that returns a `Result`, this one returns `{Self}`",
    label = "expected a function that returns a `Result`",
    note = "remove `err`"
)]
pub trait ErrByDisplay {
    /// Marks the slice as an error if this is one.
    fn look(&self, slice: &Handle);
}

impl<T, E: ShownByDisplay> ErrByDisplay for Result<T, E> {
    #[inline(always)]
    fn look(&self, slice: &Handle) {
        if let Err(error) = self {
            slice.fail(&format_args!("{error}"));
        }
    }
}

/// What `err(Debug)` can look at.
#[diagnostic::on_unimplemented(
    message = "`err` needs a function that returns a `Result`, this one returns `{Self}`",
    label = "expected a function that returns a `Result`",
    note = "remove `err`"
)]
pub trait ErrByDebug {
    /// Marks the slice as an error if this is one.
    fn look(&self, slice: &Handle);
}

impl<T, E: ShownByDebug> ErrByDebug for Result<T, E> {
    #[inline(always)]
    fn look(&self, slice: &Handle) {
        if let Err(error) = self {
            slice.fail(&format_args!("{error:?}"));
        }
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
