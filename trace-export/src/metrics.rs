//! The pipeline's own metrics, under `mooncake_trace.*`, on a meter of the application (feature `metrics`).
//!
//! | instrument | kind | attributes |
//! |---|---|---|
//! | `mooncake_trace.recorded`, `.exported` | counter, spans | |
//! | `mooncake_trace.dropped` | counter, spans | `reason` |
//! | `mooncake_trace.in_flight` | gauge, spans | |
//! | `mooncake_trace.sampled_out` | counter, requests | |
//! | `mooncake_trace.misuse` | counter, calls | |
//! | `mooncake_trace.open_contexts` | gauge, contexts | |
//! | `mooncake_trace.stage.count`, `.stage.duration` | counter, slices and ns | `module`, `stage`, of stages with `metrics` |

use mooncake_trace::{Dropped, Stats, stage_latencies, stats};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{AsyncInstrument, Meter};

/// Registers the instruments on `meter`; they are read whenever the meter's provider collects.
///
/// ```no_run
/// # let provider = opentelemetry::metrics::noop::NoopMeterProvider::new();
/// use opentelemetry::metrics::MeterProvider as _;
/// mooncake_trace_export::metrics::register(&provider.meter("mooncake_trace"));
/// ```
pub fn register(meter: &Meter) {
    counter(meter, "mooncake_trace.recorded", "{span}", |s| s.recorded);
    counter(meter, "mooncake_trace.exported", "{span}", |s| s.exported);
    counter(meter, "mooncake_trace.sampled_out", "{request}", |s| {
        s.sampled_out
    });
    counter(meter, "mooncake_trace.misuse", "{call}", |s| s.misuse);
    gauge(meter, "mooncake_trace.in_flight", "{span}", |s| s.in_flight);
    gauge(meter, "mooncake_trace.open_contexts", "{context}", |s| {
        s.open_contexts
    });
    meter
        .u64_observable_counter("mooncake_trace.dropped")
        .with_unit("{span}")
        .with_callback(|observer| observe_dropped(observer, &stats().dropped))
        .build();
    stage_counter(meter, "mooncake_trace.stage.count", "{slice}", |l| l.count);
    stage_counter(meter, "mooncake_trace.stage.duration", "ns", |l| l.sum_ns);
}

fn counter(
    meter: &Meter,
    name: &'static str,
    unit: &'static str,
    value: impl Fn(&Stats) -> u64 + Send + Sync + 'static,
) {
    meter
        .u64_observable_counter(name)
        .with_unit(unit)
        .with_callback(move |observer| observer.observe(value(&stats()), &[]))
        .build();
}

fn gauge(
    meter: &Meter,
    name: &'static str,
    unit: &'static str,
    value: impl Fn(&Stats) -> u64 + Send + Sync + 'static,
) {
    meter
        .u64_observable_gauge(name)
        .with_unit(unit)
        .with_callback(move |observer| observer.observe(value(&stats()), &[]))
        .build();
}

fn observe_dropped(observer: &dyn AsyncInstrument<u64>, dropped: &Dropped) {
    for (reason, spans) in [
        ("buffer_full", dropped.buffer_full),
        ("memory_limit", dropped.memory_limit),
        ("export_failed", dropped.export_failed),
        ("rejected", dropped.rejected),
        ("shutdown_timeout", dropped.shutdown_timeout),
    ] {
        observer.observe(spans, &[KeyValue::new("reason", reason)]);
    }
}

fn stage_counter(
    meter: &Meter,
    name: &'static str,
    unit: &'static str,
    value: impl Fn(&mooncake_trace::StageLatency) -> u64 + Send + Sync + 'static,
) {
    meter
        .u64_observable_counter(name)
        .with_unit(unit)
        .with_callback(move |observer| {
            for latency in stage_latencies() {
                let attributes = [
                    KeyValue::new("module", latency.stage.module()),
                    KeyValue::new("stage", latency.stage.name()),
                ];
                observer.observe(value(&latency), &attributes);
            }
        })
        .build();
}
