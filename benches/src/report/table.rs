//! The tables of RESULTS.md.

use std::fmt::Write;

use super::goals::{Goal, ROWS, Row};
use super::title;
use crate::cases::{Case, PATHS, PeerName};
use crate::conductor::Results;

/// The columns behind ours.
const PEERS: [PeerName; 4] = [
    PeerName::Fastrace,
    PeerName::Otel,
    PeerName::TracingOtel,
    PeerName::TracingRegistry,
];

/// Instructions that a call which is off may cost over the bare one.
const OFF_INSTRUCTIONS: f64 = 12.0;

/// The main table: every figure of every peer, with goals.
pub(super) fn figures(results: &Results) -> String {
    let mut text = String::from("| figure | goal | ours | |");
    for peer in PEERS {
        let _ = write!(text, " {} |", title(peer));
    }
    text.push_str(" best peer ÷ ours |\n|---|---|---|---|");
    text.push_str(&"---|".repeat(PEERS.len() + 1));
    text.push('\n');
    for row in ROWS {
        if let Some(line) = line(row, results) {
            text.push_str(&line);
        }
    }
    text.push('\n');
    text
}

fn line(row: &Row, results: &Results) -> Option<String> {
    let cells: Vec<_> = PEERS.iter().map(|peer| cell(row, results, *peer)).collect();
    let ours = row.of(results, PeerName::Ours);
    if ours.is_none() && cells.iter().all(Option::is_none) {
        return None;
    }
    let goal = match row.goal {
        Goal::Floors(most) => format!("≤ {most} F"),
        Goal::AtMost(most) => format!("≤ {most} {}", row.unit),
        Goal::AtLeast(least) => format!("≥ {least} {}", row.unit),
        Goal::None => "–".to_owned(),
    };
    let spread = ours.map_or_else(String::new, |figure| {
        format!(" ({}–{})", number(figure.low), number(figure.high))
    });
    let verdict = match row.is_met(results) {
        Some(true) => "met",
        Some(false) => "**missed**",
        None => "",
    };
    let mut text = format!(
        "| {} | {} | {}{spread} | {verdict} |",
        row.what,
        goal.trim_end(),
        cell(row, results, PeerName::Ours).unwrap_or_else(|| "–".to_owned()),
    );
    for cell in &cells {
        let _ = write!(text, " {} |", cell.as_deref().unwrap_or("–"));
    }
    let _ = writeln!(
        text,
        " {} |",
        advantage(row, results).unwrap_or_else(|| "–".to_owned())
    );
    Some(text)
}

fn cell(row: &Row, results: &Results, peer: PeerName) -> Option<String> {
    let figure = row.of(results, peer)?;
    let floors = matches!(row.goal, Goal::Floors(_))
        .then(|| results.over_floor(row.case, peer, row.figure))
        .flatten();
    // Less than the bursts can resolve.
    let median = match row.unit {
        "ns" if figure.median < 0.05 => 0.0,
        _ => figure.median,
    };
    let value = format!("{} {}", number(median), row.unit);
    Some(match floors {
        Some(floors) => format!("{value} = {:.2} F", floors.median),
        None => value.trim_end().to_owned(),
    })
}

/// How many times better than the best peer that produces something.
fn advantage(row: &Row, results: &Results) -> Option<String> {
    let ours = row.of(results, PeerName::Ours)?.median;
    let peers = PEERS
        .iter()
        .filter(|peer| row.case == Case::Off || **peer != PeerName::TracingRegistry)
        .filter_map(|peer| Some(row.of(results, *peer)?.median));
    let ratio = match row.goal {
        Goal::AtLeast(_) => ours / peers.reduce(f64::max)?,
        _ => peers.reduce(f64::min)? / ours,
    };
    (ratio.is_finite() && ratio >= 0.05 && ours > 0.05).then(|| format!("{ratio:.1} ×"))
}

/// With as many digits as mean something.
pub(super) fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size < 0.001 => format!("{value:.6}"),
        size if size < 10.0 => format!("{value:.2}"),
        size if size < 100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// The goals that are missed, and by how much.
