//! The sender: one request's transfer, seen from the prefill scheduler.
//!
//! It queues chunks for the transfer worker of its shard and polls until all of them are in place. It never
//! waits: where the queue is full, [`KvSender::is_ready`] says so and the scheduler goes on with another request.

use std::ops::Range;
use std::sync::Arc;

use crossbeam_channel::Sender;
use mooncake_trace::{MooncakeRequestStage, RequestStage, Timestamp, TraceContext, mooncake_trace};

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
    trace_ctx: TraceContext,
}

impl KvSender {
    /// Opens the room that a receiver asked for at `asked`. The lease holds the pages that the model will fill.
    ///
    /// The receiver's `traceparent` makes this side's root a child of its root, in the same trace.
    pub(crate) fn new(
        request: ReceiveRequest,
        asked: Timestamp,
        layout: Layout,
        lease: PageLease,
        engine: &TransferEngine,
    ) -> Self {
        let mut context = TraceContext::builder(&request.rid)
            .bootstrap_room(request.room)
            .role("Sender")
            .module("mooncake");
        if let Some(traceparent) = &request.traceparent {
            context = context.traceparent(traceparent);
        }
        let trace_ctx = context.build();
        // The request began when it was asked for; what has passed since was waiting for pages.
        trace_ctx.req_start_at(asked);
        trace_ctx.record_slice(&RequestStage::PREFILL_BOOTSTRAP, asked, Timestamp::now());

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
            trace_ctx,
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

    /// Whether every chunk has been queued.
    pub(crate) fn is_all_sent(&self) -> bool {
        self.sent == self.layout.chunks()
    }

    /// All chunks are queued; what follows is waiting for the workers. A slice that no function call stands
    /// for: it begins here and ends in [`finish`](Self::finish).
    pub(crate) fn begin_wait(&self) {
        self.trace_ctx
            .slice_start(&RequestStage::PREFILL_TRANSFER_KV_CACHE);
    }

    /// The pages of the request.
    pub(crate) fn lease(&self) -> &PageLease {
        &self.lease
    }

    /// Queues the next chunk, whose pages the model has filled. The chunk carries its trace context along.
    ///
    /// # Errors
    /// If the queue takes no chunk.
    #[mooncake_trace(
        stage = MooncakeRequestStage::MOONCAKE_SEND,
        attrs(chunk = self.sent, pages = pages.len(), shard = self.shard),
        err
    )]
    pub(crate) fn send(
        &mut self,
        pages: Range<usize>,
        checksum: &crc32fast::Hasher,
    ) -> Result<(), TransferError> {
        self.checksum.combine(checksum);
        // Copied inside this slice: what the worker records will link to it.
        let trace_ctx = self.trace_ctx.copy_for_thread();
        let chunk = TransferKvChunk {
            room: self.room,
            number: self.sent,
            pages,
            checksum: checksum.clone().finalize(),
            lease: Arc::clone(&self.lease),
            targets: Arc::clone(&self.targets),
            trace_ctx,
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
            self.trace_ctx.abort(&[("reason", reason.into())]);
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

    /// Ends the request's trace on this side.
    pub(crate) fn finish(self, outcome: &Outcome) {
        let ctx = &self.trace_ctx;
        if self.is_all_sent() {
            ctx.slice_end(&RequestStage::PREFILL_TRANSFER_KV_CACHE);
        }
        ctx.set_root_attrs(&[
            ("outcome", outcome.word().into()),
            ("chunks_sent", self.sent.into()),
        ]);
        match outcome {
            // An abort has marked the trace already.
            Outcome::Completed { .. } | Outcome::Aborted { .. } => ctx.req_finish(),
            Outcome::Failed { reason } => ctx.req_fail(reason),
        }
    }

    /// The context of the request's trace on this side.
    pub(crate) fn trace_ctx(&self) -> &TraceContext {
        &self.trace_ctx
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
