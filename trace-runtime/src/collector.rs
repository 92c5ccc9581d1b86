//! The collector thread: from the chunks to the exporter.
//!
//! It sleeps until the export interval is over, memory is running low, or somebody wants a flush, then makes a round:
//! anchor the clock, copy what is published out of every chunk, settle the stamps, export batch by batch.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::batch::Batch;
use crate::buffer::{Chunk, POOL};
use crate::clock::Timeline;
use crate::control::Control;
use crate::delivery::Delivery;
use crate::exporter::Exporter;
use crate::ledger;
use crate::record::{Header, settle};

/// A batch is exported when it has this many words (2 MiB), whatever its number of spans; on the wire it is smaller.
const BATCH_WORDS: usize = 1 << 18;
/// Chunks are given back in such lots.
const LOT: usize = 8;

pub(crate) struct Collector {
    delivery: Delivery,
    control: Arc<Control>,
    interval: Duration,
    max_batch: usize,
    timeline: Timeline,
    batch: Batch,
    chunks: Vec<&'static Chunk>,
    /// The ledger's count of abandonments when this collector was made; if it moves, the collector itself is abandoned:
    /// its successor may be at work, so it touches nothing any more and ends.
    abandoned: u64,
}

impl Collector {
    pub(crate) fn new(
        exporter: Box<dyn Exporter>,
        control: Arc<Control>,
        interval: Duration,
        max_batch: usize,
        host_id: String,
    ) -> Self {
        Self {
            delivery: Delivery::new(exporter, Arc::clone(&control)),
            control,
            interval,
            max_batch: max_batch.max(1),
            timeline: Timeline::new(),
            batch: Batch::new(host_id),
            chunks: Vec::new(),
            abandoned: ledger::ledger().abandoned,
        }
    }

    fn is_abandoned(&self) -> bool {
        ledger::ledger().abandoned != self.abandoned
    }

    /// Runs until it is told to stop.
    pub(crate) fn run(mut self) {
        loop {
            if !self.control.is_wanted() {
                POOL.alarm.sleep(self.interval);
            }
            let wanted = self.control.take();
            self.round();
            if self.is_abandoned() {
                self.delivery.shutdown(Duration::ZERO);
                return;
            }
            if let Some(end) = wanted.stop {
                self.delivery
                    .shutdown(end.saturating_duration_since(Instant::now()));
                self.control.stopped();
                return;
            }
            if let Some(timeout) = wanted.flush {
                self.delivery.flush(timeout);
            }
            self.control.done(wanted);
        }
    }

    /// Exports everything that was published before the call.
    fn round(&mut self) {
        self.timeline.extend();
        let mut chunks = std::mem::take(&mut self.chunks);
        POOL.active(&mut chunks);
        let mut finished = 0;
        for chunk in &chunks {
            if self.collect(chunk) {
                finished += 1;
                if finished % LOT == 0 {
                    self.recycle();
                }
            }
        }
        self.chunks = chunks;
        while let Some(record) = POOL.next_posted() {
            let timeline = &self.timeline;
            let words = self.batch.push(|words| words.extend_from_slice(&record));
            settle(words, timeline);
            let mut ledger = ledger::ledger();
            if ledger.abandoned != self.abandoned {
                break;
            }
            POOL.collected_posted();
            ledger.collected += 1;
            drop(ledger);
            self.export_if_full();
        }
        self.export();
        if finished > 0 {
            self.recycle();
        }
    }

    fn recycle(&self) {
        let ledger = ledger::ledger();
        if ledger.abandoned == self.abandoned {
            POOL.recycle();
        }
    }

    /// Takes what is published in `chunk`; true if that is the last of it.
    ///
    /// The ledger is locked while records are copied: whoever abandons this collector waits for that, so no successor
    /// gives the chunk away under its eyes.
    fn collect(&mut self, chunk: &Chunk) -> bool {
        let (published, sealed) = chunk.published();
        let mut taken = chunk.taken();
        while taken.words() < published.words() {
            let mut ledger = ledger::ledger();
            if ledger.abandoned != self.abandoned {
                return false;
            }
            let before = taken.records();
            let room = self.max_batch - self.batch.len();
            while taken.words() < published.words() && ((taken.records() - before) as usize) < room
            {
                let start = taken.words();
                let len = Header::from_word(chunk.word(start)).words() as u32;
                let record = self
                    .batch
                    .push(|words| chunk.copy(start..start + len, words));
                settle(record, &self.timeline);
                taken = taken.after(len as usize);
            }
            chunk.take(taken);
            ledger.collected += u64::from(taken.records() - before);
            drop(ledger);
            self.export_if_full();
        }
        sealed
    }

    fn export_if_full(&mut self) {
        if self.batch.len() >= self.max_batch || self.batch.words() >= BATCH_WORDS {
            self.export();
        }
    }

    fn export(&mut self) {
        if self.batch.is_empty() || self.is_abandoned() {
            self.batch.clear();
            return;
        }
        let spans = self.batch.len() as u64;
        let result = self.delivery.deliver(&mut self.batch);
        self.batch.clear();
        let mut ledger = ledger::ledger();
        if ledger.abandoned != self.abandoned {
            return; // a shutdown that ran out of time has counted them
        }
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
