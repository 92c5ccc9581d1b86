//! Replays recorded op scripts through the public API and compares what they leave behind, span for span.
//!
//! `vectors/README.md` describes the data. The test program runs itself once per vector and mode ([`modes`]), so that
//! every replay has a process' switches, counters and environment for itself ([`suite`]); the child reads the vector
//! from its standard input, prints the first difference and fails ([`replay`]). Inside, every logical thread is a
//! real one ([`seats`]), [`calls`] knows which call an op is, and [`normal`] makes ids comparable.

mod calls;
mod compare;
mod ended;
mod failure;
mod fields;
mod file;
mod functions;
mod held;
mod json;
mod modes;
mod normal;
mod ops;
mod replay;
mod seats;
mod suite;
mod traced;
mod vector;
mod world;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    match (args.next().as_deref(), args.next()) {
        (Some(suite::REPLAY), Some(mode)) => replay::run(&mode),
        // Whatever a test harness would take for a filter: vectors are never skipped.
        _ => suite::run(),
    }
}
