//! The exporter: a batch encoded, sent, and its answer understood.

use std::fmt;
use std::time::{Duration, Instant};

use mooncake_trace::{Batch, ExportError, Exporter, Receipt};

use super::answer::Answer;
use super::builder::{OtlpBuilder, OtlpConfigError, Settings};
use super::endpoint::Protocol;
use super::failure::Failure;
#[cfg(feature = "otlp-grpc")]
use super::grpc::Grpc;
#[cfg(feature = "otlp-http")]
use super::http::Http;
use crate::json::JsonWriter;
use crate::model::Resource;
use crate::otlp::encode::TraceEncoder;
use crate::otlp::write_batch_line;

/// What receivers have to say is logged at most so often.
const LOG_EVERY: Duration = Duration::from_secs(10);

/// Exports to an OTLP receiver, over gRPC or HTTP.
///
/// It connects at the first export. Exporting never holds up the code that is traced: while a receiver is away, spans
/// wait within the memory limit of the pipeline.
///
/// | what happens | what becomes of the batch | counted as |
/// |---|---|---|
/// | no connection, unknown name, connection broken, no answer in time | comes again, with growing pauses, for a minute | then `export_failed` |
/// | gRPC CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS; HTTP 429, 502, 503, 504 | the same, not before `RetryInfo` or `Retry-After` says | then `export_failed` |
/// | gRPC RESOURCE_EXHAUSTED | comes again if there is a `RetryInfo` | else `export_failed` |
/// | every other status, a certificate that is refused | is given up | `export_failed` |
/// | partial success | what was refused is given up | `rejected` |
/// | memory limit reached meanwhile | new spans are dropped | `buffer_full` |
/// | shut down meanwhile, and the time is over | is given up | `export_failed` or `shutdown_timeout` |
///
/// An attempt whose answer is lost is made again too, so a receiver can get spans twice, as OTLP allows.
///
/// ```no_run
/// use mooncake_trace::{Options, install};
/// use mooncake_trace_export::otlp::{OtlpExporter, Protocol};
///
/// let exporter = OtlpExporter::builder()
///     .endpoint("collector:4318")
///     .protocol(Protocol::HttpProtobuf)
///     .build()?;
/// let guard = install(exporter, Options::default())?;
/// # drop(guard);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct OtlpExporter {
    form: Form,
    transport: Transport,
    delivered: Delivered,
    logged: Option<Instant>,
}

/// How batches are written.
enum Form {
    Protobuf(TraceEncoder),
    Json(JsonWriter, Resource),
}

enum Transport {
    #[cfg(feature = "otlp-http")]
    Http(Http),
    #[cfg(feature = "otlp-grpc")]
    Grpc(Box<Grpc>),
}

/// How far a batch that takes several requests has come; it may come again from the runtime, and goes on from there.
#[derive(Clone, Copy, Debug, Default)]
struct Delivered {
    requests: usize,
    rejected: u64,
}

impl OtlpExporter {
    /// Settings to begin with; nothing is taken from the environment.
    pub fn builder() -> OtlpBuilder {
        OtlpBuilder::default()
    }

    /// An exporter as the environment says, see [`OtlpBuilder::from_env`].
    ///
    /// # Errors
    /// If a variable holds what means nothing.
    pub fn from_env() -> Result<Self, OtlpConfigError> {
        OtlpBuilder::from_env()?.build()
    }

    pub(super) fn new(settings: Settings, resource: Resource) -> Result<Self, OtlpConfigError> {
        let form = match settings.endpoint.protocol {
            Protocol::Grpc | Protocol::HttpProtobuf => Form::Protobuf(TraceEncoder::new(&resource)),
            Protocol::HttpJson => Form::Json(JsonWriter::default(), resource),
        };
        Ok(Self {
            form,
            transport: Transport::new(settings)?,
            delivered: Delivered::default(),
            logged: None,
        })
    }

    fn receipt(&mut self, answer: Answer) -> u64 {
        let quiet = |last: Instant| last.elapsed() < LOG_EVERY;
        if !answer.message.is_empty() && !self.logged.is_some_and(quiet) {
            self.logged = Some(Instant::now());
            log::warn!(
                target: "mooncake_trace",
                "trace export: {} says: {}",
                self.transport.url(),
                answer.message
            );
        }
        answer.rejected
    }
}

