//! The transfer workers: one thread a shard, which takes chunks from its queue and writes each to every
//! decode session. All chunks of a request are of one shard, so they go out in order.

use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crossbeam_channel::Receiver;
use mooncake_trace::{
    MooncakeRequestStage, ThreadInfo, TraceContext, mooncake_trace, set_thread_info,
};

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
    /// Carries the request's trace to the worker's thread.
    pub(crate) trace_ctx: TraceContext,
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
        let label = format!("mooncake transfer worker {}", self.shard);
        set_thread_info(ThreadInfo::new(label).tp_rank(0).dp_rank(0));
        for chunk in queue {
            let room = chunk.room;
            // From here to the end of `send_chunk`, this thread works for the chunk's request.
            chunk.trace_ctx.rebuild_thread_context();
            match self.send_chunk(&chunk) {
                Ok(0) => {}
                Ok(_) => self.shared.rooms.chunk_placed(room),
                Err(error) => self.shared.rooms.fail(room, error.to_string()),
            }
            // First the pages, then the news: who is woken finds them free.
            drop(chunk);
            self.shared.wakeup.wake();
        }
    }

    /// Writes a chunk to every session and says how many bytes that were: none if the request has failed
    /// or been aborted before this chunk's turn.
    #[mooncake_trace(
        stage = MooncakeRequestStage::MOONCAKE_WORKER_SEND,
        ctx = chunk.trace_ctx,
        attrs(chunk = chunk.number, pages = chunk.pages.len()),
        ret(|sent| bytes = sent.as_ref().map_or(0, |&bytes| bytes)),
        err,
        thread_finish
    )]
    fn send_chunk(&mut self, chunk: &TransferKvChunk) -> Result<u64, TransferError> {
        if !self.shared.rooms.wants(chunk.room) {
            return Ok(0);
        }
        let mut sent = 0;
        for rank in 0..self.sessions.len() {
            sent += self.send_to_session(rank, chunk)?;
        }
        Ok(sent)
    }

    /// Writes a chunk to one session; a slice inside that of [`send_chunk`](Self::send_chunk).
    #[mooncake_trace(
        stage = MooncakeRequestStage::MOONCAKE_WORKER_SEND_SESSION,
        ctx = chunk.trace_ctx,
        attrs(session = rank, chunk = chunk.number),
        ret(|sent| bytes = sent.as_ref().map_or(0, |&bytes| bytes)),
        err
    )]
    fn send_to_session(
        &mut self,
        rank: usize,
        chunk: &TransferKvChunk,
    ) -> Result<u64, TransferError> {
        self.sessions[rank].write_chunk(chunk)?;
        let bytes = (chunk.pages.len() * PAGE_BYTES) as u64;
        self.shared.bytes.fetch_add(bytes, Ordering::Relaxed);
        Ok(bytes)
    }
}
