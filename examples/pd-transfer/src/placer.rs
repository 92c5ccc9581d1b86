//! What a decode session does with the chunks of one transfer worker: places the pages, verifies the
//! checksum over what is now in memory, and acknowledges.

use std::io::{self, Read};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;

use crate::error::TransferError;
use crate::faults::Fate;
use crate::kv::PAGE_BYTES;
use crate::landing::{Landing, Landings};
use crate::protocol::{Ack, ChunkHeader, Opening};
use crate::wakeup::Wakeup;

/// One data link, seen from the session.
pub(crate) struct Placer {
    rank: usize,
    landings: Landings,
    wakeup: Wakeup,
}

/// A chunk whose pages are still in the socket.
struct IncomingChunk {
    header: ChunkHeader,
    landing: Arc<Landing>,
}

impl Placer {
    /// The end of a link to the session of this rank.
    pub(crate) fn new(rank: usize, landings: Landings, wakeup: Wakeup) -> Self {
        Self {
            rank,
            landings,
            wakeup,
        }
    }

    /// Takes chunks until the link ends.
    pub(crate) fn serve(self, mut stream: TcpStream) {
        self.take_chunks(&mut stream);
        // The acceptor keeps a handle of the stream, so dropping this one would not end the link.
        let _ = stream.shutdown(Shutdown::Both);
    }

    fn take_chunks(&self, stream: &mut TcpStream) {
        match Opening::read(stream) {
            Ok(Some(opening)) if opening.session as usize == self.rank => {}
            _ => return,
        }
        while let Ok(Some(header)) = ChunkHeader::read(stream) {
            let taken = match self.landings.get(header.room) {
                Some(landing) => self.recv_chunk(stream, &IncomingChunk { header, landing }),
                None => self.refuse(stream, &header, Ack::RoomClosed),
            };
            self.wakeup.wake();
            match taken {
                // The link is as good as before: the sender knows what was wrong.
                Ok(()) | Err(TransferError::Checksum { .. } | TransferError::Protocol(_)) => {}
                // The sender sees it break.
                Err(_) => return,
            }
        }
    }

    fn recv_chunk(
        &self,
        stream: &mut TcpStream,
        chunk: &IncomingChunk,
    ) -> Result<(), TransferError> {
        let IncomingChunk { header, landing } = chunk;
        let lease = &landing.leases[self.rank];
        let pages = landing.layout.pages_of(header.chunk);
        if lease.ids()[pages.clone()] != header.targets {
            self.refuse(stream, header, Ack::WrongPages)?;
            return Err(TransferError::Protocol(format!(
                "the target pages of chunk {} are not the room's",
                header.chunk
            )));
        }
        let dies = landing.fate
            == Fate::SessionDies {
                session: self.rank,
                chunk: header.chunk,
            };
        for number in pages.clone() {
            if dies && number == pages.start + pages.len() / 2 {
                return Err(TransferError::SessionDied(self.rank));
            }
            let mut page = lease.page(number);
            stream
                .read_exact(&mut page)
                .map_err(|source| self.broken(source))?;
        }
        let right = lease.checksum(pages.clone()) == header.checksum;
        let ack = if right { Ack::Placed } else { Ack::Corrupt };
        ack.write(stream).map_err(|source| self.broken(source))?;
        if !right {
            return Err(TransferError::Checksum {
                session: self.rank,
                chunk: header.chunk,
            });
        }
        self.landings.count((pages.len() * PAGE_BYTES) as u64);
        Ok(())
    }

    /// Reads past the pages of a chunk and says why.
    fn refuse(
        &self,
        stream: &mut TcpStream,
        header: &ChunkHeader,
        ack: Ack,
    ) -> Result<(), TransferError> {
        let bytes = (header.targets.len() * PAGE_BYTES) as u64;
        io::copy(&mut stream.take(bytes), &mut io::sink())
            .and_then(|_| ack.write(stream))
            .map_err(|source| self.broken(source))
    }

    fn broken(&self, source: io::Error) -> TransferError {
        TransferError::Session {
            session: self.rank,
            source,
        }
    }
}
