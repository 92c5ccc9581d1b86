//! Why an attempt has failed, and whether another one makes sense.

use std::time::Duration;

use mooncake_trace::ExportError;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// It would fail again.
    Final(String),
    /// The receiver is away or overloaded; perhaps it says for how long.
    Passing(String, Option<Duration>),
}

impl From<Failure> for ExportError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Final(message) => Self::new(message),
            Failure::Passing(message, after) => Self::new(message).retry(after),
        }
    }
}
