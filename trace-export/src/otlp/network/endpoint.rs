//! Where the receiver is: `host:port` and URLs, brought into one form.

use std::fmt;
use std::str::FromStr;

use super::builder::OtlpConfigError;

/// What is spoken to the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// gRPC, by convention on port 4317.
    Grpc,
    /// Protobuf over HTTP, by convention on port 4318.
    HttpProtobuf,
    /// JSON over HTTP, by convention on port 4318.
    HttpJson,
}

impl Protocol {
    fn default_port(self) -> u16 {
        match self {
            Self::Grpc => 4317,
            Self::HttpProtobuf | Self::HttpJson => HTTP_PORT,
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Grpc => "grpc",
            Self::HttpProtobuf => "http/protobuf",
            Self::HttpJson => "http/json",
        })
    }
}

impl FromStr for Protocol {
    type Err = OtlpConfigError;

    /// Reads the names that `OTEL_EXPORTER_OTLP_PROTOCOL` takes.
    fn from_str(text: &str) -> Result<Self, OtlpConfigError> {
        match text.trim() {
            "grpc" => Ok(Self::Grpc),
            "http/protobuf" => Ok(Self::HttpProtobuf),
            "http/json" => Ok(Self::HttpJson),
            other => Err(OtlpConfigError::new(format!(
                "unknown OTLP protocol {other:?}: expected grpc, http/protobuf or http/json"
            ))),
        }
    }
}

const HTTP_PORT: u16 = 4318;
const TRACES_PATH: &str = "/v1/traces";

/// What the path of an endpoint means over HTTP; gRPC has paths of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PathRule {
    /// The URL of traces itself: a path is taken as it is; without one the usual path is meant.
    Traces,
    /// The URL of all signals: `v1/traces` is appended (`OTEL_EXPORTER_OTLP_ENDPOINT`).
    Base,
}

/// A receiver, in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) protocol: Protocol,
    pub(super) tls: bool,
    /// Host and port.
    authority: String,
    path: String,
}

impl Endpoint {
    /// Understands `text`: `host`, `host:port`, `[v6]:port`, `http://…`, `https://…`. Without a scheme `tls` decides.
    /// Without a protocol, port 4318 and a path speak for HTTP.
    pub(super) fn parse(
        text: &str,
        protocol: Option<Protocol>,
        rule: PathRule,
        tls: bool,
    ) -> Result<Self, OtlpConfigError> {
        let bad = |why: &str| {
            OtlpConfigError::new(format!(
                "cannot use the OTLP endpoint {text:?}: {why}; give host:port or a URL such as http://localhost:4317"
            ))
        };
        let trimmed = text.trim();
        let (tls, rest) = match trimmed.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (false, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (true, rest),
            Some((scheme, _)) => {
                return Err(bad(&format!("the scheme {scheme:?} is not http or https")));
            }
            None => (tls, trimmed),
        };
        if rest.contains(|c: char| c.is_whitespace() || c.is_control() || c == '#') {
            return Err(bad("it has a character that does not belong there"));
        }
        let path_at = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(path_at);
        if authority.contains('@') {
            return Err(bad(
                "user names do not belong there (send an authorization header)",
            ));
        }
        let (host, port) = split_port(authority).ok_or_else(|| bad("the port is no number"))?;
        if host.is_empty() {
            return Err(bad("there is no host"));
        }
        let no_path = path.is_empty() || path == "/";
        let protocol = protocol.unwrap_or(if port == Some(HTTP_PORT) || !no_path {
            Protocol::HttpProtobuf
        } else {
            Protocol::Grpc
        });
        let port = port.unwrap_or_else(|| {
            let has_scheme = trimmed.contains("://");
            // A URL without a port has HTTP's own, as everywhere; a bare host has OTLP's.
            match (has_scheme, tls) {
                (false, _) => protocol.default_port(),
                (true, true) => 443,
                (true, false) => 80,
            }
        });
        let path = match rule {
            PathRule::Traces if no_path => TRACES_PATH.to_owned(),
            PathRule::Traces => format!("/{}", path.trim_start_matches('/')),
            PathRule::Base => format!("{}{TRACES_PATH}", path.trim_end_matches('/')),
        };
        Ok(Self {
            protocol,
            tls,
            authority: format!("{host}:{port}"),
            path,
        })
    }

