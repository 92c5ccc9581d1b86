//! What the two processes say to each other, byte by byte.
//!
//! The *bootstrap link* joins the schedulers ([`control`]), a *data link* joins one transfer worker with one decode
//! session ([`data`]). A reader checks lengths before it allocates.

mod control;
mod data;
#[cfg(test)]
mod tests;

use std::io::{self, Read};
use std::net::TcpStream;

pub(crate) use control::{Hello, ReceiveRequest, ToDecode, ToPrefill, read_message, write_message};
pub(crate) use data::{Ack, ChunkHeader, MAX_CHUNK_PAGES, Opening};

/// Changes when anything in these files does.
pub(crate) const VERSION: u16 = 1;

/// Waits until the peer has something to say, however often the stream's timeout passes. An error is left to the
/// read that follows; there a timeout is one.
pub(crate) fn wait_for_message(stream: &TcpStream) {
    while let Err(error) = stream.peek(&mut [0]) {
        match error.kind() {
            // The first is what a socket's timeout is called on Unix.
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted => {}
            _ => return,
        }
    }
}

/// Fills `buffer`, or says that the stream ended before its first byte.
fn read_or_end(stream: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    let mut filled = 0;
    while filled < buffer.len() {
        match stream.read(&mut buffer[filled..]) {
            Ok(0) if filled == 0 => return Ok(false),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}
