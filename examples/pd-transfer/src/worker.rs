//! The transfer workers: one thread a shard, which takes chunks from its queue and writes each to every
//! decode session. All chunks of a request are of one shard, so they go out in order.

use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crossbeam_channel::Receiver;

use crate::error::TransferError;
use crate::kv::{PAGE_BYTES, PageId, PageLease};
use crate::rooms::Rooms;
use crate::session_link::SessionLink;
use crate::wakeup::Wakeup;

/// The unit of work of a transfer worker: a few pages of one request, on their way to all its sessions.
pub(crate) struct TransferKvChunk {
    /// Bootstrap room of the request.
    pub(crate) room: u64,
    /// Number of the chunk in the request.
    pub(crate) number: u32,
    /// Numbers of its pages in the request.
    pub(crate) pages: Range<usize>,
    /// Of its bytes.
    pub(crate) checksum: u32,
    /// Keeps the pages alive and in place.
    pub(crate) lease: Arc<PageLease>,
    /// Where the request's pages go, by session.
    pub(crate) targets: Arc<Vec<Vec<PageId>>>,
}

impl TransferKvChunk {
    /// Bytes that one session gets.
    pub(crate) fn bytes(&self) -> u64 {
        (self.pages.len() * PAGE_BYTES) as u64
    }
}

/// What the workers share with the scheduler.
#[derive(Clone)]
pub(crate) struct Shared {
    /// Where the transfers stand.
    pub(crate) rooms: Arc<Rooms>,
    /// Wakes the scheduler.
    pub(crate) wakeup: Wakeup,
    /// Bytes that sessions have acknowledged.
    pub(crate) bytes: Arc<AtomicU64>,
}

/// One transfer worker; lives on its thread.
pub(crate) struct TransferWorker {
    shard: usize,
    sessions: Vec<SessionLink>,
    shared: Shared,
}

impl TransferWorker {
    /// A worker that has links to nobody yet.
    pub(crate) fn new(
        shard: usize,
        sessions: &[SocketAddr],
        timeout: Duration,
        shared: Shared,
    ) -> Self {
        let links = sessions.iter().enumerate();
        Self {
            shard,
            sessions: links
                .map(|(rank, &address)| SessionLink::new(rank, shard, address, timeout))
                .collect(),
            shared,
        }
    }

    /// Works until the queue is closed and empty.
    pub(crate) fn run(mut self, queue: &Receiver<TransferKvChunk>) {
        for chunk in queue {
            let room = chunk.room;
            match self.send_chunk(&chunk) {
                Ok(()) => self.shared.rooms.chunk_placed(room),
                Err(error) => self.shared.rooms.fail(room, error.to_string()),
            }
            // First the pages, then the news: who is woken finds them free.
            drop(chunk);
            self.shared.wakeup.wake();
        }
    }

    fn send_chunk(&mut self, chunk: &TransferKvChunk) -> Result<(), TransferError> {
        if !self.shared.rooms.wants(chunk.room) {
            return Err(TransferError::Skipped);
        }
        for rank in 0..self.sessions.len() {
            self.send_to_session(rank, chunk)?;
        }
        Ok(())
    }

    fn send_to_session(
        &mut self,
        rank: usize,
        chunk: &TransferKvChunk,
    ) -> Result<(), TransferError> {
        self.sessions[rank].write_chunk(chunk)?;
        self.shared
            .bytes
            .fetch_add(chunk.bytes(), Ordering::Relaxed);
        Ok(())
    }
}
