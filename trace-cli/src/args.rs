//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// Looks at request traces: converts them for Perfetto.
#[derive(Debug, Parser)]
#[command(name = "mooncake-trace", version)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Converts OTLP/JSON lines to a trace for https://ui.perfetto.dev
    Perfetto(PerfettoArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct PerfettoArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Where to write; `-` is standard output; `.gz` compresses
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Format; by default what the name of the output says: `.json` is Chrome JSON, all else native
    #[arg(short, long, value_enum)]
    pub(crate) format: Option<FormatArg>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct InputArgs {
    /// OTLP/JSON lines, of ours, of the OpenTelemetry Collector's file exporter, of SGLang; `-` is standard input;
    /// may be given several times; gzip is seen
    #[arg(short, long = "input", value_name = "FILE", required = true)]
    pub(crate) inputs: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum FormatArg {
    /// Perfetto's own protobuf format
    Pftrace,
    /// Chrome's Trace Event Format
    Json,
}
