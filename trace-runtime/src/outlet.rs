//! From records that were taken to the exporter, batch by batch.

use crate::batch::Batch;
use crate::buffer::{Sink, Tenure};
use crate::clock::Timeline;
use crate::delivery::Delivery;
use crate::record::decode::record_words;
use crate::record::{Header, settle};

/// A batch is exported when it has this many words (2 MiB), whatever its number of spans; on the wire it is smaller.
const BATCH_WORDS: usize = 1 << 18;

pub(crate) struct Outlet {
    pub(crate) delivery: Delivery,
    pub(crate) timeline: Timeline,
    batch: Batch,
    max_batch: usize,
    tenure: Tenure<'static>,
}

impl Outlet {
    pub(crate) fn new(
        delivery: Delivery,
        max_batch: usize,
        host_id: String,
        tenure: Tenure<'static>,
    ) -> Self {
        Self {
            delivery,
            timeline: Timeline::new(),
            batch: Batch::new(host_id),
            max_batch: max_batch.max(1),
            tenure,
        }
    }

    /// Exports what it has.
    pub(crate) fn export(&mut self) {
        if self.batch.is_empty() || self.tenure.is_over() {
            self.batch.clear();
            return;
        }
        let spans = self.batch.len() as u64;
        let result = self.delivery.deliver(&mut self.batch);
        self.batch.clear();
        let Some(mut ledger) = self.tenure.ledger() else {
            return; // a shutdown that ran out of time has counted them
        };
        ledger.collected -= spans;
        match result {
            Ok(receipt) => {
                let rejected = receipt.rejected().min(spans);
                ledger.rejected += rejected;
                ledger.exported += spans - rejected;
            }
            Err(_) => ledger.failed += spans,
        }
    }
}

impl Sink for Outlet {
    #[inline]
    fn len(head: u64) -> usize {
        Header::from_word(head).words()
    }

    fn room(&self) -> usize {
        self.max_batch - self.batch.len()
    }

    fn take(&mut self, records: usize, append: impl FnOnce(&mut Vec<u64>)) {
        let mut taken = self.batch.push(records, append);
        while !taken.is_empty() {
            let (record, rest) = taken.split_at_mut(record_words(taken));
            settle(record, &self.timeline);
            taken = rest;
        }
    }

    fn pass_on(&mut self) {
        if self.batch.len() >= self.max_batch || self.batch.words() >= BATCH_WORDS {
            self.export();
        }
    }
}
