//! A run that is right, and every way of being wrong.

use std::time::Duration;

use super::*;
use crate::faults::Faults;
use crate::kv::Layout;
use crate::outcome::Summary;

fn settings() -> Settings {
    Settings {
        requests: 3,
        layout: Layout {
            pages: 4,
            chunk_pages: 1,
        },
        workers: 1,
        sessions: 1,
        in_flight: 1,
        faults: Faults {
            fail_every: 2,
            abort_every: 3,
            sessions: 1,
        },
        seed: 0,
        timeout: Duration::from_secs(1),
    }
}

fn completed(checksum: u32) -> Outcome {
    Outcome::Completed { checksum }
}

fn failed() -> Outcome {
    let reason = "died".to_owned();
    Outcome::Failed { reason }
}

fn aborted() -> Outcome {
    let reason = "not wanted".to_owned();
    Outcome::Aborted { reason }
}

fn run(outcomes: [Outcome; 3]) -> Run {
    let sides = outcomes.map(|outcome| Sides {
        room: 1,
        prefill: Some(outcome.clone()),
        decode: Some(outcome),
        traced: 0,
    });
    Run {
        outcomes: (0..).zip(sides).collect(),
        prefill: Some(Summary::default()),
        decode: Some(Summary::default()),
        ..Run::default()
    }
}

fn right() -> Run {
    run([completed(5), failed(), aborted()])
}

#[test]
fn a_run_that_follows_its_fates_has_no_problems() {
    assert_eq!(problems(&right(), &settings()), Vec::<String>::new());
    let counts = Counts {
        completed: 1,
        failed: 1,
        aborted: 1,
    };
    assert_eq!(Counts::of(&right()), counts);
}

#[test]
fn other_endings_are_problems() {
    for outcomes in [
        [failed(), failed(), aborted()],
        [completed(1), completed(1), aborted()],
        [completed(1), failed(), completed(1)],
        [aborted(), failed(), aborted()],
    ] {
        assert_eq!(problems(&run(outcomes), &settings()).len(), 1);
    }
}

#[test]
fn sides_that_differ_are_problems() {
    let mut other_bytes = right();
    other_bytes.outcomes.get_mut(&0).unwrap().decode = Some(completed(6));
    let found = problems(&other_bytes, &settings());
    assert!(
        found[0].contains("00000005") && found[0].contains("00000006"),
        "{found:?}"
    );

    let mut one_side = right();
    one_side.outcomes.get_mut(&1).unwrap().prefill = None;
    assert!(problems(&one_side, &settings())[0].contains("one side only"));
}

#[test]
fn what_is_missing_is_a_problem() {
    let mut fewer = right();
    fewer.outcomes.remove(&2);
    assert!(problems(&fewer, &settings())[0].contains("expected 3 requests, found 2"));
    let mut silent = right();
    silent.decode = None;
    assert!(problems(&silent, &settings())[0].contains("decode process"));
}

#[test]
fn an_interruption_excuses_aborts_and_missing_requests_only() {
    let mut interrupted = run([aborted(), aborted(), aborted()]);
    interrupted.interrupted = true;
    interrupted.outcomes.remove(&2);
    assert!(problems(&interrupted, &settings()).is_empty());
    interrupted.outcomes.get_mut(&0).unwrap().decode = Some(completed(1));
    assert_eq!(problems(&interrupted, &settings()).len(), 1);
}
