//! Threads write records into chunks and exit; the collector reads, and gives chunks back. Nothing is lost, torn or seen
//! twice, and the books balance at every look.

use loom::sync::Arc;
use loom::thread;

use crate::buffer::{Pool, Writer};

/// A thread that writes records of two words, `[n, n + 100]`, as the runtime's `Local` does.
struct Recorder<'a> {
    pool: &'a Pool,
    writer: Writer,
}

impl<'a> Recorder<'a> {
    fn new(pool: &'a Pool) -> Self {
        Self {
            pool,
            writer: Writer::new(),
        }
    }

    /// False if there was no memory for it.
    fn record(&self, n: u64) -> bool {
        let record = [n, n + 100];
        self.writer.write(2, &[&record]) || {
            self.writer.renew(self.pool);
            self.writer.write(2, &[&record])
        }
    }
}

impl Drop for Recorder<'_> {
    fn drop(&mut self) {
        self.writer.seal();
    }
}

/// One round of the collector.
fn collect(pool: &Pool, seen: &mut Vec<u64>) {
    let mut chunks = Vec::new();
    pool.active(&mut chunks);
    for chunk in chunks {
        let (published, _) = chunk.published();
        let taken = chunk.taken();
        let mut words = Vec::new();
        chunk.copy(taken.words()..published.words(), &mut words);
        for record in words.chunks(2) {
            assert_eq!(record[1], record[0] + 100, "a torn record");
            seen.push(record[0]);
        }
        chunk.take(published);
    }
    pool.recycle();
    let counts = pool.counts();
    assert_eq!(
        counts.recorded,
        seen.len() as u64 + counts.waiting + counts.full,
        "the books"
    );
}

#[test]
fn records_of_a_thread_that_exits_arrive_once_and_whole() {
    loom::model(|| {
        let pool = Arc::new(Pool::new());
        let writer = {
            let pool = Arc::clone(&pool);
            thread::spawn(move || {
                let writer = Recorder::new(&pool);
                for n in 0..3 {
                    assert!(writer.record(n));
                }
            })
        };
        let mut seen = Vec::new();
        collect(&pool, &mut seen);
        writer.join().expect("no panic");
        collect(&pool, &mut seen);
        assert_eq!(seen, [0, 1, 2]);
    });
}

#[test]
fn a_recycled_chunk_shows_nothing_of_its_former_life() {
    loom::model(|| {
        let pool = Arc::new(Pool::new());
        pool.set_limit(0); // the least: two chunks
        drop({
            let writer = Recorder::new(&pool);
            assert!(writer.record(1) && writer.record(2));
            writer
        });
        let second = {
            let pool = Arc::clone(&pool);
            thread::spawn(move || {
                let writer = Recorder::new(&pool);
                (3..6).filter(|n| writer.record(*n)).collect::<Vec<_>>()
            })
        };
        let mut seen = Vec::new();
        collect(&pool, &mut seen);
        let recorded = second.join().expect("no panic");
        collect(&pool, &mut seen);
        seen.sort_unstable();
        assert_eq!(seen[..2], [1, 2]);
        assert_eq!(seen[2..], recorded);
    });
}

#[test]
fn two_threads_share_the_pool() {
    loom::model(|| {
        let pool = Arc::new(Pool::new());
        let other = {
            let pool = Arc::clone(&pool);
            thread::spawn(move || assert!(Recorder::new(&pool).record(10)))
        };
        assert!(Recorder::new(&pool).record(20));
        let mut seen = Vec::new();
        collect(&pool, &mut seen);
        other.join().expect("no panic");
        collect(&pool, &mut seen);
        seen.sort_unstable();
        assert_eq!(seen, [10, 20]);
    });
}