impl Exporter for OtlpExporter {
    fn export(&mut self, batch: &Batch) -> Result<Receipt, ExportError> {
        let encoder = match &mut self.form {
            Form::Json(json, resource) => {
                json.clear();
                write_batch_line(json, resource, batch);
                let answer = self.transport.send(json.as_bytes())?;
                return Ok(Receipt::all_but(self.receipt(answer)));
            }
            Form::Protobuf(encoder) => encoder,
        };
        encoder.encode(batch);
        if batch.attempt() == 0 {
            self.delivered = Delivered::default();
        }
        let whole = {
            let mut requests = encoder.requests();
            match (requests.len(), requests.next()) {
                (1, Some(request)) => Some(self.transport.send(request.bytes)?),
                _ => None,
            }
        };
        match whole {
            Some(answer) => Ok(Receipt::all_but(self.receipt(answer))),
            None => self.export_in_parts(),
        }
    }

    fn shutdown(&mut self, _timeout: Duration) -> Result<(), ExportError> {
        self.transport.close();
        Ok(())
    }
}

impl OtlpExporter {
    /// Sends what is encoded, request by request. The batch as a whole fails only if its first request does.
    #[cold]
    fn export_in_parts(&mut self) -> Result<Receipt, ExportError> {
        let mut progress = self.delivered;
        let Form::Protobuf(encoder) = &self.form else {
            return Ok(Receipt::all());
        };
        let mut said = Vec::new();
        for request in encoder.requests().skip(progress.requests) {
            match self.transport.send(request.bytes) {
                Ok(answer) => {
                    progress.rejected += answer.rejected;
                    said.push(answer);
                }
                Err(Failure::Final(message)) if progress.requests > 0 => {
                    // Some of the batch has arrived already: the rest counts as refused.
                    let rejected = request.spans as u64;
                    progress.rejected += rejected;
                    said.push(Answer { rejected, message });
                }
                Err(failure) => {
                    self.delivered = progress;
                    return Err(failure.into());
                }
            }
            progress.requests += 1;
        }
        for answer in said {
            self.receipt(answer);
        }
        Ok(Receipt::all_but(progress.rejected))
    }
}

impl Transport {
    fn new(settings: Settings) -> Result<Self, OtlpConfigError> {
        match settings.endpoint.protocol {
            #[cfg(feature = "otlp-grpc")]
            Protocol::Grpc => Ok(Self::Grpc(Box::new(Grpc::new(settings)?))),
            #[cfg(feature = "otlp-http")]
            Protocol::HttpProtobuf | Protocol::HttpJson => Http::new(settings).map(Self::Http),
            #[cfg(not(all(feature = "otlp-grpc", feature = "otlp-http")))]
            other => Err(OtlpConfigError::new(format!(
                "cannot speak {other}: this program was built without the feature `{}` of mooncake-trace-export",
                if other == Protocol::Grpc {
                    "otlp-grpc"
                } else {
                    "otlp-http"
                }
            ))),
        }
    }

    fn send(&mut self, body: &[u8]) -> Result<Answer, Failure> {
        match self {
            #[cfg(feature = "otlp-http")]
            Self::Http(http) => http.send(body),
            #[cfg(feature = "otlp-grpc")]
            Self::Grpc(grpc) => grpc.send(body),
        }
    }

    fn url(&self) -> &str {
        match self {
            #[cfg(feature = "otlp-http")]
            Self::Http(http) => http.url(),
            #[cfg(feature = "otlp-grpc")]
            Self::Grpc(grpc) => grpc.url(),
        }
    }

    fn close(&mut self) {
        match self {
            #[cfg(feature = "otlp-http")]
            Self::Http(_) => {}
            #[cfg(feature = "otlp-grpc")]
            Self::Grpc(grpc) => grpc.close(),
        }
    }
}

impl fmt::Debug for OtlpExporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OtlpExporter")
            .field("endpoint", &self.transport.url())
            .finish_non_exhaustive()
    }
}
