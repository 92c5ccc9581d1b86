//! What a trace says, in a terminal: a table of the stages, and where one request's time went.
//!
//! ```no_run
//! use mooncake_trace_export::report::{Report, Style};
//! # let spans = Vec::new();
//! print!("{}", Report::of(&spans).render(&Style::plain(100)));
//! ```

mod requests;
mod stages;
mod style;
mod units;
mod waterfall;

use std::fmt::Write as _;

pub use requests::Request;
pub use stages::StageRow;
pub use style::Style;

use crate::layout::SpanSet;
use crate::model::ResourceSpans;

/// The figures of a trace file.
#[derive(Debug)]
pub struct Report<'a> {
    /// Requests and stages, in the order in which a request meets them.
    pub stages: Vec<StageRow>,
    /// All requests, the slowest first.
    pub requests: Vec<Request<'a>>,
    spans: SpanSet<'a>,
}

impl<'a> Report<'a> {
    /// Counts and measures `resource_spans`.
    pub fn of(resource_spans: &'a [ResourceSpans]) -> Self {
        let spans = SpanSet::of(resource_spans);
        Self {
            stages: stages::table(&spans),
            requests: requests::slowest_first(&spans),
            spans,
        }
    }

    /// The table, then the slowest request.
    pub fn render(&self, style: &Style) -> String {
        let mut out = self.render_stages(style);
        if let Some(slowest) = self.requests.first() {
            // Writing to a String cannot fail.
            let _ = write!(out, "\nSlowest of {} requests: ", self.requests.len());
            out.push_str(&self.render_request(slowest, style));
        }
        out
    }

    /// The table alone.
    pub fn render_stages(&self, style: &Style) -> String {
        stages::render(&self.stages, style)
    }

    /// Where the time of one request went.
    pub fn render_request(&self, request: &Request<'a>, style: &Style) -> String {
        waterfall::render(&self.spans, request, style)
    }

    /// The requests whose rid or bootstrap room starts with `prefix`.
    pub fn find<'r>(&'r self, prefix: &'r str) -> impl Iterator<Item = &'r Request<'a>> {
        self.requests.iter().filter(move |r| r.is_called(prefix))
    }
}
