//! What a receiver sees of us.

use mooncake_trace::TraceContext;
use mooncake_trace_export::otlp::{Compression, Protocol};
use mooncake_trace_export::{Config, init};

use crate::hosts::everywhere;
use crate::pipeline::{LONG, PROTOCOLS, Pipeline, exporter, turn};
use crate::sink::Sink;

#[test]
fn requests_are_what_otlp_says() {
    everywhere(|| {
        for protocol in PROTOCOLS {
            let sink = Sink::start();
            let exporter = exporter(protocol, sink.endpoint());
            let exporter = exporter.header("Authorization", "Bearer x y").unwrap();
            let pipeline = Pipeline::start(exporter);
            pipeline.record(10);
            pipeline.flush();
            let seen = &sink.seen()[0];
            let (path, content_type) = match protocol {
                Protocol::Grpc => (
                    "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
                    "application/grpc",
                ),
                Protocol::HttpProtobuf => ("/v1/traces", "application/x-protobuf"),
                Protocol::HttpJson => ("/v1/traces", "application/json"),
            };
            assert_eq!(seen.path, path);
            assert_eq!(seen.header("content-type"), Some(content_type));
            assert_eq!(seen.header("authorization"), Some("Bearer x y"));
            let agent = seen.header("user-agent").unwrap();
            assert!(agent.starts_with("mooncake-trace/"), "{agent}");
            pipeline.all_arrived(&[&sink]);
        }
    });
}

#[test]
fn a_configuration_reaches_its_receivers() {
    everywhere(|| {
        let _turn = turn();
        let sinks = [Sink::start(), Sink::start()];
        let config = Config::new()
            .endpoint(sinks[0].endpoint())
            .otlp(exporter(Protocol::HttpJson, sinks[1].endpoint()));
        let guard = init(config).unwrap();
        let ctx = TraceContext::builder("rid").build();
        ctx.req_start();
        ctx.req_finish();
        assert!(guard.shutdown(LONG).complete);
        let paths = sinks.each_ref().map(|s| s.seen()[0].path.clone());
        assert!(
            paths[0].ends_with("/Export") && paths[1] == "/v1/traces",
            "{paths:?}"
        );
        assert_eq!(sinks.each_ref().map(|s| s.arrived().len()), [2, 2]);
    });
}

#[test]
fn paths_of_receivers_behind_gateways_are_kept() {
    let sink = Sink::start();
    let url = format!("http://{}/otlp/traces", sink.endpoint());
    let pipeline = Pipeline::start(exporter(Protocol::HttpProtobuf, url));
    pipeline.record(1);
    pipeline.flush();
    assert_eq!(sink.seen()[0].path, "/otlp/traces");
    pipeline.all_arrived(&[&sink]);
}

#[test]
fn compressed_requests_are_smaller_and_whole() {
    for protocol in PROTOCOLS {
        let mut sizes = Vec::new();
        for compression in [Compression::None, Compression::Gzip, Compression::Zstd] {
            let sink = Sink::start();
            let exporter = exporter(protocol, sink.endpoint()).compression(compression);
            let options = crate::pipeline::options().max_batch(512);
            let pipeline = Pipeline::start_with(exporter, options);
            pipeline.record(100);
            pipeline.flush();
            pipeline.record(100);
            pipeline.flush();
            let seen = sink.seen();
            sizes.push(seen.iter().map(|s| s.wire_bytes).sum::<usize>());
            let encoding = match protocol {
                Protocol::Grpc => "grpc-encoding",
                Protocol::HttpProtobuf | Protocol::HttpJson => "content-encoding",
            };
            let expected = (compression != Compression::None).then(|| compression.to_string());
            assert_eq!(seen[0].header(encoding), expected.as_deref());
            pipeline.all_arrived(&[&sink]);
        }
        assert!(
            sizes[1] * 2 < sizes[0] && sizes[2] * 2 < sizes[0],
            "{sizes:?}"
        );
    }
}
