//! The command line, and the settings that it comes down to.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, ValueEnum, value_parser};
use mooncake_trace_export::TraceArgs;

use crate::faults::Faults;
use crate::kv::{self, Layout, PAGE_BYTES};
use crate::protocol;

/// Move KV cache from a prefill to a decode process over TCP, and trace every step of it.
///
/// Starts both processes on this machine, moves the KV cache of each request in chunks of pages to every
/// decode session, verifies what arrived, and leaves the trace of both processes in one Perfetto file and
/// one OTLP/JSON-lines file.
#[derive(Debug, Parser)]
#[command(name = "pd-transfer", version, after_help = EXAMPLES)]
// What this program is for needs no switch, and its module is another than SGLang's default.
#[command(mut_arg("enable_trace", |arg| arg.hide(true)))]
#[command(mut_arg("trace_modules", |arg| arg.default_value("request,mooncake")))]
#[command(mut_arg("otlp_traces_endpoint", |arg| arg.help("Send the spans to this OTLP receiver too: host:port or URL")))]
pub(crate) struct Args {
    /// Requests to run
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = value_parser!(u32).range(1..=i64::from(kv::MAX_REQUESTS)))]
    requests: u32,
    /// KV cache of one request, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 8, value_parser = value_parser!(u32).range(1..=4096))]
    kv_mib: u32,
    /// Pages (64 KiB each) of one chunk
    #[arg(long, value_name = "PAGES", default_value_t = 16, value_parser = value_parser!(u32).range(1..=i64::from(protocol::MAX_CHUNK_PAGES)))]
    chunk_pages: u32,
    /// Transfer worker threads of the prefill process, one a shard
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = value_parser!(u16).range(1..=64))]
    workers: u16,
    /// Decode sessions (ranks) that each chunk goes to
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = value_parser!(u16).range(1..=64))]
    sessions: u16,
    /// Requests under way at a time [default: 4, fewer where they would take more than 1 GiB]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=1024))]
    in_flight: Option<u32>,
    /// Let a decode session die in every N-th request (0: never)
    #[arg(long, value_name = "N", default_value_t = 0)]
    fail_every: u32,
    /// Abort every N-th request halfway (0: never)
    #[arg(long, value_name = "N", default_value_t = 0)]
    abort_every: u32,
    /// Where the content of the KV cache comes from
    #[arg(long, value_name = "SEED", default_value_t = 42)]
    seed: u64,
    /// Longest wait for one step of the peer, in seconds
    #[arg(long, value_name = "SECS", default_value_t = 30, value_parser = value_parser!(u32).range(1..=3600))]
    timeout_secs: u32,
    /// Directory for pd_transfer.pftrace and otlp.jsonl
    #[arg(long, value_name = "DIR", default_value = "trace-out")]
    pub(crate) out: PathBuf,
    /// Show progress on stderr
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    pub(crate) progress: When,

    /// Which process this is: the launcher says so to its children
    #[arg(long, value_enum, hide = true, requires = "part")]
    pub(crate) role: Option<Role>,
    /// Where a child leaves its spans
    #[arg(long, hide = true)]
    pub(crate) part: Option<PathBuf>,
    /// Where the decode process finds the prefill process
    #[arg(long, hide = true, required_if_eq("role", "decode"))]
    pub(crate) bootstrap: Option<SocketAddr>,

    /// What to trace, and where to send it beside the files.
    #[command(flatten, next_help_heading = "Tracing")]
    pub(crate) trace: TraceArgs,
}

const EXAMPLES: &str = "\
Examples:
  pd-transfer                                     32 requests of 8 MiB to 2 sessions
  pd-transfer --fail-every 7 --abort-every 5      with sessions that die and requests that are aborted
  pd-transfer --requests 64 --kv-mib 32 --workers 4 --sessions 4
  pd-transfer --requests 1 --kv-mib 1 --out /tmp/one

Exit code:
  0  every request ended as it should (also those that were to fail), and the accounting is right
  1  something else failed, bytes differ, or spans are missing
  2  wrong usage
  130  interrupted; the files hold what was traced until then";

/// When to show something that suits a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal
    Auto,
    /// Also elsewhere, a line a request
    Always,
    /// Not at all
    Never,
}

/// One of the two processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub(crate) enum Role {
    /// Computes the KV cache and sends it.
    Prefill,
    /// Receives it.
    Decode,
}

