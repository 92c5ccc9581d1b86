//! Receivers that take their time.

use std::time::{Duration, Instant};

use mooncake_trace_export::otlp::Protocol;

use crate::hosts::everywhere;
use crate::logs;
use crate::pipeline::{PROTOCOLS, Pipeline, exactly_once, exporter};
use crate::sink::{Answer, Sink};

#[test]
fn answers_after_five_seconds_are_good_answers() {
    for protocol in [Protocol::Grpc, Protocol::HttpProtobuf] {
        let sink = Sink::scripted([Answer::AcceptAfter(Duration::from_secs(5))]);
        let pipeline = Pipeline::start(exporter(protocol, sink.endpoint()));
        pipeline.record(1);
        sink.wait_for_requests(1);
        let begun = Instant::now();
        pipeline.record(1000);
        assert!(
            begun.elapsed() < Duration::from_secs(1),
            "{:?}",
            begun.elapsed()
        );
        pipeline.all_arrived(&[&sink]);
    }
}

#[test]
fn an_answer_that_does_not_come_is_asked_for_again() {
    everywhere(|| {
        for protocol in PROTOCOLS {
            let sink = Sink::scripted([Answer::Gate]);
            let timeout = Duration::from_millis(200);
            let exporter = exporter(protocol, sink.endpoint()).timeout(timeout);
            let pipeline = Pipeline::start(exporter);
            pipeline.record(5);
            sink.wait_for_requests(2);
            let seen = sink.seen();
            assert!(seen[1].at - seen[0].at >= timeout);
            pipeline.all_arrived(&[&sink]);
        }
    });
}

#[test]
fn shutdown_does_not_wait_for_an_answer_that_does_not_come() {
    everywhere(|| {
        for protocol in PROTOCOLS {
            let sink = Sink::scripted([Answer::Accept, Answer::Gate]);
            let mut pipeline = Pipeline::start(exporter(protocol, sink.endpoint()));
            pipeline.record(1);
            pipeline.flush();
            pipeline.record(50);
            sink.wait_for_requests(2);
            let report = pipeline.shutdown(Duration::from_millis(200));
            assert!(!report.complete);
            assert_eq!(report.stats.exported, 3);
            assert_eq!(report.stats.dropped.shutdown_timeout, 150);
            exactly_once(&report.stats, &[&sink]);
            logs::wait_for("shut down with losses");
            sink.open_gate();
        }
    });
}
