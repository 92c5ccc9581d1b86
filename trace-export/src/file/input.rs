//! Reading of a whole input.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

/// Everything in the file at `path` (`-`: standard input), unzipped if it is gzip, whatever its name is.
///
/// # Errors
/// What the file system reports; `InvalidData` or `UnexpectedEof` if the gzip data is damaged.
pub fn read_input(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        io::stdin().lock().read_to_end(&mut bytes)?;
    } else {
        File::open(path)?.read_to_end(&mut bytes)?;
    }
    if !bytes.starts_with(b"\x1f\x8b") {
        return Ok(bytes);
    }
    let mut plain = Vec::new();
    MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain)?;
    Ok(plain)
}
