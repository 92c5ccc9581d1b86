//! Encoding a batch of 512 spans as OTLP protobuf, with 0, 2 and 8 attributes each.

use std::hint::black_box;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use mooncake_trace::{Batch, ExportError, Exporter, Options, Receipt, Value, install};
use mooncake_trace_export::otlp::TraceEncoder;
use opentelemetry::KeyValue;
use opentelemetry::trace::{Span as _, TraceContextExt, Tracer, TracerProvider};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use prost::Message;

use super::PeerName;
use crate::figures::Figures;
use crate::measure::{Bursts, rounds};
use crate::peers::{BenchStage, Ours, Peer};

/// Spans in a batch.
const BATCH: usize = 512;
/// Attributes of each span.
const ATTRIBUTES: [usize; 3] = [0, 2, 8];

pub(super) fn run(peer: PeerName, budget: Duration) -> Figures {
    let mut figures = Figures::default();
    for attributes in ATTRIBUTES {
        match peer {
            PeerName::Ours => ours(attributes, budget / 3, &mut figures),
            _ => otel(attributes, budget / 3, &mut figures),
        }
    }
    figures
}

/// The name of the figure.
fn name(attributes: usize) -> String {
    format!("{attributes} attributes")
}

/// Encodes the first whole batch that comes, again and again.
struct Encode {
    encoder: TraceEncoder,
    budget: Duration,
    figures: Figures,
    name: String,
    result: mpsc::Sender<Figures>,
}

impl Exporter for Encode {
    fn export(&mut self, batch: &Batch) -> Result<Receipt, ExportError> {
        if batch.len() == BATCH {
            let mut bursts = Bursts::default();
            rounds(self.budget, &mut self.figures, || {
                bursts.time(BATCH, || {
                    self.encoder.encode(batch);
                    black_box(
                        self.encoder
                            .requests()
                            .map(|request| request.bytes.len())
                            .sum::<usize>(),
                    );
                });
            });
            self.figures.set(self.name.as_str(), bursts.median());
            let _heard = self.result.send(self.figures.clone());
        }
        Ok(Receipt::all())
    }
}

fn ours(attributes: usize, budget: Duration, figures: &mut Figures) {
    let (result, results) = mpsc::channel();
    let exporter = Encode {
        encoder: TraceEncoder::new(&mooncake_trace_export::model::Resource::detect(None)),
        budget,
        figures: figures.clone(),
        name: name(attributes),
        result,
    };
    let options = Options::default()
        .max_batch(BATCH)
        .interval(Duration::from_secs(3600));
    let guard = install(exporter, options).expect("nothing is installed");
    let ctx = Ours::begin();
    {
        // Nested, so that the slices have no links, as the SDK's spans have none.
        let _outer = ctx.slice(&BenchStage::SLICE);
        for i in 0..BATCH as i64 {
            let attrs: Vec<_> = attributes_of(attributes, i)
                .map(|(key, value)| match value {
                    opentelemetry::Value::I64(value) => (key, Value::from(value)),
                    _ => (key, Value::from(TEXT)),
                })
                .collect();
            let _slice = ctx.slice_with(&BenchStage::SLICE, &attrs);
        }
        assert!(guard.flush(Duration::from_secs(60)), "a flush came back");
    }
    if let Ok(result) = results.recv() {
        *figures = result;
    }
}

#[derive(Clone, Debug, Default)]
struct Keep(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Keep {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.append(&mut batch);
        Ok(())
    }
}

/// The SDK's spans: transform, prost, and the drop of what was made for it.
fn otel(attributes: usize, budget: Duration, figures: &mut Figures) {
    let spans = otel_spans(attributes);
    let resource = ResourceAttributesWithSchema::from(&Resource::builder().build());
    let mut bursts = Bursts::default();
    rounds(budget, figures, || {
        let batch = spans.clone();
        bursts.time(BATCH, || {
            let request = ExportTraceServiceRequest {
                resource_spans: group_spans_by_resource_and_scope(batch, &resource),
            };
            black_box(request.encode_to_vec());
        });
    });
    figures.set(name(attributes), bursts.median());
}

fn otel_spans(attributes: usize) -> Vec<SpanData> {
    let keep = Keep::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(keep.clone())
        .build();
    let tracer = provider.tracer("bench");
    let parent = opentelemetry::Context::new().with_span(tracer.start("request"));
    for i in 0..BATCH {
        let mut span = tracer.start_with_context("slice", &parent);
        for (key, value) in attributes_of(attributes, i as i64) {
            span.set_attribute(KeyValue::new(key, value));
        }
    }
    let mut kept = keep.0.lock().unwrap_or_else(PoisonError::into_inner);
    kept.truncate(BATCH);
    std::mem::take(&mut kept)
}

/// Integers and texts in turn.
fn attributes_of(n: usize, i: i64) -> impl Iterator<Item = (&'static str, opentelemetry::Value)> {
    KEYS.iter().take(n).enumerate().map(move |(at, key)| {
        let value = if at % 2 == 0 {
            opentelemetry::Value::from(i)
        } else {
            opentelemetry::Value::from(TEXT)
        };
        (*key, value)
    })
}

const TEXT: &str = "kv cache";
const KEYS: [&str; 8] = [
    "bytes", "kind", "pages", "session", "rank", "peer", "retries", "path",
];
