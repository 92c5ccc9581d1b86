//! Receivers that are not there: not yet, not any more, or never.

use std::time::{Duration, Instant};

use mooncake_trace_export::otlp::Protocol;

use crate::hosts::everywhere;
use crate::logs;
use crate::pipeline::{LONG, PROTOCOLS, Pipeline, exactly_once, exporter, options};
use crate::sink::{Sink, nobody};

const SOON: Duration = Duration::from_millis(300);

#[test]
fn what_is_recorded_before_the_receiver_is_there_arrives() {
    everywhere(|| {
        for protocol in PROTOCOLS {
            let address = nobody();
            let pipeline = Pipeline::start(exporter(protocol, address.to_string()));
            pipeline.record(40);
            logs::wait_for("trying again");
            assert_eq!(pipeline.stats().exported, 0);
            let sink = Sink::at(address);
            pipeline.flush();
            pipeline.record(1);
            pipeline.all_arrived(&[&sink]);
        }
    });
}

#[test]
fn a_receiver_that_comes_back_gets_all_of_it() {
    everywhere(|| {
        for protocol in PROTOCOLS {
            let mut first = Sink::start();
            let pipeline = Pipeline::start(exporter(protocol, first.endpoint()));
            pipeline.record(40);
            pipeline.flush();
            first.stop();
            pipeline.record(40);
            logs::wait_for("trying again");
            let second = Sink::at(first.address());
            pipeline.flush();
            let sinks = [&first, &second];
            assert_eq!(sinks.map(|s| s.arrived().len()), [120, 120]);
            pipeline.all_arrived(&sinks);
        }
    });
}

#[test]
fn a_receiver_that_never_comes_costs_a_bounded_shutdown() {
    everywhere(|| {
        for protocol in PROTOCOLS {
            let pipeline = Pipeline::start(exporter(protocol, nobody().to_string()));
            pipeline.record(40);
            let line = logs::wait_for("trying again");
            assert!(
                line.contains("127.0.0.1") && line.contains("refused"),
                "{line}"
            );
            lost(pipeline, 120);
        }
    });
}

/// Nothing has arrived anywhere, and the books say so.
#[track_caller]
fn lost(mut pipeline: Pipeline, spans: u64) {
    let stats = pipeline.shutdown(SOON).stats;
    let dropped = stats.dropped;
    assert_eq!((stats.recorded, stats.exported), (spans, 0));
    assert_eq!(dropped.export_failed + dropped.shutdown_timeout, spans);
    // Said once, however often it was tried, and once more at the end.
    let complaints = logs::lines();
    let retries = complaints.iter().filter(|l| l.contains("trying again"));
    assert_eq!(retries.count(), 1, "{complaints:#?}");
    assert!(logs::wait_for("shut down with losses").contains("export_failed"));
}

#[test]
fn a_name_that_nobody_knows_is_tried_again() {
    for protocol in PROTOCOLS {
        let pipeline = Pipeline::start(exporter(protocol, "no-such-host.invalid:4317"));
        pipeline.record(4);
        let line = logs::wait_for("trying again");
        assert!(line.contains("no-such-host.invalid"), "{line}");
        lost(pipeline, 12);
    }
}

#[test]
fn memory_stays_within_its_limit_while_nobody_is_there() {
    everywhere(|| {
        let address = nobody();
        let options = options().memory_limit(256 << 10);
        let exporter = exporter(Protocol::Grpc, address.to_string());
        let mut pipeline = Pipeline::start_with(exporter, options);
        pipeline.record(1);
        logs::wait_for("trying again");
        let mut requests = 1;
        while pipeline.stats().dropped.buffer_full < 30_000 {
            pipeline.record(10_000);
            requests += 10_000;
            assert!(requests < 1_000_000, "{:?}", pipeline.stats());
        }
        let sink = Sink::at(address);
        pipeline.flush();
        // There is room again.
        pipeline.record(10);
        let stats = pipeline.shutdown(LONG).stats;
        assert_eq!(stats.recorded, 3 * (requests + 10));
        assert_eq!(stats.dropped.total(), stats.dropped.buffer_full);
        assert!(stats.exported >= 30, "{stats:?}");
        exactly_once(&stats, &[&sink]);
    });
}

#[test]
fn recording_does_not_notice_that_nobody_is_there() {
    let mut pipeline = Pipeline::start(exporter(Protocol::Grpc, nobody().to_string()));
    pipeline.record(1);
    logs::wait_for("trying again");
    let begun = Instant::now();
    pipeline.record(20_000);
    // A few ms; a single wait for the network would be more than 100.
    assert!(
        begun.elapsed() < Duration::from_secs(1),
        "{:?}",
        begun.elapsed()
    );
    let _ = pipeline.shutdown(SOON);
}
