//! Reading of the input files.

use mooncake_trace_export::file::read_input;
use mooncake_trace_export::model::ResourceSpans;
use mooncake_trace_export::otlp::read_json_lines;

use crate::args::InputArgs;
use crate::failure::Failure;

/// All spans of all inputs.
pub(crate) fn read(args: &InputArgs) -> Result<Vec<ResourceSpans>, Failure> {
    let mut all = Vec::new();
    let mut spans = 0;
    let mut others = 0;
    for path in &args.inputs {
        let bytes = read_input(path).map_err(|e| Failure::read(path, &e))?;
        let report = read_json_lines(bytes.as_slice()).map_err(|e| Failure::syntax(path, &e))?;
        spans += report.span_count();
        others += report.other_signals;
        all.extend(report.resource_spans);
    }
    if spans == 0 {
        let what = if others > 0 {
            "only metrics or logs"
        } else {
            "nothing"
        };
        let names: Vec<_> = args
            .inputs
            .iter()
            .map(|p| p.display().to_string())
            .collect();
        return Err(Failure::Input(format!(
            "{}: expected spans, found {what}; was tracing on (--enable-trace), and did the program end properly?",
            names.join(", ")
        )));
    }
    Ok(all)
}
