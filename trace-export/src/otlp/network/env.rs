//! `OTEL_EXPORTER_OTLP_*`, as the OpenTelemetry specification has them; a variable for traces wins over the general one.

use std::str::FromStr;
use std::time::Duration;
use std::{env, fs};

use super::builder::{OtlpBuilder, OtlpConfigError};
use super::endpoint::PathRule;
use super::headers;

const TRACES: &str = "OTEL_EXPORTER_OTLP_TRACES_";
const ALL: &str = "OTEL_EXPORTER_OTLP_";

impl OtlpBuilder {
    /// Settings from the environment, each as `OTEL_EXPORTER_OTLP_TRACES_X` or `OTEL_EXPORTER_OTLP_X`: `ENDPOINT`,
    /// `PROTOCOL`, `HEADERS`, `TIMEOUT` (ms), `COMPRESSION`, `CERTIFICATE`, `CLIENT_CERTIFICATE`, `CLIENT_KEY` (files),
    /// `INSECURE`. What is said afterwards comes on top.
    ///
    /// # Errors
    /// If a variable holds what means nothing, or names a file that cannot be read.
    pub fn from_env() -> Result<Self, OtlpConfigError> {
        Self::from_variables(|name| env::var(name).ok())
    }

    fn from_variables(get: impl Fn(&str) -> Option<String>) -> Result<Self, OtlpConfigError> {
        let variables = Variables(get);
        let mut builder = Self::default();
        if let Some(v) = variables.find("ENDPOINT") {
            let rule = if v.name.starts_with(TRACES) {
                PathRule::Traces
            } else {
                PathRule::Base
            };
            builder.endpoint = Some((v.value, rule));
        }
        builder.protocol = variables.parsed("PROTOCOL")?;
        if let Some(v) = variables.find("HEADERS") {
            builder.headers = headers::parse(&v.value).map_err(|e| e.of_variable(&v.name))?;
        }
        if let Some(v) = variables.find("TIMEOUT") {
            let ms = v.value.parse::<u64>().ok().filter(|ms| *ms > 0);
            let ms = ms.ok_or_else(|| v.expected("a positive number of milliseconds"))?;
            builder.timeout = Some(Duration::from_millis(ms));
        }
        builder.compression = variables.parsed("COMPRESSION")?.unwrap_or_default();
        builder.tls.authority = variables.file("CERTIFICATE")?;
        let certificate = variables.file("CLIENT_CERTIFICATE")?;
        builder.tls.identity = match (certificate, variables.file("CLIENT_KEY")?) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            _ => {
                return Err(OtlpConfigError::new(
                    "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY: expected both or none",
                ));
            }
        };
        if let Some(v) = variables.find("INSECURE") {
            // The specification: everything but "true" is false.
            builder.plaintext = Some(v.value.eq_ignore_ascii_case("true"));
        }
        Ok(builder)
    }
}

struct Variables<F>(F);

/// A variable that is set, and not to blanks only.
struct Variable {
    name: String,
    value: String,
}

impl Variable {
    fn expected(&self, what: &str) -> OtlpConfigError {
        OtlpConfigError::new(format!(
            "{}: expected {what}, found {:?}",
            self.name, self.value
        ))
    }
}

impl<F: Fn(&str) -> Option<String>> Variables<F> {
    fn find(&self, setting: &str) -> Option<Variable> {
        [TRACES, ALL].into_iter().find_map(|prefix| {
            let name = format!("{prefix}{setting}");
            let value = (self.0)(&name)?.trim().to_owned();
            (!value.is_empty()).then_some(Variable { name, value })
        })
    }

    fn parsed<T: FromStr<Err = OtlpConfigError>>(
        &self,
        setting: &str,
    ) -> Result<Option<T>, OtlpConfigError> {
        let Some(v) = self.find(setting) else {
            return Ok(None);
        };
        let parsed = v.value.parse().map(Some);
        parsed.map_err(|e: OtlpConfigError| e.of_variable(&v.name))
    }

    fn file(&self, setting: &str) -> Result<Option<Vec<u8>>, OtlpConfigError> {
        let Some(v) = self.find(setting) else {
            return Ok(None);
        };
        let content = fs::read(&v.value).map(Some);
        content
            .map_err(|e| OtlpConfigError::new(format!("{}: cannot read {}: {e}", v.name, v.value)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Compression, Protocol};
    use super::*;

    fn builder(variables: &[(&str, &str)]) -> Result<OtlpBuilder, OtlpConfigError> {
        OtlpBuilder::from_variables(|name| {
            let found = variables.iter().find(|(n, _)| *n == name);
            found.map(|(_, v)| (*v).to_owned())
        })
    }

    #[test]
    fn variables_for_traces_win() {
        let builder = builder(&[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://all:4318"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://traces:4318"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"),
            ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", " "),
            ("OTEL_EXPORTER_OTLP_HEADERS", "a=1"),
            ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "b=2"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "2500"),
            ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "gzip"),
        ])
        .unwrap();
        let endpoint = ("http://traces:4318".to_owned(), PathRule::Traces);
        assert_eq!(builder.endpoint, Some(endpoint));
        assert_eq!(builder.protocol, Some(Protocol::HttpJson));
        assert_eq!(builder.headers, [("b".to_owned(), "2".to_owned())]);
        assert_eq!(builder.timeout, Some(Duration::from_millis(2500)));
        assert_eq!(builder.compression, Compression::Gzip);
        assert_eq!(builder.plaintext, None);
    }

    #[test]
    fn the_endpoint_of_all_signals_is_a_base() {
        let builder = builder(&[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://all:4318/otlp"),
            ("OTEL_EXPORTER_OTLP_INSECURE", "false"),
        ])
        .unwrap();
        let endpoint = ("http://all:4318/otlp".to_owned(), PathRule::Base);
        assert_eq!(builder.endpoint, Some(endpoint));
        assert_eq!(builder.plaintext, Some(false));
    }

    #[test]
    fn what_means_nothing_is_named_with_its_variable() {
        for (name, value, expected) in [
            (
                "OTEL_EXPORTER_OTLP_PROTOCOL",
                "thrift",
                "expected grpc, http/protobuf or http/json",
            ),
            (
                "OTEL_EXPORTER_OTLP_TIMEOUT",
                "10s",
                "number of milliseconds, found \"10s\"",
            ),
            (
                "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION",
                "lz4",
                "expected none, gzip or zstd",
            ),
            ("OTEL_EXPORTER_OTLP_HEADERS", "secret", "without `=`"),
            (
                "OTEL_EXPORTER_OTLP_CERTIFICATE",
                "/no/such.pem",
                "cannot read /no/such.pem",
            ),
            (
                "OTEL_EXPORTER_OTLP_CLIENT_KEY",
                "/dev/null",
                "expected both or none",
            ),
        ] {
            let error = builder(&[(name, value)]).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains(expected), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
