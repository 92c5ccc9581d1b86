//! The neutral, owned form of a trace: what every reader makes and every writer takes.
//!
//! It is OTLP's own tree (resource → scope → span) with nothing lost, but typed: ids are integers, times are
//! unix nanoseconds, absence is `None`, `0` or empty exactly where OTLP says so. It knows no format.

mod span;
mod value;

pub use span::{Event, Link, Resource, ResourceSpans, Scope, ScopeSpans, Span, Status, StatusCode};
pub(crate) use span::{HAS_IS_REMOTE, IS_REMOTE};
pub use value::{AnyValue, KeyValue, find};
