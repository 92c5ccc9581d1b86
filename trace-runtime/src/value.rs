//! Attribute values: what OpenTelemetry allows, borrowed where it can be.

use std::borrow::Cow;

/// A key and its value. Keys are copied into the record, so any string will do.
pub type Attr<'a> = (&'a str, Value<'a>);

/// The value of an attribute.
///
/// ```
/// use mooncake_trace::Value;
/// assert_eq!(Value::from(3usize), Value::Int(3));
/// assert_eq!(Value::from("prefill"), Value::Str("prefill".into()));
/// assert_eq!(Value::from(vec![1i64, 2]), Value::Array(vec![Value::Int(1), Value::Int(2)]));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// A boolean.
    Bool(bool),
    /// A signed 64-bit integer; unsigned values above `i64::MAX` become [`Value::Str`] in decimal.
    Int(i64),
    /// A double.
    Float(f64),
    /// A string.
    Str(Cow<'a, str>),
    /// An array; OpenTelemetry wants its elements to be of one type.
    Array(Vec<Value<'a>>),
}

impl Value<'_> {
    /// Whether dropping it frees something.
    #[cfg(feature = "enable")]
    #[inline(always)]
    pub(crate) const fn owns(&self) -> bool {
        matches!(self, Value::Str(Cow::Owned(_)) | Value::Array(_))
    }

    /// The same value without borrows.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Bool(v) => Value::Bool(v),
            Value::Int(v) => Value::Int(v),
            Value::Float(v) => Value::Float(v),
            Value::Str(v) => Value::Str(Cow::Owned(v.into_owned())),
            Value::Array(v) => Value::Array(v.into_iter().map(Value::into_owned).collect()),
        }
    }
}

macro_rules! from_scalar {
    ($($ty:ty => $variant:ident as $to:ty),* $(,)?) => {$(
        impl From<$ty> for Value<'_> {
            #[inline]
            fn from(v: $ty) -> Self {
                Value::$variant(<$to>::from(v))
            }
        }
    )*};
}
from_scalar! {
    bool => Bool as bool,
    i8 => Int as i64, i16 => Int as i64, i32 => Int as i64, i64 => Int as i64,
    u8 => Int as i64, u16 => Int as i64, u32 => Int as i64,
    f32 => Float as f64, f64 => Float as f64,
}

macro_rules! from_wide {
    ($($ty:ty),*) => {$(
        impl From<$ty> for Value<'_> {
            #[inline]
            fn from(v: $ty) -> Self {
                match i64::try_from(v) {
                    Ok(v) => Value::Int(v),
                    Err(_) => Value::Str(Cow::Owned(v.to_string())),
                }
            }
        }
    )*};
}
from_wide!(u64, usize, isize, u128, i128);

impl<'a> From<&'a str> for Value<'a> {
    #[inline]
    fn from(v: &'a str) -> Self {
        Value::Str(Cow::Borrowed(v))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    #[inline]
    fn from(v: &'a String) -> Self {
        Value::Str(Cow::Borrowed(v))
    }
}

impl From<String> for Value<'_> {
    fn from(v: String) -> Self {
        Value::Str(Cow::Owned(v))
    }
}

impl<'a> From<Cow<'a, str>> for Value<'a> {
    fn from(v: Cow<'a, str>) -> Self {
        Value::Str(v)
    }
}

impl From<char> for Value<'_> {
    fn from(v: char) -> Self {
        Value::Str(Cow::Owned(v.into()))
    }
}

impl<'a, T: Into<Value<'a>>> From<Vec<T>> for Value<'a> {
    fn from(v: Vec<T>) -> Self {
        Value::Array(v.into_iter().map(Into::into).collect())
    }
}

impl<'a, T: Clone + Into<Value<'a>>> From<&[T]> for Value<'a> {
    fn from(v: &[T]) -> Self {
        Value::Array(v.iter().cloned().map(Into::into).collect())
    }
}

impl<'a, T: Into<Value<'a>>, const N: usize> From<[T; N]> for Value<'a> {
    fn from(v: [T; N]) -> Self {
        Value::Array(v.into_iter().map(Into::into).collect())
    }
}
