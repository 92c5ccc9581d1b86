//! The program as a person runs it.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const SAMPLE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../trace-export/tests/data/otlp_sample.jsonl"
);

/// An empty folder of this test.
fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mooncake-trace"));
    command
        .current_dir(folder)
        .args(args)
        .env_remove("COLUMNS")
        .env_remove("NO_COLOR");
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).output().unwrap()
}

fn run_with_input(folder: &Path, args: &[&str], input: &[u8]) -> Output {
    let mut child = command(folder, args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    // A program that refuses its input need not read all of it.
    let _ = writer.join().unwrap();
    output
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn entries(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[test]
fn converts_to_both_formats_by_name() {
    let dir = folder("formats");
    let out = run(&dir, &["perfetto", "-i", SAMPLE, "-o", "out.pftrace"]);
    assert_eq!(out.status.code(), Some(0), "{}", stderr(&out));
    assert!(
        stderr(&out).contains("out.pftrace: 1520 spans, 394 events, 564 arrows in 6 processes")
    );
    assert!(out.stdout.is_empty());
    run(&dir, &["perfetto", "-i", SAMPLE, "-o", "out.json"]);
    run(
        &dir,
        &[
            "perfetto",
            "-i",
            SAMPLE,
            "-o",
            "other.trace",
            "--format",
            "json",
        ],
    );
    let json = fs::read(dir.join("out.json")).unwrap();
    assert!(json.starts_with(b"{\"displayTimeUnit\":"));
    assert_eq!(json, fs::read(dir.join("other.trace")).unwrap());
    assert_eq!(
        fs::read(dir.join("out.pftrace")).unwrap()[0],
        0x0a,
        "a TracePacket"
    );
    assert_eq!(entries(&dir), ["other.trace", "out.json", "out.pftrace"]);
}

#[test]
fn reads_and_writes_gzip_and_the_standard_streams() {
    let dir = folder("streams");
    run(&dir, &["perfetto", "-i", SAMPLE, "-o", "plain.json"]);
    let plain = fs::read(dir.join("plain.json")).unwrap();
    run(&dir, &["perfetto", "-i", SAMPLE, "-o", "zipped.json.gz"]);
    let mut unzipped = Vec::new();
    let zipped = File::open(dir.join("zipped.json.gz")).unwrap();
    flate2::read::GzDecoder::new(zipped)
        .read_to_end(&mut unzipped)
        .unwrap();
    assert_eq!(unzipped, plain);

    let sample = fs::read(SAMPLE).unwrap();
    let piped = run_with_input(
        &dir,
        &["perfetto", "-i", "-", "-o", "-", "--format", "json"],
        &sample,
    );
    assert_eq!(
        (piped.status.code(), stderr(&piped).as_str()),
        (Some(0), "")
    );
    assert_eq!(piped.stdout, plain);

    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&sample).unwrap();
    let piped = run_with_input(
        &dir,
        &["perfetto", "-i", "-", "-o", "-", "-f", "json"],
        &gzip.finish().unwrap(),
    );
    assert_eq!(piped.stdout, plain);
}

#[test]
fn several_inputs_make_one_trace() {
    let dir = folder("several");
    let sample = fs::read_to_string(SAMPLE).unwrap();
    let lines: Vec<_> = sample.lines().collect();
    fs::write(dir.join("a.jsonl"), lines[..3].join("\n")).unwrap();
    fs::write(dir.join("b.jsonl"), lines[3..].join("\n")).unwrap();
    let out = run(
        &dir,
        &[
            "perfetto", "-i", "a.jsonl", "-i", "b.jsonl", "-o", "out.json",
        ],
    );
    assert_eq!(out.status.code(), Some(0));
    run(&dir, &["perfetto", "-i", SAMPLE, "-o", "whole.json"]);
    assert_eq!(
        fs::read(dir.join("out.json")).unwrap(),
        fs::read(dir.join("whole.json")).unwrap()
    );
}

#[test]
fn bad_input_is_named_and_leaves_nothing_behind() {
    let dir = folder("bad");
    let good = fs::read_to_string(SAMPLE).unwrap();
    let good = good.lines().next().unwrap();
    fs::write(
        dir.join("bad.jsonl"),
        format!("{good}\n\nnot json\n{good}\n"),
    )
    .unwrap();
    fs::write(dir.join("cut.jsonl"), &good[..good.len() / 2]).unwrap();
    fs::write(dir.join("empty.jsonl"), "").unwrap();
    fs::write(dir.join("metrics.jsonl"), "{\"resourceMetrics\":[]}\n").unwrap();
    fs::write(dir.join("jaeger.json"), "{\"data\":[{\"spans\":[]}]}").unwrap();
    fs::write(dir.join("damaged.gz"), b"\x1f\x8b\x08\x00rubbish").unwrap();
    fs::write(dir.join("old.pftrace"), "precious").unwrap();
    let before = entries(&dir);
    let cases = [
        ("bad.jsonl", "bad.jsonl: line 3, column 2: expected ident"),
        ("cut.jsonl", "cut.jsonl: line 1, column"),
        ("empty.jsonl", "expected spans, found nothing"),
        (
            "metrics.jsonl",
            "expected spans, found only metrics or logs",
        ),
        (
            "jaeger.json",
            "jaeger.json: line 1, column 1: expected an object with \"resourceSpans\"",
        ),
        ("damaged.gz", "cannot read damaged.gz"),
    ];
    for (input, message) in cases {
        for output in ["new.pftrace", "old.pftrace"] {
            let out = run(&dir, &["perfetto", "-i", input, "-o", output]);
            assert_eq!(out.status.code(), Some(2), "{input}");
            assert!(
                stderr(&out).starts_with("mooncake-trace: "),
                "{}",
                stderr(&out)
            );
            assert!(stderr(&out).contains(message), "{}", stderr(&out));
            assert!(out.stdout.is_empty());
        }
        assert_eq!(run(&dir, &["report", "-i", input]).status.code(), Some(2));
    }
    assert_eq!(entries(&dir), before);
    assert_eq!(fs::read(dir.join("old.pftrace")).unwrap(), b"precious");
}

#[test]
fn files_that_cannot_be_read_or_written_exit_1() {
    let dir = folder("io");
    let out = run(
        &dir,
        &["perfetto", "-i", "missing.jsonl", "-o", "out.pftrace"],
    );
    assert_eq!(out.status.code(), Some(1));
    assert!(
        stderr(&out).contains("cannot read missing.jsonl: No such file"),
        "{}",
        stderr(&out)
    );
    let out = run(
        &dir,
        &["perfetto", "-i", SAMPLE, "-o", "no/such/folder/out.pftrace"],
    );
    assert_eq!(out.status.code(), Some(1));
    assert!(
        stderr(&out).contains("cannot write no/such/folder/out.pftrace"),
        "{}",
        stderr(&out)
    );
    assert_eq!(
        run(&dir, &["perfetto", "-i", ".", "-o", "x"]).status.code(),
        Some(1)
    );
    let full = run(&dir, &["perfetto", "-i", SAMPLE, "-o", "/dev/full"]);
    assert_eq!(full.status.code(), Some(1), "{}", stderr(&full));
    assert!(entries(&dir).is_empty());
    assert!(Path::new("/dev/full").exists());
}

#[test]
fn the_report_shows_stages_and_the_slowest_request() {
    let dir = folder("report");
    let out = run(&dir, &["report", "-i", SAMPLE]);
    assert_eq!(out.status.code(), Some(0), "{}", stderr(&out));
    let text = String::from_utf8(out.stdout).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(
        lines[0],
        "stage                         count  errors      p50      p90      p99      max"
    );
    assert!(lines.iter().any(|l| l.starts_with("mooncake_worker_send_session    172       0   150 µs   204 µs")));
    assert!(text.contains("\nSlowest of 20 requests: prefill Req 3a2faf73, 123 ms\n"));
    assert!(text.contains("  mooncake transfer worker 0 [TP 0] [DP 0]"));
    assert!(
        lines
            .iter()
            .all(|l| l.chars().count() <= 100 && l.trim_end() == *l)
    );
    assert!(!text.contains('\x1b'), "no colours but on a terminal");

    let failed = [
        "report",
        "-i",
        SAMPLE,
        "--request",
        "0x4246",
        "--color",
        "always",
    ];
    let colored = run(&dir, &failed).stdout;
    assert!(String::from_utf8(colored).unwrap().contains("\x1b[31m"));

    let one = run(&dir, &["report", "-i", SAMPLE, "--request", "0x4246bf"]).stdout;
    let one = String::from_utf8(one).unwrap();
    assert!(
        one.starts_with("prefill Req c5161c9c, 63.8 ms, failed\n"),
        "{one}"
    );
    assert!(one.contains("Prefill transfer failed: decode node lost"));

    let none = run(&dir, &["report", "-i", SAMPLE, "--request", "zzz"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(stderr(&none).contains("no request whose rid"));
}

#[test]
fn usage_is_explained() {
    let dir = folder("usage");
    assert_eq!(run(&dir, &[]).status.code(), Some(2));
    let wrong = run(&dir, &["perfeto"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(
        stderr(&wrong).contains("'perfetto'"),
        "did you mean: {}",
        stderr(&wrong)
    );
    assert_eq!(run(&dir, &["perfetto", "-o", "x"]).status.code(), Some(2));
    let help = run(&dir, &["--help"]);
    let text = String::from_utf8(help.stdout).unwrap();
    assert_eq!(help.status.code(), Some(0));
    assert!(text.contains("Exit codes: 0 done"));
    for command in ["perfetto", "report"] {
        let help = String::from_utf8(run(&dir, &[command, "--help"]).stdout).unwrap();
        assert!(help.contains("Examples:\n  mooncake-trace "), "{help}");
    }
}
