//! One run of the binary in a directory of its own.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

use crate::trace::Trace;

/// A run that is over.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) dir: TempDir,
}

pub(crate) fn command(dir: &Path, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pd-transfer"));
    command
        .args(line.split_whitespace())
        .arg("--out")
        .arg(dir)
        .stdin(Stdio::null());
    // What the caller's shell says about tracing is not what is tested.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("OTEL_") || name.starts_with("SGLANG_") || name == "RUST_LOG" {
            command.env_remove(&*name);
        }
    }
    command
}

/// Runs it to its end.
pub(crate) fn run(line: &str) -> Run {
    run_with_env(line, &[])
}

/// Runs it to its end with variables in its environment.
pub(crate) fn run_with_env(line: &str, variables: &[(&str, &str)]) -> Run {
    let dir = tempfile::tempdir().unwrap();
    let mut command = command(dir.path(), line);
    let output = command.envs(variables.iter().copied()).output().unwrap();
    Run::of(dir, output)
}

/// Starts it, calls `act` when it has said on stderr that this many requests are over, and waits for its end.
pub(crate) fn run_and_act(line: &str, requests: usize, act: impl FnOnce(&Child)) -> Run {
    use std::os::unix::process::CommandExt;

    let dir = tempfile::tempdir().unwrap();
    let mut child = command(dir.path(), line)
        .args(["--progress", "always"])
        .process_group(0)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut seen = String::new();
    while seen.lines().filter(|line| line.starts_with('[')).count() < requests {
        let read = stderr.read_line(&mut seen).unwrap();
        assert!(read > 0, "ended before it could be acted on:\n{seen}");
    }
    act(&child);
    stderr.read_to_string(&mut seen).unwrap();
    let mut output = child.wait_with_output().unwrap();
    output.stderr = seen.into_bytes();
    Run::of(dir, output)
}

impl Run {
    fn of(dir: TempDir, output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            dir,
        }
    }

    /// The spans of `otlp.jsonl`.
    pub(crate) fn trace(&self) -> Trace {
        Trace::read(&self.dir.path().join("otlp.jsonl"))
    }

    /// The number in front of a word on the first line: `completed`, `failed`, `aborted` or `requests`.
    pub(crate) fn count(&self, word: &str) -> usize {
        let line = self.stdout.lines().next().unwrap_or_default();
        let words: Vec<&str> = line.split([' ', ',']).collect();
        let at = words.iter().position(|other| *other == word);
        let at = at.unwrap_or_else(|| panic!("no {word} in {line:?}\n{}", self.stderr));
        words[at - 1].parse().unwrap()
    }

    /// What was printed of the accounting of both processes: recorded, exported, dropped.
    pub(crate) fn accounting(&self) -> [[usize; 3]; 2] {
        ["prefill", "decode"].map(|process| {
            let line = self
                .stdout
                .lines()
                .find(|line| line.starts_with(process) && line.contains("recorded"))
                .unwrap_or_else(|| panic!("no accounting of {process} in {}", self.stdout));
            assert!(line.contains("=="), "{line}");
            let numbers: Vec<usize> = line
                .split_whitespace()
                .filter_map(|word| word.parse().ok())
                .collect();
            numbers.try_into().unwrap()
        })
    }

    /// What must hold for every run, however it ended: both files are there and nothing else, and what was printed
    /// is what is in them.
    pub(crate) fn assert_complete(&self) -> Trace {
        let mut names: Vec<String> = std::fs::read_dir(&self.dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(
            names,
            ["otlp.jsonl", "pd_transfer.pftrace"],
            "{}",
            self.stderr
        );
        let pftrace = std::fs::metadata(self.dir.path().join("pd_transfer.pftrace"));
        assert!(pftrace.unwrap().len() > 0);

        let trace = self.trace();
        trace.assert_closed();
        let mut exported_total = 0;
        for [recorded, exported, dropped] in self.accounting() {
            assert_eq!(recorded, exported + dropped);
            assert_eq!(dropped, 0);
            exported_total += exported;
        }
        assert_eq!(trace.spans.len(), exported_total);
        trace
    }
}
