//! Threads write records into chunks and exit; the collector reads, and gives chunks back. Nothing is lost, torn or seen
//! twice, and the books balance at every look.

use loom::sync::Arc;
use loom::sync::atomic::Ordering::Relaxed;
use loom::thread;

use crate::buffer::{Chunk, Pool, Progress};

/// A thread that writes records of two words, `[n, n + 100]`, like the runtime's `Local`.
struct Writer<'a> {
    pool: &'a Pool,
    chunk: Option<&'static Chunk>,
    written: Progress,
}

impl<'a> Writer<'a> {
    fn new(pool: &'a Pool) -> Self {
        Self {
            pool,
            chunk: None,
            written: Progress::default(),
        }
    }

    /// False if there was no memory for it.
    fn record(&mut self, n: u64) -> bool {
        let full = |chunk: &Chunk, at: Progress| chunk.room(at.words, 2).is_none();
        if self.chunk.is_none_or(|chunk| full(chunk, self.written)) {
            self.seal();
            self.chunk = self.pool.acquire().ok();
            self.written = Progress::default();
        }
        let Some(chunk) = self.chunk else {
            return false;
        };
        let room = chunk
            .room(self.written.words, 2)
            .expect("a fresh chunk has room");
        room[0].store(n, Relaxed);
        room[1].store(n + 100, Relaxed);
        self.written.words += 2;
        self.written.records += 1;
        chunk.publish(self.written);
        true
    }

    fn seal(&mut self) {
        if let Some(chunk) = self.chunk.take() {
            chunk.seal(self.written);
        }
    }
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        self.seal();
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
        chunk.copy(taken.words..published.words, &mut words);
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
                let mut writer = Writer::new(&pool);
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
            let mut writer = Writer::new(&pool);
            assert!(writer.record(1) && writer.record(2));
            writer
        });
        let second = {
            let pool = Arc::clone(&pool);
            thread::spawn(move || {
                let mut writer = Writer::new(&pool);
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
            thread::spawn(move || assert!(Writer::new(&pool).record(10)))
        };
        assert!(Writer::new(&pool).record(20));
        let mut seen = Vec::new();
        collect(&pool, &mut seen);
        other.join().expect("no panic");
        collect(&pool, &mut seen);
        seen.sort_unstable();
        assert_eq!(seen, [10, 20]);
    });
}
