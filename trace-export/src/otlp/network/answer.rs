//! What a receiver answers: partial success, and the details of a refusal.

#[cfg(feature = "otlp-grpc")]
use std::time::Duration;

#[cfg(feature = "otlp-http")]
use serde::Deserialize;

#[cfg(feature = "otlp-grpc")]
use super::proto_reader::{Field, fields};
use super::proto_reader::{integer, message, text};

/// The content of an `ExportTraceServiceResponse`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// How many spans were refused.
    pub(super) rejected: u64,
    /// Why, or a warning; mostly empty.
    pub(super) message: String,
}

impl Answer {
    /// Reads the binary form; what cannot be read counts as not said.
    pub(super) fn from_protobuf(response: &[u8]) -> Self {
        let partial = message(response, 1).unwrap_or_default();
        Self {
            rejected: u64::try_from(integer(partial, 1)).unwrap_or(0),
            message: text(partial, 2),
        }
    }

    /// Reads the JSON form; what cannot be read counts as not said.
    #[cfg(feature = "otlp-http")]
    pub(super) fn from_json(response: &[u8]) -> Self {
        #[derive(Default, Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        struct Response {
            partial_success: Option<Partial>,
        }
        #[derive(Default, Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        struct Partial {
            rejected_spans: Option<serde_json::Value>,
            error_message: Option<String>,
        }
        let response: Response = serde_json::from_slice(response).unwrap_or_default();
        let partial = response.partial_success.unwrap_or_default();
        let rejected = partial.rejected_spans.and_then(|v| match v {
            serde_json::Value::String(text) => text.parse().ok(),
            other => other.as_u64(),
        });
        Self {
            rejected: rejected.unwrap_or(0),
            message: partial.error_message.unwrap_or_default(),
        }
    }
}

/// The message of a `google.rpc.Status`.
#[cfg(feature = "otlp-http")]
pub(super) fn status_message(status: &[u8], json: bool) -> String {
    if !json {
        return text(status, 2);
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Status {
        message: String,
    }
    serde_json::from_slice::<Status>(status)
        .unwrap_or_default()
        .message
}

/// How long the `RetryInfo` in a `google.rpc.Status` says to wait.
#[cfg(feature = "otlp-grpc")]
pub(super) fn retry_delay(status: &[u8]) -> Option<Duration> {
    let details = fields(status).filter_map(|field| match field {
        Field::Bytes(3, detail) => Some(detail),
        _ => None,
    });
    let mut infos = details.filter(|d| text(d, 1).ends_with("/google.rpc.RetryInfo"));
    let delay = message(message(infos.next()?, 2)?, 1).unwrap_or_default();
    let seconds = u64::try_from(integer(delay, 1)).unwrap_or(0);
    let nanos = u32::try_from(integer(delay, 2)).unwrap_or(0);
    Some(Duration::from_secs(seconds).saturating_add(Duration::from_nanos(nanos.into())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partial_success_is_read_in_both_forms() {
        let expected = Answer {
            rejected: 300,
            message: "no".to_owned(),
        };
        let binary = b"\x0a\x07\x08\xac\x02\x12\x02no";
        assert_eq!(Answer::from_protobuf(binary), expected);
        #[cfg(feature = "otlp-http")]
        let json = br#"{"partialSuccess":{"rejectedSpans":"300","errorMessage":"no"}}"#;
        #[cfg(feature = "otlp-http")]
        assert_eq!(Answer::from_json(json), expected);
        for nothing in [&b""[..], b"{}", b"\x0a\x7f", b"<html>", b"\xff\xff\xff"] {
            assert_eq!(Answer::from_protobuf(nothing), Answer::default());
            #[cfg(feature = "otlp-http")]
            assert_eq!(Answer::from_json(nothing), Answer::default());
        }
    }

    #[test]
    #[cfg(feature = "otlp-grpc")]
    fn the_delay_of_a_retry_info_is_found() {
        let delay = b"\x0a\x06\x08\x02\x10\x80\x94\x23";
        let mut any = b"\x0a\x28type.googleapis.com/google.rpc.RetryInfo\x12".to_vec();
        any.push(delay.len() as u8);
        any.extend_from_slice(delay);
        let mut status = b"\x08\x08\x12\x04full\x1a\x02\x0a\x00\x1a".to_vec();
        status.push(any.len() as u8);
        status.extend_from_slice(&any);
        let expected = Duration::from_secs(2) + Duration::from_nanos(576_000);
        assert_eq!(retry_delay(&status), Some(expected));
        assert_eq!(retry_delay(b"\x08\x08\x12\x04full"), None);
    }
}
