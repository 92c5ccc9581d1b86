//! One request's spans as bars over time.
//!
//! A line for each span, children below their parent. Siblings of one name, as the many passes of a decode loop,
//! share a line from the fourth on: with their number, their time together, and a bar that shows each.

use std::fmt::Write as _;

use super::requests::Request;
use super::style::Style;
use super::units;
use crate::layout::{Role, SpanSet, thread_name};
use crate::model::Span;

/// Siblings of one name that still get a line each.
const SINGLE_LINES: usize = 3;
/// Deeper spans are not shown.
const MAX_DEPTH: usize = 64;

struct Line<'a> {
    depth: usize,
    spans: Vec<&'a Span>,
    role: Role,
}

pub(super) fn render(set: &SpanSet<'_>, request: &Request<'_>, style: &Style) -> String {
    let mut lines = Vec::new();
    collect(set, &request.roots, 0, &mut lines);
    let width = |l: &Line<'_>| 2 * l.depth + label(l).chars().count();
    // The bars get half of the width at least.
    let name_width = lines.iter().map(width).max().unwrap_or(0);
    let name_width = name_width.min((style.width / 2).max(16));
    // Two blanks, the time, two blanks.
    let bar_width = style.width.saturating_sub(name_width + 13).max(10);
    let mut out = style.heading(request.name());
    let failed = if request.failed { ", failed" } else { "" };
    let total = units::duration(request.duration_ns());
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(out, ", {total}{failed}");
    for line in &lines {
        let name = format!("{:1$}{2}", "", 2 * line.depth, label(line));
        let name = fit(&name, name_width);
        let time = units::duration(line.spans.iter().map(|s| s.duration_ns()).sum());
        let bar = bar(&line.spans, request, bar_width);
        let failed = line.spans.iter().find(|s| s.is_error());
        let (name, bar) = match (failed, line.role) {
            (Some(_), _) => (style.error(&name), style.error(&bar)),
            (None, Role::Thread) => (style.faint(&name), style.faint(&bar)),
            _ => (name, style.bar(&bar)),
        };
        let _ = write!(out, "{name}  {time:>9}  {bar}");
        out.truncate(out.trim_end().len());
        if let Some(reason) = failed.and_then(|s| reason(s)) {
            let _ = write!(
                out,
                "\n{:1$}  {2}",
                "",
                2 * line.depth,
                style.error(&reason)
            );
        }
        out.push('\n');
    }
    out
}

fn collect<'a>(set: &SpanSet<'a>, siblings: &[usize], depth: usize, lines: &mut Vec<Line<'a>>) {
    if depth > MAX_DEPTH {
        return;
    }
    let mut siblings: Vec<_> = siblings.iter().map(|i| set.info(*i)).collect();
    siblings.sort_by_key(|i| (i.span.start_ns, i.index));
    let mut folded: Vec<&str> = Vec::new();
    for info in &siblings {
        let name = info.span.name.as_str();
        let twins = siblings.iter().filter(|i| i.span.name == name);
        if twins.clone().count() > SINGLE_LINES && info.role != Role::Request {
            if !folded.contains(&name) {
                folded.push(name);
                lines.push(Line {
                    depth,
                    spans: twins.map(|i| i.span).collect(),
                    role: info.role,
                });
                let children: Vec<_> = siblings
                    .iter()
                    .filter(|i| i.span.name == name)
                    .flat_map(|i| set.children(i.index).iter().copied())
                    .collect();
                collect(set, &children, depth + 1, lines);
            }
        } else {
            lines.push(Line {
                depth,
                spans: vec![info.span],
                role: info.role,
            });
            collect(set, set.children(info.index), depth + 1, lines);
        }
    }
}

fn label(line: &Line<'_>) -> String {
    let span = line.spans[0];
    // A thread span's name ends in where it ran: too long for a terminal.
    let name = match line.role {
        Role::Thread => thread_name(span),
        _ => span.name.clone(),
    };
    match line.spans.len() {
        1 => name,
        n => format!("{name} ×{n}"),
    }
}

fn fit(name: &str, width: usize) -> String {
    if name.chars().count() <= width {
        return format!("{name:<width$}");
    }
    let cut: String = name.chars().take(width - 1).collect();
    format!("{cut}…")
}

/// Eighths of a column, so that short spans show where they are and no longer than they are.
fn bar(spans: &[&Span], request: &Request<'_>, width: usize) -> String {
    let total = request.duration_ns().max(1) as f64;
    let column = |ns: u64| {
        let at = ns.saturating_sub(request.start_ns) as f64 / total * width as f64;
        at.min(width as f64)
    };
    let mut columns = vec![' '; width];
    for span in spans {
        let (from, to) = (
            column(span.start_ns),
            column(span.end_ns.max(span.start_ns)),
        );
        let first = (from as usize).min(width - 1);
        let last = (to.ceil() as usize).clamp(first + 1, width);
        for (i, c) in columns.iter_mut().enumerate().take(last).skip(first) {
            let covered = to.min(i as f64 + 1.0) - from.max(i as f64);
            let blocks = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
            let eighths = (covered * 8.0).round().clamp(1.0, 8.0) as usize;
            let block = if from > i as f64 && covered > 0.4 {
                '▐'
            } else {
                blocks[eighths - 1]
            };
            if *c == ' ' || block == '█' {
                *c = block;
            }
        }
    }
    columns.into_iter().collect()
}

/// Why a span failed, as far as it says.
fn reason(span: &Span) -> Option<String> {
    let message = Some(span.status.message.as_str()).filter(|m| !m.is_empty());
    let attribute = span.attribute("reason").map(|r| r.to_text());
    message
        .map(str::to_owned)
        .or_else(|| attribute.map(|r| r.into_owned()))
}
