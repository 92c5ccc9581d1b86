//! Reading of OTLP/JSON files: lines of `ExportTraceServiceRequest`, or one of them over many lines.

use std::fmt;
use std::io::{self, Read};

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::lenient;
use super::wire::WireResourceSpans;
use crate::model::ResourceSpans;

/// What could not be read, where, and what to do about it.
#[derive(Debug)]
pub enum ReadError {
    /// The input could not be read at all.
    Io(io::Error),
    /// The input is no OTLP/JSON.
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column in bytes, from 1.
        column: usize,
        /// What was expected and what was found.
        message: String,
        /// What to do about it.
        advice: &'static str,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(e) => write!(f, "cannot read: {e}"),
            Self::Syntax {
                line,
                column,
                message,
                advice,
            } => {
                write!(f, "line {line}, column {column}: {message}; {advice}")
            }
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(e) => Some(e),
            Self::Syntax { .. } => None,
        }
    }
}

/// What a file held.
#[derive(Debug, Default)]
pub struct ReadReport {
    /// Its spans, in the order of the file.
    pub resource_spans: Vec<ResourceSpans>,
    /// How many requests (lines) there were.
    pub requests: usize,
    /// Requests that carried metrics or logs instead: passed over.
    pub other_signals: usize,
}

impl ReadReport {
    /// How many spans there are.
    pub fn span_count(&self) -> usize {
        let scopes = self.resource_spans.iter().flat_map(|rs| &rs.scopes);
        scopes.map(|s| s.spans.len()).sum()
    }
}

/// Reads a whole file: blank lines, missing and unknown fields, integers with and without quotes are all fine.
///
/// # Errors
/// [`ReadError`] with the place of the first thing that is not OTLP/JSON.
pub fn read_json_lines(mut input: impl Read) -> Result<ReadReport, ReadError> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).map_err(ReadError::Io)?;
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut report = ReadReport::default();
    let mut requests = serde_json::Deserializer::from_slice(text).into_iter::<Request>();
    loop {
        let begin = requests.byte_offset();
        match requests.next() {
            None => return Ok(report),
            Some(Err(e)) => return Err(syntax(text, &e)),
            Some(Ok(request)) => report
                .take(request)
                .map_err(|()| unknown_object(text, begin))?,
        }
    }
}

#[derive(Deserialize)]
#[serde(expecting = "an ExportTraceServiceRequest object")]
struct Request {
    #[serde(
        default,
        rename = "resourceSpans",
        alias = "resource_spans",
        alias = "batches",
        deserialize_with = "lenient::or_default"
    )]
    resource_spans: Option<Vec<WireResourceSpans>>,
    #[serde(default, rename = "resourceMetrics")]
    metrics: Option<IgnoredAny>,
    #[serde(default, rename = "resourceLogs")]
    logs: Option<IgnoredAny>,
    #[serde(flatten)]
    others: serde_json::Map<String, serde_json::Value>,
}

impl ReadReport {
    /// `Err` if the object is not of OTLP.
    fn take(&mut self, request: Request) -> Result<(), ()> {
        if let Some(spans) = request.resource_spans {
            self.resource_spans
                .extend(spans.into_iter().map(ResourceSpans::from));
        } else if request.metrics.is_some() || request.logs.is_some() {
            self.other_signals += 1;
        } else if !request.others.is_empty() {
            return Err(());
        }
        self.requests += 1;
        Ok(())
    }
}

fn syntax(text: &[u8], e: &serde_json::Error) -> ReadError {
    let advice = if e.is_eof() {
        "the file ends in the middle of a request: was its writer cut off? Remove the last line"
    } else if text.starts_with(b"\x1f\x8b") {
        "this looks like gzip: give the file a name that ends in .gz"
    } else if e.is_data() {
        "the value does not fit OTLP/JSON: see whether its writer follows the OTLP specification"
    } else {
        "expected OTLP/JSON, one ExportTraceServiceRequest a line"
    };
    let place = format!(" at line {} column {}", e.line(), e.column());
    ReadError::Syntax {
        line: e.line(),
        column: e.column(),
        message: e.to_string().replace(&place, ""),
        advice,
    }
}

fn unknown_object(text: &[u8], begin: usize) -> ReadError {
    let blank = text[begin..]
        .iter()
        .take_while(|b| b.is_ascii_whitespace())
        .count();
    let before = &text[..begin + blank];
    let line_start = before
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |i| i + 1);
    ReadError::Syntax {
        line: 1 + before.iter().filter(|b| **b == b'\n').count(),
        column: 1 + before.len() - line_start,
        message: "expected an object with \"resourceSpans\", found another one".to_owned(),
        advice: "only OTLP/JSON traces can be read",
    }
}
