//! What the expressions of `attrs(key = expr)` may be.

use std::borrow::Cow;
use std::fmt::{Debug, Display};
use std::rc::Rc;
use std::sync::Arc;

use crate::Value;

/// What the expressions of `attrs(key = expr)` of [`#[mooncake_trace]`](macro@crate::mooncake_trace) may be.
///
/// The value is taken by reference and borrowed where it can be. Implement it for types of your own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no attribute value",
    label = "expected a bool, a number, a string, or a list of one of these",
    note = "write `key = %expr` to record it with `Display`, or `key = ?expr` with `Debug`"
)]
pub trait ToValue {
    /// The attribute's value.
    fn to_value(&self) -> Value<'_>;
}

/// The value of `key = %expr`.
pub fn display(value: &dyn Display) -> Value<'static> {
    Value::Str(Cow::Owned(value.to_string()))
}

/// The value of `key = ?expr`.
pub fn debug(value: &dyn Debug) -> Value<'static> {
    Value::Str(Cow::Owned(format!("{value:?}")))
}

macro_rules! scalars {
    ($($ty:ty),*) => {$(
        impl ToValue for $ty {
            #[inline]
            fn to_value(&self) -> Value<'_> {
                Value::from(*self)
            }
        }
    )*};
}
scalars!(
    bool, char, u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, f32, f64
);

impl ToValue for str {
    #[inline]
    fn to_value(&self) -> Value<'_> {
        Value::Str(Cow::Borrowed(self))
    }
}

impl ToValue for String {
    #[inline]
    fn to_value(&self) -> Value<'_> {
        Value::Str(Cow::Borrowed(self))
    }
}

impl<T: ToValue> ToValue for [T] {
    fn to_value(&self) -> Value<'_> {
        Value::Array(self.iter().map(T::to_value).collect())
    }
}

impl<T: ToValue, const N: usize> ToValue for [T; N] {
    fn to_value(&self) -> Value<'_> {
        self.as_slice().to_value()
    }
}

impl ToValue for Value<'_> {
    fn to_value(&self) -> Value<'_> {
        match self {
            Value::Bool(v) => Value::Bool(*v),
            Value::Int(v) => Value::Int(*v),
            Value::Float(v) => Value::Float(*v),
            Value::Str(v) => Value::Str(Cow::Borrowed(v)),
            Value::Array(v) => v.to_value(),
        }
    }
}

macro_rules! through {
    ($($ty:ty),*) => {$(
        impl<T: ToValue + ?Sized> ToValue for $ty {
            #[inline]
            fn to_value(&self) -> Value<'_> {
                (**self).to_value()
            }
        }
    )*};
}
through!(&T, &mut T, Box<T>, Rc<T>, Arc<T>);

impl<T: ToValue> ToValue for Vec<T> {
    fn to_value(&self) -> Value<'_> {
        self.as_slice().to_value()
    }
}

impl<T: ToValue + ToOwned + ?Sized> ToValue for Cow<'_, T> {
    fn to_value(&self) -> Value<'_> {
        (**self).to_value()
    }
}
