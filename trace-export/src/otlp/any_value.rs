//! Reading of `AnyValue`: a JSON object whose one member's name says the type.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Unexpected, Visitor};

use super::lenient;
use super::wire::WireKeyValue;
use crate::model::{AnyValue, KeyValue};

impl<'de> Deserialize<'de> for AnyValue {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = AnyValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an attribute value like {\"stringValue\":\"…\"}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<AnyValue, A::Error> {
        let mut value = AnyValue::Empty;
        while let Some(name) = map.next_key::<String>()? {
            value = match name.as_str() {
                "stringValue" | "string_value" => AnyValue::Str(map.next_value()?),
                "boolValue" | "bool_value" => AnyValue::Bool(map.next_value()?),
                "intValue" | "int_value" => AnyValue::Int(map.next_value::<Int>()?.0),
                "doubleValue" | "double_value" => AnyValue::Double(map.next_value::<Double>()?.0),
                "arrayValue" | "array_value" => {
                    AnyValue::Array(map.next_value::<List<AnyValue>>()?.values)
                }
                "kvlistValue" | "kvlist_value" => {
                    let list = map.next_value::<List<WireKeyValue>>()?;
                    AnyValue::KvList(list.values.into_iter().map(KeyValue::from).collect())
                }
                "bytesValue" | "bytes_value" => AnyValue::Bytes(map.next_value::<Bytes>()?.0),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    value
                }
            };
        }
        Ok(value)
    }

    fn visit_unit<E: Error>(self) -> Result<AnyValue, E> {
        Ok(AnyValue::Empty)
    }
}

#[derive(Deserialize)]
struct Int(#[serde(deserialize_with = "lenient::i64")] i64);

#[derive(Deserialize)]
struct Double(#[serde(deserialize_with = "lenient::f64")] f64);

#[derive(Deserialize)]
struct List<T> {
    #[serde(
        default = "Vec::new",
        deserialize_with = "lenient::or_default",
        bound(deserialize = "T: Deserialize<'de>")
    )]
    values: Vec<T>,
}

struct Bytes(Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        STANDARD
            .decode(&text)
            .or_else(|_| URL_SAFE.decode(&text))
            .map(Bytes)
            .map_err(|_| D::Error::invalid_value(Unexpected::Str(&text), &"base64"))
    }
}
