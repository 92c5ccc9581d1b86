//! A process in small: threads that record, the books, and a collector that looks at what it gets.

use crate::buffer::{Held, Intake, Ledger, Pool, Sink, Tenure, Writer};
use crate::checker::thread;
use crate::sync::Mutex;

/// A pool and its books. Models make it anew for every schedule.
pub(crate) struct Process {
    pub(crate) pool: Pool,
    pub(crate) ledger: Mutex<Ledger>,
}

impl Process {
    /// It outlives every thread of the model, as the runtime's statics do.
    pub(crate) fn new() -> &'static Self {
        Box::leak(Box::new(Self {
            pool: Pool::new(),
            ledger: Mutex::new(Ledger::new()),
        }))
    }

    /// One whose pool has the least memory: two chunks.
    pub(crate) fn small() -> &'static Self {
        let process = Self::new();
        process.pool.set_limit(0);
        process
    }

    /// A thread that records.
    pub(crate) fn recorder(&self) -> Recorder<'_> {
        Recorder {
            pool: &self.pool,
            writer: Writer::new(),
            chunk: Held::new(),
        }
    }

    /// A collector that begins now. There must be no other one that has not been abandoned.
    pub(crate) fn collector(&self) -> Collector<'_> {
        let tenure = Tenure::new(&self.ledger);
        Collector {
            intake: Intake::new(&self.pool, tenure),
            seen: Seen(Vec::new()),
        }
    }

    /// What a shutdown does that has run out of time.
    pub(crate) fn abandon(&self) {
        self.ledger.lock().expect("no panic").abandon(&self.pool);
    }

    /// Every record is somewhere, and nowhere twice.
    pub(crate) fn check_books(&self) {
        let ledger = self.ledger.lock().expect("no panic");
        let counts = self.pool.counts();
        assert_eq!(
            counts.recorded,
            counts.waiting + ledger.collected + ledger.timed_out + counts.full,
            "the books"
        );
    }
}

/// Writes records of two words, `[n, n + 100]`, as the runtime's `Local` does.
pub(crate) struct Recorder<'a> {
    pool: &'a Pool,
    writer: Writer,
    chunk: Held,
}

impl Recorder<'_> {
    /// False if there was no memory for it.
    pub(crate) fn record(&self, n: u64) -> bool {
        let record = [n, n + 100];
        self.writer.write(2, &[&record]) || {
            self.writer.renew(self.pool, &self.chunk);
            self.writer.write(2, &[&record])
        }
    }
}

pub(crate) struct Collector<'a> {
    intake: Intake<'a>,
    seen: Seen,
}

impl Collector<'static> {
    /// A round in a thread of its own, which returns what it has got.
    pub(crate) fn at_work(mut self) -> thread::JoinHandle<Vec<u64>> {
        thread::spawn(move || {
            self.round();
            self.seen.0
        })
    }
}

impl Collector<'_> {
    pub(crate) fn round(&mut self) {
        self.intake.round(&mut self.seen);
    }

    /// What it has got so far.
    pub(crate) fn seen(&self) -> &[u64] {
        &self.seen.0
    }
}

/// Takes two records at a time.
struct Seen(Vec<u64>);

impl Sink for Seen {
    fn len(_head: u64) -> usize {
        2
    }

    fn room(&self) -> usize {
        2
    }

    fn take(&mut self, records: usize, append: impl FnOnce(&mut Vec<u64>)) {
        let mut words = Vec::new();
        append(&mut words);
        assert_eq!(words.len(), 2 * records);
        for record in words.chunks(2) {
            assert_eq!(record[1], record[0] + 100, "a torn record");
            self.0.push(record[0]);
        }
    }

    fn pass_on(&mut self) {}
}
