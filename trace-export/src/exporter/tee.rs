//! One stream of batches to several exporters.

use std::time::{Duration, Instant};

use mooncake_trace::{Batch, ExportError, Exporter, Receipt};

/// Gives every batch to all of its exporters.
///
/// A span counts as delivered if all of them took it: where they differ, the worst of them is what is reported.
#[derive(Default)]
pub struct Tee {
    exporters: Vec<Box<dyn Exporter>>,
}

impl Tee {
    /// One more exporter.
    #[must_use]
    pub fn and(self, exporter: impl Exporter) -> Self {
        self.and_boxed(Box::new(exporter))
    }

    pub(crate) fn and_boxed(mut self, exporter: Box<dyn Exporter>) -> Self {
        self.exporters.push(exporter);
        self
    }

    fn all(
        &mut self,
        mut one: impl FnMut(&mut dyn Exporter) -> Result<(), ExportError>,
    ) -> Result<(), ExportError> {
        // Each gets its turn, also after one that failed.
        let errors = self
            .exporters
            .iter_mut()
            .filter_map(|e| one(e.as_mut()).err());
        let errors: Vec<_> = errors.map(|e| e.to_string()).collect();
        if errors.is_empty() {
            Ok(())
        } else {
            Err(ExportError::new(errors.join("; ")))
        }
    }
}

impl Exporter for Tee {
    fn export(&mut self, batch: &Batch) -> Result<Receipt, ExportError> {
        let mut rejected = 0;
        self.all(|e| {
            rejected = rejected.max(e.export(batch)?.rejected());
            Ok(())
        })?;
        Ok(Receipt::all_but(rejected))
    }

    fn flush(&mut self, timeout: Duration) -> Result<(), ExportError> {
        let end = Instant::now() + timeout;
        self.all(|e| e.flush(end.saturating_duration_since(Instant::now())))
    }

    fn shutdown(&mut self, timeout: Duration) -> Result<(), ExportError> {
        let end = Instant::now() + timeout;
        self.all(|e| e.shutdown(end.saturating_duration_since(Instant::now())))
    }
}
