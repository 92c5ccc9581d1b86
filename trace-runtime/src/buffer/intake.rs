//! The collector's end of the pool: takes every record once, in the order in which its thread wrote it,
//! but for those that were posted.

use super::chunk::{Chunk, Progress};
use super::pool::Pool;
use super::tenure::Tenure;

/// Chunks are given back in such lots.
const LOT: usize = 8;

/// Where records go that are taken.
pub(crate) trait Sink {
    /// Length in words of the record that begins with the word `head`.
    fn len(head: u64) -> usize;

    /// How many more records it takes before they have to be passed on.
    fn room(&self) -> usize;

    /// Takes the `records` that `append` appends.
    fn take(&mut self, records: usize, append: impl FnOnce(&mut Vec<u64>));

    /// Passes on what it has taken, if it is time to. What it has is in the ledger, which is not locked.
    fn pass_on(&mut self);
}

/// Takes records out of `pool` for as long as its collector is in office.
pub(crate) struct Intake<'a> {
    pool: &'a Pool,
    tenure: Tenure<'a>,
    chunks: Vec<&'static Chunk>,
}

impl<'a> Intake<'a> {
    pub(crate) const fn new(pool: &'a Pool, tenure: Tenure<'a>) -> Self {
        Self {
            pool,
            tenure,
            chunks: Vec::new(),
        }
    }

    /// Takes everything that was published before the call.
    pub(crate) fn round(&mut self, sink: &mut impl Sink) {
        let mut chunks = std::mem::take(&mut self.chunks);
        let posted = self.pool.active(&mut chunks);
        let mut finished = 0;
        for chunk in &chunks {
            if self.empty(chunk, sink) {
                finished += 1;
                if finished % LOT == 0 {
                    self.recycle();
                }
            }
        }
        self.chunks = chunks;
        self.take_posted(posted, sink);
        if finished % LOT != 0 {
            self.recycle();
        }
    }

    /// Takes what is published in `chunk`; true if that is the last of it.
    fn empty<S: Sink>(&self, chunk: &Chunk, sink: &mut S) -> bool {
        let (published, sealed) = chunk.published();
        let mut taken = chunk.taken();
        while taken.words() < published.words() {
            let Some(mut ledger) = self.tenure.ledger() else {
                return false;
            };
            let until = within(chunk, taken, published, sink.room(), S::len);
            let records = until.records() - taken.records();
            let words = taken.words()..until.words();
            sink.take(records as usize, |to| chunk.copy(words, to));
            taken = until;
            chunk.take(taken);
            ledger.collected += u64::from(records);
            drop(ledger);
            sink.pass_on();
        }
        sealed
    }

    fn take_posted(&self, posted: usize, sink: &mut impl Sink) {
        for _ in 0..posted {
            let Some(mut ledger) = self.tenure.ledger() else {
                return;
            };
            let Some(record) = self.pool.take_posted() else {
                return;
            };
            sink.take(1, |words| words.extend_from_slice(&record));
            ledger.collected += 1;
            drop(ledger);
            sink.pass_on();
        }
    }

    fn recycle(&self) {
        if let Some(_ledger) = self.tenure.ledger() {
            self.pool.recycle();
        }
    }
}

/// The end of the records from `taken` on, of which there may be `room`.
fn within(
    chunk: &Chunk,
    taken: Progress,
    published: Progress,
    room: usize,
    len: impl Fn(u64) -> usize,
) -> Progress {
    if (published.records() - taken.records()) as usize <= room {
        return published;
    }
    (0..room).fold(taken, |end, _| end.after(len(chunk.word(end.words()))))
}
