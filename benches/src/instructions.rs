//! Instruction counts by callgrind: they do not depend on how busy the machine is, so CI can compare them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path as FilePath;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

use clap::ValueEnum;

use crate::cases::{COUNTED, PATHS, Path, PeerName};

/// How far a count may be from the committed one.
const TOLERANCE: f64 = 0.05;
/// Counts smaller than this may differ by one.
const SMALL: f64 = 20.0;

/// Instructions of one more operation, by peer and path.
pub(crate) type Counts = BTreeMap<(PeerName, &'static str), f64>;

/// Counts the paths for which `wanted` says so, as many at a time as there are processors.
pub(crate) fn count(wanted: impl Fn(&Path) -> bool) -> Result<Counts, String> {
    ensure_valgrind()?;
    let paths: Vec<_> = PATHS.iter().filter(|path| wanted(path)).collect();
    let next = AtomicUsize::new(0);
    let counts = Mutex::new(Counts::new());
    thread::scope(|scope| {
        let workers = thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..workers)
            .map(|_| {
                scope.spawn(|| -> Result<(), String> {
                    while let Some(path) = paths.get(next.fetch_add(1, Relaxed)) {
                        let instructions = of_path(path)?;
                        if let Ok(mut counts) = counts.lock() {
                            counts.insert((path.peer, path.name), instructions);
                        }
                    }
                    Ok(())
                })
            })
            .collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().unwrap_or(Err("a worker panicked".into())))
    })?;
    counts.into_inner().map_err(|error| error.to_string())
}

fn of_path(path: &Path) -> Result<f64, String> {
    let (few, many) = path.counts;
    let difference = total(path, many)? as f64 - total(path, few)? as f64;
    Ok(difference / (path.times * (many - few)) as f64)
}

/// All instructions of a process that runs the path `count` times.
fn total(path: &Path, count: usize) -> Result<u64, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(format!("--toggle-collect={COUNTED}"))
        .arg(program)
        .args(["--peer", peer_name(path.peer).as_str()])
        .args(["--path", path.name, "--count", &count.to_string()])
        .stdout(Stdio::null())
        .output()
        .map_err(|error| format!("valgrind does not start: {error}"))?;
    let log = String::from_utf8_lossy(&output.stderr);
    log.lines()
        .find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok())
        .ok_or_else(|| format!("callgrind counted nothing for {}: {log}", path.name))
}

/// The name of a peer on the command line.
pub(crate) fn peer_name(peer: PeerName) -> String {
    peer.to_possible_value()
        .map_or_else(String::new, |value| value.get_name().to_owned())
}

fn ensure_valgrind() -> Result<(), String> {
    let works = || {
        let version = Command::new("valgrind").arg("--version").output();
        version.is_ok_and(|output| output.status.success())
    };
    if works() {
        return Ok(());
    }
    eprintln!("installing valgrind with apt-get");
    for arguments in [&["update", "-q"][..], &["install", "-qy", "valgrind"]] {
        let _tried = Command::new("apt-get")
            .args(arguments)
            .stdout(Stdio::null())
            .status();
    }
    if works() {
        Ok(())
    } else {
        Err(
            "valgrind is missing and could not be installed; install it to count instructions"
                .into(),
        )
    }
}

/// What is committed: our own counts, as JSON.
pub(crate) fn write(counts: &Counts, file: &FilePath) -> Result<(), String> {
    let ours: serde_json::Map<_, _> = counts
        .iter()
        .filter(|((peer, _), _)| *peer == PeerName::Ours)
        .map(|((_, name), count)| ((*name).to_owned(), count.round().into()))
        .collect();
    let text = serde_json::to_string_pretty(&ours).map_err(|error| error.to_string())?;
    fs::write(file, text + "\n").map_err(|error| format!("{}: {error}", file.display()))
}

/// Counts our own paths and compares them with the committed counts; the error lists what has moved.
pub(crate) fn check(file: &FilePath) -> Result<(), String> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let expected: BTreeMap<String, f64> =
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
    let counts = count(|path| path.peer == PeerName::Ours)?;
    let mut moved = Vec::new();
    for ((_, name), count) in &counts {
        let Some(expected) = expected.get(*name) else {
            moved.push(format!("{name}: {count:.0}, not committed yet"));
            continue;
        };
        let allowed = if *expected < SMALL {
            1.0
        } else {
            expected * TOLERANCE
        };
        let verdict = if (count - expected).abs() <= allowed {
            "as committed"
        } else {
            moved.push(format!(
                "{name}: {count:.1} instructions, committed are {expected}"
            ));
            "MOVED"
        };
        println!("{name:24} {count:8.1}   committed {expected:6}   {verdict}");
    }
    if moved.is_empty() {
        return Ok(());
    }
    Err(format!(
        "instruction counts have moved by more than 5 %:\n  {}\nIf that is meant, write them anew with --write-instructions.",
        moved.join("\n  ")
    ))
}
