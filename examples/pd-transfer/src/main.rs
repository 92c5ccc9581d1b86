//! Moves KV cache from a prefill process to a decode process, traced end to end.
//!
//! A tour, in the order in which a request sees the files: [`decode`] starts a [`receiver`], which leases
//! pages ([`kv`]) where chunks can land ([`landing`]) and asks over the [`bootstrap`] link; [`prefill`] makes
//! a [`sender`], computes chunk after chunk, and queues each for a [`worker`] of the [`engine`]; the worker
//! writes it over its [`session_link`] to a [`session_server`], where a [`placer`] puts it in place.
//! [`launcher`] starts both processes and [`verdict`] judges them. [`faults`] is what goes wrong on purpose.

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
mod stop;
mod verdict;
mod wakeup;
mod worker;

use std::process::ExitCode;

use clap::Parser;

use cli::{Args, Role, Settings};
use outcome::Report;
use progress::Progress;

fn main() -> ExitCode {
    let args = Args::parse();
    let settings = match args.settings() {
        Ok(settings) => settings,
        Err(error) => error.exit(),
    };
    match args.role {
        Some(role) => child(role, &args, &settings),
        None => parent(&args, &settings),
    }
}

fn child(role: Role, args: &Args, settings: &Settings) -> ExitCode {
    let result = match (role, args.bootstrap) {
        (Role::Decode, Some(prefill)) => decode::run(settings, prefill),
        _ => prefill::run(settings),
    };
    let said = result.and_then(|summary| {
        outcome::say(&Report::Summary(summary)).map_err(|_| error::TransferError::PeerGone)
    });
    match said {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pd-transfer {}: {error}", role.word());
            ExitCode::FAILURE
        }
    }
}

fn parent(args: &Args, settings: &Settings) -> ExitCode {
    let progress = Progress::new(args.progress, settings.requests);
    let out = args.out.clone();
    let run = match launcher::run(|role| out.join(role.word()), progress) {
        Ok(run) => run,
        Err(error) => {
            eprintln!("pd-transfer: {error}");
            return ExitCode::FAILURE;
        }
    };
    let problems = verdict::problems(&run, settings);
    println!("{:?} in {:?}", verdict::Counts::of(&run), run.elapsed);
    for problem in &problems {
        eprintln!("pd-transfer: {problem}");
    }
    if !problems.is_empty() {
        ExitCode::FAILURE
    } else if run.interrupted {
        ExitCode::from(130)
    } else {
        ExitCode::SUCCESS
    }
}
