//! The receiver: one request's transfer, seen from the decode scheduler.

use std::sync::Arc;

use crate::bootstrap::Link;
use crate::error::TransferError;
use crate::faults::Fate;
use crate::kv::{Layout, PageLease};
use crate::landing::{Landing, Landings};
use crate::protocol::{ReceiveRequest, ToDecode, ToPrefill};

/// One request's transfer on the decode side.
pub(crate) struct KvReceiver {
    index: u32,
    rid: String,
    room: u64,
    landings: Landings,
    landing: Arc<Landing>,
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
        Self {
            index,
            rid: format!("{room:#x}"),
            room,
            landings,
            landing: Arc::new(Landing {
                layout,
                leases,
                fate,
            }),
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

    /// Lets chunks land, and asks the prefill side for them.
    ///
    /// # Errors
    /// If the prefill process cannot be asked.
    pub(crate) fn recv(&mut self, link: &mut Link<ToDecode>) -> Result<(), TransferError> {
        self.landings.open(self.room, Arc::clone(&self.landing));
        let leases = self.landing.leases.iter();
        link.send(&ToPrefill::Receive(ReceiveRequest {
            index: self.index,
            rid: self.rid.clone(),
            room: self.room,
            targets: leases.map(|lease| lease.ids().to_vec()).collect(),
            traceparent: None,
        }))
    }

    /// Whether every session holds what the sender sent: reads all pages once more, as they are in memory.
    pub(crate) fn verify(&self, checksum: u32) -> bool {
        let pages = 0..self.landing.layout.pages as usize;
        let mut leases = self.landing.leases.iter();
        leases.all(|lease| lease.checksum(pages.clone()) == checksum)
    }
}

impl Drop for KvReceiver {
    fn drop(&mut self) {
        self.landings.close(self.room);
    }
}