pub(super) fn missed(results: &Results) -> String {
    let mut text = String::new();
    for row in ROWS.iter().filter(|row| row.is_met(results) == Some(false)) {
        let Some(figure) = row.of(results, PeerName::Ours) else {
            continue;
        };
        let floors = results.over_floor(row.case, PeerName::Ours, row.figure);
        let (is, goal) = match (row.goal, floors) {
            (Goal::Floors(goal), Some(floors)) => (floors.median, goal),
            (Goal::AtMost(goal) | Goal::AtLeast(goal), _) => (figure.median, goal),
            _ => continue,
        };
        let _ = write!(text, "- {}: {:.2} times the goal", row.what, is / goal);
        let _ = match row.why {
            "" => writeln!(text, "."),
            why => writeln!(text, ". {why}"),
        };
    }
    if text.is_empty() {
        return text;
    }
    format!("## Missed\n\n{text}\n")
}

/// Instruction counts, over the bare call where there is one.
pub(super) fn instructions(results: &Results) -> String {
    if results.instructions.is_empty() {
        return String::new();
    }
    let mut text = String::from(
        "## Instructions\n\n\
         By callgrind, for one more operation in a process where only that path runs. \
         Calls that are off: over the same call bare. All others: the producing thread alone.\n\n\
         | path | peer | instructions | |\n|---|---|---|---|\n",
    );
    let bare = |peer: PeerName| {
        let of = if peer == PeerName::Ours {
            peer
        } else {
            PeerName::Fastrace
        };
        let count = results.instructions.get(&(of, crate::cases::BARE));
        count.copied().unwrap_or(f64::NAN)
    };
    for path in PATHS.iter().filter(|path| path.name != crate::cases::BARE) {
        let Some(count) = results.instructions.get(&(path.peer, path.name)) else {
            continue;
        };
        let count = if path.is_off() {
            count - bare(path.peer)
        } else {
            *count
        };
        let verdict = match (path.has_goal(), count <= OFF_INSTRUCTIONS) {
            (false, _) => String::new(),
            (true, true) => format!("≤ {OFF_INSTRUCTIONS}: met"),
            (true, false) => format!("≤ {OFF_INSTRUCTIONS}: **missed**"),
        };
        let _ = writeln!(
            text,
            "| {} | {} | {count:.0} | {verdict} |",
            path.name,
            title(path.peer)
        );
    }
    text.push('\n');
    text
}

/// What became of the spans in the throughput cases.
pub(super) fn books(results: &Results) -> String {
    let mut text = String::new();
    for (case, what) in [
        (Case::Cpu, "1 M spans/s"),
        (Case::FlatOut, "flat out"),
        (Case::Wire, "OTLP/HTTP, 200 k spans/s"),
    ] {
        for peer in case.peers() {
            for figures in results.of(case, *peer) {
                let get = |name| {
                    figures
                        .get(name)
                        .map_or("–".to_owned(), |n| format!("{n:.0}"))
                };
                let lost = figures.get("made").zip(figures.get("arrived"));
                let lost = lost.map_or("–".to_owned(), |(made, arrived)| {
                    format!("{:.1} %", 100.0 * (made - arrived).max(0.0) / made)
                });
                let _ = writeln!(
                    text,
                    "| {what} | {} | {} | {} | {lost} | {} | {} | {} |",
                    title(*peer),
                    get("made"),
                    get("arrived"),
                    get("recorded"),
                    get("exported"),
                    get("dropped"),
                );
            }
        }
    }
    if text.is_empty() {
        return text;
    }
    format!(
        "## Books\n\n\
         What was made and what has arrived after a flush, in every round; for ours what `stats()` said: \
         recorded == exported + dropped, or the run would have failed. Flat out is the first attempt of each process, \
         before the lossless rate is searched.\n\n\
         | case | peer | made | arrived | lost | recorded | exported | dropped |\n|---|---|---|---|---|---|---|---|\n{text}\n"
    )
}
