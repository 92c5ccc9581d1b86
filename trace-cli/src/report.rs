//! `mooncake-trace report`

use std::env;
use std::io::{self, IsTerminal as _, Write as _};

use mooncake_trace_export::report::{Report, Style};

use crate::args::{ColorArg, ReportArgs};
use crate::failure::Failure;
use crate::input;

/// Columns where the terminal does not say.
const DEFAULT_WIDTH: usize = 100;

pub(crate) fn run(args: &ReportArgs) -> Result<(), Failure> {
    let spans = input::read(&args.input)?;
    let report = Report::of(&spans);
    let style = style(args);
    let text = match &args.request {
        None => report.render(&style),
        Some(prefix) => {
            let found: Vec<_> = report.find(prefix).collect();
            if found.is_empty() {
                return Err(Failure::Input(format!(
                    "no request whose rid, bootstrap room or trace id starts with {prefix:?}; \
                     the slowest one is {:?}",
                    report.requests.first().map_or("none", |r| r.name())
                )));
            }
            let rendered = found.iter().map(|r| report.render_request(r, &style));
            rendered.collect::<Vec<_>>().join("\n")
        }
    };
    match io::stdout().lock().write_all(text.as_bytes()) {
        // Whoever reads it (`| head`) has seen enough.
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.map_err(|e| Failure::write("-".as_ref(), &e)),
    }
}

fn style(args: &ReportArgs) -> Style {
    let columns = env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    let terminal =
        || terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0.into());
    let wanted = env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    Style {
        width: args
            .width
            .or(columns)
            .or_else(terminal)
            .unwrap_or(DEFAULT_WIDTH),
        color: match args.color {
            ColorArg::Always => true,
            ColorArg::Never => false,
            ColorArg::Auto => wanted && io::stdout().is_terminal(),
        },
    }
}
