//! Whether a run did what it should: every request ended on both sides alike and as its fate says, with the
//! same bytes.

use crate::cli::{Role, Settings};
use crate::faults::Fate;
use crate::launcher::{Run, Sides};
use crate::outcome::Outcome;

/// How many requests ended how.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// With every page in place.
    pub(crate) completed: usize,
    /// By an error.
    pub(crate) failed: usize,
    /// By will.
    pub(crate) aborted: usize,
}

impl Counts {
    /// Of the decode side, which has the last word.
    pub(crate) fn of(run: &Run) -> Self {
        let mut counts = Self::default();
        for sides in run.outcomes.values() {
            match sides.decode {
                Some(Outcome::Completed { .. }) => counts.completed += 1,
                Some(Outcome::Failed { .. }) => counts.failed += 1,
                Some(Outcome::Aborted { .. }) => counts.aborted += 1,
                None => {}
            }
        }
        counts
    }
}

/// What is wrong with a run, in words; empty if nothing is.
pub(crate) fn problems(run: &Run, settings: &Settings) -> Vec<String> {
    let mut problems = run.problems.clone();
    for role in Role::BOTH {
        if problems.is_empty() && !run.interrupted && run.summary(role).is_none() {
            problems.push(format!(
                "the {} process did not get to its summary",
                role.word()
            ));
        }
    }
    let started = run.outcomes.len();
    if problems.is_empty() && !run.interrupted && started != settings.requests as usize {
        problems.push(format!(
            "expected {} requests, found {started}",
            settings.requests
        ));
    }
    for (&index, sides) in &run.outcomes {
        let fate = settings.faults.fate(index, &settings.layout);
        if let Err(problem) = check(sides, fate, run.interrupted) {
            problems.push(format!("request {index} ({:#x}): {problem}", sides.room));
        }
    }
    problems
}

fn check(sides: &Sides, fate: Fate, interrupted: bool) -> Result<(), String> {
    let (Some(prefill), Some(decode)) = (&sides.prefill, &sides.decode) else {
        return Err("ended on one side only".to_owned());
    };
    if prefill != decode {
        return Err(format!(
            "{} on the prefill side, {} on the decode side",
            describe(prefill),
            describe(decode)
        ));
    }
    match (fate, decode) {
        (Fate::Complete, Outcome::Completed { .. })
        | (Fate::SessionDies { .. }, Outcome::Failed { .. })
        | (Fate::Abort { .. }, Outcome::Aborted { .. }) => Ok(()),
        (_, Outcome::Aborted { .. }) if interrupted => Ok(()),
        (_, other) => Err(describe(other)),
    }
}

fn describe(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Completed { checksum } => format!("completed with checksum {checksum:08x}"),
        Outcome::Failed { reason } => format!("failed: {reason}"),
        Outcome::Aborted { reason } => format!("aborted: {reason}"),
    }
}

#[cfg(test)]
mod tests;
