//! The sender: one request's transfer, seen from the prefill scheduler.
//!
//! It queues chunks for the transfer worker of its shard and polls until all of them are in place. It never
//! waits: where the queue is full, [`KvSender::is_ready`] says so and the scheduler goes on with another request.

use std::ops::Range;
use std::sync::Arc;

use crossbeam_channel::Sender;

use crate::engine::TransferEngine;
use crate::error::TransferError;
use crate::kv::{Layout, PageId, PageLease};
use crate::outcome::Outcome;
use crate::protocol::ReceiveRequest;
use crate::rooms::{KvPoll, Rooms};
use crate::worker::TransferKvChunk;

/// One request's transfer on the prefill side.
pub(crate) struct KvSender {
    room: u64,
    shard: usize,
    queue: Sender<TransferKvChunk>,
    rooms: Arc<Rooms>,
    lease: Arc<PageLease>,
    targets: Arc<Vec<Vec<PageId>>>,
    layout: Layout,
    sent: u32,
    aborted: bool,
    /// Of everything sent so far.
    checksum: crc32fast::Hasher,
}

impl KvSender {
    /// Opens the room that a receiver asks for. The lease holds the pages that the model will fill.
    pub(crate) fn new(
        request: ReceiveRequest,
        layout: Layout,
        lease: PageLease,
        engine: &TransferEngine,
    ) -> Self {
        let rooms = Arc::clone(&engine.shared().rooms);
        rooms.open(request.room, layout.chunks());
        let (shard, queue) = engine.queue_for(request.room);
        Self {
            room: request.room,
            shard,
            queue,
            rooms,
            lease: Arc::new(lease),
            targets: Arc::new(request.targets),
            layout,
            sent: 0,
            aborted: false,
            checksum: crc32fast::Hasher::new(),
        }
    }

    /// Whether the queue of this sender's shard takes another chunk.
    pub(crate) fn is_ready(&self) -> bool {
        !self.queue.is_full()
    }

    /// Chunks that have been queued.
    pub(crate) fn sent(&self) -> u32 {
        self.sent
    }

    /// The pages of the request.
    pub(crate) fn lease(&self) -> &PageLease {
        &self.lease
    }

    /// Queues the next chunk, whose pages the model has filled.
    ///
    /// # Errors
    /// If the queue takes no chunk.
    pub(crate) fn send(
        &mut self,
        pages: Range<usize>,
        checksum: &crc32fast::Hasher,
    ) -> Result<(), TransferError> {
        self.checksum.combine(checksum);
        let chunk = TransferKvChunk {
            room: self.room,
            number: self.sent,
            pages,
            checksum: checksum.clone().finalize(),
            lease: Arc::clone(&self.lease),
            targets: Arc::clone(&self.targets),
        };
        self.sent += 1;
        self.queue
            .try_send(chunk)
            .map_err(|_| TransferError::Queue(self.shard))
    }

    /// Gives the transfer up. Chunks that are queued are skipped; one that is on the wire goes through.
    /// Too late for a transfer that has ended.
    pub(crate) fn abort(&mut self, reason: &str) {
        if self.poll().is_none() {
            self.aborted = true;
            self.rooms.fail(self.room, reason);
        }
    }

    /// Gives the transfer up because something broke.
    pub(crate) fn fail(&self, reason: &TransferError) {
        self.rooms.fail(self.room, reason.to_string());
    }

    /// How the transfer ended, if it has.
    pub(crate) fn poll(&self) -> Option<Outcome> {
        match self.rooms.poll(self.room) {
            KvPoll::WaitingForInput | KvPoll::Transferring => None,
            KvPoll::Success => Some(Outcome::Completed {
                checksum: self.checksum.clone().finalize(),
            }),
            KvPoll::Failed { reason } if self.aborted => Some(Outcome::Aborted { reason }),
            KvPoll::Failed { reason } => Some(Outcome::Failed { reason }),
        }
    }

    /// How the pages are cut.
    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }
}

impl Drop for KvSender {
    fn drop(&mut self) {
        self.rooms.close(self.room);
    }
}
