//! What gRPC says about failures: an HTTP response is `200 OK` all the same.

use http::HeaderMap;

const STATUS: &str = "grpc-status";
const MESSAGE: &str = "grpc-message";

/// The failure in the trailers, or in the headers of a response that has nothing else.
pub(crate) fn failure(headers: &HeaderMap) -> Option<String> {
    let status = headers.get(STATUS)?.to_str().ok().filter(|s| *s != "0")?;
    let message = headers.get(MESSAGE).and_then(|m| m.to_str().ok());
    Some(match message {
        Some(message) => format!("gRPC status {status}: {message}"),
        None => format!("gRPC status {status}"),
    })
}
