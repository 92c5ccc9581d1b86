//! A value that means nothing here and is passed on.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// Any value that JSON can hold.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kept {
    Null,
    Bool(bool),
    Int(i64),
    Unsigned(u64),
    Float(f64),
    Text(String),
    List(Vec<Kept>),
    /// In the order in which it came.
    Map(Vec<(String, Kept)>),
}

impl Serialize for Kept {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(v) => serializer.serialize_bool(*v),
            Self::Int(v) => serializer.serialize_i64(*v),
            Self::Unsigned(v) => serializer.serialize_u64(*v),
            Self::Float(v) => serializer.serialize_f64(*v),
            Self::Text(v) => serializer.serialize_str(v),
            Self::List(v) => serializer.collect_seq(v),
            Self::Map(v) => {
                let mut map = serializer.serialize_map(Some(v.len()))?;
                for (key, value) in v {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Kept {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KeptVisitor)
    }
}

struct KeptVisitor;

impl<'de> Visitor<'de> for KeptVisitor {
    type Value = Kept;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<Kept, E> {
        Ok(Kept::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Kept, E> {
        Ok(Kept::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Kept, D::Error> {
        Kept::deserialize(deserializer)
    }

    fn visit_bool<E: Error>(self, v: bool) -> Result<Kept, E> {
        Ok(Kept::Bool(v))
    }

    fn visit_i64<E: Error>(self, v: i64) -> Result<Kept, E> {
        Ok(Kept::Int(v))
    }

    fn visit_u64<E: Error>(self, v: u64) -> Result<Kept, E> {
        Ok(Kept::Unsigned(v))
    }

    fn visit_f64<E: Error>(self, v: f64) -> Result<Kept, E> {
        Ok(Kept::Float(v))
    }

    fn visit_str<E: Error>(self, v: &str) -> Result<Kept, E> {
        Ok(Kept::Text(v.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Kept, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = seq.next_element()? {
            list.push(item);
        }
        Ok(Kept::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Kept, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Kept::Map(entries))
    }
}
