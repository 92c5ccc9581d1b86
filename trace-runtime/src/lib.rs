//! Request tracing for LLM serving that is cheap enough to leave on.

// Expansions of the macros name this crate, also inside of it.
extern crate self as mooncake_trace;

mod carrier;
mod clock;
mod details;
mod exporter;
mod gating;
mod host;
mod options;
mod sampling;
mod span;
mod stage;
mod stats;
mod sync;
mod tables;
mod thread_info;
mod value;

#[cfg(feature = "enable")]
mod batch;
#[cfg(feature = "enable")]
mod buffer;
#[cfg(feature = "enable")]
mod collector;
#[cfg(feature = "enable")]
mod context;
#[cfg(feature = "enable")]
mod control;
#[cfg(feature = "enable")]
mod delivery;
#[cfg(feature = "enable")]
mod fork;
#[cfg(feature = "enable")]
mod ids;
#[cfg(feature = "enable")]
mod install;
#[cfg(feature = "enable")]
mod latency;
#[cfg(feature = "enable")]
mod ledger;
#[cfg(feature = "enable")]
mod local;
#[cfg(feature = "enable")]
mod record;
#[cfg(feature = "enable")]
mod w3c;

#[cfg(not(feature = "enable"))]
mod off;

#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;

pub use __private::as_context::AsContext;
// Errors name them, and should not name the door.
#[cfg(feature = "enable")]
#[doc(hidden)]
pub use __private::outcome::{ErrByDebug, ErrByDisplay, ShownByDebug, ShownByDisplay};
pub use __private::value::ToValue;
pub use carrier::{Carrier, CarrierError};
pub use clock::Timestamp;
#[cfg(feature = "manual-clock")]
pub use clock::manual_clock;
pub use details::{OpenSpan, SliceDetails};
pub use exporter::{ExportError, Exporter, Receipt};
pub use gating::{
    clear_trace_modules, set_trace_level, set_trace_modules, set_tracing_enabled, trace_level,
    tracing_enabled,
};
pub use host::host_id;
#[doc(inline)]
pub use mooncake_trace_macros::{define_stages, mooncake_trace};
pub use options::{InstallError, Options, ShutdownReport};
pub use sampling::{sampling_ratio, set_sampling_ratio};
pub use span::{Event, Link, Parent, Span, SpanKind, Status};
pub use stage::{Stage, StageTable, modules, stage_tables};
pub use stats::{Dropped, StageLatency, Stats};
pub use tables::{MooncakeRequestStage, RequestStage};
pub use thread_info::{ThreadInfo, set_thread_info};
pub use value::{Attr, Value};

#[cfg(feature = "enable")]
pub use {
    batch::Batch,
    context::{
        ContextBuilder, SliceGuard, TraceContext, mooncake_trace_slice, mooncake_trace_slice_at,
    },
    install::{TraceGuard, flush, install},
    latency::stage_latencies,
    ledger::stats,
};

#[cfg(not(feature = "enable"))]
pub use off::{
    Batch, ContextBuilder, SliceGuard, TraceContext, TraceGuard, flush, install,
    mooncake_trace_slice, mooncake_trace_slice_at, stage_latencies, stats,
};
