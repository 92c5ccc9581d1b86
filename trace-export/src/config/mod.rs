//! What to trace and where to send it: from code, from the environment, from command-line flags.

mod env;
#[cfg(feature = "clap")]
mod flags;
mod modules;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use mooncake_trace::Exporter;

#[cfg(feature = "clap")]
pub use flags::TraceArgs;
pub use modules::{ModulesError, check_modules};

use crate::model::{AnyValue, KeyValue};

/// Where SGLang sends traces when nobody says another place.
pub const DEFAULT_ENDPOINT: &str = "localhost:4317";

/// Everything [`init`](crate::init) needs to know.
///
/// ```no_run
/// use mooncake_trace_export::{Config, init};
///
/// let config = Config::from_env()
///     .service_name("prefill")
///     .otlp_file("trace-out/otlp.jsonl")
///     .perfetto_file("trace-out/prefill.pftrace")
///     .modules("request,mooncake")
///     .level(2);
/// let guard = init(config)?;
/// # drop(guard);
/// # Ok::<(), mooncake_trace_export::InitError>(())
/// ```
#[must_use]
pub struct Config {
    pub(crate) enabled: bool,
    pub(crate) service_name: Option<String>,
    pub(crate) attributes: Vec<KeyValue>,
    pub(crate) modules: Option<String>,
    pub(crate) level: Option<u8>,
    pub(crate) sampling_ratio: Option<f64>,
    pub(crate) interval: Option<Duration>,
    pub(crate) max_batch: Option<usize>,
    pub(crate) memory_limit: Option<usize>,
    pub(crate) sinks: Vec<Sink>,
    /// Used where there is no other sink.
    pub(crate) endpoint: Option<String>,
    /// Whether the environment has a say in how receivers are reached.
    pub(crate) environment: bool,
    /// A variable of the environment that cannot be understood.
    pub(crate) bad_variable: Option<env::BadVariable>,
}

/// One place that spans go to.
pub(crate) enum Sink {
    OtlpFile(PathBuf),
    PerfettoFile(PathBuf),
    /// None: wherever receivers are by default.
    Endpoint(Option<String>),
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    Otlp(Box<crate::receiver::OtlpBuilder>),
    Exporter(Box<dyn Exporter>),
}

impl Default for Config {
    fn default() -> Self {
        Self {
            enabled: true,
            service_name: None,
            attributes: Vec::new(),
            modules: None,
            level: None,
            sampling_ratio: None,
            interval: None,
            max_batch: None,
            memory_limit: None,
            sinks: Vec::new(),
            endpoint: None,
            environment: false,
            bad_variable: None,
        }
    }
}

impl Config {
    /// Tracing on, all modules, nothing taken from the environment.
    pub fn new() -> Self {
        Self::default()
    }

    /// Switches tracing as a whole: off, [`init`](crate::init) does nothing.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// `service.name` of the resource.
    pub fn service_name(mut self, name: impl Into<String>) -> Self {
        self.service_name = Some(name.into());
        self
    }

    /// One more attribute of the resource; it takes the place of one of that name.
    pub fn attribute(mut self, key: impl Into<String>, value: impl Into<AnyValue>) -> Self {
        self.attributes.push(KeyValue::new(key, value));
        self
    }

    /// The modules to trace, as `--trace-modules` has them: `request,mooncake=2`.
    pub fn modules(mut self, list: impl Into<String>) -> Self {
        self.modules = Some(list.into());
        self
    }

    /// The trace level.
    pub fn level(mut self, level: u8) -> Self {
        self.level = Some(level);
        self
    }

    /// The share of new traces to record, 0–1; a request with a `traceparent` follows that.
    pub fn sampling_ratio(mut self, ratio: f64) -> Self {
        self.sampling_ratio = Some(ratio);
        self
    }

    /// The longest time that a span waits before it is exported.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = Some(interval);
        self
    }

    /// The largest number of spans in a batch.
    pub fn max_batch(mut self, spans: usize) -> Self {
        self.max_batch = Some(spans);
        self
    }

    /// The most memory that spans may take before they are exported, in bytes.
    pub fn memory_limit(mut self, bytes: usize) -> Self {
        self.memory_limit = Some(bytes);
        self
    }

    /// Sends spans to an OTLP receiver (`host:port` or a URL) or into a file (`file:PATH`).
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.sinks.push(Sink::Endpoint(Some(endpoint.into())));
        self
    }

    /// Sends spans to an OTLP receiver that needs more settings than an endpoint. Its resource is that of this
    /// configuration.
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    pub fn otlp(mut self, receiver: crate::otlp::OtlpBuilder) -> Self {
        self.sinks.push(Sink::Otlp(Box::new(receiver)));
        self
    }

    /// Writes spans to a file of OTLP/JSON lines, from its begin.
    pub fn otlp_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.sinks.push(Sink::OtlpFile(path.into()));
        self
    }

    /// Writes a Perfetto trace when tracing is shut down.
    pub fn perfetto_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.sinks.push(Sink::PerfettoFile(path.into()));
        self
    }

    /// Gives spans to any other exporter.
    pub fn exporter(mut self, exporter: impl Exporter) -> Self {
        self.sinks.push(Sink::Exporter(Box::new(exporter)));
        self
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("enabled", &self.enabled)
            .field("service_name", &self.service_name)
            .field("modules", &self.modules)
            .field("level", &self.level)
            .field("endpoint", &self.endpoint)
            .field("sinks", &self.sinks.len())
            .finish_non_exhaustive()
    }
}
