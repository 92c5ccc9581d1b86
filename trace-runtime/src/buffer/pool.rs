//! The pool: how much memory records may take, which chunks are free, and which hold something to read.
//!
//! Threads come here once per chunk, not once per record. A record that no chunk can hold is posted in a box of its
//! own. When the pool is exhausted a thread does not even take the lock until the collector has given a chunk back.

use std::collections::VecDeque;
use std::sync::PoisonError;

use super::alarm::Alarm;
use super::chunk::Chunk;
use crate::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use crate::sync::{CHUNK_WORDS, Mutex, MutexGuard};

const CHUNK_BYTES: usize = CHUNK_WORDS * size_of::<u64>();

/// The collector is woken early when this share of the pool is in use: one in 32 of its chunks, at least 4.
const WAKE_SHARE: usize = 32;

/// Chunks go round in so much memory at least, the memory limit permitting.
///
/// A chunk that has just been read lies in the caches of two cores, and each of its lines that is written before it has
/// left the writer's has to be called back from the reader's first: a slice costs up to twice as much then, and asking for
/// lines ahead does not help. So free chunks queue, and the queue is longer than such a cache is large.
const ROUND_BYTES: usize = 4 << 20;

/// Why a record found no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The memory is in use.
    Full,
    /// It is larger than half of the memory limit.
    TooLarge,
}

pub(crate) struct Pool {
    shelf: Mutex<Shelf>,
    pub(crate) alarm: Alarm,
    limit: AtomicUsize,
    exhausted: AtomicBool,
    full: AtomicU64,
    too_large: AtomicU64,
}

/// What the lock guards.
pub(crate) struct Shelf {
    /// Oldest first.
    free: VecDeque<&'static Chunk>,
    /// Chunks that some thread writes or the collector has not read to the end, oldest first.
    active: Vec<&'static Chunk>,
    /// Records that were too large for a chunk, or of threads that were being torn down.
    posted: VecDeque<Box<[u64]>>,
    posted_bytes: usize,
    /// Chunks taken since the collector last looked.
    taken: usize,
    /// Records of chunks that have been given back, and posted ones that have been collected.
    retired: u64,
}

/// The counts of one moment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Records that threads have made, with those that found no place.
    pub(crate) recorded: u64,
    /// Records that wait to be collected.
    pub(crate) waiting: u64,
    /// Records that found the memory in use.
    pub(crate) full: u64,
    /// Records larger than half of the memory limit.
    pub(crate) too_large: u64,
}

impl Shelf {
    /// What records take now.
    fn bytes(&self) -> usize {
        self.active.len() * CHUNK_BYTES + self.posted_bytes
    }

    /// The chunk that has been free for longest, if enough others have been in use since; `limit` in bytes.
    fn rested(&mut self, limit: usize) -> Option<&'static Chunk> {
        let chunks = self.active.len() + self.free.len();
        let most = limit.saturating_sub(self.posted_bytes).min(ROUND_BYTES);
        if (chunks + 1) * CHUNK_BYTES <= most {
            return None;
        }
        self.free.pop_front()
    }

    /// In the child of a fork: what is here belongs to the parent; the memory does not.
    pub(crate) fn disown(&mut self) {
        for chunk in &self.active {
            chunk.reset();
        }
        self.free.extend(self.active.drain(..));
        self.posted.clear();
        self.posted_bytes = 0;
        self.taken = 0;
        self.retired = 0;
    }
}

impl Pool {
    pub(crate) fn new() -> Self {
        Self {
            shelf: Mutex::new(Shelf {
                free: VecDeque::new(),
                active: Vec::new(),
                posted: VecDeque::new(),
                posted_bytes: 0,
                taken: 0,
                retired: 0,
            }),
            alarm: Alarm::new(),
            limit: AtomicUsize::new(64 << 20),
            exhausted: AtomicBool::new(false),
            full: AtomicU64::new(0),
            too_large: AtomicU64::new(0),
        }
    }

    pub(crate) fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the memory limit in bytes; at least two chunks.
    pub(crate) fn set_limit(&self, bytes: usize) {
        self.limit.store(bytes.max(2 * CHUNK_BYTES), Relaxed);
        self.exhausted.store(false, Relaxed);
    }

    /// In the child of a fork: counts begin anew.
    pub(crate) fn disown_counts(&self) {
        self.exhausted.store(false, Relaxed);
        self.full.store(0, Relaxed);
        self.too_large.store(0, Relaxed);
    }

