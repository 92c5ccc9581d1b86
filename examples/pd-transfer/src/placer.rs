//! What a decode session does with the chunks of one transfer worker: places the pages, verifies the
//! checksum over what is now in memory, and acknowledges.

use std::io::{self, Read};
use std::net::{Shutdown, TcpStream};
use std::ops::Range;
use std::sync::Arc;

use mooncake_trace::{
    MooncakeRequestStage, ThreadInfo, TraceContext, mooncake_trace, set_thread_info,
};

use crate::error::TransferError;
use crate::faults::Fate;
use crate::kv::PAGE_BYTES;
use crate::landing::{Landing, Landings};
use crate::protocol::{self, Ack, ChunkHeader, Opening};
use crate::stages::KvStage;
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
    trace_ctx: TraceContext,
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
            Ok(Some(opening)) if opening.session as usize == self.rank => {
                let label = format!("mooncake decode thread {}", opening.worker);
                set_thread_info(ThreadInfo::new(label).tp_rank(opening.session).dp_rank(0));
            }
            _ => return,
        }
        loop {
            protocol::wait_for_message(stream);
            let Ok(Some(header)) = ChunkHeader::read(stream) else {
                return;
            };
            let taken = match self.landings.get(header.room) {
                Some((landing, trace_ctx)) => {
                    // A chunk is a piece of work on this thread, as it was on the sending worker's.
                    trace_ctx.rebuild_thread_context();
                    let chunk = IncomingChunk {
                        header,
                        landing,
                        trace_ctx,
                    };
                    self.recv_chunk(stream, &chunk).map(drop)
                }
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

    /// Takes one chunk and says how many bytes it was.
    #[mooncake_trace(
        stage = MooncakeRequestStage::MOONCAKE_WORKER_RECV,
        ctx = chunk.trace_ctx,
        attrs(session = self.rank, chunk = chunk.header.chunk, pages = chunk.header.targets.len()),
        ret(|taken| bytes = taken.as_ref().map_or(0, |&bytes| bytes)),
        err,
        thread_finish
    )]
    fn recv_chunk(
        &self,
        stream: &mut TcpStream,
        chunk: &IncomingChunk,
    ) -> Result<u64, TransferError> {
        let IncomingChunk {
            header, landing, ..
        } = chunk;
        let lease = &landing.leases[self.rank];
        let pages = landing.layout.pages_of(header.chunk);
        if lease.ids()[pages.clone()] != header.targets {
            self.refuse(stream, header, Ack::WrongPages)?;
            return Err(TransferError::Protocol(format!(
                "the target pages of chunk {} are not the room's",
                header.chunk
            )));
        }
        self.place(stream, chunk, pages.clone())?;
        let bytes = (pages.len() * PAGE_BYTES) as u64;
        let right = lease.checksum(pages) == header.checksum;
        if right {
            self.landings.count(bytes);
        }
        let ack = if right { Ack::Placed } else { Ack::Corrupt };
        ack.write(stream).map_err(|source| self.broken(source))?;
        if right {
            Ok(bytes)
        } else {
            Err(TransferError::Checksum {
                session: self.rank,
                chunk: header.chunk,
            })
        }
    }

    /// Reads the pages of a chunk into their places.
    #[mooncake_trace(
        stage = KvStage::KV_PLACE,
        ctx = chunk.trace_ctx,
        attrs(pages = pages.len(), bytes = pages.len() * PAGE_BYTES),
        err
    )]
    fn place(
        &self,
        stream: &mut TcpStream,
        chunk: &IncomingChunk,
        pages: Range<usize>,
    ) -> Result<(), TransferError> {
        let deadly = Fate::SessionDies {
            session: self.rank,
            chunk: chunk.header.chunk,
        };
        let dies_at = (chunk.landing.fate == deadly).then_some(pages.start + pages.len() / 2);
        for number in pages {
            if dies_at == Some(number) {
                return Err(TransferError::SessionDied(self.rank));
            }
            let mut page = chunk.landing.leases[self.rank].page(number);
            stream
                .read_exact(&mut page)
                .map_err(|source| self.broken(source))?;
        }
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

#[cfg(test)]
mod tests;
