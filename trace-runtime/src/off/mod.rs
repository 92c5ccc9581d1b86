//! The build without the feature `enable`: every type is there, null and free.

mod context;
mod pipeline;

pub use context::{
    ContextBuilder, SliceGuard, TraceContext, mooncake_trace_slice, mooncake_trace_slice_at,
};
pub use pipeline::{Batch, TraceGuard, flush, install, stage_latencies, stats};
