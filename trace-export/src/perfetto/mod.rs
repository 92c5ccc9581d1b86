//! Perfetto: traces for <https://ui.perfetto.dev>, in its own format and in Chrome's.
//!
//! Both are written from one [`Timeline`]; the native one is exact to the nanosecond and smaller, Chrome JSON is
//! read by more tools.

mod chrome;
mod details;
mod pftrace;
mod protobuf;

use std::io;

pub use chrome::write_chrome_json;
pub use pftrace::write_pftrace;

use crate::layout::Timeline;

/// The two formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Perfetto's own, protobuf.
    Pftrace,
    /// Chrome's "Trace Event Format".
    ChromeJson,
}

impl Format {
    /// By the name of a file: `.json` (also `.json.gz`) is Chrome's.
    pub fn of_file_name(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        if name.ends_with(".json") {
            Self::ChromeJson
        } else {
            Self::Pftrace
        }
    }

    /// Writes `timeline`.
    ///
    /// # Errors
    /// What `out` reports.
    pub fn write(self, timeline: &Timeline<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        match self {
            Self::Pftrace => write_pftrace(timeline, out),
            Self::ChromeJson => write_chrome_json(timeline, out),
        }
    }
}
