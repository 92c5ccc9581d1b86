//! The command line: help, and errors that say what to do.

use std::process::Command;

use crate::run::{command, run, run_with_env};

#[test]
fn help_has_examples_and_exit_codes() {
    let output = Command::new(env!("CARGO_BIN_EXE_pd-transfer"))
        .arg("--help")
        .output()
        .unwrap();
    assert!(output.status.success());
    let help = String::from_utf8(output.stdout).unwrap();
    for expected in [
        "Examples:",
        "--fail-every 7 --abort-every 5",
        "Exit code:",
        "[default: trace-out]",
    ] {
        assert!(help.contains(expected), "no {expected} in\n{help}");
    }
    assert!(
        !help.contains("--role"),
        "what is for the children only is hidden"
    );
}

#[test]
fn wrong_usage_is_refused_before_anything_starts() {
    for line in [
        "--requests 0",
        "--kv-mib 9999",
        "--workers 0",
        "--sessions x",
        "--unknown",
    ] {
        let run = run(line);
        assert_eq!(run.code, Some(2), "{line}");
        assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
        assert_eq!(std::fs::read_dir(&run.dir).unwrap().count(), 0, "{line}");
    }
}

#[test]
fn a_directory_that_cannot_be_made_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let output = command(&file.join("out"), "--requests 1").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("(--out)"), "{stderr}");
}

#[test]
fn modules_and_levels_are_switched_by_flags() {
    let level_1 = run("--requests 3 --kv-mib 1 --trace-level 1");
    assert_eq!(level_1.code, Some(0), "{}", level_1.stderr);
    let trace = level_1.assert_complete();
    assert_eq!(trace.assert_roots(), (3, 0));
    assert_eq!(trace.named("mooncake_worker_send").count(), 3);
    assert_eq!(trace.named("mooncake_worker_send_session").count(), 0);

    for line in ["--trace-modules request", "--trace-level 0"] {
        let off = run(&format!("--requests 3 --kv-mib 1 --abort-every 2 {line}"));
        assert_eq!(off.code, Some(0), "{}", off.stderr);
        assert_eq!(off.count("completed"), 2);
        assert!(off.stdout.contains("Nothing was traced"));
        assert_eq!(off.accounting(), [[0; 3]; 2]);
        assert!(off.trace().spans.is_empty());
    }

    let typo = run("--trace-modules mooncak");
    assert_eq!(typo.code, Some(2));
    assert!(typo.stderr.contains("did you mean"), "{}", typo.stderr);
}

#[test]
fn a_request_is_sampled_on_both_sides_or_on_neither() {
    let half = [
        ("OTEL_TRACES_SAMPLER", "traceidratio"),
        ("OTEL_TRACES_SAMPLER_ARG", "0.5"),
    ];
    let run = run_with_env("--requests 64 --kv-mib 1 --abort-every 4", &half);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!((run.count("requests"), run.count("aborted")), (64, 16));
    let (traced, _) = run.assert_complete().assert_roots();
    assert!((1..64).contains(&traced), "{traced}");

    let run = run_with_env("--requests 2 --kv-mib 1", &[("OTEL_SDK_DISABLED", "true")]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.trace().spans.is_empty());
}
