//! A chunk: words that one thread writes once and the collector reads.
//!
//! The writer stores words relaxed behind everything it has published, then publishes them with a release store of
//! its progress; the collector loads the progress with acquire and reads only below it. Both run on plain moves.

use crate::sync::CHUNK_WORDS;
use crate::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};

const SEALED: u64 = 1 << 63;

/// How many words (in the lower half) and records of a chunk have been written or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Progress(u64);

impl Progress {
    pub(crate) const NONE: Self = Self(0);

    /// With one record of `len` words more.
    #[inline(always)]
    pub(crate) fn after(self, len: usize) -> Self {
        Self(self.0 + (1 << 32 | len as u64))
    }

    #[inline(always)]
    pub(crate) fn words(self) -> u32 {
        self.0 as u32
    }

    #[inline(always)]
    pub(crate) fn records(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

/// A piece of the pool's memory.
pub(crate) struct Chunk {
    /// What the writer has published; the top bit seals.
    published: AtomicU64,
    /// What the collector has taken; only the collector writes it.
    taken: AtomicU64,
    words: [AtomicU64; CHUNK_WORDS],
}

impl Chunk {
    pub(super) fn new() -> Self {
        Self {
            published: AtomicU64::new(0),
            taken: AtomicU64::new(0),
            words: std::array::from_fn(|_| AtomicU64::new(0)),
        }
    }

    /// The `len` words from `from` on, for the writer; none if fewer are left.
    #[inline(always)]
    pub(crate) fn room(&self, from: u32, len: usize) -> Option<&[AtomicU64]> {
        self.words.get(from as usize..from as usize + len)
    }

    /// Hands everything below `progress` to the collector.
    #[inline(always)]
    pub(crate) fn publish(&self, progress: Progress) {
        self.published.store(progress.0, Release);
    }

    /// Says that the writer will not come back. For whoever holds the chunk of the calling thread.
    pub(crate) fn seal(&self) {
        let published = self.published.load(Relaxed);
        self.published.store(published | SEALED, Release);
    }

    /// What is published, and whether that is all there will be.
    pub(crate) fn published(&self) -> (Progress, bool) {
        let packed = self.published.load(Acquire);
        (Progress(packed & !SEALED), packed & SEALED != 0)
    }

    /// What the collector has taken.
    pub(crate) fn taken(&self) -> Progress {
        Progress(self.taken.load(Relaxed))
    }

    /// Collector only: everything below `progress` has been taken.
    pub(crate) fn take(&self, progress: Progress) {
        self.taken.store(progress.0, Relaxed);
    }

    /// The value of a published word.
    #[inline(always)]
    pub(crate) fn word(&self, index: u32) -> u64 {
        self.words[index as usize].load(Relaxed)
    }

    /// Appends the published words of `range` to `out`.
    #[inline]
    pub(crate) fn copy(&self, range: std::ops::Range<u32>, out: &mut Vec<u64>) {
        let words = &self.words[range.start as usize..range.end as usize];
        out.extend(words.iter().map(|word| word.load(Relaxed)));
    }

    /// Makes it as new; nobody else may hold it.
    pub(super) fn reset(&self) {
        self.taken.store(0, Relaxed);
        self.published.store(0, Release);
    }
}
