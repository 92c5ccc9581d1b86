//! mooncake-trace.

use std::hint::black_box;
use std::time::Duration;

use mooncake_trace::{
    Batch, ExportError, Exporter, Options, Receipt, TraceContext, TraceGuard, Value, define_stages,
    install,
};
use mooncake_trace_export::otlp::{OtlpExporter, Protocol};

use super::{Books, Destination, Peer, Setup, count};

define_stages! {
    /// The stages of the measurements.
    pub(crate) BenchStage(module = "bench") {
        /// On.
        SLICE(level = 1),
        /// Above the default level.
        FINE(level = 9),
    }
}

pub(crate) struct Ours;

struct Counter;

impl Exporter for Counter {
    fn export(&mut self, batch: &Batch) -> Result<Receipt, ExportError> {
        count(batch.len());
        Ok(Receipt::all())
    }
}

impl Peer for Ours {
    type Pipeline = TraceGuard;
    type Request = TraceContext;
    type Parcel = TraceContext;

    fn install(setup: Setup) -> TraceGuard {
        let options = Options::default().interval(setup.interval);
        let guard = match setup.to {
            Destination::Counter => install(Counter, options),
            Destination::Http(port) => {
                let exporter = OtlpExporter::builder()
                    .protocol(Protocol::HttpProtobuf)
                    .endpoint(format!("http://127.0.0.1:{port}/v1/traces"))
                    .build();
                install(exporter.expect("the endpoint is well-formed"), options)
            }
        };
        guard.expect("nothing is installed yet")
    }

    fn flush(pipeline: &TraceGuard) {
        assert!(pipeline.flush(Duration::from_secs(30)), "a flush came back");
    }

    fn books(pipeline: &TraceGuard) -> Option<Books> {
        let stats = pipeline.stats();
        Some(Books {
            recorded: stats.recorded,
            exported: stats.exported,
            dropped: stats.dropped.total(),
        })
    }

    #[inline]
    fn begin() -> TraceContext {
        let ctx = TraceContext::builder(black_box("0x1f4a2b"))
            .module("bench")
            .build();
        ctx.req_start();
        ctx
    }

    #[inline]
    fn finish(request: TraceContext) {
        request.req_finish();
    }

    #[inline]
    fn slice(request: &TraceContext) {
        let _slice = request.slice(&BenchStage::SLICE);
        black_box(());
    }

    #[inline]
    fn slice_attrs(request: &TraceContext, bytes: i64) {
        let attrs = [("bytes", Value::from(bytes)), ("kind", Value::from("kv"))];
        let _slice = request.slice_with(&BenchStage::SLICE, &attrs);
        black_box(());
    }

    #[inline]
    fn hand_off(request: &TraceContext) -> TraceContext {
        request.copy_for_thread()
    }

    #[inline]
    fn work(ctx: TraceContext) {
        ctx.rebuild_thread_context();
        let _outer = ctx.slice(&BenchStage::SLICE).thread_finish();
        let _middle = ctx.slice(&BenchStage::SLICE);
        let _inner = ctx.slice(&BenchStage::SLICE);
        black_box(());
    }
}
