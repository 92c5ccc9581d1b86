//! The Rust side of the interop tests: a process that takes trace contexts over a socket, works, and hands them back.
//!
//! It listens on loopback, prints its port, serves one connection of JSON lines (see `protocol`), and ends when that
//! is closed. Started without `--enable-trace` it is the relay whose tracing is off.

mod protocol;
mod receiver;
mod requests;
mod worker;

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use clap::Parser;
use mooncake_trace_export::{Guard, TraceArgs, init};

use protocol::{Answer, Order};
use requests::Requests;

const SHUTDOWN: Duration = Duration::from_secs(10);

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    trace: TraceArgs,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let mut guard = Some(init(args.trace.config())?);
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{{\"port\": {}}}", listener.local_addr()?.port());
    let (stream, _) = listener.accept()?;
    serve(&stream, &mut guard)
}

fn serve(stream: &TcpStream, guard: &mut Option<Guard>) -> Result<(), Box<dyn Error>> {
    let mut requests = Requests::default();
    for line in BufReader::new(stream).lines() {
        let answer = match serde_json::from_str(&line?)? {
            Order::Start(order) => requests.start(order),
            Order::Continue { state, chunk } => worker::transfer(&state, chunk),
            Order::Finish { state } => requests.finish(&state),
            Order::Receive { headers } => receiver::receive(&headers),
            Order::Stop {} => stop(guard.take()),
        };
        let mut line = serde_json::to_string(&answer)?;
        line.push('\n');
        (&mut &*stream).write_all(line.as_bytes())?;
    }
    Ok(())
}

fn stop(guard: Option<Guard>) -> Answer {
    let stats = guard
        .map(|guard| guard.shutdown(SHUTDOWN).stats)
        .unwrap_or_default();
    Answer {
        recorded: Some(stats.recorded),
        exported: Some(stats.exported),
        misuse: Some(stats.misuse),
        ..Answer::default()
    }
}
