//! The bar chart for the README: plain SVG that follows the reader's light or dark scheme.

use std::fmt::Write;

use super::goals::ROWS;
use super::table::number;
use super::title;
use crate::cases::PeerName;
use crate::conductor::Results;

/// The panels, by their row in the table of goals.
const PANELS: [(&str, &str); 5] = [
    ("slice, 100 per request", "A slice on the producing thread"),
    (
        "slice with 2 attributes, 100 per request",
        "… with two attributes",
    ),
    (
        "process CPU per span, 1 M spans/s to a counting exporter",
        "CPU of the whole process per span at 1 M spans/s",
    ),
    (
        "OTLP encoding, 2 attributes, per span",
        "OTLP encoding per span, two attributes",
    ),
    (
        "whole way over OTLP/HTTP, 200 k spans/s, 2 attributes, process CPU per span",
        "CPU per span, all the way over OTLP/HTTP",
    ),
];

const PEERS: [PeerName; 4] = [
    PeerName::Ours,
    PeerName::Fastrace,
    PeerName::Otel,
    PeerName::TracingOtel,
];

/// A bar that would be longer than so many of ours is cut.
const CUT: f64 = 20.0;
const WIDTH: f64 = 860.0;
const LEFT: f64 = 250.0;
const FULL: f64 = 480.0;
const BAR: f64 = 16.0;
const STEP: f64 = 22.0;

const HEAD: &str = r##"<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 14px; }
.note { fill: #59636e; font-size: 12px; }
.bar { fill: #b4bcc6; }
.ours { fill: #0969da; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .note { fill: #9198a1; }
  .bar { fill: #484f58; }
  .ours { fill: #4493f8; }
}
</style>
"##;

pub(crate) fn chart(results: &Results) -> String {
    let mut body = String::new();
    let mut y = 24.0;
    for (what, heading) in PANELS {
        let Some(row) = ROWS.iter().find(|row| row.what == what) else {
            continue;
        };
        let bars: Vec<_> = PEERS
            .iter()
            .filter_map(|peer| Some((*peer, row.of(results, *peer)?.median)))
            .collect();
        let longest = bars.iter().map(|(_, ns)| *ns).fold(0.0, f64::max);
        let ours = bars.iter().find(|(peer, _)| *peer == PeerName::Ours);
        let Some((_, ours)) = ours else { continue };
        let full = longest.min(ours * CUT);
        let _ = writeln!(
            body,
            r#"<text class="title" x="10" y="{y}">{heading}</text>"#
        );
        y += 10.0;
        for (peer, ns) in &bars {
            body.push_str(&bar(*peer, *ns, full, y));
            y += STEP;
        }
        y += 26.0;
    }
    let _ = writeln!(
        body,
        r#"<text class="note" x="10" y="{y}">Nanoseconds, shorter is better. Bars marked » are cut at {CUT} times ours. One run on one machine: benches/RESULTS.md.</text>"#
    );
    let height = y + 14.0;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"What a span costs, beside its peers\">\n{HEAD}{body}</svg>\n"
    )
}

fn bar(peer: PeerName, ns: f64, full: f64, y: f64) -> String {
    let class = if peer == PeerName::Ours {
        "ours"
    } else {
        "bar"
    };
    let width = (ns / full).clamp(0.002, 1.0) * FULL;
    let cut = if ns > full * 1.001 { " »" } else { "" };
    let base = y + BAR - 4.0;
    format!(
        "<text x=\"{name}\" y=\"{base}\" text-anchor=\"end\">{title}</text>\n\
         <rect class=\"{class}\" x=\"{LEFT}\" y=\"{y}\" width=\"{width:.1}\" height=\"{BAR}\" rx=\"2\"/>\n\
         <text x=\"{label:.1}\" y=\"{base}\">{number}{cut}</text>\n",
        name = LEFT - 8.0,
        title = title(peer),
        label = LEFT + width + 6.0,
        number = number(ns),
    )
}
