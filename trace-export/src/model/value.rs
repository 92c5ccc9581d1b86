//! Attribute values as OTLP knows them.

use std::borrow::Cow;
use std::fmt;

/// A value: everything `opentelemetry.proto.common.v1.AnyValue` can hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum AnyValue {
    /// No value was set.
    #[default]
    Empty,
    /// Text.
    Str(String),
    /// A truth value.
    Bool(bool),
    /// A 64-bit integer.
    Int(i64),
    /// A double.
    Double(f64),
    /// A list; OTLP does not ask its items to be of one kind.
    Array(Vec<AnyValue>),
    /// A map, in order.
    KvList(Vec<KeyValue>),
    /// Raw bytes.
    Bytes(Vec<u8>),
}

/// One attribute.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeyValue {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: AnyValue,
}

impl KeyValue {
    /// An attribute of `key` and `value`.
    pub fn new(key: impl Into<String>, value: impl Into<AnyValue>) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
        }
    }
}

/// The value under `key`, the first if there are several.
pub fn find<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a AnyValue> {
    attributes.iter().find(|a| a.key == key).map(|a| &a.value)
}

impl AnyValue {
    /// The text, if it is text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(s) => Some(s),
            _ => None,
        }
    }

    /// The integer; text that spells one counts too (some writers send every attribute as text).
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(i) => Some(*i),
            Self::Str(s) => s.trim().parse().ok(),
            _ => None,
        }
    }

    /// The value as a person reads it.
    pub fn to_text(&self) -> Cow<'_, str> {
        match self {
            Self::Str(s) => Cow::Borrowed(s),
            other => Cow::Owned(other.to_string()),
        }
    }
}

impl fmt::Display for AnyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => Ok(()),
            Self::Str(s) => f.write_str(s),
            Self::Bool(b) => write!(f, "{b}"),
            Self::Int(i) => write!(f, "{i}"),
            Self::Double(d) => write!(f, "{d:?}"),
            Self::Array(items) => {
                f.write_str("[")?;
                joined(f, items, |f, item| write!(f, "{item}"))?;
                f.write_str("]")
            }
            Self::KvList(items) => {
                f.write_str("{")?;
                joined(f, items, |f, kv| write!(f, "{}={}", kv.key, kv.value))?;
                f.write_str("}")
            }
            Self::Bytes(bytes) => bytes.iter().try_for_each(|b| write!(f, "{b:02x}")),
        }
    }
}

fn joined<T>(
    f: &mut fmt::Formatter<'_>,
    items: &[T],
    one: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            f.write_str(", ")?;
        }
        one(f, item)?;
    }
    Ok(())
}

impl From<&str> for AnyValue {
    fn from(v: &str) -> Self {
        Self::Str(v.to_owned())
    }
}
impl From<String> for AnyValue {
    fn from(v: String) -> Self {
        Self::Str(v)
    }
}
impl From<bool> for AnyValue {
    fn from(v: bool) -> Self {
        Self::Bool(v)
    }
}
impl From<i64> for AnyValue {
    fn from(v: i64) -> Self {
        Self::Int(v)
    }
}
impl From<f64> for AnyValue {
    fn from(v: f64) -> Self {
        Self::Double(v)
    }
}
