//! The one who ends a request: whatever becomes of the response, the request ends exactly once.

use crate::RequestTrace;

/// Ends the request when it is told so, or as failed when it is dropped before that.
#[derive(Debug)]
pub(crate) struct Ending(Option<RequestTrace>);

impl Ending {
    pub(crate) fn of(trace: RequestTrace) -> Self {
        Self(Some(trace))
    }

    /// The request, unless it has ended.
    pub(crate) fn open(&self) -> Option<&RequestTrace> {
        self.0.as_ref()
    }

    pub(crate) fn finish(&mut self) {
        if let Some(trace) = self.0.take() {
            trace.req_finish();
        }
    }

    pub(crate) fn fail(&mut self, reason: &str) {
        if let Some(trace) = self.0.take() {
            trace.req_fail(reason);
        }
    }

    /// Passes the duty on.
    pub(crate) fn take(&mut self) -> Self {
        Self(self.0.take())
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.fail(if std::thread::panicking() {
            "the handler panicked"
        } else {
            "dropped before the response was complete"
        });
    }
}
