//! What the encoder and the SDK make of the very same batches.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mooncake_trace::{Batch, ExportError, Exporter, Options, Receipt, install};
use mooncake_trace_export::exporter::SdkExporter;
use mooncake_trace_export::model::{AnyValue, KeyValue, Resource};
use mooncake_trace_export::otlp::{MAX_REQUEST_BYTES, TraceEncoder};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span, Status};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use prost::Message as _;

/// The pipeline is there once in a process.
pub(crate) fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn resource() -> Resource {
    Resource {
        attributes: vec![
            KeyValue::new("service.name", "sglang"),
            KeyValue::new("process.pid", -1),
            KeyValue::new("list", AnyValue::Array(vec![1.into(), AnyValue::Empty])),
        ],
        dropped_attributes: 3,
    }
}

/// All that came out of the pipeline.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    /// Each request and the number of spans that the encoder gave for it.
    pub(crate) requests: Vec<(ResourceSpans, usize)>,
    /// The bytes of the longest one.
    pub(crate) longest: usize,
    /// The bytes that prost would have saved.
    pub(crate) excess: usize,
    /// How the SDK sees the same spans.
    pub(crate) sdk: Vec<Span>,
}

impl Outcome {
    pub(crate) fn spans(&self) -> impl Iterator<Item = &Span> {
        let scopes = self.requests.iter().flat_map(|(r, _)| &r.scope_spans);
        scopes.flat_map(|s| &s.spans)
    }
}

/// Runs `record` with tracing installed.
pub(crate) fn run(options: Options, record: impl FnOnce()) -> Outcome {
    let _turn = turn();
    let outcome = Arc::new(Mutex::new(Outcome::default()));
    let exporter = Compare {
        encoder: TraceEncoder::new(&resource()),
        sdk: SdkExporter::new(Keep(Arc::clone(&outcome)), &resource()),
        outcome: Arc::clone(&outcome),
    };
    let before = mooncake_trace::stats();
    let guard = install(exporter, options).unwrap();
    record();
    let report = guard.shutdown(Duration::from_secs(60));
    assert!(report.complete);
    assert_eq!(report.stats.dropped, before.dropped);
    let recorded = report.stats.recorded - before.recorded;
    let outcome = outcome.lock().unwrap().clone();
    let (ours, sdk) = (outcome.spans().count(), outcome.sdk.len());
    assert_eq!((ours as u64, sdk as u64), (recorded, recorded));
    outcome
}

struct Compare {
    encoder: TraceEncoder,
    sdk: SdkExporter<Keep>,
    outcome: Arc<Mutex<Outcome>>,
}

impl Exporter for Compare {
    fn export(&mut self, batch: &Batch) -> Result<Receipt, ExportError> {
        self.encoder.encode(batch);
        let mut spans = 0;
        for request in self.encoder.requests() {
            let decoded = ExportTraceServiceRequest::decode(request.bytes).unwrap();
            let excess = request.bytes.len() - decoded.encoded_len();
            assert!(request.spans == 1 || request.bytes.len() <= MAX_REQUEST_BYTES);
            let [resource_spans] = <[_; 1]>::try_from(decoded.resource_spans).unwrap();
            spans += request.spans;
            let mut outcome = self.outcome.lock().unwrap();
            outcome.excess += excess;
            outcome.longest = outcome.longest.max(request.bytes.len());
            outcome.requests.push((resource_spans, request.spans));
        }
        assert_eq!(spans, batch.len());
        self.sdk.export(batch)
    }
}

#[derive(Debug)]
struct Keep(Arc<Mutex<Outcome>>);

impl SpanExporter for Keep {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.into_iter().map(|data| {
            let mut span = Span::from(data);
            // An unset status may be left out, which is what we do.
            span.status = span.status.filter(|s| *s != Status::default());
            span
        });
        self.0.lock().unwrap().sdk.extend(spans);
        Ok(())
    }
}
