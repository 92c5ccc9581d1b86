//! The table of stages: how often, how long, how many failed, how fast.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::style::Style;
use super::units;
use crate::layout::{Role, SpanInfo, SpanSet};
use crate::model::AnyValue;

/// One line of the table: all spans of one stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageRow {
    /// Its name; for requests their role, like `Sender Req`.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// How many.
    pub count: usize,
    /// How many failed.
    pub errors: usize,
    /// Median, ns.
    pub p50_ns: u64,
    /// 90th percentile, ns.
    pub p90_ns: u64,
    /// 99th percentile, ns.
    pub p99_ns: u64,
    /// The longest, ns.
    pub max_ns: u64,
    /// Sum of the attribute `bytes`, of those that have it.
    pub bytes: Option<u64>,
    /// Time of those that have it, ns.
    pub bytes_ns: u64,
}

impl StageRow {
    /// Bytes per second while the stage ran, if its spans say how many bytes they moved.
    pub fn bytes_per_second(&self) -> Option<f64> {
        let bytes = self.bytes?;
        (self.bytes_ns > 0).then(|| bytes as f64 * 1e9 / self.bytes_ns as f64)
    }
}

/// The rows: requests first, then stages, each in the order in which they first begin.
pub(super) fn table(spans: &SpanSet<'_>) -> Vec<StageRow> {
    let mut infos: Vec<_> = spans.infos().filter(|i| i.role != Role::Thread).collect();
    infos.sort_by_key(|i| (i.role != Role::Request, i.span.start_ns, i.index));
    let mut order = Vec::new();
    let mut groups: HashMap<(Role, &str), Vec<SpanInfo<'_>>> = HashMap::new();
    for info in infos {
        let key = (info.role, stage_name(&info));
        let group = groups.entry(key).or_default();
        if group.is_empty() {
            order.push(key);
        }
        group.push(info);
    }
    order
        .into_iter()
        .map(|key| row(key, &groups[&key]))
        .collect()
}

/// Requests are of one kind by what stands before their id.
fn stage_name<'a>(info: &SpanInfo<'a>) -> &'a str {
    let name = info.span.name.as_str();
    match name.find("Req ").filter(|_| info.role == Role::Request) {
        Some(at) => &name[..at + "Req".len()],
        None => name,
    }
}

fn row((role, name): (Role, &str), infos: &[SpanInfo<'_>]) -> StageRow {
    let mut durations: Vec<_> = infos.iter().map(|i| i.span.duration_ns()).collect();
    durations.sort_unstable();
    // Nearest rank: a value that really occurred.
    let percentile = |p: usize| durations[(durations.len() * p).div_ceil(100).max(1) - 1];
    let mut bytes = None;
    let mut bytes_ns = 0;
    for info in infos {
        let value = info.span.attribute("bytes").and_then(AnyValue::as_int);
        if let Some(value) = value.and_then(|b| u64::try_from(b).ok()) {
            bytes = Some(bytes.unwrap_or(0) + value);
            bytes_ns += info.span.duration_ns();
        }
    }
    StageRow {
        name: name.to_owned(),
        role,
        count: infos.len(),
        errors: infos.iter().filter(|i| i.span.is_error()).count(),
        p50_ns: percentile(50),
        p90_ns: percentile(90),
        p99_ns: percentile(99),
        max_ns: percentile(100),
        bytes,
        bytes_ns,
    }
}

pub(super) fn render(rows: &[StageRow], style: &Style) -> String {
    let with_bytes = rows.iter().any(|r| r.bytes.is_some());
    let mut head = vec!["stage", "count", "errors", "p50", "p90", "p99", "max"];
    if with_bytes {
        head.extend(["bytes", "bytes/s"]);
    }
    let cells = |r: &StageRow| {
        let mut cells = vec![r.name.clone(), r.count.to_string(), r.errors.to_string()];
        cells.extend([r.p50_ns, r.p90_ns, r.p99_ns, r.max_ns].map(units::duration));
        if with_bytes {
            cells.push(r.bytes.map(units::bytes).unwrap_or_default());
            cells.push(
                r.bytes
                    .map(|b| units::rate(b, r.bytes_ns))
                    .unwrap_or_default(),
            );
        }
        cells
    };
    let lines: Vec<_> = rows.iter().map(cells).collect();
    let width_of = |column: usize| {
        let widths = lines.iter().map(|l| l[column].chars().count());
        widths.chain([head[column].len()]).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..head.len()).map(width_of).collect();
    let line = |cells: &[&str]| {
        let mut out = format!("{:<w$}", cells[0], w = widths[0]);
        for (cell, w) in cells.iter().zip(&widths).skip(1) {
            let _ = write!(out, "  {cell:>w$}");
        }
        out.trim_end().to_owned()
    };
    let mut out = style.heading(&line(&head)) + "\n";
    for (row, cells) in rows.iter().zip(&lines) {
        let cells: Vec<_> = cells.iter().map(String::as_str).collect();
        let text = line(&cells);
        let text = if row.errors > 0 {
            style.error(&text)
        } else {
            text
        };
        out.push_str(&text);
        out.push('\n');
    }
    out
}