    fn scheme(&self) -> &'static str {
        if self.tls { "https" } else { "http" }
    }

    /// `http://host:port`
    #[cfg(feature = "otlp-grpc")]
    pub(super) fn origin(&self) -> String {
        format!("{}://{}", self.scheme(), self.authority)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = match self.protocol {
            Protocol::Grpc => "",
            Protocol::HttpProtobuf | Protocol::HttpJson => &self.path,
        };
        write!(f, "{}://{}{path}", self.scheme(), self.authority)
    }
}

/// Host and port; `None` if what looks like a port is none.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let colon = match authority.rfind(']') {
        Some(end) => authority[end..].find(':').map(|i| end + i),
        None => authority.rfind(':'),
    };
    match colon {
        None => Some((authority, None)),
        Some(at) => {
            let port = authority[at + 1..].parse().ok()?;
            Some((&authority[..at], Some(port)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PathRule::{Base, Traces};
    use super::*;

    fn url(text: &str, protocol: Option<Protocol>, rule: PathRule) -> String {
        let endpoint = Endpoint::parse(text, protocol, rule, false).unwrap();
        format!("{} {endpoint}", endpoint.protocol)
    }

    #[test]
    fn endpoints_of_every_form_are_understood() {
        use Protocol::{Grpc, HttpJson, HttpProtobuf};
        for (text, protocol, rule, expected) in [
            ("localhost:4317", None, Traces, "grpc http://localhost:4317"),
            ("localhost", None, Traces, "grpc http://localhost:4317"),
            (
                " collector:9999\n",
                None,
                Traces,
                "grpc http://collector:9999",
            ),
            ("[::1]:4317", None, Traces, "grpc http://[::1]:4317"),
            ("[::1]", Some(Grpc), Traces, "grpc http://[::1]:4317"),
            ("HTTPS://c:4317/", None, Traces, "grpc https://c:4317"),
            ("https://c", Some(Grpc), Traces, "grpc https://c:443"),
            ("http://c:4317/x", Some(Grpc), Traces, "grpc http://c:4317"),
            (
                "localhost:4318",
                None,
                Traces,
                "http/protobuf http://localhost:4318/v1/traces",
            ),
            (
                "c",
                Some(HttpJson),
                Traces,
                "http/json http://c:4318/v1/traces",
            ),
            (
                "http://c:4317",
                Some(HttpProtobuf),
                Traces,
                "http/protobuf http://c:4317/v1/traces",
            ),
            (
                "http://c/otlp?k=1",
                None,
                Traces,
                "http/protobuf http://c:80/otlp?k=1",
            ),
            (
                "http://c:1/otlp/",
                None,
                Base,
                "http/protobuf http://c:1/otlp/v1/traces",
            ),
            (
                "http://c:4318",
                None,
                Base,
                "http/protobuf http://c:4318/v1/traces",
            ),
            (
                "http://c:4318/",
                None,
                Base,
                "http/protobuf http://c:4318/v1/traces",
            ),
            ("http://c:4317", None, Base, "grpc http://c:4317"),
        ] {
            assert_eq!(url(text, protocol, rule), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_endpoint_is_refused_with_advice() {
        for (text, why) in [
            ("", "no host"),
            (":4317", "no host"),
            ("http://", "no host"),
            ("ftp://c:1", "\"ftp\" is not http or https"),
            ("c:port", "the port is no number"),
            ("c:70000", "the port is no number"),
            ("http://me:secret@c:4318", "user names"),
            ("http://a b:4318", "character"),
        ] {
            let error = Endpoint::parse(text, None, Traces, false)
                .unwrap_err()
                .to_string();
            assert!(error.contains(why), "{text}: {error}");
            assert!(error.contains("host:port"), "{error}");
        }
    }

    #[test]
    fn without_a_scheme_the_caller_decides_on_tls() {
        let endpoint = Endpoint::parse("c:4317", None, Traces, true).unwrap();
        assert!(endpoint.tls);
        assert!(
            !Endpoint::parse("http://c:4317", None, Traces, true)
                .unwrap()
                .tls
        );
    }
}
