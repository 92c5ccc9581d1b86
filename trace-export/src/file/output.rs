//! Writing of a file that is there whole or not at all.
//!
//! A regular file is written under a temporary name beside it and renamed when complete; dropped before, it leaves
//! nothing behind and the old file untouched. What is no regular file (a pipe, `/dev/stdout`) is written directly.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use flate2::Compression;
use flate2::write::GzEncoder;

/// An output in the making; [`finish`](Self::finish) makes it real.
pub struct OutputFile {
    sink: Sink,
    rename: Option<Rename>,
}

enum Sink {
    Plain(BufWriter<Box<dyn Write + Send>>),
    Gzip(GzEncoder<BufWriter<Box<dyn Write + Send>>>),
}

impl OutputFile {
    /// Begins the file at `path` (`-`: standard output); compresses if the name ends in `.gz`.
    ///
    /// # Errors
    /// What the file system reports.
    pub fn create(path: &Path) -> io::Result<Self> {
        let (raw, rename): (Box<dyn Write + Send>, _) = if path == Path::new("-") {
            (Box::new(io::stdout()), None)
        } else if fs::metadata(path).is_ok_and(|m| !m.is_file()) {
            (Box::new(OpenOptions::new().write(true).open(path)?), None)
        } else {
            let (file, rename) = Rename::begin(path)?;
            (Box::new(file), Some(rename))
        };
        let raw = BufWriter::with_capacity(1 << 16, raw);
        let is_gzip = path
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("gz"));
        let sink = if is_gzip {
            Sink::Gzip(GzEncoder::new(raw, Compression::default()))
        } else {
            Sink::Plain(raw)
        };
        Ok(Self { sink, rename })
    }

    /// Completes the output and gives the file its name.
    ///
    /// # Errors
    /// What the file system reports; then there is no new file.
    pub fn finish(self) -> io::Result<()> {
        let mut raw = match self.sink {
            Sink::Plain(raw) => raw,
            Sink::Gzip(gzip) => gzip.finish()?,
        };
        raw.flush()?;
        drop(raw);
        self.rename.map_or(Ok(()), Rename::commit)
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.sink {
            Sink::Plain(w) => w.write(bytes),
            Sink::Gzip(w) => w.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Plain(w) => w.flush(),
            Sink::Gzip(w) => w.flush(),
        }
    }
}

/// A temporary file and the name it is to get; removed when dropped without [`commit`](Self::commit).
struct Rename {
    temporary: PathBuf,
    target: PathBuf,
    committed: bool,
}

impl Rename {
    fn begin(path: &Path) -> io::Result<(File, Self)> {
        static SERIAL: AtomicU32 = AtomicU32::new(0);
        // Through a symlink, so that the link stays one.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut name = OsString::from(".");
        name.push(target.file_name().ok_or(io::ErrorKind::InvalidInput)?);
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        name.push(format!(".{}.{serial}.tmp", process::id()));
        let temporary = target.with_file_name(name);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&temporary)?;
        let rename = Self {
            temporary,
            target,
            committed: false,
        };
        Ok((file, rename))
    }

    fn commit(mut self) -> io::Result<()> {
        fs::rename(&self.temporary, &self.target)?;
        self.committed = true;
        Ok(())
    }
}

impl Drop for Rename {
    fn drop(&mut self) {
        if !self.committed {
            // Nobody is left to tell, and the file has a name that says it is temporary.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}
