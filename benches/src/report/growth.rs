//! How the cost of ours grows.

use std::fmt::{Display, Write};

use super::table::number;
use crate::cases::growth::{ATTRIBUTES, DEPTHS, OPEN, THREADS};
use crate::cases::{Case, PeerName};
use crate::conductor::Results;

pub(super) fn tables(results: &Results) -> String {
    let get = |name: &str| {
        let figure = results.figure(Case::Growth, PeerName::Ours, name);
        figure.map(|figure| number(figure.median))
    };
    if get("1 threads").is_none() {
        return String::new();
    }
    let mut text = String::from("## How cost grows\n\nOurs, in ns.\n\n");
    let mut series = |what: &str, name: &dyn Fn(usize) -> String, steps: &[usize]| {
        let cells = steps
            .iter()
            .map(|step| get(&name(*step)).unwrap_or_default());
        let _ = write!(
            text,
            "| {what} | {} |\n|{}\n| ns | {} |\n\n",
            join(steps.iter()),
            "---|".repeat(steps.len() + 1),
            join(cells),
        );
    };
    series(
        "threads that make requests with 10 slices; processor time of the producers per span",
        &|n| format!("{n} threads"),
        &THREADS,
    );
    series(
        "nested slices; per slice",
        &|n| format!("depth {n}"),
        &DEPTHS,
    );
    series(
        "integer attributes; per slice",
        &|n| format!("{n} attributes"),
        &ATTRIBUTES,
    );
    series(
        "open requests, a slice in one after the other; per slice",
        &|n| format!("{n} open requests"),
        &OPEN,
    );
    if let Some(bytes) = get("bytes of an open request") {
        let _ = writeln!(text, "An open request takes {bytes} bytes.");
    }
    text
}

fn join(items: impl Iterator<Item = impl Display>) -> String {
    items
        .map(|item| item.to_string())
        .collect::<Vec<_>>()
        .join(" | ")
}
