//! What the user gets to see at the end: what was moved, how long each stage took, where the slowest request's
//! time went, and which files say more.

use std::io::{self, Write};

use anstream::ColorChoice;
use anstyle::{AnsiColor, Style};
use mooncake_trace_export::report::{self, Report};

use crate::cli::{Role, Settings};
use crate::launcher::Run;
use crate::trace_files::{Trace, TraceFiles};
use crate::verdict::Counts;

/// Columns where there is no terminal to say.
const DEFAULT_WIDTH: usize = 100;

/// Prints all of it to stdout, in colour on a terminal.
///
/// # Errors
/// Those of stdout.
pub(crate) fn print(
    settings: &Settings,
    run: &Run,
    trace: &Trace,
    files: &TraceFiles,
) -> io::Result<()> {
    let stdout = io::stdout();
    let color = anstream::AutoStream::choice(&stdout) != ColorChoice::Never;
    let mut out = anstream::AutoStream::auto(stdout).lock();
    print_outcome(&mut out, settings, run)?;
    if trace.spans.is_empty() {
        writeln!(
            out,
            "\nNothing was traced: see --trace-modules, --trace-level and the OTEL_* variables."
        )?;
    } else {
        let width =
            terminal_size::terminal_size().map_or(DEFAULT_WIDTH, |(width, _)| width.0.into());
        let report = Report::of(&trace.spans).render(&report::Style { width, color });
        writeln!(out, "\n{}", report.trim_end())?;
    }
    print_files(&mut out, run, files)?;
    out.flush()
}

fn print_outcome(out: &mut impl Write, settings: &Settings, run: &Run) -> io::Result<()> {
    let Counts {
        completed,
        failed,
        aborted,
    } = Counts::of(run);
    let paint = |count: usize, word: &str, color: AnsiColor| {
        let style = match count {
            0 => Style::new(),
            _ => color.on_default(),
        };
        format!("{style}{count} {word}{style:#}")
    };
    writeln!(
        out,
        "{} requests of {} MiB to {} sessions: {}, {}, {}{}",
        run.outcomes.len(),
        settings.layout.bytes() >> 20,
        settings.sessions,
        paint(completed, "completed", AnsiColor::Green),
        paint(failed, "failed", AnsiColor::Red),
        paint(aborted, "aborted", AnsiColor::Yellow),
        if run.interrupted {
            " (interrupted)"
        } else {
            ""
        },
    )?;
    let placed = run.decode.as_ref().map_or(0, |summary| summary.bytes);
    let seconds = run.elapsed.as_secs_f64();
    writeln!(
        out,
        "{:.3} GB placed and verified in {seconds:.3} s: {:.2} GB/s",
        placed as f64 / 1e9,
        placed as f64 / 1e9 / seconds.max(1e-9)
    )
}

fn print_files(out: &mut impl Write, run: &Run, files: &TraceFiles) -> io::Result<()> {
    writeln!(out)?;
    for role in Role::BOTH {
        if let Some(summary) = run.summary(role) {
            let spans = summary.spans;
            let sign = if spans.adds_up() { "==" } else { "!=" };
            let lost = match spans.dropped {
                0 => Style::new(),
                _ => AnsiColor::Red.on_default(),
            };
            writeln!(
                out,
                "{:7} spans: recorded {} {sign} exported {} + {lost}dropped {}{lost:#}",
                role.word(),
                spans.recorded,
                spans.exported,
                spans.dropped
            )?;
        }
    }
    let pftrace = files.pftrace();
    let otlp = files.otlp();
    let width = pftrace.as_os_str().len().max(otlp.as_os_str().len());
    writeln!(
        out,
        "\n{:width$}  open it in https://ui.perfetto.dev\n{:width$}  OTLP/JSON lines, for any OpenTelemetry tool",
        pftrace.display().to_string(),
        otlp.display().to_string(),
    )
}
