//! Deserialisers that take what the various OTLP/JSON writers make of a field.
//!
//! The specification says: ids in hex, enums as numbers, 64-bit integers in quotes. Others write ids in base64
//! (protobuf's own JSON mapping), enums by name, integers bare, and `null` for what is not there.

use std::fmt;
use std::marker::PhantomData;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

/// `null` means the default.
pub(super) fn or_default<'de, D, T>(d: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(d)?.unwrap_or_default())
}

pub(super) fn u64<'de, D: Deserializer<'de>>(d: D) -> Result<u64, D::Error> {
    d.deserialize_any(Integer::<u64>(PhantomData))
}

pub(super) fn i64<'de, D: Deserializer<'de>>(d: D) -> Result<i64, D::Error> {
    d.deserialize_any(Integer::<i64>(PhantomData))
}

pub(super) fn u32<'de, D: Deserializer<'de>>(d: D) -> Result<u32, D::Error> {
    d.deserialize_any(Integer::<u32>(PhantomData))
}

/// An integer, in quotes or not; `null` is 0.
struct Integer<T>(PhantomData<T>);

impl<T> Visitor<'_> for Integer<T>
where
    T: TryFrom<i128> + Default,
{
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = 8 * size_of::<T>();
        write!(f, "a whole number of {bits} bits, in quotes or not")
    }

    fn visit_u64<E: Error>(self, v: u64) -> Result<T, E> {
        T::try_from(i128::from(v)).map_err(|_| E::invalid_value(Unexpected::Unsigned(v), &self))
    }

    fn visit_i64<E: Error>(self, v: i64) -> Result<T, E> {
        T::try_from(i128::from(v)).map_err(|_| E::invalid_value(Unexpected::Signed(v), &self))
    }

    fn visit_f64<E: Error>(self, v: f64) -> Result<T, E> {
        // Only what a double holds exactly; beyond 2^53 it would be a guess.
        let whole = v.fract() == 0.0 && v.abs() <= 9_007_199_254_740_992.0;
        let int = whole.then_some(v as i128).and_then(|i| T::try_from(i).ok());
        int.ok_or_else(|| E::invalid_value(Unexpected::Float(v), &self))
    }

    fn visit_str<E: Error>(self, v: &str) -> Result<T, E> {
        let int = v.trim().parse::<i128>().ok();
        int.and_then(|i| T::try_from(i).ok())
            .ok_or_else(|| E::invalid_value(Unexpected::Str(v), &self))
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::default())
    }
}

pub(super) fn f64<'de, D: Deserializer<'de>>(d: D) -> Result<f64, D::Error> {
    d.deserialize_any(Double)
}

/// A double; `"NaN"`, `"Infinity"`, `"-Infinity"` and numbers in quotes too.
struct Double;

impl Visitor<'_> for Double {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, \"NaN\", \"Infinity\" or \"-Infinity\"")
    }

    fn visit_f64<E: Error>(self, v: f64) -> Result<f64, E> {
        Ok(v)
    }

    fn visit_u64<E: Error>(self, v: u64) -> Result<f64, E> {
        Ok(v as f64)
    }

    fn visit_i64<E: Error>(self, v: i64) -> Result<f64, E> {
        Ok(v as f64)
    }

    fn visit_str<E: Error>(self, v: &str) -> Result<f64, E> {
        v.parse()
            .map_err(|_| E::invalid_value(Unexpected::Str(v), &self))
    }

    fn visit_unit<E: Error>(self) -> Result<f64, E> {
        Ok(0.0)
    }
}

pub(super) fn kind<'de, D: Deserializer<'de>>(d: D) -> Result<i32, D::Error> {
    const NAMES: &[&str] = &[
        "UNSPECIFIED",
        "INTERNAL",
        "SERVER",
        "CLIENT",
        "PRODUCER",
        "CONSUMER",
    ];
    d.deserialize_any(Enum("SPAN_KIND_", NAMES))
}

pub(super) fn status_code<'de, D: Deserializer<'de>>(d: D) -> Result<i32, D::Error> {
    d.deserialize_any(Enum("STATUS_CODE_", &["UNSET", "OK", "ERROR"]))
}

/// An enum by number or by name; the names come in order of their numbers.
struct Enum(&'static str, &'static [&'static str]);

impl Visitor<'_> for Enum {
    type Value = i32;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(prefix, names) = self;
        let last = names.len() - 1;
        write!(
            f,
            "a number from 0 to {last} or a name like \"{prefix}{}\"",
            names[1]
        )
    }

    fn visit_u64<E: Error>(self, v: u64) -> Result<i32, E> {
        i32::try_from(v).map_err(|_| E::invalid_value(Unexpected::Unsigned(v), &self))
    }

    fn visit_str<E: Error>(self, v: &str) -> Result<i32, E> {
        let Self(prefix, names) = self;
        let short = v.strip_prefix(prefix).unwrap_or(v);
        let by_name = names.iter().position(|n| n.eq_ignore_ascii_case(short));
        by_name
            .and_then(|i| i32::try_from(i).ok())
            .or_else(|| v.parse().ok())
            .ok_or_else(|| E::invalid_value(Unexpected::Str(v), &self))
    }

    fn visit_unit<E: Error>(self) -> Result<i32, E> {
        Ok(0)
    }
}

pub(super) fn trace_id<'de, D: Deserializer<'de>>(d: D) -> Result<u128, D::Error> {
    d.deserialize_any(Id(16))
}

pub(super) fn span_id<'de, D: Deserializer<'de>>(d: D) -> Result<u64, D::Error> {
    // An Id(8) never has more than 64 bits.
    d.deserialize_any(Id(8)).map(|id| id as u64)
}

/// An id of so many bytes, in hex or base64; empty and `null` are 0, "none".
struct Id(usize);

impl Visitor<'_> for Id {
    type Value = u128;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an id of {} hex digits", 2 * self.0)
    }

    fn visit_str<E: Error>(self, v: &str) -> Result<u128, E> {
        if v.is_empty() {
            return Ok(0);
        }
        let wrong = || E::invalid_value(Unexpected::Str(v), &self);
        if v.len() == 2 * self.0 && v.bytes().all(|b| b.is_ascii_hexdigit()) {
            return u128::from_str_radix(v, 16).map_err(|_| wrong());
        }
        let bytes = STANDARD.decode(v).map_err(|_| wrong())?;
        if bytes.len() != self.0 {
            return Err(wrong());
        }
        Ok(bytes.iter().fold(0, |id, b| id << 8 | u128::from(*b)))
    }

    fn visit_unit<E: Error>(self) -> Result<u128, E> {
        Ok(0)
    }
}
