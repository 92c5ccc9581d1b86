//! Receivers that take a part: of the spans, of the bytes, of a batch.

use std::sync::LazyLock;

use mooncake_trace::{Options, Stage, TraceContext};
use mooncake_trace_export::otlp::Protocol::{Grpc, HttpProtobuf};

use crate::hosts::everywhere;
use crate::logs;
use crate::pipeline::{LONG, PROTOCOLS, Pipeline, exactly_once, exporter, options};
use crate::sink::{Answer, Sink};

#[test]
fn refused_spans_are_counted() {
    everywhere(|| {
        for protocol in PROTOCOLS {
            let sink = Sink::scripted([Answer::Partial(2, "two are too old")]);
            let mut pipeline = Pipeline::start(exporter(protocol, sink.endpoint()));
            pipeline.record(5);
            pipeline.flush();
            logs::wait_for("two are too old");
            logs::wait_for("refused 2 of");
            let stats = pipeline.shutdown(LONG).stats;
            assert_eq!((stats.recorded, stats.exported), (15, 13));
            assert_eq!(stats.dropped.rejected, 2);
            exactly_once(&stats, &[&sink]);
        }
    });
}

#[test]
fn a_connection_that_breaks_in_the_middle_of_a_request_loses_nothing() {
    everywhere(|| {
        for protocol in PROTOCOLS {
            let sink = Sink::scripted([Answer::Reset, Answer::Accept, Answer::Reset]);
            let pipeline = Pipeline::start_with(exporter(protocol, sink.endpoint()), large());
            // Batches of more than 1 MiB: their end is not on the way when the connection breaks.
            wordy(&pipeline, 200);
            pipeline.flush();
            wordy(&pipeline, 200);
            pipeline.all_arrived(&[&sink]);
            assert!(sink.seen().len() >= 4);
        }
    });
}

/// All of a flush in one batch.
fn large() -> Options {
    options().max_batch(2000)
}

/// Records slices of 20 KB.
fn wordy(pipeline: &Pipeline, n: usize) {
    static WORDY: LazyLock<Stage> =
        LazyLock::new(|| Stage::new("mooncake", String::leak("w".repeat(20_000)), 1));
    let ctx = TraceContext::builder("rid").build();
    ctx.req_start();
    (0..n).for_each(|_| ctx.slice(&WORDY).end());
    ctx.req_finish();
    pipeline.export();
}

#[test]
fn a_batch_in_parts_goes_on_where_it_was_interrupted() {
    for (protocol, refusal) in [
        (Grpc, Answer::Grpc(14, None)),
        (HttpProtobuf, Answer::Http(503, None)),
    ] {
        let sink = Sink::scripted([Answer::Accept, refusal.clone(), Answer::Accept, refusal]);
        let pipeline = Pipeline::start_with(exporter(protocol, sink.endpoint()), large());
        wordy(&pipeline, 700);
        pipeline.all_arrived(&[&sink]);
        let seen = sink.seen();
        assert!(seen.len() >= 6, "{}", seen.len());
        assert!(seen.iter().all(|s| s.wire_bytes <= 5 + (4 << 20)));
    }
}

#[test]
fn a_batch_in_parts_that_is_refused_in_the_middle_is_counted_right() {
    let sink = Sink::scripted([Answer::Accept, Answer::Http(400, None)]);
    let mut pipeline = Pipeline::start_with(exporter(HttpProtobuf, sink.endpoint()), large());
    wordy(&pipeline, 700);
    let stats = pipeline.shutdown(LONG).stats;
    let refused = sink.seen()[1].spans as u64;
    assert!(refused > 100, "{refused}");
    assert_eq!(stats.dropped.rejected, refused);
    assert_eq!(stats.dropped.total(), refused);
    exactly_once(&stats, &[&sink]);
}
