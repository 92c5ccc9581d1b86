//! OTLP/JSON lines into a file, batch by batch.
//!
//! A batch is one line and one `write`: whoever ends the process between two batches leaves a file of whole lines, and
//! several processes can append to one file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use mooncake_trace::{Batch, ExportError, Exporter, Receipt};

use crate::json::JsonWriter;
use crate::model::Resource;
use crate::otlp::write_batch_line;

/// Writes spans to a file as the OpenTelemetry Collector's file exporter does.
#[derive(Debug)]
pub struct OtlpFileExporter {
    path: PathBuf,
    file: File,
    resource: Resource,
    line: JsonWriter,
}

impl OtlpFileExporter {
    /// Begins a new file; its folder is made if need be.
    ///
    /// # Errors
    /// What the file system reports.
    pub fn create(path: impl Into<PathBuf>, resource: Resource) -> io::Result<Self> {
        let path = path.into();
        make_folder(&path)?;
        File::create(&path)?;
        Self::append(path, resource)
    }

    /// Goes on with a file, or begins it. If its last line was cut off, that line is ended first.
    ///
    /// # Errors
    /// What the file system reports.
    pub fn append(path: impl Into<PathBuf>, resource: Resource) -> io::Result<Self> {
        let path = path.into();
        make_folder(&path)?;
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(&path)?;
        if file.metadata()?.is_file() && file.seek(SeekFrom::End(0))? > 0 {
            let mut last = [0];
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
            if last != *b"\n" {
                file.write_all(b"\n")?;
            }
        }
        Ok(Self {
            path,
            file,
            resource,
            line: JsonWriter::default(),
        })
    }
}

fn make_folder(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}

impl Exporter for OtlpFileExporter {
    fn export(&mut self, batch: &Batch) -> Result<Receipt, ExportError> {
        self.line.clear();
        write_batch_line(&mut self.line, &self.resource, batch);
        let whole = self.file.metadata().map(|m| m.len());
        self.file.write_all(self.line.as_bytes()).map_err(|e| {
            // A full disk can leave half a line: take it back, or the whole file is unreadable.
            let _ = whole.and_then(|length| self.file.set_len(length));
            ExportError::new(format!("cannot write {}: {e}", self.path.display()))
        })?;
        Ok(Receipt::all())
    }

    fn flush(&mut self, _timeout: Duration) -> Result<(), ExportError> {
        Ok(()) // what is written is with the operating system
    }
}
