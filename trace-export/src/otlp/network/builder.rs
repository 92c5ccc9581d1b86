//! Settings of an exporter, and what can be wrong with them.

use std::fmt;
use std::time::Duration;

use super::compression::Compression;
use super::endpoint::{Endpoint, PathRule, Protocol};
use super::exporter::OtlpExporter;
use super::headers;
use super::tls::TlsSettings;
use crate::model::Resource;

/// Why an exporter cannot be made: a setting that does not mean anything, in words for whoever wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtlpConfigError(String);

impl OtlpConfigError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// The same, said of a variable of the environment.
    pub(super) fn of_variable(&self, name: &str) -> Self {
        Self(format!("{name}: {}", self.0))
    }
}

impl fmt::Display for OtlpConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for OtlpConfigError {}

/// The longest time that one attempt takes, by OpenTelemetry's specification.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// How to reach a receiver. See [`OtlpExporter`].
#[derive(Clone, Default)]
#[must_use]
pub struct OtlpBuilder {
    pub(super) protocol: Option<Protocol>,
    pub(super) endpoint: Option<(String, PathRule)>,
    pub(super) plaintext: Option<bool>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) timeout: Option<Duration>,
    pub(super) compression: Compression,
    pub(super) tls: TlsSettings,
    resource: Option<Resource>,
}

impl OtlpBuilder {
    /// What the receiver speaks. Unless it is said, port 4318 or a path in the endpoint mean HTTP with protobuf, all
    /// else gRPC.
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = Some(protocol);
        self
    }

    /// Where the receiver of traces is: `host:port`, or a URL. Without a scheme it is reached without TLS; over HTTP,
    /// without a path it is asked at `/v1/traces`. Unless it is said: `localhost`, at the protocol's usual port.
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoint = Some((endpoint.into(), PathRule::Traces));
        self
    }

    /// A header, or gRPC metadata, that goes with every export; it takes the place of one of that name.
    ///
    /// # Errors
    /// If HTTP forbids the name or the value.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, OtlpConfigError> {
        let (name, value) = headers::checked(name, value)?;
        self.headers.retain(|(n, _)| *n != name);
        self.headers.push((name, value));
        Ok(self)
    }

    /// The longest time that one attempt takes over gRPC; over HTTP, that each of its steps takes: connecting, sending,
    /// waiting for the answer. Default 10 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How requests are compressed. Default: not at all.
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// The certificate authorities, in PEM, that an https receiver's certificate must come from. Default: those of the
    /// system.
    pub fn certificate_authority(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.tls.authority = Some(pem.into());
        self
    }

    /// Our own certificate and its key, in PEM, for receivers that ask for one.
    pub fn client_certificate(
        mut self,
        certificate: impl Into<Vec<u8>>,
        key: impl Into<Vec<u8>>,
    ) -> Self {
        self.tls.identity = Some((certificate.into(), key.into()));
        self
    }

    /// What is said of this process. Default: [`Resource::detect`].
    pub fn resource(mut self, resource: Resource) -> Self {
        self.resource = Some(resource);
        self
    }

    /// The exporter. Nothing is connected yet.
    ///
    /// # Errors
    /// If a setting does not mean anything, or this build has no means for it.
    pub fn build(self) -> Result<OtlpExporter, OtlpConfigError> {
        self.compression.check()?;
        self.tls.check()?;
        let protocol = self.protocol.or_else(only_protocol);
        let (text, rule) = match &self.endpoint {
            Some((text, rule)) => (text.as_str(), *rule),
            None => ("localhost", PathRule::Traces),
        };
        let tls = self.plaintext == Some(false);
        let settings = Settings {
            endpoint: Endpoint::parse(text, protocol, rule, tls)?,
            headers: self.headers,
            timeout: self.timeout.unwrap_or(DEFAULT_TIMEOUT),
            compression: self.compression,
            tls: self.tls,
        };
        let resource = self.resource.unwrap_or_else(|| Resource::detect(None));
        OtlpExporter::new(settings, resource)
    }
}

/// The protocol of a build that has but one.
fn only_protocol() -> Option<Protocol> {
    (cfg!(not(feature = "otlp-grpc"))).then_some(Protocol::HttpProtobuf)
}

impl fmt::Debug for OtlpBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values of headers are secrets as a rule.
        let headers: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("OtlpBuilder")
            .field("protocol", &self.protocol)
            .field("endpoint", &self.endpoint)
            .field("headers", &headers)
            .field("timeout", &self.timeout)
            .field("compression", &self.compression)
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

/// Checked settings, as a transport takes them.
pub(super) struct Settings {
    pub(super) endpoint: Endpoint,
    pub(super) headers: Vec<(String, String)>,
    pub(super) timeout: Duration,
    pub(super) compression: Compression,
    pub(super) tls: TlsSettings,
}
