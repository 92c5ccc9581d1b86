//! SGLang's command-line flags, for `#[command(flatten)]`.

use super::{Config, check_modules};

/// `--enable-trace`, `--otlp-traces-endpoint`, `--trace-modules`, `--trace-level`.
///
/// ```
/// use clap::Parser;
/// use mooncake_trace_export::TraceArgs;
///
/// #[derive(Parser)]
/// struct Args {
///     #[command(flatten)]
///     trace: TraceArgs,
/// }
///
/// let args = Args::parse_from(["server", "--enable-trace", "--trace-modules", "mooncake"]);
/// let config = args.trace.config().service_name("prefill");
/// # drop(config);
/// ```
#[derive(Clone, Debug, clap::Args)]
pub struct TraceArgs {
    /// Record request traces
    #[arg(long)]
    pub enable_trace: bool,

    /// Where to send traces: host:port or URL of an OTLP receiver, or file:PATH
    /// [default: $OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, else localhost:4317]
    #[arg(long, value_name = "ENDPOINT")]
    pub otlp_traces_endpoint: Option<String>,

    /// Modules to trace, separated by commas, each with a level of its own if need be (request,mooncake=2)
    #[arg(long, value_name = "MODULES", default_value = "request", value_parser = known_modules)]
    pub trace_modules: String,

    /// Record stages up to this level, 0 to 255 [default: $SGLANG_TRACE_LEVEL, else 3]
    #[arg(long, value_name = "LEVEL")]
    pub trace_level: Option<u8>,
}

impl TraceArgs {
    /// What the flags say, on top of the environment.
    pub fn config(&self) -> Config {
        let config = Config::from_env();
        let enabled = config.enabled && self.enable_trace;
        let mut config = config.enabled(enabled).modules(&self.trace_modules);
        config.level = self.trace_level;
        if let Some(endpoint) = &self.otlp_traces_endpoint {
            config.endpoint = Some(endpoint.clone());
        }
        config
    }
}

fn known_modules(list: &str) -> Result<String, String> {
    check_modules(list).map_err(|e| e.to_string())?;
    Ok(list.to_owned())
}
