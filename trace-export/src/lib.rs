//! Exporters of mooncake-trace, and the formats behind them.

pub mod file;
mod json;
pub mod layout;
pub mod model;
pub mod otlp;
pub mod perfetto;
pub mod report;
