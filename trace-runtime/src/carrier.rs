//! A context on its way to another process: SGLang's keys, so that a Python peer can load it and we can load its.

mod kept;

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use kept::Kept;

/// The state of a [`TraceContext`](crate::TraceContext) as SGLang's `__getstate__` gives it.
///
/// It is made by [`to_carrier`](crate::TraceContext::to_carrier), read by
/// [`from_carrier`](crate::TraceContext::from_carrier), and travels as JSON or inside any serde message. Keys that
/// this version does not know are kept and passed on.
///
/// Trace ids are 128-bit JSON numbers, as Python writes them. Serde's buffer for internally tagged, untagged and flattened
/// types has no such numbers: put a carrier next to such a type, not into it.
///
/// ```
/// use mooncake_trace::{Carrier, TraceContext};
/// let json = serde_json::to_string(&TraceContext::null().to_carrier())?;
/// assert_eq!(json, r#"{"tracing_enable":false}"#);
/// let carrier: Carrier = serde_json::from_str(&json)?;
/// # let _ = carrier;
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Carrier(Option<Box<State>>);

/// What a context that records says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct State {
    pub(crate) rid: String,
    pub(crate) bootstrap_room: Option<u64>,
    pub(crate) start_time_ns: u64,
    pub(crate) role: String,
    pub(crate) trace_level: u8,
    pub(crate) module_name: String,
    pub(crate) is_copy: bool,
    pub(crate) pid: Option<u64>,
    pub(crate) last_span: Option<SpanIds>,
    pub(crate) root: Option<RootContext>,
    /// Keys with no meaning here.
    pub(crate) other: BTreeMap<String, Kept>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SpanIds {
    pub(crate) trace_id: u128,
    pub(crate) span_id: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RootContext {
    pub(crate) traceparent: String,
    pub(crate) tracestate: Option<String>,
}

impl Carrier {
    /// The carrier of a context that does not record.
    pub(crate) const fn disabled() -> Self {
        Self(None)
    }

    pub(crate) fn new(state: State) -> Self {
        Self(Some(Box::new(state)))
    }

    pub(crate) fn state(&self) -> Option<&State> {
        self.0.as_deref()
    }

    #[cfg(feature = "enable")]
    pub(crate) fn root_span_context(&self) -> Option<&RootContext> {
        self.state()?.root.as_ref()
    }
}

impl Serialize for Carrier {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let Some(state) = self.state() else {
            map.serialize_entry("tracing_enable", &false)?;
            return map.end();
        };
        map.serialize_entry("tracing_enable", &true)?;
        map.serialize_entry("rid", &state.rid)?;
        map.serialize_entry("bootstrap_room", &state.bootstrap_room)?;
        map.serialize_entry("start_time_ns", &state.start_time_ns)?;
        map.serialize_entry("role", &state.role)?;
        map.serialize_entry("trace_level", &state.trace_level)?;
        map.serialize_entry("module_name", &state.module_name)?;
        map.serialize_entry("is_copy", &state.is_copy)?;
        map.serialize_entry("pid", &state.pid)?;
        for key in ["thread_context", "root_span"] {
            if !state.other.contains_key(key) {
                map.serialize_entry(key, &())?;
            }
        }
        map.serialize_entry("last_span_context", &state.last_span)?;
        map.serialize_entry("root_span_context", &state.root)?;
        for (key, value) in &state.other {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl Serialize for SpanIds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("span_id", &self.span_id)?;
        map.serialize_entry("trace_id", &self.trace_id)?;
        map.end()
    }
}

impl Serialize for RootContext {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("traceparent", &self.traceparent)?;
        if let Some(state) = &self.tracestate {
            map.serialize_entry("tracestate", state)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Carrier {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(CarrierVisitor)
    }
}

struct CarrierVisitor;

impl<'de> Visitor<'de> for CarrierVisitor {
    type Value = Carrier;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object that `to_carrier` or SGLang's `__getstate__` gives")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Carrier, A::Error> {
        let mut enabled = None;
        let mut state = State::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "tracing_enable" => enabled = Some(map.next_value::<bool>()?),
                "rid" => state.rid = or_default(&mut map)?,
                "bootstrap_room" => state.bootstrap_room = map.next_value()?,
                "start_time_ns" => state.start_time_ns = or_default(&mut map)?,
                "role" => state.role = or_default(&mut map)?,
                "trace_level" => {
                    let level: i64 = or_default(&mut map)?;
                    state.trace_level = level.clamp(0, 255) as u8;
                }
                "module_name" => state.module_name = or_default(&mut map)?,
                "is_copy" => state.is_copy = or_default(&mut map)?,
                "pid" => state.pid = map.next_value()?,
                "last_span_context" => state.last_span = last_span(map.next_value()?),
                "root_span_context" => state.root = root(map.next_value()?),
                _ => {
                    state.other.insert(key, map.next_value()?);
                }
            }
        }
        match enabled {
            Some(true) => Ok(Carrier::new(state)),
            Some(false) => Ok(Carrier::disabled()),
            None => Err(de::Error::missing_field("tracing_enable")),
        }
    }
}

/// The next value; null counts as absent.
fn or_default<'de, T, A>(map: &mut A) -> Result<T, A::Error>
where
    T: Deserialize<'de> + Default,
    A: MapAccess<'de>,
{
    Ok(map.next_value::<Option<T>>()?.unwrap_or_default())
}

fn last_span(ids: Option<BTreeMap<String, u128>>) -> Option<SpanIds> {
    let ids = ids?;
    let ids = SpanIds {
        trace_id: *ids.get("trace_id")?,
        span_id: u64::try_from(*ids.get("span_id")?).ok()?,
    };
    (ids.span_id != 0).then_some(ids)
}

fn root(headers: Option<BTreeMap<String, String>>) -> Option<RootContext> {
    let mut headers = headers?;
    Some(RootContext {
        traceparent: headers.remove("traceparent")?,
        tracestate: headers.remove("tracestate"),
    })
}
