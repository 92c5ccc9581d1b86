//! From the bytes of a request to its spans.

use std::io::Read as _;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

use super::answer::Form;

/// A span that was accepted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Arrived {
    pub(crate) trace_id: Vec<u8>,
    pub(crate) span_id: Vec<u8>,
    /// What the pipeline numbers slices with.
    pub(crate) number: Option<i64>,
}

/// The spans of a request.
pub(super) fn spans(form: Form, encoding: Option<&str>, body: &[u8]) -> Vec<Arrived> {
    let request = match form {
        Form::Grpc => protobuf(&grpc_message(encoding, body)),
        Form::Protobuf => protobuf(&plain(encoding, body)),
        Form::Json => serde_json::from_slice(&plain(encoding, body)).unwrap(),
    };
    let scopes = request.resource_spans.iter().flat_map(|r| &r.scope_spans);
    scopes.flat_map(|s| &s.spans).map(arrived).collect()
}

fn protobuf(body: &[u8]) -> ExportTraceServiceRequest {
    ExportTraceServiceRequest::decode(body).unwrap()
}

fn grpc_message(encoding: Option<&str>, body: &[u8]) -> Vec<u8> {
    let (head, message) = body.split_at(5);
    let length = u32::from_be_bytes(head[1..].try_into().unwrap());
    assert_eq!(length as usize, message.len(), "one message");
    plain(encoding.filter(|_| head[0] == 1), message)
}

fn plain(encoding: Option<&str>, body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match encoding {
        None => plain.extend_from_slice(body),
        Some("gzip") => drop(
            flate2::read::GzDecoder::new(body)
                .read_to_end(&mut plain)
                .unwrap(),
        ),
        Some("zstd") => plain = zstd::decode_all(body).unwrap(),
        Some(other) => panic!("{other}"),
    }
    plain
}

fn arrived(span: &Span) -> Arrived {
    let number = span.attributes.iter().find(|a| a.key == "number");
    let number = number.and_then(|a| a.value.as_ref()?.value.as_ref());
    Arrived {
        trace_id: span.trace_id.clone(),
        span_id: span.span_id.clone(),
        number: match number {
            Some(Value::IntValue(n)) => Some(*n),
            _ => None,
        },
    }
}
