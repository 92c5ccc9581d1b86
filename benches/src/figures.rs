//! What one child process has measured: names and numbers, as one line of JSON.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The name of the floor among the figures, in nanoseconds.
pub(crate) const FLOOR: &str = "floor";
/// The name of the canary's reading.
pub(crate) const UNREST: &str = "unrest";

#[derive(Clone, Debug, Default)]
pub(crate) struct Figures(BTreeMap<String, f64>);

impl Figures {
    pub(crate) fn set(&mut self, name: impl Into<String>, value: f64) {
        self.0.insert(name.into(), value);
    }

    pub(crate) fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }

    /// How restless the machine was; 1 is quiet.
    pub(crate) fn unrest(&self) -> f64 {
        self.get(UNREST).unwrap_or(1.0)
    }

    pub(crate) fn to_line(&self) -> String {
        let map: Map<String, Value> = self
            .0
            .iter()
            .map(|(name, value)| (name.clone(), Value::from(*value)))
            .collect();
        Value::Object(map).to_string()
    }

    pub(crate) fn from_line(line: &str) -> Option<Self> {
        let Value::Object(map) = serde_json::from_str(line).ok()? else {
            return None;
        };
        let figures = map
            .into_iter()
            .map(|(name, value)| (name, value.as_f64().unwrap_or(f64::NAN)));
        Some(Self(figures.collect()))
    }
}
