//! `mooncake-trace perfetto`

use std::path::Path;

use mooncake_trace_export::file::OutputFile;
use mooncake_trace_export::layout::Timeline;
use mooncake_trace_export::perfetto::Format;

use crate::args::{FormatArg, PerfettoArgs};
use crate::failure::Failure;
use crate::input;

pub(crate) fn run(args: &PerfettoArgs) -> Result<(), Failure> {
    let spans = input::read(&args.input)?;
    let timeline = Timeline::of(&spans);
    write(&timeline, format(args), &args.output)?;
    if args.output != Path::new("-") {
        eprintln!("{}: {}", args.output.display(), summary(&timeline));
    }
    Ok(())
}

fn format(args: &PerfettoArgs) -> Format {
    match args.format {
        Some(FormatArg::Pftrace) => Format::Pftrace,
        Some(FormatArg::Json) => Format::ChromeJson,
        None => Format::of_file_name(&args.output.to_string_lossy()),
    }
}

fn write(timeline: &Timeline<'_>, format: Format, path: &Path) -> Result<(), Failure> {
    let write = || {
        let mut out = OutputFile::create(path)?;
        format.write(timeline, &mut out)?;
        out.finish()
    };
    write().map_err(|e| Failure::write(path, &e))
}

fn summary(timeline: &Timeline<'_>) -> String {
    let items = || timeline.processes.iter().flat_map(|p| p.items());
    let spans = items().filter(|i| i.event.is_none()).count();
    let events = items().count() - spans;
    let processes = timeline.processes.len();
    let flows = timeline.flows.len();
    format!(
        "{spans} spans, {events} events, {flows} arrows in {processes} processes; open it in https://ui.perfetto.dev"
    )
}
