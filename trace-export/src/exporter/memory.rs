//! Spans kept in memory, for tests to look at.

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mooncake_trace::{Batch, ExportError, Exporter, Receipt, SpanKind, Stage};

use super::span_tree;
use crate::convert;
use crate::model::Span;

/// A span with what only the runtime knows of it.
#[derive(Clone, Debug, PartialEq)]
pub struct SpanData {
    /// Whether it stands for a request, a thread's part of it, or a slice.
    pub kind: SpanKind,
    /// A slice's stage.
    pub stage: Option<&'static Stage>,
    /// All else.
    pub span: Span,
}

impl Deref for SpanData {
    type Target = Span;

    fn deref(&self) -> &Span {
        &self.span
    }
}

/// Keeps every span, without limit. Clones share what they hold: give one to
/// [`install`](mooncake_trace::install), keep the other.
///
/// ```
/// use std::time::Duration;
/// use mooncake_trace::{Options, Stage, TraceContext, install};
/// use mooncake_trace_export::exporter::MemoryExporter;
///
/// static SEND: Stage = Stage::new("demo", "send", 1);
///
/// let exporter = MemoryExporter::default();
/// let guard = install(exporter.clone(), Options::default())?;
/// let ctx = TraceContext::builder("rid-1").build();
/// ctx.req_start();
/// ctx.slice(&SEND).end();
/// ctx.req_finish();
/// let report = guard.shutdown(Duration::from_secs(5));
/// assert!(report.complete);
/// assert_eq!(exporter.tree(), "\
/// request \"Req rid-1\" rid=\"rid-1\" module=\"sglang::\"
///   thread \"unknown\"
///     slice \"send\"
/// ");
/// # Ok::<(), mooncake_trace::InstallError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryExporter {
    spans: Arc<Mutex<Vec<SpanData>>>,
}

impl MemoryExporter {
    /// All spans so far, in the order in which they were exported.
    pub fn spans(&self) -> Vec<SpanData> {
        self.lock().clone()
    }

    /// Takes all spans out.
    pub fn take(&self) -> Vec<SpanData> {
        std::mem::take(&mut *self.lock())
    }

    /// All spans so far as text, see [`span_tree`](super::span_tree).
    pub fn tree(&self) -> String {
        span_tree(&self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<SpanData>> {
        // A panic elsewhere cannot leave a list of spans half changed.
        self.spans.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Exporter for MemoryExporter {
    fn export(&mut self, batch: &Batch) -> Result<Receipt, ExportError> {
        let mut spans = self.lock();
        batch.for_each(|span| {
            spans.push(SpanData {
                kind: span.kind,
                stage: span.stage,
                span: convert::span(span),
            });
        });
        Ok(Receipt::all())
    }
}
