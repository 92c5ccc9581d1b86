//! Runs that are cut short, by will or by force. What was traced until then is in the files.

use std::process::Child;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::run::{Run, run_and_act};

/// Long enough never to end by itself before it is interrupted.
const LONG: &str = "--requests 100000 --kv-mib 1 --chunk-pages 4 --fail-every 7 --abort-every 5";

fn pid(child: &Child) -> Pid {
    Pid::from_child(child)
}

fn assert_interrupted(run: &Run) {
    assert_eq!(run.code, Some(130), "{}", run.stderr);
    assert!(run.stdout.contains("(interrupted)"));
    let requests = run.count("requests");
    assert!((10..100_000).contains(&requests));
    let trace = run.assert_complete();
    let errors = run.count("failed") + run.count("aborted");
    assert_eq!(trace.assert_roots(), (requests, errors));
}

#[test]
fn ctrl_c_leaves_complete_files() {
    // As a terminal does it: every process of the group gets the signal.
    let run = run_and_act(LONG, 10, |child| {
        kill_process_group(pid(child), Signal::INT).unwrap();
    });
    assert_interrupted(&run);
}

#[test]
fn a_signal_to_the_parent_alone_is_enough() {
    let run = run_and_act(LONG, 10, |child| {
        kill_process(pid(child), Signal::TERM).unwrap();
    });
    assert_interrupted(&run);
}

#[test]
fn ctrl_c_at_the_very_start_leaves_complete_files_too() {
    let run = run_and_act(LONG, 1, |child| {
        kill_process_group(pid(child), Signal::INT).unwrap();
    });
    assert_eq!(run.code, Some(130), "{}", run.stderr);
    let requests = run.count("requests");
    assert_eq!(run.assert_complete().assert_roots().0, requests);
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_that_is_killed_fails_the_run_and_hangs_nobody() {
    for (role, survivor) in [("decode", "prefill"), ("prefill", "decode")] {
        let run = run_and_act(LONG, 10, |child| {
            kill_process(child_with_role(child, role), Signal::KILL).unwrap();
        });
        assert_eq!(run.code, Some(1));
        let said = format!("the {role} process ended with signal: 9");
        assert!(run.stderr.contains(&said), "{}", run.stderr);
        // The other side's spans are all there.
        let survivor_says = format!("{survivor:7} spans: recorded ");
        assert!(run.stdout.contains(&survivor_says), "{}", run.stdout);
        assert!(!run.trace().spans.is_empty());
    }
}

/// The child process that plays this role.
#[cfg(target_os = "linux")]
fn child_with_role(parent: &Child, role: &str) -> Pid {
    let processes = std::fs::read_dir("/proc").unwrap();
    let pids = processes.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    let is_it = |pid: &i32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let mut words = line.split(|&byte| byte == 0);
        // The fields after the name in brackets: state, parent.
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        after_name.split_whitespace().nth(1) == Some(&parent.id().to_string())
            && words.any(|word| word == role.as_bytes())
    };
    let found: Vec<i32> = pids.filter(is_it).collect();
    assert_eq!(found.len(), 1);
    Pid::from_raw(found[0]).unwrap()
}
