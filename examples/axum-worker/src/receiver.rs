//! The KV receiver of one request: a request of its own in the module `mooncake`, below the HTTP request.

use std::io;
use std::net::TcpStream;

use mooncake_trace::{
    MooncakeRequestStage, ThreadInfo, TraceContext, mooncake_trace, set_thread_info,
};

use crate::kv::CHUNK_BYTES;
use crate::wire;

pub(crate) struct KvReceiver {
    link: TcpStream,
    trace_ctx: TraceContext,
}

impl KvReceiver {
    /// A receiver over `link`; `trace_ctx` is in the request's trace and not begun.
    pub(crate) fn new(link: TcpStream, trace_ctx: TraceContext) -> Self {
        trace_ctx.req_start();
        Self { link, trace_ctx }
    }

    /// Receives everything on a thread of its own, and ends the request.
    pub(crate) async fn run(self) -> io::Result<Vec<u8>> {
        let placer = self.hand_over()?;
        let received = tokio::task::spawn_blocking(move || placer.place_all()).await;
        let received = received.map_err(io::Error::other).flatten();
        match &received {
            Ok(_) => self.trace_ctx.req_finish(),
            Err(error) => self.trace_ctx.req_fail(&error.to_string()),
        }
        received
    }

    #[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_RECV, err)]
    fn hand_over(&self) -> io::Result<Placer> {
        Ok(Placer {
            link: self.link.try_clone()?,
            trace_ctx: self.trace_ctx.copy_for_thread(),
        })
    }
}

/// The receiver's part on its thread.
struct Placer {
    link: TcpStream,
    trace_ctx: TraceContext,
}

impl Placer {
    fn place_all(mut self) -> io::Result<Vec<u8>> {
        set_thread_info(ThreadInfo::new("mooncake receiver").tp_rank(0));
        self.trace_ctx.rebuild_thread_context();
        let mut kv = Vec::new();
        let placed = (|| {
            for _ in 0..wire::read_count(&mut self.link)? {
                self.place(&mut kv)?;
            }
            Ok(())
        })();
        self.trace_ctx.abort(&[]);
        placed.map(|()| kv)
    }

    #[mooncake_trace(stage = MooncakeRequestStage::MOONCAKE_WORKER_RECV, err, ret(|len| bytes = *len.as_ref().unwrap_or(&0)))]
    fn place(&mut self, kv: &mut Vec<u8>) -> io::Result<usize> {
        wire::read_chunk(&mut self.link, CHUNK_BYTES, kv)
    }
}
