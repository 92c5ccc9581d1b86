//! A Perfetto trace of this process' run.
//!
//! Where a span is drawn depends on all others, so spans are kept and the file is written at the end (and at each
//! flush), whole or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mooncake_trace::{Batch, ExportError, Exporter, Receipt};

use crate::convert;
use crate::file::OutputFile;
use crate::layout::Timeline;
use crate::model::{Resource, ResourceSpans, Scope, ScopeSpans, Span};
use crate::perfetto::Format;

/// How many bytes of spans are kept; what comes then is refused, and counted so.
const DEFAULT_MEMORY_LIMIT: usize = 512 << 20;

/// Writes a trace for <https://ui.perfetto.dev>.
#[derive(Debug)]
pub struct PerfettoFileExporter {
    path: PathBuf,
    spans: Vec<ResourceSpans>,
    bytes: usize,
    memory_limit: usize,
    /// Whether there are spans that the file lacks.
    unsaved: bool,
}

impl PerfettoFileExporter {
    /// A trace at `path`: Chrome JSON if its name ends in `.json`, compressed if in `.gz`.
    ///
    /// # Errors
    /// If the folder is not there and cannot be made.
    pub fn create(path: impl Into<PathBuf>, resource: Resource) -> io::Result<Self> {
        let path = path.into();
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        let scope = Scope {
            name: convert::SCOPE_NAME.to_owned(),
            ..Scope::default()
        };
        let scopes = vec![ScopeSpans {
            scope,
            ..ScopeSpans::default()
        }];
        Ok(Self {
            path,
            spans: vec![ResourceSpans {
                resource,
                scopes,
                schema_url: String::new(),
            }],
            bytes: 0,
            memory_limit: DEFAULT_MEMORY_LIMIT,
            unsaved: true,
        })
    }

    /// Keeps about so many bytes of spans at most. Default 512 MiB, about a million spans.
    #[must_use]
    pub fn memory_limit(mut self, bytes: usize) -> Self {
        self.memory_limit = bytes;
        self
    }

    fn save(&mut self) -> Result<(), ExportError> {
        if !self.unsaved {
            return Ok(());
        }
        write(&self.path, &self.spans)
            .map_err(|e| ExportError::new(format!("cannot write {}: {e}", self.path.display())))?;
        self.unsaved = false;
        Ok(())
    }
}

fn write(path: &Path, spans: &[ResourceSpans]) -> io::Result<()> {
    let mut out = OutputFile::create(path)?;
    Format::of_file_name(&path.to_string_lossy()).write(&Timeline::of(spans), &mut out)?;
    out.finish()
}

/// About what a span takes in memory.
fn size(span: &Span) -> usize {
    let attributes = span.attributes.len()
        + span
            .events
            .iter()
            .map(|e| e.attributes.len() + 1)
            .sum::<usize>();
    size_of::<Span>() + span.name.len() + 128 * attributes + 128 * span.links.len()
}

impl Exporter for PerfettoFileExporter {
    fn export(&mut self, batch: &Batch) -> Result<Receipt, ExportError> {
        let mut refused = 0;
        let kept = &mut self.spans[0].scopes[0].spans;
        batch.for_each(|span| {
            if self.bytes >= self.memory_limit {
                refused += 1;
                return;
            }
            let span = convert::span(span);
            self.bytes += size(&span);
            kept.push(span);
        });
        self.unsaved = true;
        Ok(Receipt::all_but(refused))
    }

    fn flush(&mut self, _timeout: Duration) -> Result<(), ExportError> {
        self.save()
    }
}
