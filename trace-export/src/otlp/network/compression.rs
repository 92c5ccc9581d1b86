//! Smaller requests, if wanted.

use std::fmt;
use std::str::FromStr;

use super::builder::OtlpConfigError;

/// How requests are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Compression {
    /// Not at all: the right choice for a collector on the same host.
    #[default]
    None,
    /// gzip, which every receiver understands.
    Gzip,
    /// zstd, which is faster; needs the feature `zstd`.
    Zstd,
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        })
    }
}

impl FromStr for Compression {
    type Err = OtlpConfigError;

    /// Reads the names that `OTEL_EXPORTER_OTLP_COMPRESSION` takes, and `zstd`.
    fn from_str(text: &str) -> Result<Self, OtlpConfigError> {
        match text.trim() {
            "none" => Ok(Self::None),
            "gzip" => Ok(Self::Gzip),
            "zstd" => Ok(Self::Zstd),
            other => Err(OtlpConfigError::new(format!(
                "unknown OTLP compression {other:?}: expected none, gzip or zstd"
            ))),
        }
    }
}

impl Compression {
    /// Refuses what this build cannot do.
    pub(super) fn check(self) -> Result<(), OtlpConfigError> {
        if self == Self::Zstd && cfg!(not(feature = "zstd")) {
            return Err(OtlpConfigError::new(
                "cannot compress with zstd: this program was built without the feature `zstd` of mooncake-trace-export",
            ));
        }
        Ok(())
    }
}

/// Compresses one body after the other into the same memory.
#[cfg(feature = "otlp-http")]
pub(super) struct Compressor {
    compression: Compression,
    out: Vec<u8>,
    #[cfg(feature = "zstd")]
    zstd: Option<zstd::bulk::Compressor<'static>>,
}

#[cfg(feature = "otlp-http")]
impl Compressor {
    pub(super) fn new(compression: Compression) -> Self {
        Self {
            compression,
            out: Vec::new(),
            #[cfg(feature = "zstd")]
            zstd: None,
        }
    }

    /// The value of `content-encoding`.
    pub(super) fn encoding(&self) -> Option<&'static str> {
        match self.compression {
            Compression::None => None,
            Compression::Gzip => Some("gzip"),
            Compression::Zstd => Some("zstd"),
        }
    }

    /// `body` as it goes over the wire.
    pub(super) fn compress<'a>(&'a mut self, body: &'a [u8]) -> std::io::Result<&'a [u8]> {
        match self.compression {
            Compression::None => Ok(body),
            Compression::Gzip => self.gzip(body),
            Compression::Zstd => self.zstd(body),
        }
    }

    fn gzip(&mut self, body: &[u8]) -> std::io::Result<&[u8]> {
        use std::io::Write as _;
        let mut out = std::mem::take(&mut self.out);
        out.clear();
        // Spans repeat themselves so much that the fastest level does nearly as well as the best.
        let mut gzip = flate2::write::GzEncoder::new(out, flate2::Compression::fast());
        gzip.write_all(body)?;
        self.out = gzip.finish()?;
        Ok(&self.out)
    }

    #[cfg(feature = "zstd")]
    fn zstd(&mut self, body: &[u8]) -> std::io::Result<&[u8]> {
        let zstd = match &mut self.zstd {
            Some(zstd) => zstd,
            none => none.insert(zstd::bulk::Compressor::new(1)?),
        };
        self.out.clear();
        self.out
            .reserve(zstd::zstd_safe::compress_bound(body.len()));
        zstd.compress_to_buffer(body, &mut self.out)?;
        Ok(&self.out)
    }

    #[cfg(not(feature = "zstd"))]
    fn zstd(&mut self, _body: &[u8]) -> std::io::Result<&[u8]> {
        Err(std::io::ErrorKind::Unsupported.into())
    }
}

#[cfg(feature = "otlp-http")]
impl fmt::Debug for Compressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Compressor")
            .field(&self.compression)
            .finish()
    }
}
