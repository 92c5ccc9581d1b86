//! The files of a run: each process writes a part, the parent makes `otlp.jsonl` and `pd_transfer.pftrace` of them.
//!
//! Both appear whole or not at all. A part whose process was killed may end in the middle of a line; what is
//! before is kept.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use mooncake_trace_export::file::OutputFile;
use mooncake_trace_export::layout::Timeline;
use mooncake_trace_export::model::ResourceSpans;
use mooncake_trace_export::otlp::read_json_lines;
use mooncake_trace_export::perfetto;

use crate::cli::Role;

/// The output directory.
pub(crate) struct TraceFiles {
    dir: PathBuf,
}

/// What the parts held.
#[derive(Default)]
pub(crate) struct Trace {
    /// Of the prefill process.
    pub(crate) prefill: Part,
    /// Of the decode process.
    pub(crate) decode: Part,
    /// The spans of both.
    pub(crate) spans: Vec<ResourceSpans>,
}

/// What one part held.
#[derive(Clone, Copy, Default)]
pub(crate) struct Part {
    /// Spans in it.
    pub(crate) spans: usize,
    /// Whether it ends in the middle of a line.
    pub(crate) torn: bool,
}

impl Trace {
    /// What the part of a process held.
    pub(crate) fn part(&self, role: Role) -> &Part {
        match role {
            Role::Prefill => &self.prefill,
            Role::Decode => &self.decode,
        }
    }
}

impl TraceFiles {
    /// Makes the directory and takes away what an earlier run has left half done.
    ///
    /// # Errors
    /// What the file system reports.
    pub(crate) fn prepare(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        let files = Self {
            dir: dir.to_owned(),
        };
        files.remove_parts()?;
        Ok(files)
    }

    /// Where a process leaves its spans.
    pub(crate) fn part(&self, role: Role) -> PathBuf {
        self.dir.join(format!(".{}.part.jsonl", role.word()))
    }

    /// The spans of both processes, for OpenTelemetry tools.
    pub(crate) fn otlp(&self) -> PathBuf {
        self.dir.join("otlp.jsonl")
    }

    /// The same for Perfetto.
    pub(crate) fn pftrace(&self) -> PathBuf {
        self.dir.join("pd_transfer.pftrace")
    }

    /// Joins the parts and converts them.
    ///
    /// # Errors
    /// What the file system reports; `InvalidData` for a part that is damaged in its midst.
    pub(crate) fn join(&self) -> io::Result<Trace> {
        let mut otlp = OutputFile::create(&self.otlp())?;
        let mut trace = Trace::default();
        trace.prefill = self.append(Role::Prefill, &mut otlp, &mut trace.spans)?;
        trace.decode = self.append(Role::Decode, &mut otlp, &mut trace.spans)?;
        otlp.finish()?;
        let mut pftrace = OutputFile::create(&self.pftrace())?;
        perfetto::write_pftrace(&Timeline::of(&trace.spans), &mut pftrace)?;
        pftrace.finish()?;
        self.remove_parts()?;
        Ok(trace)
    }

    fn append(
        &self,
        role: Role,
        otlp: &mut OutputFile,
        spans: &mut Vec<ResourceSpans>,
    ) -> io::Result<Part> {
        let path = self.part(role);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            // The process never got as far.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Part::default()),
            Err(error) => return Err(error),
        };
        let whole = bytes.iter().rposition(|&byte| byte == b'\n');
        let lines = &bytes[..whole.map_or(0, |last| last + 1)];
        let read = read_json_lines(lines).map_err(|error| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{}: {error}", path.display()),
            )
        })?;
        otlp.write_all(lines)?;
        let part = Part {
            spans: read.span_count(),
            torn: lines.len() < bytes.len(),
        };
        spans.extend(read.resource_spans);
        Ok(part)
    }

    fn remove_parts(&self) -> io::Result<()> {
        for role in Role::BOTH {
            match fs::remove_file(self.part(role)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}
