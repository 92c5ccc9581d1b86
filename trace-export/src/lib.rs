//! Exporters of mooncake-trace, and the formats behind them.

mod json;
pub mod model;
pub mod otlp;
