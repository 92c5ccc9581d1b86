//! What one child process has measured: names and numbers, as one line of JSON.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The name of the floor among the figures, in nanoseconds.
pub(crate) const FLOOR: &str = "floor";
/// The name of the share of the machine that others have used, 0 to 1.
pub(crate) const OTHERS: &str = "others";
/// Above this share of the machine in others' hands a measurement is repeated.
pub(crate) const OTHERS_BUSY: f64 = 0.2;
/// The name of the canary's reading of plain work: 1 on a machine that does nothing else.
pub(crate) const UNREST: &str = "unrest";
/// Above this the measurement is repeated.
pub(crate) const UNREST_BUSY: f64 = 1.25;
/// The name of the canary's reading of atomic swaps, in nanoseconds.
pub(crate) const SWAP: &str = "swap";
/// Above so many times the quickest swap of the run the measurement is repeated.
pub(crate) const SWAP_BUSY: f64 = 1.5;

#[derive(Clone, Debug, Default)]
pub(crate) struct Figures(BTreeMap<String, f64>);

impl Figures {
    pub(crate) fn set(&mut self, name: impl Into<String>, value: f64) {
        self.0.insert(name.into(), value);
    }

    pub(crate) fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }

    /// By which factor the machine was busier than it may be for figures that count; at most 1 is fine. `swap` is the
    /// quickest swap that was seen.
    pub(crate) fn busy(&self, swap: f64) -> f64 {
        let slowed = self.get(SWAP).map_or(0.0, |ns| ns / swap / SWAP_BUSY);
        let taken = self.get(OTHERS).map_or(0.0, |share| share / OTHERS_BUSY);
        (self.unrest() / UNREST_BUSY).max(slowed).max(taken)
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
