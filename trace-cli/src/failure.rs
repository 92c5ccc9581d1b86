//! What can go wrong, in words and as an exit code.

use std::fmt;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use mooncake_trace_export::otlp::ReadError;

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A file could not be read or written: exit code 1.
    Io(String),
    /// The input is not what it should be: exit code 2.
    Input(String),
}

impl Failure {
    pub(crate) fn read(path: &Path, error: &io::Error) -> Self {
        let text = format!("cannot read {}: {error}", path.display());
        match error.kind() {
            // Damaged gzip data is the input's fault.
            io::ErrorKind::InvalidData
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::UnexpectedEof => Self::Input(text),
            _ => Self::Io(text),
        }
    }

    pub(crate) fn write(path: &Path, error: &io::Error) -> Self {
        Self::Io(format!("cannot write {}: {error}", path.display()))
    }

    pub(crate) fn syntax(path: &Path, error: &ReadError) -> Self {
        Self::Input(format!("{}: {error}", path.display()))
    }

    pub(crate) fn report(&self) -> ExitCode {
        eprintln!("mooncake-trace: {self}");
        match self {
            Self::Io(_) => ExitCode::from(1),
            Self::Input(_) => ExitCode::from(2),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Io(text) | Self::Input(text)) = self;
        f.write_str(text)
    }
}
