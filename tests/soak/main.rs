//! A long run against a receiver that goes away again and again.
//!
//! `cargo run --release -p mooncake-trace-tests --example soak -- [SECONDS] [SPANS_PER_SECOND]` records with two threads,
//! exports over OTLP/HTTP to a receiver in a process of its own, and every minute takes that away for twenty seconds. Every
//! second the books are checked; at the end what was exported must be what the receiver got. Prints a line every ten
//! seconds and a verdict; exit code 1 if the books were ever off.

mod load;
mod memory;
mod receiver;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use mooncake_trace::{Options, Stats, install, stats};
use mooncake_trace_export::otlp::{OtlpExporter, Protocol};

use load::Load;
use receiver::Receiver;

const AWAY_EVERY: Duration = Duration::from_secs(60);
const AWAY_FOR: Duration = Duration::from_secs(20);
/// Memory may still grow in the first of these; afterwards it must not.
const WARM_UP: Duration = Duration::from_secs(90);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [role, port] = &arguments[..]
        && role == "receiver"
    {
        receiver::serve(port.parse().expect("a port"));
        return ExitCode::SUCCESS;
    }
    let number = |index: usize, default: u64| match arguments.get(index) {
        Some(text) => text.parse().ok(),
        None => Some(default),
    };
    let (Some(seconds), Some(rate)) = (number(0, 600), number(1, 200_000)) else {
        eprintln!(
            "usage: soak [SECONDS] [SPANS_PER_SECOND]; two numbers, 600 and 200000 if not given"
        );
        return ExitCode::from(2);
    };
    if soak(Duration::from_secs(seconds), rate) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn soak(length: Duration, rate: u64) -> bool {
    let mut receiver = Receiver::start();
    let exporter = OtlpExporter::builder()
        .protocol(Protocol::HttpProtobuf)
        .endpoint(receiver.address())
        .build()
        .expect("an exporter");
    let guard = install(exporter, Options::default()).expect("tracing");
    let load = Load::start(2, rate);
    let begun = Instant::now();
    let mut balanced = true;
    let mut resident = Vec::new();
    let mut printed = 0;
    println!("seconds  receiver   recorded   exported    dropped  in flight  RSS MiB");
    while begun.elapsed() < length {
        let second = Instant::now();
        let into_minute = begun.elapsed().as_secs() % AWAY_EVERY.as_secs();
        let away = into_minute >= (AWAY_EVERY - AWAY_FOR).as_secs();
        receiver.set_away(away);
        let books = stats();
        balanced &= is_balanced(&books);
        if begun.elapsed() > WARM_UP {
            resident.push(memory::resident());
        }
        if begun.elapsed().as_secs() / 10 >= printed {
            printed += 1;
            print_line(begun.elapsed(), away, &books);
        }
        // The pace of looking, not of anything that is waited for.
        load.pause(Duration::from_secs(1).saturating_sub(second.elapsed()));
    }
    let made = load.stop();
    receiver.set_away(false);
    let report = guard.shutdown(Duration::from_secs(60));
    print_line(begun.elapsed(), false, &report.stats);
    let received = receiver.stop();
    verdict(
        made,
        received,
        balanced && report.complete,
        &report.stats,
        &resident,
    )
}

fn is_balanced(books: &Stats) -> bool {
    books.recorded == books.exported + books.dropped.total() + books.in_flight
}

fn print_line(elapsed: Duration, away: bool, books: &Stats) {
    println!(
        "{:>7}  {:>8} {:>10} {:>10} {:>10} {:>10} {:>8.1}",
        elapsed.as_secs(),
        if away { "away" } else { "there" },
        books.recorded,
        books.exported,
        books.dropped.total(),
        books.in_flight,
        memory::resident() as f64 / (1 << 20) as f64
    );
}

fn verdict(made: u64, received: u64, balanced: bool, books: &Stats, resident: &[u64]) -> bool {
    let (low, high) = (resident.iter().min(), resident.iter().max());
    if let (Some(low), Some(high)) = (low, high) {
        let spread = 100.0 * (*high as f64 / *low as f64 - 1.0);
        println!(
            "RSS after warm-up: {:.1}–{:.1} MiB ({spread:.1} % apart)",
            *low as f64 / f64::from(1 << 20),
            *high as f64 / f64::from(1 << 20)
        );
    }
    println!("made {made}, {books:?}");
    println!("exported {}, received {received}", books.exported);
    let exact =
        balanced && made == books.recorded && received == books.exported && books.in_flight == 0;
    println!("books: {}", if exact { "exact" } else { "OFF" });
    exact
}
