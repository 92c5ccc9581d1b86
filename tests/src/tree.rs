//! Spans as an indented tree that a reader can check at a glance.

use std::collections::HashMap;
use std::fmt::Write;

use mooncake_trace::{SpanKind, Value};

use crate::spans::{Recorded, RecordedEvent};

/// What the tracing itself says about requests and threads; it is in their names.
const IDENTITY: [&str; 9] = [
    "rid",
    "module",
    "bootstrap_room",
    "host_id",
    "pid",
    "thread_label",
    "tp_rank",
    "dp_rank",
    "pp_rank",
];

/// One line a span, children below their parent in order of start:
///
/// ```text
/// Req request
///   [main]                                   a thread span, by its label
///     send <- wait {pages=3}                 a slice, the slice that it links to, attributes
///       * queued {depth=2}                   an event
///       write ERROR(peer gone) {auto_closed=true}
/// ```
///
/// A link to a slice of another thread or process is `<~`. A span whose parent has not come stands on the left,
/// behind `...`.
#[must_use]
pub fn render(spans: &[Recorded]) -> String {
    let names = spans
        .iter()
        .map(|span| (span.span_id, span.name.as_str()))
        .collect();
    let mut order: Vec<_> = spans.iter().collect();
    order.sort_by_key(|span| (span.start_ns, span.kind != SpanKind::Request));
    let mut text = String::new();
    for span in &order {
        match span.parent {
            None => lines(&mut text, span, &order, &names, 0),
            Some(parent) if !names.contains_key(&parent.span_id) => {
                text.push_str("... ");
                lines(&mut text, span, &order, &names, 0);
            }
            Some(_) => {}
        }
    }
    text
}

fn lines(
    text: &mut String,
    span: &Recorded,
    order: &[&Recorded],
    names: &HashMap<u64, &str>,
    depth: usize,
) {
    indent(text, depth);
    match (span.kind, span.attr("thread_label")) {
        (SpanKind::Thread, Some(Value::Str(label))) => *text += &format!("[{label}]"),
        _ => *text += &span.name,
    }
    if let Some(link) = span.link {
        let arrow = if link.is_remote { "<~" } else { "<-" };
        let name = names.get(&link.span_id).copied().unwrap_or("...");
        *text += &format!(" {arrow} {name}");
    }
    match span.error.as_deref() {
        None => {}
        Some("") => text.push_str(" ERROR"),
        Some(message) => *text += &format!(" ERROR({message})"),
    }
    attributes(text, &span.attributes);
    text.push('\n');
    for RecordedEvent {
        name,
        attributes: attrs,
        ..
    } in &span.events
    {
        indent(text, depth + 1);
        *text += &format!("* {name}");
        attributes(text, attrs);
        text.push('\n');
    }
    let is_child = |child: &&&Recorded| {
        child
            .parent
            .is_some_and(|parent| parent.span_id == span.span_id)
    };
    for child in order.iter().filter(is_child) {
        lines(text, child, order, names, depth + 1);
    }
}

fn indent(text: &mut String, depth: usize) {
    if !text.ends_with("... ") {
        *text += &"  ".repeat(depth);
    }
}

fn attributes(text: &mut String, attrs: &[(String, Value<'static>)]) {
    let shown = attrs
        .iter()
        .filter(|(key, _)| !IDENTITY.contains(&key.as_str()));
    let shown: Vec<_> = shown
        .map(|(key, value)| format!("{key}={}", Shown(value)))
        .collect();
    if !shown.is_empty() {
        *text += &format!(" {{{}}}", shown.join(", "));
    }
}

struct Shown<'a>(&'a Value<'static>);

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Value::Bool(value) => write!(f, "{value}"),
            Value::Int(value) => write!(f, "{value}"),
            Value::Float(value) => write!(f, "{value:?}"),
            Value::Str(value) => write!(f, "{value}"),
            Value::Array(items) => {
                f.write_char('[')?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{}", if index == 0 { "" } else { " " }, Shown(item))?;
                }
                f.write_char(']')
            }
        }
    }
}

/// Compares spans with a tree; its common indentation does not count.
///
/// # Panics
/// If it is another tree.
#[track_caller]
pub fn assert_tree(spans: &[Recorded], expected: &str) {
    let lines: Vec<_> = expected
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let common = lines
        .iter()
        .map(|line| line.len() - line.trim_start().len())
        .min();
    let expected: String = lines
        .iter()
        .flat_map(|line| [line[common.unwrap_or(0)..].trim_end(), "\n"])
        .collect();
    let actual = render(spans);
    assert!(
        actual == expected,
        "another tree than expected\n--- expected\n{expected}--- recorded\n{actual}---"
    );
}