    /// A fresh chunk for the calling thread.
    pub(crate) fn acquire(&self) -> Result<&'static Chunk, Refused> {
        if self.exhausted.load(Relaxed) {
            return self.refuse(Refused::Full);
        }
        let mut shelf = self.shelf();
        let limit = self.limit.load(Relaxed);
        if shelf.bytes() + CHUNK_BYTES > limit {
            self.exhausted.store(true, Relaxed);
            drop(shelf);
            self.alarm.ring();
            return self.refuse(Refused::Full);
        }
        let chunk = match shelf.rested(limit) {
            Some(chunk) => chunk,
            None => Box::leak(Box::new(Chunk::new())),
        };
        shelf.active.push(chunk);
        shelf.taken += 1;
        let many = shelf.taken == (limit / CHUNK_BYTES / WAKE_SHARE).max(4);
        drop(shelf);
        if many {
            self.alarm.ring();
        }
        Ok(chunk)
    }

    /// Takes a record that has no chunk to go to.
    pub(crate) fn post(&self, record: Box<[u64]>) -> Result<(), Refused> {
        let bytes = size_of_val::<[u64]>(&record);
        let limit = self.limit.load(Relaxed);
        if bytes > limit / 2 {
            return self.refuse(Refused::TooLarge);
        }
        let mut shelf = self.shelf();
        if shelf.bytes() + bytes > limit {
            drop(shelf);
            self.alarm.ring();
            return self.refuse(Refused::Full);
        }
        shelf.posted_bytes += bytes;
        shelf.posted.push_back(record);
        Ok(())
    }

    #[cold]
    fn refuse<T>(&self, why: Refused) -> Result<T, Refused> {
        match why {
            Refused::Full => self.full.fetch_add(1, Relaxed),
            Refused::TooLarge => self.too_large.fetch_add(1, Relaxed),
        };
        Err(why)
    }

    /// Collector only: the chunks to look into, oldest first.
    ///
    /// Returns how many posted records there are to take after them.
    pub(crate) fn active(&self, into: &mut Vec<&'static Chunk>) -> usize {
        let mut shelf = self.shelf();
        shelf.taken = 0;
        into.clear();
        into.extend_from_slice(&shelf.active);
        shelf.posted.len()
    }

    /// Collector only: gives back every chunk that is sealed and read to the end. The ledger must be locked.
    pub(crate) fn recycle(&self) {
        let mut shelf = self.shelf();
        let Shelf {
            free,
            active,
            retired,
            ..
        } = &mut *shelf;
        let before = free.len();
        active.retain(|chunk| {
            let (published, sealed) = chunk.published();
            let keep = !sealed || chunk.taken() != published;
            if !keep {
                *retired += u64::from(published.records());
                chunk.reset();
                free.push_back(chunk);
            }
            keep
        });
        if free.len() > before {
            self.exhausted.store(false, Relaxed);
        }
    }

    /// Collector only: takes the next posted record. The ledger must be locked.
    pub(crate) fn take_posted(&self) -> Option<Box<[u64]>> {
        let mut shelf = self.shelf();
        let record = shelf.posted.pop_front()?;
        shelf.posted_bytes -= size_of_val::<[u64]>(&record);
        shelf.retired += 1;
        self.exhausted.store(false, Relaxed);
        Some(record)
    }

    /// Gives up everything that waits and says how many records that were. The ledger must be locked.
    pub(crate) fn abandon(&self) -> u64 {
        let mut shelf = self.shelf();
        let posted = shelf.posted.len() as u64;
        shelf.posted.clear();
        shelf.posted_bytes = 0;
        shelf.retired += posted;
        let waiting = shelf.active.iter().map(|chunk| {
            let (published, _) = chunk.published();
            let waiting = published.records() - chunk.taken().records();
            chunk.take(published);
            u64::from(waiting)
        });
        posted + waiting.sum::<u64>()
    }

    /// The counts of this moment. Exact if the collector's ledger is locked meanwhile.
    pub(crate) fn counts(&self) -> Counts {
        let shelf = self.shelf();
        let (full, too_large) = (self.full.load(Relaxed), self.too_large.load(Relaxed));
        let posted = shelf.posted.len() as u64;
        let mut counts = Counts {
            recorded: shelf.retired + posted + full + too_large,
            waiting: posted,
            full,
            too_large,
        };
        for chunk in &shelf.active {
            let records = chunk.published().0.records();
            counts.recorded += u64::from(records);
            counts.waiting += u64::from(records - chunk.taken().records());
        }
        counts
    }
}
