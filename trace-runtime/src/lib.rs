//! Request tracing for LLM serving that is cheap enough to leave on.

// Expansions of the macros name this crate, also inside of it.
extern crate self as mooncake_trace;

mod buffer;
mod carrier;
mod clock;
mod collector;
mod context;
mod control;
mod delivery;
mod exporter;
mod fork;
mod gating;
mod host;
mod ids;
mod install;
mod latency;
mod local;
mod record;
mod span;
mod stage;
mod stats;
mod tables;
mod thread_info;
mod value;
mod w3c;

#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;

pub use __private::as_context::AsContext;
pub use carrier::{Carrier, CarrierError};
pub use clock::Timestamp;
#[cfg(feature = "manual-clock")]
pub use clock::manual_clock;
pub use context::{
    ContextBuilder, OpenSpan, SliceDetails, SliceGuard, TraceContext, mooncake_trace_slice,
    mooncake_trace_slice_at,
};
pub use exporter::{Batch, ExportError, Exporter, Receipt};
pub use gating::{
    clear_trace_modules, set_trace_level, set_trace_modules, set_tracing_enabled, trace_level,
    tracing_enabled,
};
pub use host::host_id;
pub use install::{InstallError, Options, ShutdownReport, TraceGuard, install};
pub use latency::{StageLatency, stage_latencies};
#[doc(inline)]
pub use mooncake_trace_macros::{define_stages, mooncake_trace};
pub use record::SpanKind;
pub use span::{Event, Link, Parent, Span, Status};
pub use stage::{Stage, StageTable, modules, stage_tables};
pub use stats::{Dropped, Stats, stats};
pub use tables::{MooncakeRequestStage, RequestStage};
pub use thread_info::{ThreadInfo, set_thread_info};
pub use value::{Attr, Value};
