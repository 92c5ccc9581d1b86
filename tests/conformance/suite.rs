//! The parent process: replays every vector in every mode, each in a process of its own, and reports.

use std::io::Write;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use crate::file::{self, Entry};
use crate::modes::{MODES, Mode};
use crate::world::lock;

/// The argument that makes this program a child.
pub(crate) const REPLAY: &str = "--replay";
const LEVEL: &str = "SGLANG_TRACE_LEVEL";

pub(crate) fn run() -> ExitCode {
    let begun = Instant::now();
    let entries = match file::read() {
        Ok(entries) => entries,
        Err(error) => {
            eprintln!("conformance: cannot read the vectors: {error}");
            return ExitCode::from(2);
        }
    };
    println!(
        "\nrunning {} vectors in {} modes",
        entries.len(),
        MODES.len()
    );
    let failures = replay_all(&entries);
    let failed = failures
        .iter()
        .filter(|failures| !failures.is_empty())
        .count();
    let passed = entries.len() - failed;
    for (entry, failures) in entries.iter().zip(&failures) {
        if let Some((mode, difference)) = failures.first() {
            let modes: Vec<_> = failures.iter().map(|(mode, _)| mode.name).collect();
            println!(
                "FAILED {} [{}] ({}) {difference}",
                entry.name,
                modes.join(" "),
                mode.name
            );
        }
    }
    for mode in MODES {
        let of_mode =
            |failures: &&Vec<(Mode, String)>| failures.iter().any(|(m, _)| m.name == mode.name);
        let failed = failures.iter().filter(of_mode).count();
        println!(
            "  {:<17} {} passed, {failed} failed",
            mode.name,
            entries.len() - failed
        );
    }
    println!(
        "\ntest result: {}. {passed} passed; {failed} failed; 0 ignored; 0 measured; 0 filtered out; finished in {:.2}s\n",
        if failed == 0 { "ok" } else { "FAILED" },
        begun.elapsed().as_secs_f64(),
    );
    println!("conformance: {passed} passed, {failed} failed");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The modes in which each entry fails, with the first difference.
fn replay_all(entries: &[Entry]) -> Vec<Vec<(Mode, String)>> {
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(vec![Vec::new(); entries.len()]);
    let workers = thread::available_parallelism().map_or(1, usize::from) * 2;
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(entry) = entries.get(index) else {
                        break;
                    };
                    for mode in MODES {
                        if let Err(difference) = replay(entry, mode) {
                            lock(&failures)[index].push((mode, difference));
                        }
                    }
                }
            });
        }
    });
    std::mem::take(&mut *lock(&failures))
}

fn replay(entry: &Entry, mode: Mode) -> Result<(), String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command
        .args([REPLAY, mode.name])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    match &entry.level_env {
        Some(level) => command.env(LEVEL, level),
        None => command.env_remove(LEVEL),
    };
    let output = command.spawn().and_then(|mut child| {
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(entry.text.get().as_bytes())?;
        }
        child.wait_with_output()
    });
    let output = output.map_err(|error| format!("the replay could not be run: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    match said.lines().next() {
        Some(difference) => Err(difference.to_owned()),
        None => Err(format!(
            "{}: {}",
            output.status,
            complained.trim().replace('\n', " | ")
        )),
    }
}
