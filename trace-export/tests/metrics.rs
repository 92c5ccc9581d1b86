//! The pipeline's own metrics, read through OpenTelemetry's SDK.

use std::time::Duration;

use mooncake_trace::{Options, RequestStage, TraceContext, install};
use mooncake_trace_export::exporter::MemoryExporter;
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};

#[test]
fn the_books_are_metrics() {
    let read = InMemoryMetricExporter::default();
    let reader = PeriodicReader::builder(read.clone()).build();
    let provider = SdkMeterProvider::builder().with_reader(reader).build();
    mooncake_trace_export::metrics::register(&provider.meter("mooncake_trace"));

    let guard = install(MemoryExporter::default(), Options::default()).expect("it is the only one");
    let ctx = TraceContext::builder("r").module("request").build();
    ctx.req_start();
    drop(ctx.slice(&RequestStage::PREFILL_FORWARD));
    ctx.req_finish();
    ctx.req_finish(); // one misuse
    assert!(guard.flush(Duration::from_secs(30)));
    provider.force_flush().expect("it collects");

    let mut lines = Vec::new();
    for resource in read.get_finished_metrics().expect("metrics") {
        for metric in resource.scope_metrics().flat_map(|scope| scope.metrics()) {
            let points: Vec<_> = match metric.data() {
                AggregatedMetrics::U64(MetricData::Sum(sum)) => sum
                    .data_points()
                    .map(|p| {
                        (
                            p.attributes()
                                .map(|a| a.value.to_string())
                                .collect::<Vec<_>>(),
                            p.value(),
                        )
                    })
                    .collect(),
                AggregatedMetrics::U64(MetricData::Gauge(gauge)) => gauge
                    .data_points()
                    .map(|p| {
                        (
                            p.attributes()
                                .map(|a| a.value.to_string())
                                .collect::<Vec<_>>(),
                            p.value(),
                        )
                    })
                    .collect(),
                other => panic!("{}: {other:?}", metric.name()),
            };
            for (mut attributes, value) in points {
                attributes.sort();
                lines.push(format!(
                    "{} {} {value}",
                    metric.name(),
                    attributes.join("/")
                ));
            }
        }
    }
    for expected in [
        "mooncake_trace.recorded  3",
        "mooncake_trace.exported  3",
        "mooncake_trace.in_flight  0",
        "mooncake_trace.misuse  1",
        "mooncake_trace.dropped buffer_full 0",
        "mooncake_trace.stage.count prefill_forward/request 1",
    ] {
        assert!(
            lines.iter().any(|line| line == expected),
            "{expected} in {lines:#?}"
        );
    }
}
