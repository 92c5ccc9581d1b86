//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

const EXIT_CODES: &str = "\
Exit codes: 0 done, 1 a file could not be read or written, 2 bad input or usage.";

/// Request traces in files: pictures for Perfetto, figures for the terminal
#[derive(Debug, Parser)]
#[command(name = "mooncake-trace", version, after_help = EXIT_CODES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Converts OTLP/JSON lines to a trace for <https://ui.perfetto.dev>
    #[command(after_help = "\
Examples:
  mooncake-trace perfetto -i otlp.jsonl -o out.pftrace
  mooncake-trace perfetto -i prefill.jsonl -i decode.jsonl.gz -o out.json.gz
  cat otlp.jsonl | mooncake-trace perfetto -i - -o - --format json | jq .")]
    Perfetto(PerfettoArgs),
    /// Prints a table of all stages and where the slowest request's time went
    #[command(after_help = "\
Examples:
  mooncake-trace report -i otlp.jsonl
  mooncake-trace report -i prefill.jsonl -i decode.jsonl --request 58b75be7")]
    Report(ReportArgs),
}

/// The files to read.
#[derive(Debug, clap::Args)]
pub(crate) struct InputArgs {
    /// OTLP/JSON lines: ours, SGLang's, or of the OpenTelemetry Collector's file exporter; may be given several
    /// times; `-` is standard input; gzip is recognised
    #[arg(short, long = "input", value_name = "FILE", required = true)]
    pub(crate) inputs: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct PerfettoArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Where to write; `-` is standard output; a name that ends in .gz compresses
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Format of the output [default: json if its name ends in .json or .json.gz, else pftrace]
    #[arg(short, long, value_enum)]
    pub(crate) format: Option<FormatArg>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum FormatArg {
    /// Perfetto's own protobuf format
    Pftrace,
    /// Chrome's Trace Event Format
    Json,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Only the requests whose rid, bootstrap room or trace id starts so
    #[arg(short, long, value_name = "ID")]
    pub(crate) request: Option<String>,
    /// Columns of the output [default: $COLUMNS, else those of the terminal, else 100]
    #[arg(long, value_name = "N")]
    pub(crate) width: Option<usize>,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = ColorArg::Auto, value_name = "WHEN")]
    pub(crate) color: ColorArg,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ColorArg {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
