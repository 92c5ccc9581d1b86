//! The receiver: one request's transfer, seen from the decode scheduler.

use std::sync::Arc;

use mooncake_trace::{MooncakeRequestStage, RequestStage, TraceContext, mooncake_trace};

use crate::bootstrap::Link;
use crate::error::TransferError;
use crate::faults::Fate;
use crate::kv::{Layout, PageLease};
use crate::landing::{Landing, Landings};
use crate::outcome::Outcome;
use crate::protocol::{ReceiveRequest, ToDecode, ToPrefill};
use crate::stages::KvStage;

/// One request's transfer on the decode side.
pub(crate) struct KvReceiver {
    index: u32,
    rid: String,
    room: u64,
    landings: Landings,
    landing: Arc<Landing>,
    trace_ctx: TraceContext,
}

impl KvReceiver {
    /// A receiver for a request whose pages are leased, by session.
    pub(crate) fn new(
        index: u32,
        room: u64,
        layout: Layout,
        leases: Vec<PageLease>,
        fate: Fate,
        landings: Landings,
    ) -> Self {
        let rid = format!("{room:#x}");
        let trace_ctx = TraceContext::builder(&rid)
            .bootstrap_room(room)
            .role("Receiver")
            .module("mooncake")
            .build();
        trace_ctx.req_start();
        Self {
            index,
            rid,
            room,
            landings,
            landing: Arc::new(Landing {
                layout,
                leases,
                fate,
            }),
            trace_ctx,
        }
    }

    /// Position of the request in the run.
    pub(crate) fn index(&self) -> u32 {
        self.index
    }

    /// Bootstrap room of the request.
    pub(crate) fn room(&self) -> u64 {
        self.room
    }

    /// Whether the request is traced on this side.
    pub(crate) fn is_traced(&self) -> bool {
        self.trace_ctx.is_enabled()
    }

    /// Lets chunks land, and asks the prefill side for them. The `traceparent` goes along, so that both sides
    /// end up in one trace.
    ///
    /// # Errors
    /// If the prefill process cannot be asked.
    #[mooncake_trace(
        stage = MooncakeRequestStage::MOONCAKE_RECV,
        attrs(sessions = self.landing.leases.len(), pages = self.landing.layout.pages),
        err
    )]
    pub(crate) fn recv(&mut self, link: &mut Link<ToDecode>) -> Result<(), TransferError> {
        // Copied inside this slice: what the sessions record will link to it.
        let copy = self.trace_ctx.copy_for_thread();
        self.landings
            .open(self.room, Arc::clone(&self.landing), copy);
        let leases = self.landing.leases.iter();
        link.send(&ToPrefill::Receive(ReceiveRequest {
            index: self.index,
            rid: self.rid.clone(),
            room: self.room,
            targets: leases.map(|lease| lease.ids().to_vec()).collect(),
            traceparent: self.trace_ctx.traceparent(),
        }))
    }

    /// The prefill side has been asked. A slice that no function call stands for: it begins here …
    pub(crate) fn transfer_begins(&self) {
        self.trace_ctx
            .slice_start(&RequestStage::DECODE_TRANSFERRED);
    }

    /// … and ends here, when the prefill side says that the transfer is over.
    pub(crate) fn transfer_ends(&self) {
        self.trace_ctx.slice_end(&RequestStage::DECODE_TRANSFERRED);
    }

    /// Whether every session holds what the sender sent: reads all pages once more, as they are in memory.
    #[mooncake_trace(
        stage = KvStage::KV_VERIFY,
        attrs(bytes = self.landing.layout.bytes() * self.landing.leases.len() as u64),
        ret(|&right| right = right)
    )]
    pub(crate) fn verify(&self, checksum: u32) -> bool {
        let pages = 0..self.landing.layout.pages as usize;
        let mut leases = self.landing.leases.iter();
        leases.all(|lease| lease.checksum(pages.clone()) == checksum)
    }

    /// Ends the request's trace on this side.
    pub(crate) fn finish(self, outcome: &Outcome) {
        let ctx = &self.trace_ctx;
        ctx.set_root_attrs(&[("outcome", outcome.word().into())]);
        match outcome {
            Outcome::Completed { .. } => ctx.req_finish(),
            Outcome::Failed { reason } | Outcome::Aborted { reason } => ctx.req_fail(reason),
        }
    }
}

impl Drop for KvReceiver {
    fn drop(&mut self) {
        self.landings.close(self.room);
    }
}
