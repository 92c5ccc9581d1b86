//! A trace that is right, and every way of being wrong.

use mooncake_trace_export::model::{
    AnyValue, KeyValue, ResourceSpans, ScopeSpans, Status, StatusCode,
};

use super::*;
use crate::outcome::Summary;
use crate::telemetry::Accounting;
use crate::trace_files::Part;

const ROOM: u64 = 0x2a;

fn root(name: &str, trace_id: u128, code: StatusCode) -> Span {
    Span {
        trace_id,
        name: name.to_owned(),
        attributes: vec![KeyValue {
            key: "bootstrap_room".to_owned(),
            value: AnyValue::Str("0x2a".to_owned()),
        }],
        status: Status {
            code,
            ..Status::default()
        },
        ..Span::default()
    }
}

fn trace(roots: Vec<Span>) -> Trace {
    let part = Part {
        spans: 1,
        torn: false,
    };
    Trace {
        prefill: part,
        decode: part,
        spans: vec![ResourceSpans {
            scopes: vec![ScopeSpans {
                spans: roots,
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }],
    }
}

fn run(outcome: Outcome) -> Run {
    let summary = Summary {
        spans: Accounting {
            recorded: 1,
            exported: 1,
            ..Accounting::default()
        },
        ..Summary::default()
    };
    let sides = Sides {
        room: ROOM,
        prefill: Some(outcome.clone()),
        decode: Some(outcome),
        traced: 2,
    };
    Run {
        outcomes: [(0, sides)].into(),
        prefill: Some(summary),
        decode: Some(summary),
        ..Run::default()
    }
}

fn completed() -> Run {
    run(Outcome::Completed { checksum: 1 })
}

fn pair(sender: StatusCode, receiver: StatusCode) -> Trace {
    trace(vec![
        root("Sender Req 0x2a", 1, sender),
        root("Receiver Req 0x2a", 1, receiver),
    ])
}

#[test]
fn a_right_trace_has_no_problems() {
    let unset = pair(StatusCode::Unset, StatusCode::Unset);
    assert_eq!(problems(&unset, &completed()), Vec::<String>::new());
    let reason = "aborted".to_owned();
    let error = pair(StatusCode::Error, StatusCode::Error);
    assert!(problems(&error, &run(Outcome::Aborted { reason })).is_empty());
}

#[test]
fn a_root_with_the_wrong_status_is_found() {
    let found = problems(&pair(StatusCode::Error, StatusCode::Unset), &completed());
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("request 0 (0x2a)") && found[0].contains("status"));
    let reason = "died".to_owned();
    let unset = pair(StatusCode::Unset, StatusCode::Error);
    assert_eq!(problems(&unset, &run(Outcome::Failed { reason })).len(), 1);
}

#[test]
fn missing_roots_and_two_traces_are_found() {
    let alone = trace(vec![root("Sender Req 0x2a", 1, StatusCode::Unset)]);
    assert!(problems(&alone, &completed())[0].contains("a root is missing"));
    let apart = trace(vec![
        root("Sender Req 0x2a", 1, StatusCode::Unset),
        root("Receiver Req 0x2a", 2, StatusCode::Unset),
    ]);
    assert!(problems(&apart, &completed())[0].contains("different traces"));
}

#[test]
fn spans_that_do_not_add_up_are_found() {
    let right = || pair(StatusCode::Unset, StatusCode::Unset);
    let with = |change: fn(&mut Accounting)| {
        let mut run = completed();
        change(&mut run.prefill.as_mut().unwrap().spans);
        problems(&right(), &run)
    };
    assert!(with(|spans| spans.recorded = 2)[0].contains("recorded 2"));
    assert!(with(|spans| spans.open = 1)[0].contains("left 1 requests open"));
    let more = with(|spans| (spans.recorded, spans.exported) = (2, 2));
    assert!(more[0].contains("exported 2 spans, found 1"));

    let mut torn = right();
    torn.decode.torn = true;
    assert!(problems(&torn, &completed())[0].contains("end in the middle"));
}

#[test]
fn where_spans_were_dropped_or_nothing_was_traced_no_roots_are_expected() {
    let mut run = completed();
    run.prefill.as_mut().unwrap().spans = Accounting {
        recorded: 2,
        exported: 1,
        dropped: 1,
        open: 0,
    };
    assert!(problems(&trace(Vec::new()), &run).is_empty());

    let nothing = Summary::default();
    (run.prefill, run.decode) = (Some(nothing), Some(nothing));
    let sides = run.outcomes.get_mut(&0).unwrap();
    sides.traced = 0;
    assert!(problems(&Trace::default(), &run).is_empty());
    let sides = run.outcomes.get_mut(&0).unwrap();
    sides.traced = 1;
    assert_eq!(problems(&Trace::default(), &run).len(), 1);
}
