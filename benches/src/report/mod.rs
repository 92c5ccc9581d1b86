//! What is written down: RESULTS.md and the chart.

mod chart;
mod goals;
mod growth;
mod machine;
mod table;

use crate::cases::PeerName;
use crate::conductor::Results;
use crate::figures::{OTHERS_BUSY, SWAP_BUSY, UNREST_BUSY};

pub(crate) use chart::chart;

/// The text of RESULTS.md.
pub(crate) fn markdown(results: &Results) -> String {
    let floor = results.floor().map_or_else(
        || "not measured".to_owned(),
        |floor| {
            format!(
                "{:.1} ns ({:.1}–{:.1})",
                floor.median, floor.low, floor.high
            )
        },
    );
    let (all, doubtful) = results.doubtful();
    let mode = if results.quick { "quick" } else { "full" };
    let mut text = format!(
        "# Peers side by side\n\n\
         Written by `cargo run --release -p mooncake-trace-benches`; do not edit.\n\n\
         {machine}\
         - run: {mode}, {minutes:.1} minutes\n\
         - F, the floor (two clock reads and one 64-byte record into a thread-local ring): **{floor}**\n\
         - canary: {doubtful} of {all} measurements were taken while the machine was busy, also after repeating (upper \
         quartile of a fixed loop above {UNREST_BUSY} of its minimum, atomic swaps above {SWAP_BUSY} of the quickest of the run, or more than {limit:.0} % of the machine in the hands of \
         other processes; those had {others})\n\n\
         Every case of every peer ran in a process of its own, the rounds interleaved. A figure is the median over the \
         rounds of the medians of short bursts, the bare loop subtracted; multiples of F are of the F that the same \
         process measured between its bursts. The threads of a pipeline ran on another core than the producer, as on a machine with cores to spare. \
         Calls that are off were measured in eight copies of every function, because where a function lies decides over some cycles. \
         Chunks were handed off in bursts of 512, which make 2,048 spans; a bare one is subtracted. \
         Batches have the size that is the default: 2,048 spans here, 512 in the SDK. Behind *ours* stands the lowest and the highest round. \
         A bold verdict is the goal's.\n\n",
        limit = 100.0 * OTHERS_BUSY,
        others = results.others().map_or_else(String::new, |others| {
            format!(
                "{:.0} % in the median, {:.0}–{:.0} %",
                100.0 * others.median,
                100.0 * others.low,
                100.0 * others.high
            )
        }),
        machine = machine::describe(),
        minutes = results.took.as_secs_f64() / 60.0,
    );
    text.push_str(&table::figures(results));
    text.push_str(&table::missed(results));
    text.push_str(&table::instructions(results));
    text.push_str(&table::books(results));
    text.push_str(&growth::tables(results));
    text
}

/// How a peer is called in tables and charts.
const fn title(peer: PeerName) -> &'static str {
    match peer {
        PeerName::Ours => "ours",
        PeerName::Fastrace => "fastrace",
        PeerName::TracingRegistry => "tracing, registry alone",
        PeerName::TracingOtel => "tracing + tracing-opentelemetry",
        PeerName::Otel => "OpenTelemetry SDK",
    }
}
