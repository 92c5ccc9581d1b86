//! The KV sender of one request: a request of its own in the module `mooncake`, below the HTTP request.

use std::io;
use std::net::TcpStream;
use std::ops::Range;
use std::sync::Arc;

use mooncake_trace::{MooncakeRequestStage, TraceContext, mooncake_trace};
use tokio::sync::oneshot;

use crate::kv::CHUNK_BYTES;
use crate::transfer::{Chunk, Workers};
use crate::wire;

pub(crate) struct KvSender {
    room: u64,
    kv: Arc<Vec<u8>>,
    link: Arc<TcpStream>,
    workers: Workers,
    trace_ctx: TraceContext,
}

impl KvSender {
    /// A sender for the KV cache of a request; `trace_ctx` is in its trace and not begun.
    pub(crate) fn new(
        room: u64,
        kv: Vec<u8>,
        link: TcpStream,
        workers: Workers,
        trace_ctx: TraceContext,
    ) -> Self {
        trace_ctx.req_start();
        let (kv, link) = (Arc::new(kv), Arc::new(link));
        Self {
            room,
            kv,
            link,
            workers,
            trace_ctx,
        }
    }

    /// Sends everything, chunk by chunk, and ends the request.
    pub(crate) async fn run(self) -> io::Result<()> {
        let sent = self.send_all().await;
        match &sent {
            Ok(()) => self.trace_ctx.req_finish(),
            Err(error) => self.trace_ctx.req_fail(&error.to_string()),
        }
        sent
    }

    async fn send_all(&self) -> io::Result<()> {
        let starts = (0..self.kv.len()).step_by(CHUNK_BYTES);
        let chunks = starts.map(|at| at..self.kv.len().min(at + CHUNK_BYTES));
        wire::write_count(&mut &*self.link, chunks.len())?;
        let queued: Vec<_> = chunks.map(|bytes| self.send(bytes)).collect();
        for done in queued {
            done.await.map_err(io::Error::other)??;
        }
        Ok(())
    }

    #[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_SEND)]
    fn send(&self, bytes: Range<usize>) -> oneshot::Receiver<io::Result<()>> {
        let (done, written) = oneshot::channel();
        let chunk = Chunk {
            kv: self.kv.clone(),
            bytes,
            link: self.link.clone(),
            done,
            trace_ctx: self.trace_ctx.copy_for_thread(),
        };
        self.workers.queue(self.room, chunk);
        written
    }
}
