//! Peers side by side: what a slice costs here, and what it costs elsewhere, in one run on one machine.
//!
//! The process that is started by hand is the conductor: it runs every case of every peer in a child process of its
//! own, in rounds, and writes the table and the chart. See `--help`.

mod allocations;
mod canary;
mod cases;
mod conductor;
mod figures;
mod floor;
mod instructions;
mod load;
mod measure;
mod peers;
mod process;
mod report;
mod sink;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use cases::{Case, PeerName};

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

/// Measures mooncake-trace and its peers and writes RESULTS.md and results.svg.
///
/// Run it on an idle machine: `cargo run --release -p mooncake-trace-benches`.
#[derive(Parser)]
struct Arguments {
    /// Few and short rounds: everything in less than 3 minutes.
    #[arg(long)]
    quick: bool,
    /// Only these cases; prints the table and writes nothing.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Case>,
    /// Only these peers; prints the table and writes nothing.
    #[arg(long, value_enum, value_delimiter = ',')]
    peers: Vec<PeerName>,
    /// Where the results are written [default: the directory of this package].
    #[arg(long)]
    out: Option<PathBuf>,
    /// Compares our instruction counts with the committed ones, and fails if they have moved. No timing.
    #[arg(long)]
    check_instructions: bool,
    /// Counts our instructions and writes instructions.json. No timing.
    #[arg(long)]
    write_instructions: bool,

    /// In a child: the case to measure.
    #[arg(long, value_enum, hide = true)]
    case: Option<Case>,
    /// In a child: the peer to measure.
    #[arg(long, value_enum, hide = true)]
    peer: Option<PeerName>,
    /// In a child: about how long a figure may take.
    #[arg(long, hide = true, default_value_t = 300)]
    budget_ms: u64,
    /// In a child under callgrind: the path to run.
    #[arg(long, hide = true)]
    path: Option<String>,
    /// In a child under callgrind: how often.
    #[arg(long, hide = true, default_value_t = 0)]
    count: usize,
    /// In a child: receive spans over OTLP/HTTP and count them.
    #[arg(long, hide = true)]
    sink: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let peer = arguments.peer.unwrap_or(PeerName::Ours);
    if arguments.sink {
        return sink::serve().map_err(|error| error.to_string());
    }
    if let Some(path) = &arguments.path {
        cases::run_instructions(peer, path, arguments.count);
    }
    if let Some(case) = arguments.case {
        let others = process::Others::now();
        let mut figures = case.run(peer, Duration::from_millis(arguments.budget_ms));
        figures.set(figures::OTHERS, others.share_since());
        println!("{}", figures.to_line());
        return Ok(());
    }
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let committed = home.join("instructions.json");
    if arguments.check_instructions {
        return instructions::check(&committed);
    }
    if arguments.write_instructions {
        let counts = instructions::count(|path| path.peer == PeerName::Ours)?;
        return instructions::write(&counts, &committed);
    }
    let partly = !arguments.only.is_empty() || !arguments.peers.is_empty();
    let results = conductor::run(arguments.quick, &arguments.only, &arguments.peers)?;
    let text = report::markdown(&results);
    println!("{text}");
    if partly && arguments.out.is_none() {
        return Ok(());
    }
    let out = arguments.out.as_deref().unwrap_or(home);
    let write = |name: &str, text: &str| {
        let path = out.join(name);
        std::fs::create_dir_all(out)
            .and_then(|()| std::fs::write(&path, text))
            .map_err(|error| format!("{} cannot be written: {error}", path.display()))
    };
    write("RESULTS.md", &text)?;
    write("results.svg", &report::chart(&results))
}
