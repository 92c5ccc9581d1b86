//! What a receiver answers.

use std::convert::Infallible;
use std::time::Duration;

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::{HeaderMap, Response};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message as _;

/// The answer to one request. Those that do not say so do not accept its spans.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// Accepts all.
    Accept,
    /// Accepts all, after a while.
    AcceptAfter(Duration),
    /// Refuses so many of them.
    Partial(i64, &'static str),
    /// An HTTP status, perhaps with `Retry-After`.
    Http(u16, Option<&'static str>),
    /// A gRPC status, perhaps with a `RetryInfo`.
    Grpc(u32, Option<Duration>),
    /// Says nothing until the gate is opened; then the connection ends.
    Gate,
    /// Reads some of the body, then closes the connection.
    Reset,
}

pub(super) type Body = BoxBody<Bytes, Infallible>;

/// How a request wants to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Grpc,
    Protobuf,
    Json,
}

fn full(bytes: Vec<u8>) -> Body {
    Full::new(Bytes::from(bytes)).boxed()
}

/// A good answer.
pub(super) fn success(form: Form, rejected: i64, message: &str) -> Response<Body> {
    let partial = ExportTracePartialSuccess {
        rejected_spans: rejected,
        error_message: message.to_owned(),
    };
    let response = ExportTraceServiceResponse {
        partial_success: (rejected > 0).then_some(partial),
    };
    let (content_type, body) = match form {
        Form::Grpc => return grpc(&response.encode_to_vec(), 0, None),
        Form::Protobuf => ("application/x-protobuf", response.encode_to_vec()),
        Form::Json => ("application/json", serde_json::to_vec(&response).unwrap()),
    };
    let answer = Response::builder().header("content-type", content_type);
    answer.body(full(body)).unwrap()
}

/// A refusal over HTTP, with a `google.rpc.Status` that has a message.
pub(super) fn http(form: Form, status: u16, retry_after: Option<&str>) -> Response<Body> {
    let mut answer = Response::builder().status(status);
    let status: &[u8] = match form {
        Form::Json => br#"{"code":14,"message":"says the sink"}"#,
        Form::Grpc | Form::Protobuf => b"\x12\x0dsays the sink",
    };
    if let Some(after) = retry_after {
        answer = answer.header("retry-after", after);
    }
    answer.body(full(status.to_vec())).unwrap()
}

/// An answer over gRPC: a message, then the status in the trailers.
pub(super) fn grpc(message: &[u8], status: u32, delay: Option<Duration>) -> Response<Body> {
    let mut data = vec![0];
    data.extend_from_slice(&(message.len() as u32).to_be_bytes());
    data.extend_from_slice(message);
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", status.into());
    if status != 0 {
        trailers.insert("grpc-message", "says%20the%20sink".parse().unwrap());
    }
    if let Some(delay) = delay {
        let details = base64(&retry_info(status, delay));
        trailers.insert("grpc-status-details-bin", details.parse().unwrap());
    }
    let mut frames = vec![Ok(Frame::trailers(trailers))];
    if status == 0 {
        frames.insert(0, Ok(Frame::data(Bytes::from(data))));
    }
    let body = StreamBody::new(futures::stream::iter(frames));
    let answer = Response::builder().header("content-type", "application/grpc");
    answer.body(body.boxed()).unwrap()
}

#[derive(Clone, PartialEq, prost::Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<Delay>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Delay {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

fn retry_info(code: u32, delay: Duration) -> Vec<u8> {
    let info = RetryInfo {
        retry_delay: Some(Delay {
            seconds: delay.as_secs() as i64,
            nanos: delay.subsec_nanos() as i32,
        }),
    };
    let detail = Any {
        type_url: "type.googleapis.com/google.rpc.RetryInfo".to_owned(),
        value: info.encode_to_vec(),
    };
    let status = Status {
        code: code as i32,
        message: "says the sink".to_owned(),
        details: vec![detail],
    };
    status.encode_to_vec()
}

/// Without padding, as gRPC wants it.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let word = group.iter().fold(0, |w, b| w << 8 | u32::from(*b)) << (8 * (3 - group.len()));
        for digit in 0..=group.len() {
            out.push(char::from(DIGITS[(word >> (18 - 6 * digit)) as usize & 63]));
        }
    }
    out
}
