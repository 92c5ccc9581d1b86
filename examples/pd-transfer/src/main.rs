//! Moves KV cache from a prefill process to a decode process, traced end to end.
//!
//! ```text
//! decode process                                     prefill process
//!
//! Decode Scheduler        --- room, traceparent -->  Prefill Scheduler              the bootstrap link
//!   mooncake_recv                                      prefill_bootstrap
//!   decode_transferred                                 chunked_prefill, mooncake_send  for each chunk
//!   kv_verify             <------- outcome --------    prefill_transfer_kv_cache
//!                                                        |
//!                                                        | TransferKvChunk { …, trace_ctx }, queued by shard
//!                                                        v
//! mooncake decode thread  <--- pages, checksum ----  mooncake transfer worker       a data link for each
//!   mooncake_worker_recv                               mooncake_worker_send         worker and session
//!     kv_place, kv_checksum ---------- ack ------->      mooncake_worker_send_session
//! ```
//!
//! A tour, in the order in which a request sees the files: [`decode`] starts a [`receiver`], which leases
//! pages ([`kv`]) where chunks can land ([`landing`]) and asks over the [`bootstrap`] link; [`prefill`] makes
//! a [`sender`], computes chunk after chunk, and queues each for a [`worker`] of the [`engine`]; the worker
//! writes it over its [`session_link`] to a [`session_server`], where a [`placer`] puts it in place.
//! [`launcher`] starts both processes; [`verdict`] judges what they did, [`audit`] what they traced.
//! [`faults`] is what goes wrong on purpose.
//!
//! What tracing takes: look for `#[mooncake_trace(…)]` and `trace_ctx`, and see [`stages`] and [`telemetry`].

mod audit;
mod bootstrap;
mod cli;
mod decode;
mod engine;
mod error;
mod faults;
mod kv;
mod landing;
mod launcher;
mod outcome;
mod placer;
mod prefill;
mod progress;
mod protocol;
mod receiver;
mod rooms;
mod sender;
mod session_link;
mod session_server;
mod stages;
mod stop;
mod summary;
mod telemetry;
mod trace_files;
mod verdict;
mod wakeup;
mod worker;

use std::error::Error;
use std::io;
use std::process::ExitCode;

use clap::Parser;

use cli::{Args, Role, Settings};
use outcome::{Report, Summary};
use progress::Progress;
use trace_files::TraceFiles;

/// How many problems are worth printing.
const MAX_PROBLEMS: usize = 10;
/// As shells have it for SIGINT.
pub(crate) const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let args = Args::parse();
    let settings = match args.settings() {
        Ok(settings) => settings,
        Err(error) => error.exit(),
    };
    match args.role {
        Some(role) => child(role, &args, &settings),
        None => parent(&args, &settings).unwrap_or_else(|error| {
            eprintln!("pd-transfer: {error}");
            ExitCode::FAILURE
        }),
    }
}

/// One of the two processes: does its part and says what has become of it, whatever that is.
fn child(role: Role, args: &Args, settings: &Settings) -> ExitCode {
    let result = traced(role, args, settings);
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pd-transfer {}: {error}", role.word());
            ExitCode::FAILURE
        }
    }
}

fn traced(role: Role, args: &Args, settings: &Settings) -> Result<(), Box<dyn Error>> {
    let part = args.part.as_deref().ok_or("no --part")?;
    let guard = telemetry::start(role, part, &args.trace)?;
    let result = match (role, args.bootstrap) {
        (Role::Decode, Some(prefill)) => decode::run(settings, prefill),
        _ => prefill::run(settings),
    };
    let summary = Summary {
        spans: telemetry::finish(guard),
        ..*result.as_ref().unwrap_or(&Summary::default())
    };
    outcome::say(&Report::Summary(summary))?;
    result?;
    Ok(())
}

/// Runs both processes, joins what they traced and judges all of it.
fn parent(args: &Args, settings: &Settings) -> Result<ExitCode, String> {
    let out = args.out.display();
    let files = TraceFiles::prepare(&args.out)
        .map_err(|error| format!("cannot make the directory {out} (--out): {error}"))?;
    let mut progress = Progress::new(args.progress, settings.requests);
    let run = launcher::run(|role| files.part(role), &mut progress)
        .map_err(|error| format!("cannot run the processes: {error}"))?;
    progress.note("writing the trace files");
    let joined = files.join();
    progress.clear();
    let trace = joined.map_err(|error| format!("cannot write the files in {out}: {error}"))?;
    let mut problems = verdict::problems(&run, settings);
    problems.extend(audit::problems(&trace, &run));
    let printed = if run.outcomes.is_empty() && !problems.is_empty() {
        Ok(())
    } else {
        summary::print(settings, &run, &trace, &files)
    };
    match printed {
        // Whoever reads it (`| head`) has seen enough.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            problems.push(format!("cannot write to stdout: {error}"));
        }
        _ => {}
    }
    let more = problems.len().saturating_sub(MAX_PROBLEMS);
    for problem in problems.iter().take(MAX_PROBLEMS) {
        eprintln!("pd-transfer: {problem}");
    }
    if more > 0 {
        eprintln!("pd-transfer: and {more} more");
    }
    Ok(match (problems.is_empty(), run.interrupted) {
        (false, _) => ExitCode::FAILURE,
        (true, true) => ExitCode::from(INTERRUPTED),
        (true, false) => ExitCode::SUCCESS,
    })
}
