//! A transfer worker's link to one decode session. It is opened when first needed and again after it broke.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::error::TransferError;
use crate::protocol::{Ack, ChunkHeader, Opening};
use crate::worker::TransferKvChunk;

/// One data link, seen from the worker.
pub(crate) struct SessionLink {
    rank: usize,
    opening: Opening,
    address: SocketAddr,
    timeout: Duration,
    stream: Option<TcpStream>,
}

impl SessionLink {
    /// A link that is not open yet.
    pub(crate) fn new(rank: usize, worker: usize, address: SocketAddr, timeout: Duration) -> Self {
        Self {
            rank,
            opening: Opening {
                session: rank as u32,
                worker: worker as u32,
            },
            address,
            timeout,
            stream: None,
        }
    }

    /// Writes a chunk and waits until the session has placed it.
    ///
    /// # Errors
    /// If the link breaks (it is opened anew for the next chunk) or the session refuses the chunk.
    pub(crate) fn write_chunk(&mut self, chunk: &TransferKvChunk) -> Result<(), TransferError> {
        let session = self.rank;
        // The link is out of its place while it is used, so that a broken one is not used again.
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                // An event: the slice that is open takes it. Explains a first chunk that is slower.
                let attrs = [("session", session.into())];
                chunk.trace_ctx.event("session link opened", 2, &attrs);
                self.open()
                    .map_err(|source| TransferError::Session { session, source })?
            }
        };
        let ack = exchange(&mut stream, session, chunk)
            .map_err(|source| TransferError::Session { session, source })?;
        self.stream = Some(stream);
        match ack {
            Ack::Placed => Ok(()),
            Ack::Corrupt => Err(TransferError::Checksum {
                session,
                chunk: chunk.number,
            }),
            Ack::RoomClosed => Err(TransferError::RoomClosed { session }),
            Ack::WrongPages => Err(TransferError::Protocol(format!(
                "session {session}: the target pages are not the room's"
            ))),
        }
    }

    fn open(&self) -> io::Result<TcpStream> {
        let mut stream = TcpStream::connect_timeout(&self.address, self.timeout)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(self.timeout))?;
        stream.set_write_timeout(Some(self.timeout))?;
        self.opening.write(&mut stream)?;
        Ok(stream)
    }
}

fn exchange(stream: &mut TcpStream, session: usize, chunk: &TransferKvChunk) -> io::Result<Ack> {
    let header = ChunkHeader {
        room: chunk.room,
        chunk: chunk.number,
        checksum: chunk.checksum,
        targets: chunk.targets[session][chunk.pages.clone()].to_vec(),
    };
    header.write(stream)?;
    for number in chunk.pages.clone() {
        io::Write::write_all(stream, &chunk.lease.page(number))?;
    }
    Ack::read(stream)
}
