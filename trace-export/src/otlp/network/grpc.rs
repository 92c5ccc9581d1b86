//! OTLP over gRPC: tonic, on a runtime of our own.
//!
//! Invariant: the runtime is made, used and ended on the collector thread, which is no thread of a user's runtime; so
//! nothing here depends on one, or can block one. Dropping never waits.

use std::error::Error;
use std::io;
use std::time::Duration;

use bytes::{Buf as _, BufMut as _, Bytes};
use http::uri::PathAndQuery;
use tokio::runtime::Runtime;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::{AsciiMetadataKey, AsciiMetadataValue, MetadataMap};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};

use super::answer::{Answer, retry_delay};
use super::builder::{OtlpConfigError, Settings};
use super::compression::Compression;
use super::failure::Failure;
use super::{USER_AGENT, error_chain};

const EXPORT: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

#[derive(Debug)]
pub(super) struct Grpc {
    url: String,
    endpoint: Endpoint,
    metadata: MetadataMap,
    timeout: Duration,
    compression: Option<CompressionEncoding>,
    runtime: Option<Runtime>,
    channel: Option<Channel>,
}

impl Grpc {
    pub(super) fn new(settings: Settings) -> Result<Self, OtlpConfigError> {
        let url = settings.endpoint.origin();
        let bad = |e: tonic::transport::Error| {
            OtlpConfigError::new(format!("cannot use the OTLP endpoint {url:?}: {e}"))
        };
        let endpoint = Endpoint::from_shared(url.clone())
            .and_then(|e| e.user_agent(USER_AGENT))
            .map_err(bad)?
            .connect_timeout(settings.timeout);
        let endpoint = if settings.endpoint.tls {
            settings.tls.for_grpc(endpoint)?
        } else {
            endpoint
        };
        Ok(Self {
            endpoint,
            metadata: metadata(&settings.headers)?,
            timeout: settings.timeout,
            compression: match settings.compression {
                Compression::None => None,
                Compression::Gzip => Some(CompressionEncoding::Gzip),
                #[cfg(feature = "zstd")]
                Compression::Zstd => Some(CompressionEncoding::Zstd),
                #[cfg(not(feature = "zstd"))]
                Compression::Zstd => None,
            },
            runtime: None,
            channel: None,
            url,
        })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// One attempt to deliver a request.
    pub(super) fn send(&mut self, body: &[u8]) -> Result<Answer, Failure> {
        let body = Bytes::copy_from_slice(body);
        let runtime = match &self.runtime {
            Some(runtime) => runtime,
            None => self.runtime.insert(runtime().map_err(|e| {
                Failure::Passing(format!("cannot start a runtime for gRPC: {e}"), None)
            })?),
        };
        let called = runtime.block_on(async {
            // Made in here, where it finds the runtime for its tasks.
            let channel = self
                .channel
                .get_or_insert_with(|| self.endpoint.connect_lazy());
            let mut request = Request::new(body);
            *request.metadata_mut() = self.metadata.clone();
            request.set_timeout(self.timeout);
            let call = export(channel.clone(), request, self.compression);
            tokio::time::timeout(self.timeout, call).await
        });
        match called {
            Ok(answered) => answered.map_err(|status| failed(&self.url, &status)),
            Err(_) => {
                // Perhaps the peer has vanished without a word: the next attempt connects anew.
                self.channel = None;
                let ms = self.timeout.as_millis();
                let text = format!("{}: no answer within {ms} ms", self.url);
                Err(Failure::Passing(text, None))
            }
        }
    }

    pub(super) fn close(&mut self) {
        self.channel = None;
        if let Some(runtime) = self.runtime.take() {
            // A name being looked up would hold up a plain drop.
            runtime.shutdown_background();
        }
    }
}

impl Drop for Grpc {
    fn drop(&mut self) {
        self.close();
    }
}

fn runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .thread_name("mooncake-trace-dns")
        .build()
}

fn metadata(headers: &[(String, String)]) -> Result<MetadataMap, OtlpConfigError> {
    let mut metadata = MetadataMap::new();
    for (name, value) in headers {
        let bad = || OtlpConfigError::new(format!("cannot use the header {name:?} over gRPC"));
        let key = AsciiMetadataKey::from_bytes(name.as_bytes()).map_err(|_| bad())?;
        let value = AsciiMetadataValue::try_from(value.as_str()).map_err(|_| bad())?;
        metadata.append(key, value);
    }
    Ok(metadata)
}

async fn export(
    channel: Channel,
    request: Request<Bytes>,
    compression: Option<CompressionEncoding>,
) -> Result<Answer, Status> {
    let mut client = tonic::client::Grpc::new(channel);
    if let Some(encoding) = compression {
        client = client.send_compressed(encoding).accept_compressed(encoding);
    }
    client
        .ready()
        .await
        .map_err(|e| Status::from_error(Box::new(e)))?;
    let path = PathAndQuery::from_static(EXPORT);
    let response = client.unary(request, path, Raw).await?;
    Ok(Answer::from_protobuf(&response.into_inner()))
}

/// What a status means, be it the receiver's or our own.
fn failed(url: &str, status: &Status) -> Failure {
    let text = if let Some(source) = status.source() {
        // Nobody answered: the transport itself has failed.
        format!("{url}: {}", error_chain::text(source))
    } else {
        format!("{url} answered {:?}: {}", status.code(), status.message())
    };
    let delay = retry_delay(status.details());
    match status.code() {
        _ if is_tls(status) => Failure::Final(text),
        Code::ResourceExhausted if delay.is_none() => Failure::Final(text),
        Code::Cancelled
        | Code::DeadlineExceeded
        | Code::ResourceExhausted
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unavailable
        | Code::DataLoss => Failure::Passing(text, delay),
        _ if status.source().is_some() => Failure::Passing(text, None),
        _ => Failure::Final(text),
    }
}

/// Whether rustls has refused, or was refused: it gives its errors this kind.
fn is_tls(status: &Status) -> bool {
    error_chain::causes(status).any(|cause| {
        let io = cause.downcast_ref::<io::Error>();
        io.is_some_and(|e| e.kind() == io::ErrorKind::InvalidData)
    })
}

/// Messages that are bytes already.
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        to.reserve(message.len());
        to.put(message);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}
