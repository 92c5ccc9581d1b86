//! Receivers that say no, for now or for good.

use std::time::Duration;

use mooncake_trace_export::otlp::Protocol::{self, Grpc, HttpJson, HttpProtobuf};

use crate::hosts::everywhere;
use crate::logs;
use crate::pipeline::{LONG, PROTOCOLS, Pipeline, exactly_once, exporter};
use crate::sink::{Answer, Sink};

// gRPC status codes.
const CANCELLED: u32 = 1;
const INVALID_ARGUMENT: u32 = 3;
const DEADLINE_EXCEEDED: u32 = 4;
const PERMISSION_DENIED: u32 = 7;
const RESOURCE_EXHAUSTED: u32 = 8;
const ABORTED: u32 = 10;
const OUT_OF_RANGE: u32 = 11;
const UNIMPLEMENTED: u32 = 12;
const INTERNAL: u32 = 13;
const UNAVAILABLE: u32 = 14;
const DATA_LOSS: u32 = 15;

/// What is refused once comes again, not before `pause`, and then arrives once.
#[track_caller]
fn comes_again(protocol: Protocol, refusal: Answer, pause: Duration) {
    let sink = Sink::scripted([refusal.clone()]);
    let pipeline = Pipeline::start(exporter(protocol, sink.endpoint()));
    pipeline.record(5);
    pipeline.flush();
    let seen = sink.seen();
    let waited = seen[1].at - seen[0].at;
    assert!(waited >= pause, "{refusal:?}: {waited:?}");
    let line = logs::wait_for("trying again");
    assert!(line.contains("answered"), "{line}");
    pipeline.all_arrived(&[&sink]);
}

const NO_PAUSE: Duration = Duration::from_millis(50);

#[test]
fn refusals_that_pass_are_tried_again() {
    everywhere(|| {
        comes_again(Grpc, Answer::Grpc(UNAVAILABLE, None), NO_PAUSE);
        comes_again(HttpProtobuf, Answer::Http(503, None), NO_PAUSE);
        comes_again(HttpJson, Answer::Http(429, None), NO_PAUSE);
    });
    for code in [
        CANCELLED,
        DEADLINE_EXCEEDED,
        ABORTED,
        OUT_OF_RANGE,
        DATA_LOSS,
    ] {
        comes_again(Grpc, Answer::Grpc(code, None), NO_PAUSE);
    }
    for status in [429, 502, 504] {
        comes_again(HttpProtobuf, Answer::Http(status, None), NO_PAUSE);
    }
}

#[test]
fn a_receiver_that_says_when_is_left_alone_until_then() {
    let delay = Duration::from_millis(700);
    comes_again(Grpc, Answer::Grpc(RESOURCE_EXHAUSTED, Some(delay)), delay);
    comes_again(Grpc, Answer::Grpc(UNAVAILABLE, Some(delay)), delay);
    let second = Duration::from_secs(1);
    comes_again(HttpProtobuf, Answer::Http(429, Some("1")), second);
    comes_again(HttpJson, Answer::Http(503, Some("1")), second);
}

#[test]
fn refusals_for_good_are_counted_and_not_repeated() {
    let grpc = [
        INVALID_ARGUMENT,
        PERMISSION_DENIED,
        RESOURCE_EXHAUSTED,
        UNIMPLEMENTED,
        INTERNAL,
    ];
    for code in grpc {
        given_up(Grpc, Answer::Grpc(code, None));
    }
    for status in [301, 400, 401, 404, 413, 500] {
        given_up(HttpProtobuf, Answer::Http(status, None));
    }
    everywhere(|| {
        given_up(Grpc, Answer::Grpc(INVALID_ARGUMENT, None));
        given_up(HttpProtobuf, Answer::Http(400, Some("1")));
        given_up(HttpJson, Answer::Http(400, None));
    });
}

#[track_caller]
fn given_up(protocol: Protocol, refusal: Answer) {
    let sink = Sink::scripted([refusal]);
    let mut pipeline = Pipeline::start(exporter(protocol, sink.endpoint()));
    pipeline.record(5);
    pipeline.flush();
    let line = logs::wait_for("spans lost");
    assert!(line.contains("says the sink"), "{line}");
    // The next batch has its own chance.
    pipeline.record(5);
    let stats = pipeline.shutdown(LONG).stats;
    assert_eq!(stats.recorded, 30);
    let refused = sink.seen()[0].spans as u64;
    assert_eq!(stats.dropped.export_failed, refused);
    assert_eq!(stats.dropped.total(), refused);
    exactly_once(&stats, &[&sink]);
}

#[test]
fn a_receiver_that_is_unwilling_for_long_gets_everything_in_the_end() {
    for protocol in PROTOCOLS {
        let refusal = match protocol {
            Grpc => Answer::Grpc(UNAVAILABLE, None),
            HttpProtobuf | HttpJson => Answer::Http(503, None),
        };
        let sink = Sink::scripted(vec![refusal; 4]);
        let pipeline = Pipeline::start(exporter(protocol, sink.endpoint()));
        pipeline.record(100);
        sink.wait_for_requests(5);
        pipeline.record(100);
        pipeline.flush();
        // The pauses grow: 75 to 100 ms, then twice that, and so on.
        let seen = sink.seen();
        let pauses: Vec<_> = seen.windows(2).take(4).map(|w| w[1].at - w[0].at).collect();
        assert!(pauses[3] > Duration::from_millis(550), "{pauses:?}");
        pipeline.all_arrived(&[&sink]);
    }
}
