//! The books as JSON.

use mooncake_trace::{sampling_ratio, stage_latencies, stats, trace_level, tracing_enabled};
use serde_json::{Value, json};

/// Everything there is to know about the pipeline, as one object.
pub(super) fn stats_json() -> String {
    let stats = stats();
    let dropped = stats.dropped;
    let stages: Vec<Value> = stage_latencies()
        .iter()
        .map(|latency| {
            json!({
                "module": latency.stage.module(),
                "stage": latency.stage.name(),
                "count": latency.count,
                "sum_ns": latency.sum_ns,
                "buckets_below_power_of_two_ns": latency.buckets.as_slice(),
            })
        })
        .collect();
    json!({
        "enabled": tracing_enabled(),
        "level": trace_level(),
        "sampling_ratio": sampling_ratio(),
        "recorded": stats.recorded,
        "exported": stats.exported,
        "in_flight": stats.in_flight,
        "dropped": {
            "buffer_full": dropped.buffer_full,
            "memory_limit": dropped.memory_limit,
            "export_failed": dropped.export_failed,
            "rejected": dropped.rejected,
            "shutdown_timeout": dropped.shutdown_timeout,
        },
        "sampled_out": stats.sampled_out,
        "misuse": stats.misuse,
        "open_contexts": stats.open_contexts,
        "stages": stages,
    })
    .to_string()
}