impl Role {
    /// Both of them.
    pub(crate) const BOTH: [Self; 2] = [Self::Prefill, Self::Decode];

    /// As the command line has it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Prefill => "prefill",
            Self::Decode => "decode",
        }
    }
}

/// What all three processes need to know.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Requests to run.
    pub(crate) requests: u32,
    /// How the KV cache of a request is cut.
    pub(crate) layout: Layout,
    /// Transfer workers.
    pub(crate) workers: usize,
    /// Decode sessions.
    pub(crate) sessions: usize,
    /// Requests under way at a time.
    pub(crate) in_flight: u32,
    /// What goes wrong on purpose.
    pub(crate) faults: Faults,
    /// Of the KV cache's content.
    pub(crate) seed: u64,
    /// Longest wait for one step of the peer.
    pub(crate) timeout: Duration,
}

/// Memory that the default of `--in-flight` stays within, in MiB.
const DEFAULT_MIB: u64 = 1024;
/// Memory that is certainly a mistake, in MiB.
const MAX_MIB: u64 = 64 * 1024;

impl Args {
    /// The settings.
    ///
    /// # Errors
    /// If options that are fine by themselves do not go together.
    pub(crate) fn settings(&self) -> Result<Settings, clap::Error> {
        let endpoint = self.trace.otlp_traces_endpoint.as_deref();
        if endpoint.is_some_and(|endpoint| endpoint.starts_with("file:")) {
            let message = "--otlp-traces-endpoint expects a receiver, found a file: the spans are in --out DIR anyway";
            return Err(Self::command().error(ErrorKind::ValueValidation, message));
        }
        // A request in flight has its pages once on the prefill side and once in each session.
        let request_mib = u64::from(self.kv_mib) * (u64::from(self.sessions) + 1);
        let in_flight = self.in_flight.unwrap_or_else(|| {
            let fitting = (DEFAULT_MIB / request_mib).clamp(1, 4);
            fitting as u32
        });
        let in_flight = in_flight.min(self.requests);
        let mib = request_mib * u64::from(in_flight);
        if mib > MAX_MIB {
            let message = format!(
                "{in_flight} requests in flight × {} MiB × {} copies need {} GiB of memory: lower --in-flight, \
                 --kv-mib or --sessions",
                self.kv_mib,
                self.sessions + 1,
                mib / 1024
            );
            return Err(Self::command().error(ErrorKind::ValueValidation, message));
        }
        Ok(Settings {
            requests: self.requests,
            layout: Layout {
                pages: self.kv_mib * ((1 << 20) / PAGE_BYTES as u32),
                chunk_pages: self.chunk_pages,
            },
            workers: usize::from(self.workers),
            sessions: usize::from(self.sessions),
            in_flight,
            faults: Faults {
                fail_every: self.fail_every,
                abort_every: self.abort_every,
                sessions: u32::from(self.sessions),
            },
            seed: self.seed,
            timeout: Duration::from_secs(u64::from(self.timeout_secs)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(line: &str) -> Result<Settings, clap::Error> {
        Args::try_parse_from(std::iter::once("pd-transfer").chain(line.split_whitespace()))?
            .settings()
    }

    #[test]
    fn the_command_is_well_formed() {
        Args::command().debug_assert();
    }

    #[test]
    fn defaults_fit_a_laptop() {
        let settings = settings("").unwrap();
        assert_eq!(settings.layout.bytes(), 8 << 20);
        assert_eq!((settings.requests, settings.in_flight), (32, 4));
    }

    #[test]
    fn big_requests_run_one_at_a_time() {
        assert_eq!(settings("--kv-mib 512 --sessions 8").unwrap().in_flight, 1);
        assert_eq!(settings("--kv-mib 32 --sessions 2").unwrap().in_flight, 4);
    }

    #[test]
    fn what_cannot_work_is_refused() {
        for line in [
            "--requests 0",
            "--kv-mib 0",
            "--chunk-pages 0",
            "--workers 0",
            "--sessions 0",
            "--workers 65",
            "--role decode --part x",
            "--kv-mib 4096 --in-flight 1024",
            "--otlp-traces-endpoint file:/tmp/x",
            "--trace-modules mooncak",
        ] {
            let error = settings(line).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{line}");
        }
    }
}
