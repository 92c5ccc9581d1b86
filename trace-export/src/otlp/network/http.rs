//! OTLP over HTTP: a blocking client that keeps its connection.

use std::time::SystemTime;

use ureq::http::{HeaderMap, Response, StatusCode};
use ureq::{Agent, Body, Error};

use super::answer::{self, Answer};
use super::builder::{OtlpConfigError, Settings};
use super::compression::Compressor;
use super::endpoint::Protocol;
use super::failure::Failure;
use super::{USER_AGENT, error_chain, retry_after};

/// Answers are short; of a longer one the rest is left unread.
const MAX_ANSWER_BYTES: u64 = 64 << 10;

#[derive(Debug)]
pub(super) struct Http {
    agent: Agent,
    url: String,
    json: bool,
    headers: Vec<(String, String)>,
    compressor: Compressor,
}

impl Http {
    pub(super) fn new(settings: Settings) -> Result<Self, OtlpConfigError> {
        // No limit for the whole: ureq would start a thread for every request, to look the name up within the limit.
        let timeout = Some(settings.timeout);
        let config = Agent::config_builder()
            .timeout_connect(timeout)
            .timeout_send_request(timeout)
            .timeout_send_body(timeout)
            .timeout_recv_response(timeout)
            .timeout_recv_body(timeout)
            .http_status_as_error(false)
            // A redirected POST is not to be trusted with headers that are secrets.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(USER_AGENT);
        let config = if settings.endpoint.tls {
            settings.tls.for_http(config)?
        } else {
            config
        };
        let json = settings.endpoint.protocol == Protocol::HttpJson;
        let content_type = if json {
            "application/json"
        } else {
            "application/x-protobuf"
        };
        let compressor = Compressor::new(settings.compression);
        let mut headers = settings.headers;
        headers.push(("content-type".to_owned(), content_type.to_owned()));
        if let Some(encoding) = compressor.encoding() {
            headers.push(("content-encoding".to_owned(), encoding.to_owned()));
        }
        Ok(Self {
            agent: config.build().new_agent(),
            url: settings.endpoint.to_string(),
            json,
            headers,
            compressor,
        })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// One attempt to deliver a request.
    pub(super) fn send(&mut self, body: &[u8]) -> Result<Answer, Failure> {
        let body = self
            .compressor
            .compress(body)
            .map_err(|e| Failure::Final(format!("cannot compress a request: {e}")))?;
        let mut request = self.agent.post(&self.url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let response = request.send(body).map_err(|e| failed(&self.url, &e))?;
        self.understand(response)
    }

    fn understand(&self, response: Response<Body>) -> Result<Answer, Failure> {
        let (parts, body) = response.into_parts();
        let limited = body.into_with_config().limit(MAX_ANSWER_BYTES);
        // The status has decided already: a body that cannot be read changes nothing.
        let body = limited.read_to_vec().unwrap_or_default();
        if parts.status.is_success() {
            return Ok(if self.json {
                Answer::from_json(&body)
            } else {
                Answer::from_protobuf(&body)
            });
        }
        let json = self.json || is_json(&parts.headers);
        let message = answer::status_message(&body, json);
        let text = refusal(&self.url, parts.status, &parts.headers, &message);
        Err(match parts.status.as_u16() {
            429 | 502..=504 => {
                let after = parts.headers.get("retry-after");
                let after = after.and_then(|v| v.to_str().ok());
                let after = after.and_then(|v| retry_after::parse(v, SystemTime::now()));
                Failure::Passing(text, after)
            }
            _ => Failure::Final(text),
        })
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get("content-type").and_then(|v| v.to_str().ok());
    content_type.is_some_and(|v| v.starts_with("application/json"))
}

fn refusal(url: &str, status: StatusCode, headers: &HeaderMap, message: &str) -> String {
    let mut text = format!("{url} answered {status}");
    if let Some(to) = headers.get("location").and_then(|v| v.to_str().ok()) {
        text.push_str(&format!("; give {to} as the endpoint if that is right"));
    }
    if status == StatusCode::NOT_FOUND {
        text.push_str("; is the path of the endpoint right? It is /v1/traces as a rule");
    }
    if !message.is_empty() {
        text.push_str(&format!(": {message}"));
    }
    text
}

/// What an attempt without an answer means.
fn failed(url: &str, error: &Error) -> Failure {
    let text = format!("{url}: {}", error_chain::text(error));
    match error {
        // rustls gives its complaints this kind, also those of the other side.
        Error::Io(e) if e.kind() == std::io::ErrorKind::InvalidData => Failure::Final(text),
        Error::Io(_) | Error::Timeout(_) | Error::HostNotFound | Error::ConnectionFailed => {
            Failure::Passing(text, None)
        }
        // Half an answer is what a receiver leaves that goes away.
        Error::Protocol(_) | Error::BodyStalled => Failure::Passing(text, None),
        _ => Failure::Final(text),
    }
}
