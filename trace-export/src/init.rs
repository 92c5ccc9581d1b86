//! Tracing of a whole process: from a [`Config`] to a guard that ends it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mooncake_trace as mt;
use mooncake_trace::{InstallError, Options, ShutdownReport, Stats, TraceGuard};

use crate::config::{Config, ModulesError, Sink, check_modules};
use crate::exporter::{OtlpFileExporter, PerfettoFileExporter, Tee};
use crate::model::Resource;
use crate::receiver;

/// Why tracing could not be started.
#[derive(Debug)]
#[non_exhaustive]
pub enum InitError {
    /// The module list names what is not there.
    Modules(ModulesError),
    /// A variable of the environment does not hold what it should.
    Variable {
        /// Its name.
        name: &'static str,
        /// What it holds.
        value: String,
        /// What it should hold.
        expected: &'static str,
    },
    /// A trace file could not be begun.
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The receiver cannot be used: a setting means nothing, or this build has no means for it. Says which, and why.
    Endpoint(String),
    /// The pipeline could not be installed.
    Install(InstallError),
}

impl fmt::Display for InitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Modules(e) => e.fmt(f),
            Self::Variable {
                name,
                value,
                expected,
            } => write!(f, "{name}: expected {expected}, found {value:?}"),
            Self::File { path, source } => {
                write!(
                    f,
                    "cannot write the trace file {}: {source}",
                    path.display()
                )
            }
            Self::Endpoint(why) => f.write_str(why),
            Self::Install(e) => e.fmt(f),
        }
    }
}

impl std::error::Error for InitError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Modules(e) => Some(e),
            Self::File { source, .. } => Some(source),
            Self::Install(e) => Some(e),
            Self::Variable { .. } | Self::Endpoint(_) => None,
        }
    }
}

/// Starts tracing as `config` says. Disabled, it does nothing, and the guard is an empty one.
///
/// # Errors
/// [`InitError`]; then nothing has been started.
pub fn init(config: Config) -> Result<Guard, InitError> {
    if !config.enabled {
        return Ok(Guard(None));
    }
    if let Some(bad) = config.bad_variable {
        return Err(InitError::Variable {
            name: bad.name,
            value: bad.value,
            expected: bad.expected,
        });
    }
    if let Some(modules) = &config.modules {
        check_modules(modules).map_err(InitError::Modules)?;
    }
    let mut resource = Resource::detect(config.service_name.as_deref());
    for attribute in config.attributes {
        resource.attributes.retain(|a| a.key != attribute.key);
        resource.attributes.push(attribute);
    }
    let mut sinks = config.sinks;
    if sinks.is_empty() {
        sinks.push(Sink::Endpoint(config.endpoint));
    }
    let mut tee = Tee::default();
    for sink in sinks {
        tee = open(tee, sink, config.environment, &resource)?;
    }
    let mut options = Options::default();
    if let Some(interval) = config.interval {
        options = options.interval(interval);
    }
    if let Some(spans) = config.max_batch {
        options = options.max_batch(spans);
    }
    if let Some(bytes) = config.memory_limit {
        options = options.memory_limit(bytes);
    }
    // Before the first context can be made.
    if let Some(level) = config.level {
        mt::set_trace_level(level);
    }
    if let Some(modules) = &config.modules {
        mt::set_trace_modules(modules);
    }
    if let Some(ratio) = config.sampling_ratio {
        mt::set_sampling_ratio(ratio);
    }
    let guard = mt::install(tee, options).map_err(InitError::Install)?;
    Ok(Guard(Some(guard)))
}

fn open(tee: Tee, sink: Sink, environment: bool, resource: &Resource) -> Result<Tee, InitError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| InitError::File { path, source }
    };
    match sink {
        Sink::Exporter(exporter) => Ok(tee.and_boxed(exporter)),
        Sink::OtlpFile(path) => {
            let exporter = OtlpFileExporter::create(&path, resource.clone());
            Ok(tee.and(exporter.map_err(failed(&path))?))
        }
        Sink::PerfettoFile(path) => {
            let exporter = PerfettoFileExporter::create(&path, resource.clone());
            Ok(tee.and(exporter.map_err(failed(&path))?))
        }
        #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
        Sink::Otlp(builder) => Ok(tee.and_boxed(receiver::build(*builder, resource)?)),
        Sink::Endpoint(endpoint) => match endpoint.as_deref().and_then(|e| e.strip_prefix("file:"))
        {
            Some(path) => {
                let path = path.strip_prefix("//").unwrap_or(path).into();
                open(tee, Sink::OtlpFile(path), environment, resource)
            }
            None => Ok(tee.and_boxed(receiver::open(endpoint, environment, resource)?)),
        },
    }
}

/// Keeps tracing on. Dropping it shuts tracing down, waiting at most 5 seconds for the exporters.
#[derive(Debug)]
#[must_use = "tracing ends when the guard is dropped; keep it until the process ends"]
pub struct Guard(Option<TraceGuard>);

impl Guard {
    /// Whether tracing was started at all.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.0.is_some()
    }

    /// Exports everything that was recorded before the call; false if that took longer than `timeout`.
    #[must_use = "false says that spans are still in flight"]
    pub fn flush(&self, timeout: Duration) -> bool {
        self.0.as_ref().is_none_or(|g| g.flush(timeout))
    }

    /// The books of this moment.
    #[must_use]
    pub fn stats(&self) -> Stats {
        mt::stats()
    }

    /// Ends tracing within `timeout` and says what was and was not delivered.
    pub fn shutdown(self, timeout: Duration) -> ShutdownReport {
        match self.0 {
            Some(guard) => guard.shutdown(timeout),
            None => ShutdownReport {
                complete: true,
                stats: mt::stats(),
            },
        }
    }
}
