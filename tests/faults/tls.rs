//! Receivers behind TLS, and what goes wrong there.

use std::sync::Arc;
use std::time::Duration;

use mooncake_trace_export::otlp::{OtlpBuilder, Protocol};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use crate::hosts::everywhere;
use crate::logs;
use crate::pipeline::{LONG, PROTOCOLS, Pipeline, exporter};
use crate::sink::Sink;

/// A certificate authority.
struct Authority(CertifiedIssuer<'static, KeyPair>);

struct Identity {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    fn issue(&self, name: &str) -> Identity {
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Identity { certificate, key }
    }

    /// A receiver with a certificate of this authority, which wants one of `clients` if there is one.
    fn sink(&self, name: &str, clients: Option<&Self>) -> Sink {
        let Identity { certificate, key } = self.issue(name);
        let config = ServerConfig::builder();
        let config = match clients {
            None => config.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.0.der().clone()).unwrap();
                let verifier = WebPkiClientVerifier::builder(Arc::new(roots));
                config.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = config.with_single_cert(chain, key).unwrap();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Sink::with_tls(TlsAcceptor::from(Arc::new(config)))
    }
}

fn https(protocol: Protocol, sink: &Sink) -> OtlpBuilder {
    let port = sink.address().port();
    exporter(protocol, format!("https://localhost:{port}"))
}

#[test]
fn a_receiver_of_the_given_authority_is_trusted() {
    let authority = Authority::new();
    everywhere(|| {
        for protocol in PROTOCOLS {
            let sink = authority.sink("localhost", None);
            let exporter = https(protocol, &sink).certificate_authority(authority.pem());
            let pipeline = Pipeline::start(exporter);
            pipeline.record(40);
            pipeline.all_arrived(&[&sink]);
        }
    });
}

#[test]
fn a_client_certificate_is_shown_to_those_who_ask() {
    let (authority, clients) = (Authority::new(), Authority::new());
    let us = clients.issue("us");
    for protocol in PROTOCOLS {
        let sink = authority.sink("localhost", Some(&clients));
        let exporter = https(protocol, &sink)
            .certificate_authority(authority.pem())
            .client_certificate(us.certificate.pem(), us.key.serialize_pem());
        let pipeline = Pipeline::start(exporter);
        pipeline.record(40);
        pipeline.all_arrived(&[&sink]);
    }
}

/// A failure that no patience mends: given up at once, counted, and said.
#[track_caller]
fn fails(exporter: OtlpBuilder, sink: &Sink, why: &str) {
    let mut pipeline = Pipeline::start(exporter);
    pipeline.record(4);
    pipeline.flush();
    let line = logs::wait_for("spans lost");
    assert!(line.to_lowercase().contains(why), "{line}");
    let stats = pipeline.shutdown(LONG).stats;
    assert_eq!(stats.dropped.export_failed, 12);
    assert!(sink.arrived().is_empty());
}

#[test]
fn a_receiver_of_another_authority_gets_nothing() {
    let (authority, other) = (Authority::new(), Authority::new());
    for protocol in PROTOCOLS {
        let sink = authority.sink("localhost", None);
        let exporter = https(protocol, &sink).certificate_authority(other.pem());
        fails(exporter, &sink, "certificate");
    }
}

#[test]
fn a_receiver_of_another_name_gets_nothing() {
    let authority = Authority::new();
    for protocol in PROTOCOLS {
        let sink = authority.sink("elsewhere", None);
        let exporter = https(protocol, &sink).certificate_authority(authority.pem());
        fails(exporter, &sink, "certificate");
    }
}

#[test]
fn a_receiver_that_wants_our_certificate_in_vain_gets_nothing() {
    let (authority, clients) = (Authority::new(), Authority::new());
    for protocol in PROTOCOLS {
        let sink = authority.sink("localhost", Some(&clients));
        let exporter = https(protocol, &sink).certificate_authority(authority.pem());
        let mut pipeline = Pipeline::start(exporter);
        pipeline.record(4);
        // Its refusal may come before or after it hangs up: then it looks like one that goes away.
        logs::wait_for("https://localhost");
        let stats = pipeline.shutdown(Duration::from_millis(300)).stats;
        assert_eq!((stats.exported, stats.dropped.total()), (0, 12));
        assert!(sink.arrived().is_empty());
    }
}

#[test]
fn a_receiver_without_tls_gets_nothing() {
    for protocol in PROTOCOLS {
        let sink = Sink::start();
        let exporter = https(protocol, &sink).certificate_authority(Authority::new().pem());
        fails(exporter, &sink, "");
    }
}

#[test]
fn certificates_that_are_none_are_refused_at_once() {
    for protocol in PROTOCOLS {
        let https = exporter(protocol, "https://localhost:4317");
        let error = https.clone().certificate_authority("no PEM").build();
        let error = error.unwrap_err().to_string();
        assert!(error.contains("certificate"), "{error}");
        let error = https.client_certificate("no PEM", "no key").build();
        assert!(error.unwrap_err().to_string().contains("certificate"));
    }
}
