//! `mooncake-trace`: looks at traces that are in files.
//!
//! Exit codes: 0 done, 1 a file could not be read or written, 2 bad input or usage.

mod args;
mod failure;
mod input;
mod perfetto;
mod report;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Args, Command};

fn main() -> ExitCode {
    let done = match Args::parse().command {
        Command::Perfetto(args) => perfetto::run(&args),
        Command::Report(args) => report::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
