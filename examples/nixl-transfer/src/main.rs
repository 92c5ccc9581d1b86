//! Two processes that move KV cache with a real transfer engine, NIXL over UCX, traced.
//!
//! The decode process announces where the pages of a request are to go; the prefill process computes them and writes them
//! there, chunk by chunk, with one-sided writes. The context of a chunk travels in the notification that NIXL delivers with
//! its last byte, so the decode process continues the very trace that wrote the pages. Every page is verified.

mod control;
mod decode;
mod engine;
mod pages;
mod prefill;
mod stages;
mod worker;

use std::error::Error;
use std::io::{self, BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use clap::{Parser, ValueEnum};
use mooncake_trace_export::{Config, init};

/// How long one process waits for the other.
const PATIENCE: Duration = Duration::from_secs(30);

/// Moves KV cache between two processes with NIXL, and leaves a trace of it
#[derive(Parser)]
struct Args {
    /// Number of requests
    #[arg(long, default_value_t = 3)]
    requests: u64,
    /// Pages of the KV cache of a request
    #[arg(long, default_value_t = 16)]
    pages: usize,
    /// Where the traces go: nixl-prefill.jsonl and nixl-decode.jsonl
    #[arg(long, default_value = "trace-out")]
    out: PathBuf,
    /// The role of a process that the first one starts
    #[arg(long, hide = true)]
    role: Option<Role>,
    /// Where the decode process listens; it picks the port itself
    #[arg(long, hide = true, default_value_t = 0)]
    port: u16,
}

#[derive(Clone, Copy, ValueEnum)]
enum Role {
    Prefill,
    Decode,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    match args.role {
        None => launch(&args),
        Some(role) => {
            let code = match run(&args, role) {
                Ok(()) => 0,
                Err(error) => {
                    eprintln!("{error}");
                    1
                }
            };
            // SAFETY: everything of ours is done. The engine's exit handlers crash, so they must not run.
            unsafe { libc::_exit(code) }
        }
    }
}

/// Starts both processes and waits for them.
fn launch(args: &Args) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(&args.out)?;
    let mut decode = start("decode", 0)?;
    let mut port = String::new();
    if let Some(said) = &mut decode.stdout {
        BufReader::new(said).read_line(&mut port)?;
    }
    let prefill = start("prefill", port.trim().parse()?)?;
    for mut child in [prefill, decode] {
        let status = child.wait()?;
        if !status.success() {
            return Err(format!("a process ended with {status}").into());
        }
    }
    println!(
        "{} requests of {} pages moved and verified",
        args.requests, args.pages
    );
    println!(
        "traces: {}/nixl-{{prefill,decode}}.jsonl",
        args.out.display()
    );
    Ok(())
}

fn start(role: &str, port: u16) -> io::Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(std::env::args_os().skip(1));
    command.args(["--role", role, "--port", &port.to_string()]);
    command.stdout(Stdio::piped()).spawn()
}

/// One of the two processes.
fn run(args: &Args, role: Role) -> Result<(), Box<dyn Error>> {
    let name = match role {
        Role::Prefill => "Prefill",
        Role::Decode => "Decode",
    };
    let file = args.out.join(format!("nixl-{}.jsonl", name.to_lowercase()));
    // One service, as SGLang and its tools have it; the role is beside it.
    let config = Config::from_env().attribute("worker.role", name);
    let tracing = init(config.otlp_file(file))?;
    let done = match role {
        Role::Prefill => prefill::run(TcpStream::connect(("127.0.0.1", args.port))?, args.pages),
        Role::Decode => {
            let listener = TcpListener::bind(("127.0.0.1", args.port))?;
            println!("{}", listener.local_addr()?.port());
            decode::run(&listener, args.requests, args.pages)
        }
    };
    let report = tracing.shutdown(PATIENCE);
    done?;
    if report.complete && report.stats.dropped.total() == 0 {
        return Ok(());
    }
    Err(format!("spans were lost: {:?}", report.stats).into())
}
