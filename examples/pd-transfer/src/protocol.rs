//! What the two processes say to each other, byte by byte.
//!
//! The *bootstrap link* joins the schedulers ([`control`]), a *data link* joins one transfer worker with one decode
//! session ([`data`]). A reader checks lengths before it allocates.

mod control;
mod data;
#[cfg(test)]
mod tests;

use std::io::{self, Read};

pub(crate) use control::{Hello, ReceiveRequest, ToDecode, ToPrefill, read_message, write_message};
pub(crate) use data::{Ack, ChunkHeader, MAX_CHUNK_PAGES, Opening};

/// Changes when anything in these files does.
pub(crate) const VERSION: u16 = 1;

/// Fills `buffer`, or says that the stream ended before its first byte. A timeout before the first byte
/// is no error: the peer has nothing to say yet.
fn read_or_end(stream: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    let first = loop {
        match stream.read(buffer) {
            Ok(count) => break count,
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock
                        | io::ErrorKind::TimedOut
                        | io::ErrorKind::Interrupted
                ) => {}
            Err(error) => return Err(error),
        }
    };
    if first == 0 {
        return Ok(false);
    }
    stream.read_exact(&mut buffer[first..])?;
    Ok(true)
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}
