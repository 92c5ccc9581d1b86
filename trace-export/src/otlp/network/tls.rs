//! Whom to trust, and who we are, on https endpoints.
//!
//! Without a certificate authority of its own an exporter trusts those of the system. What is given is checked when the
//! exporter is made, as far as that goes, not at the first export.

use std::fmt;

#[cfg(feature = "otlp-http")]
use ureq::config::ConfigBuilder;
#[cfg(feature = "otlp-http")]
use ureq::typestate::AgentScope;

use super::builder::OtlpConfigError;

/// Certificates in PEM.
#[derive(Clone, Default)]
pub(super) struct TlsSettings {
    /// The authorities that a receiver's certificate must come from.
    pub(super) authority: Option<Vec<u8>>,
    /// Our own certificate and its key.
    pub(super) identity: Option<(Vec<u8>, Vec<u8>)>,
}

impl fmt::Debug for TlsSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsSettings")
            .field("authority", &self.authority.is_some())
            .field("identity", &self.identity.is_some())
            .finish()
    }
}

impl TlsSettings {
    /// Refuses what cannot be PEM.
    pub(super) fn check(&self) -> Result<(), OtlpConfigError> {
        if let Some(authority) = &self.authority {
            expect(authority, "CERTIFICATE", "the certificate authority")?;
        }
        if let Some((certificate, key)) = &self.identity {
            expect(certificate, "CERTIFICATE", "the client certificate")?;
            expect(key, "PRIVATE KEY", "the key of the client certificate")?;
        }
        Ok(())
    }
}

/// `pem` must have a section that ends its title so.
fn expect(pem: &[u8], title: &str, what: &str) -> Result<(), OtlpConfigError> {
    let text = String::from_utf8_lossy(pem);
    let mut titles = text.lines().filter_map(|l| l.strip_prefix("-----BEGIN "));
    if titles.any(|l| l.trim_end().trim_end_matches('-').ends_with(title)) {
        return Ok(());
    }
    Err(OtlpConfigError::new(format!(
        "cannot use {what}: expected PEM with -----BEGIN {title}-----"
    )))
}

#[cfg(all(feature = "otlp-http", feature = "tls"))]
impl TlsSettings {
    pub(super) fn for_http(
        &self,
        client: ConfigBuilder<AgentScope>,
    ) -> Result<ConfigBuilder<AgentScope>, OtlpConfigError> {
        use std::sync::Arc;
        use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};

        let roots = match &self.authority {
            Some(pem) => certificates(pem, "the certificate authority")?,
            None => {
                let system = rustls_native_certs::load_native_certs().certs;
                let owned = system.iter().map(|c| Certificate::from_der(c).to_owned());
                owned.collect()
            }
        };
        if roots.is_empty() {
            return Err(no_authorities());
        }
        let identity = match &self.identity {
            None => None,
            Some((chain, key)) => {
                let chain = certificates(chain, "the client certificate")?;
                let key = PrivateKey::from_pem(key).map_err(|_| {
                    OtlpConfigError::new("cannot use the client key: expected a private key in PEM")
                })?;
                Some(ClientCert::new_with_certs(&chain, key))
            }
        };
        let config = TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(roots)))
            .client_cert(identity)
            .build();
        Ok(client.tls_config(config))
    }
}

#[cfg(all(feature = "otlp-http", feature = "tls"))]
fn certificates(
    pem: &[u8],
    what: &str,
) -> Result<Vec<ureq::tls::Certificate<'static>>, OtlpConfigError> {
    use ureq::tls::{PemItem, parse_pem};

    let found: Result<Vec<_>, _> = parse_pem(pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(Ok(certificate)),
            Ok(_) => None,
            Err(e) => Some(Err(e)),
        })
        .collect();
    found.ok().filter(|f| !f.is_empty()).ok_or_else(|| {
        OtlpConfigError::new(format!("cannot use {what}: expected certificates in PEM"))
    })
}

#[cfg(all(feature = "otlp-http", feature = "tls"))]
fn no_authorities() -> OtlpConfigError {
    OtlpConfigError::new(
        "this system has no certificate authorities to trust: install its ca-certificates, or give the receiver's \
         (OTEL_EXPORTER_OTLP_CERTIFICATE)",
    )
}

#[cfg(all(feature = "otlp-grpc", feature = "tls"))]
impl TlsSettings {
    pub(super) fn for_grpc(
        &self,
        endpoint: tonic::transport::Endpoint,
    ) -> Result<tonic::transport::Endpoint, OtlpConfigError> {
        use tonic::transport::{Certificate, ClientTlsConfig, Identity};

        let mut config = match &self.authority {
            Some(pem) => ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem)),
            None => ClientTlsConfig::new().with_native_roots(),
        };
        if let Some((chain, key)) = &self.identity {
            config = config.identity(Identity::from_pem(chain, key));
        }
        endpoint.tls_config(config).map_err(|e| {
            let why = super::error_chain::text(&e);
            OtlpConfigError::new(format!("cannot use the certificates: {why}"))
        })
    }
}

#[cfg(not(feature = "tls"))]
impl TlsSettings {
    #[cfg(feature = "otlp-http")]
    pub(super) fn for_http(
        &self,
        _client: ConfigBuilder<AgentScope>,
    ) -> Result<ConfigBuilder<AgentScope>, OtlpConfigError> {
        Err(missing())
    }

    #[cfg(feature = "otlp-grpc")]
    pub(super) fn for_grpc(
        &self,
        _endpoint: tonic::transport::Endpoint,
    ) -> Result<tonic::transport::Endpoint, OtlpConfigError> {
        Err(missing())
    }
}

#[cfg(not(feature = "tls"))]
fn missing() -> OtlpConfigError {
    OtlpConfigError::new(
        "cannot use an https endpoint: this program was built without the feature `tls` of mooncake-trace-export",
    )
}
