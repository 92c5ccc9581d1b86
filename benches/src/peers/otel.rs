//! The OpenTelemetry SDK with its batch processor.

use std::hint::black_box;
use std::sync::OnceLock;

use opentelemetry::trace::{Span as _, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{Protocol, SpanExporter as OtlpExporter, WithExportConfig};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, SdkTracer, SdkTracerProvider, SpanData, SpanExporter,
};

use super::{Books, Destination, Peer, Setup, count};

pub(crate) struct Otel;

static TRACER: OnceLock<SdkTracer> = OnceLock::new();

#[inline]
fn tracer() -> &'static SdkTracer {
    TRACER.get().expect("`install` comes first")
}

#[derive(Debug)]
struct Counter;

impl SpanExporter for Counter {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        count(batch.len());
        Ok(())
    }
}

/// The SDK's own way to the wire.
pub(super) fn http_exporter(port: u16) -> OtlpExporter {
    OtlpExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("http://127.0.0.1:{port}/v1/traces"))
        .build()
        .expect("the endpoint is well-formed")
}

/// A provider with a batch processor.
pub(super) fn provider(setup: Setup) -> SdkTracerProvider {
    match setup.to {
        Destination::Counter => batching(Counter, setup),
        Destination::Http(port) => batching(http_exporter(port), setup),
    }
}

fn batching(exporter: impl SpanExporter + 'static, setup: Setup) -> SdkTracerProvider {
    let config = BatchConfigBuilder::default()
        .with_max_queue_size(setup.queue)
        .with_max_export_batch_size(setup.batch)
        .with_scheduled_delay(setup.interval)
        .build();
    let processor = BatchSpanProcessor::builder(exporter)
        .with_batch_config(config)
        .build();
    SdkTracerProvider::builder()
        .with_span_processor(processor)
        .build()
}

pub(crate) struct Request {
    root: Context,
    thread: Context,
}

#[inline]
fn below(parent: &Context, name: &'static str) -> Context {
    parent.with_span(tracer().start_with_context(name, parent))
}

impl Peer for Otel {
    type Pipeline = SdkTracerProvider;
    type Request = Request;
    type Parcel = Context;

    fn install(setup: Setup) -> SdkTracerProvider {
        let provider = provider(setup);
        let _first = TRACER.set(provider.tracer("bench"));
        provider
    }

    fn flush(provider: &SdkTracerProvider) {
        let _flushed = provider.force_flush();
    }

    fn books(_: &SdkTracerProvider) -> Option<Books> {
        None
    }

    #[inline]
    fn begin() -> Request {
        let root = below(&Context::new(), "request");
        let thread = below(&root, "thread");
        Request { root, thread }
    }

    #[inline]
    fn finish(request: Request) {
        request.thread.span().end();
        request.root.span().end();
    }

    #[inline]
    fn slice(request: &Request) {
        let _slice = tracer().start_with_context("slice", &request.thread);
        black_box(());
    }

    #[inline]
    fn slice_attrs(request: &Request, bytes: i64) {
        let mut slice = tracer().start_with_context("slice", &request.thread);
        slice.set_attribute(KeyValue::new("bytes", bytes));
        slice.set_attribute(KeyValue::new("kind", "kv"));
        black_box(());
    }

    #[inline]
    fn hand_off(request: &Request) -> Context {
        request.root.clone()
    }

    #[inline]
    fn work(root: Context) {
        let thread = below(&root, "thread");
        let outer = below(&thread, "slice");
        let middle = below(&outer, "slice");
        let inner = tracer().start_with_context("slice", &middle);
        black_box(());
        drop(inner);
        middle.span().end();
        outer.span().end();
        thread.span().end();
    }
}
