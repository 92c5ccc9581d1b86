//! Whether the trace tells the run as it was: no span is missing, every request has a root on both sides, in one
//! trace, and the roots of what failed or was aborted say so.

use std::collections::HashMap;

use mooncake_trace_export::model::Span;

use crate::cli::Role;
use crate::launcher::{Run, Sides};
use crate::outcome::Outcome;
use crate::trace_files::Trace;

/// What is wrong with a trace, in words; empty if nothing is.
pub(crate) fn problems(trace: &Trace, run: &Run) -> Vec<String> {
    let mut problems = Vec::new();
    for role in Role::BOTH {
        problems.extend(check_process(trace, run, role));
    }
    // Where spans were lost a root may be among them.
    let complete = |role| {
        run.summary(role)
            .is_some_and(|summary| summary.spans.dropped == 0)
    };
    if Role::BOTH.into_iter().all(complete) {
        problems.extend(check_requests(trace, run));
    }
    problems
}

fn check_process(trace: &Trace, run: &Run, role: Role) -> Option<String> {
    let (name, part) = (role.word(), trace.part(role));
    // A process without a summary is a problem of its own.
    let spans = run.summary(role)?.spans;
    if part.torn {
        Some(format!("the spans of the {name} process end in the middle"))
    } else if !spans.adds_up() {
        Some(format!(
            "the {name} process recorded {} spans, exported {}, dropped {} and left {} requests open",
            spans.recorded, spans.exported, spans.dropped, spans.open
        ))
    } else if !(spans.exported..=spans.recorded).contains(&(part.spans as u64)) {
        // What an endpoint beside the file has refused counts as dropped, and may be in the file.
        Some(format!(
            "the {name} process exported {} spans, found {}",
            spans.exported, part.spans
        ))
    } else {
        None
    }
}

fn check_requests(trace: &Trace, run: &Run) -> Vec<String> {
    let roots = roots(trace);
    let mut problems = Vec::new();
    // One that ended on one side only is a problem already.
    let ended = |sides: &Sides| sides.prefill.is_some() && sides.decode.is_some();
    for (index, sides) in run.outcomes.iter().filter(|(_, sides)| ended(sides)) {
        let root = |kind| roots.get(&(kind, sides.room)).copied();
        let (sender, receiver) = (root("Sender"), root("Receiver"));
        let problem = match (sender, receiver) {
            _ if sides.traced == 1 => "it was traced on one side only",
            (None, None) if sides.traced == 0 => continue,
            _ if sides.traced == 0 => "it was not to be traced",
            (Some(sender), Some(receiver)) if sender.trace_id != receiver.trace_id => {
                "sender and receiver are in different traces"
            }
            (Some(sender), Some(receiver)) => {
                let failed = !matches!(sides.decode, Some(Outcome::Completed { .. }));
                if sender.is_error() == failed && receiver.is_error() == failed {
                    continue;
                }
                "the status of its roots is not how it ended"
            }
            _ => "a root is missing",
        };
        problems.push(format!("request {index} ({:#x}): {problem}", sides.room));
    }
    problems
}

/// The roots by role and room.
fn roots(trace: &Trace) -> HashMap<(&str, u64), &Span> {
    let scopes = trace.spans.iter().flat_map(|resource| &resource.scopes);
    let spans = scopes.flat_map(|scope| &scope.spans);
    spans
        .filter_map(|span| {
            let (role, _) = span.name.split_once(" Req ")?;
            let room = span.attribute("bootstrap_room")?.to_text();
            let room = u64::from_str_radix(room.strip_prefix("0x")?, 16).ok()?;
            Some(((role, room), span))
        })
        .collect()
}

#[cfg(test)]
mod tests;
