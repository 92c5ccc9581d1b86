//! Request tracing for LLM serving that is cheap enough to leave on.
//!
//! A request crosses processes, threads and hosts; its KV cache is cut into chunks that transfer workers move. Annotate the
//! functions, let the context travel inside the data, and every part of the way becomes a slice of one trace:
//!
//! ```
//! use mooncake_trace::{MooncakeRequestStage, ThreadInfo, TraceContext, mooncake_trace, set_thread_info};
//!
//! struct Chunk {
//!     pages: Vec<u32>,
//!     trace_ctx: TraceContext,
//! }
//!
//! impl Chunk {
//!     #[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_WORKER_SEND, attrs(pages = self.pages.len()), err, thread_finish)]
//!     fn write(&self) -> Result<(), std::io::Error> {
//!         Ok(()) // the transfer
//!     }
//! }
//!
//! let request = TraceContext::builder("0x1f4a2b").module("mooncake").role("Sender").bootstrap_room(7).build();
//! request.req_start();
//! let chunk = Chunk { pages: vec![1, 2, 3], trace_ctx: request.copy_for_thread() };
//! let worker = std::thread::spawn(move || {
//!     set_thread_info(ThreadInfo::new("mooncake transfer worker 0").tp_rank(0));
//!     chunk.trace_ctx.rebuild_thread_context();
//!     chunk.write()
//! });
//! worker.join().expect("the worker does not panic")?;
//! request.req_finish();
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Nothing is recorded before a binary [`install`]s an exporter (those of `mooncake-trace-export`, or one of its own).
//! Libraries depend on this crate alone, with `default-features = false`; the binary decides with the feature `enable`
//! whether tracing is compiled in.
//!
//! # The span model
//!
//! ```text
//! request span      "Sender Req 0x1f4a2b"   rid, module, bootstrap_room
//! └─ thread span    "mooncake transfer worker 0 [TP 0] (host:0123abcd | pid:4711)"
//!    └─ slice       "mooncake_worker_send"              linked to the request's top-level slice before it
//!       └─ slice    "mooncake_worker_send_session"      events go to the slice whose time holds them
//! ```
//!
//! It is SGLang's, so that Python and Rust processes join in one view. Open slices of a context form a stack (those of
//! futures a tree); whatever ends a slice other than its own end marks it `auto_closed`. Misuse never panics: it is counted
//! in [`Stats::misuse`].
//!
//! # What a call costs
//!
//! | state | work |
//! |---|---|
//! | built without `enable` | none: the call is gone |
//! | null context (tracing off, module or level 0) | one compare |
//! | stage above the context's level, unsampled context | one load, two compares |
//! | slice | two clock reads, one record of 64 bytes, no allocation, no lock that another thread wants |
//! | after that | the collector thread's business |
//!
//! # What an annotated function becomes
//!
//! ```text
//! #[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_SEND)]
//! fn send(&mut self, indices: &[u32]) -> usize {
//!     self.queue.push(indices);
//!     indices.len()
//! }
//! // becomes
//! fn send(&mut self, indices: &[u32]) -> usize {
//!     let __slice = ::mooncake_trace::__private::enter(
//!         ::mooncake_trace::AsContext::as_context(&self.trace_ctx),
//!         const { &MooncakeRequestStage::MOONCAKE_SEND },
//!     );
//!     self.queue.push(indices);
//!     indices.len()
//! }
//! ```
//!
//! # Accounting
//!
//! At every moment `recorded == exported + dropped + in_flight` ([`stats`]). Memory is bounded ([`Options::memory_limit`]);
//! beyond it whole new spans are dropped and counted. [`TraceGuard::shutdown`] is bounded in time and reports.

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
mod outlet;
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
pub use carrier::Carrier;
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
