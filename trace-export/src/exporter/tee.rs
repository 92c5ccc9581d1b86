//! One stream of batches to several exporters.

use std::time::{Duration, Instant};

use mooncake_trace::{Batch, ExportError, Exporter, Receipt};

/// Gives every batch to all of its exporters, to each once.
///
/// A span counts as delivered if all of them took it: where they differ, the worst of them is what is reported. If one
/// asks for a batch to come again, only those get it again that have not been through with it.
#[derive(Default)]
pub struct Tee {
    branches: Vec<Branch>,
}

struct Branch {
    exporter: Box<dyn Exporter>,
    /// What has become of the batch that is being offered, as far as it is known for good.
    outcome: Option<Result<Receipt, String>>,
}

impl Tee {
    /// One more exporter.
    #[must_use]
    pub fn and(self, exporter: impl Exporter) -> Self {
        self.and_boxed(Box::new(exporter))
    }

    pub(crate) fn and_boxed(mut self, exporter: Box<dyn Exporter>) -> Self {
        self.branches.push(Branch {
            exporter,
            outcome: None,
        });
        self
    }

    /// Each gets its turn, also after one that failed.
    fn all(
        &mut self,
        one: impl FnMut(&mut Branch) -> Result<(), ExportError>,
    ) -> Result<(), ExportError> {
        let results = self.branches.iter_mut().map(one);
        let errors: Vec<_> = results
            .filter_map(|result| Some(result.err()?.to_string()))
            .collect();
        if errors.is_empty() {
            Ok(())
        } else {
            Err(ExportError::new(errors.join("; ")))
        }
    }
}

impl Branch {
    /// Offers the batch, unless its fate is known; an error means that it should come again.
    fn offer(&mut self, batch: &Batch) -> Result<(), ExportError> {
        if batch.attempt() == 0 {
            self.outcome = None;
        }
        if self.outcome.is_none() {
            self.outcome = match self.exporter.export(batch) {
                Ok(receipt) => Some(Ok(receipt)),
                Err(error) if error.is_retryable() => return Err(error),
                Err(error) => Some(Err(error.to_string())),
            };
        }
        Ok(())
    }
}

impl Exporter for Tee {
    fn export(&mut self, batch: &Batch) -> Result<Receipt, ExportError> {
        let offers: Vec<_> = self
            .branches
            .iter_mut()
            .map(|branch| branch.offer(batch))
            .collect();
        let again: Vec<_> = offers.into_iter().filter_map(Result::err).collect();
        if !again.is_empty() {
            let messages: Vec<_> = again.iter().map(ToString::to_string).collect();
            let after = again.iter().filter_map(ExportError::retry_after).max();
            return Err(ExportError::new(messages.join("; ")).retry(after));
        }
        let mut rejected = 0;
        self.all(|branch| match &branch.outcome {
            Some(Ok(receipt)) => {
                rejected = rejected.max(receipt.rejected());
                Ok(())
            }
            Some(Err(message)) => Err(ExportError::new(message.clone())),
            None => Ok(()),
        })?;
        Ok(Receipt::all_but(rejected))
    }

    fn flush(&mut self, timeout: Duration) -> Result<(), ExportError> {
        let end = Instant::now() + timeout;
        self.all(|branch| {
            branch
                .exporter
                .flush(end.saturating_duration_since(Instant::now()))
        })
    }

    fn shutdown(&mut self, timeout: Duration) -> Result<(), ExportError> {
        let end = Instant::now() + timeout;
        self.all(|branch| {
            branch
                .exporter
                .shutdown(end.saturating_duration_since(Instant::now()))
        })
    }
}
