//! A thread's end of the chunk that it holds.

use std::cell::Cell;

use super::chunk::{Chunk, Progress};
use super::pool::Pool;
use crate::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Writes records into one chunk after the other.
pub(crate) struct Writer {
    chunk: Cell<Option<&'static Chunk>>,
    /// What has been written into it.
    written: Cell<Progress>,
}

/// Room for one record.
pub(crate) struct Room {
    chunk: &'static Chunk,
    pub(crate) words: &'static [AtomicU64],
}

impl Writer {
    pub(crate) const fn new() -> Self {
        Self {
            chunk: Cell::new(None),
            written: Cell::new(Progress::NONE),
        }
    }

    /// Room for a record of `len` words in the chunk at hand; [`publish`](Self::publish) hands it over.
    #[inline(always)]
    pub(crate) fn room(&self, len: usize) -> Option<Room> {
        let chunk = self.chunk.get()?;
        let words = chunk.room(self.written.get().words(), len)?;
        Some(Room { chunk, words })
    }

    /// Publishes what has been stored in all the words of the last [`room`](Self::room).
    #[inline(always)]
    pub(crate) fn publish(&self, room: &Room) {
        let written = self.written.get().after(room.words.len());
        self.written.set(written);
        room.chunk.publish(written);
    }

    /// Stores `parts` one behind the other, `len` words in all, and publishes them. False if there is no room.
    pub(crate) fn write(&self, len: usize, parts: &[&[u64]]) -> bool {
        let Some(room) = self.room(len) else {
            return false;
        };
        let mut rest = room.words;
        for part in parts {
            rest = store(rest, part);
        }
        self.publish(&room);
        true
    }

    /// Goes on in a fresh chunk, if there is one to be had; `held` seals the one before.
    pub(crate) fn renew(&self, pool: &Pool, held: &Held) {
        let chunk = pool.acquire().ok();
        held.exchange(chunk);
        self.chunk.set(chunk);
        self.written.set(Progress::NONE);
    }

    /// Writes no more into the chunk at hand.
    pub(crate) fn forget(&self) {
        self.chunk.set(None);
    }
}

/// The chunk that a thread writes into, for whoever has to seal it when the thread is done with it.
pub(crate) struct Held(Cell<Option<&'static Chunk>>);

impl Held {
    pub(crate) const fn new() -> Self {
        Self(Cell::new(None))
    }

    /// Seals the chunk that was held; `chunk` is held now.
    fn exchange(&self, chunk: Option<&'static Chunk>) {
        if let Some(done) = self.0.replace(chunk) {
            done.seal();
        }
    }

    /// In the child of a fork: the chunk is not this process'.
    pub(crate) fn forget(&self) {
        self.0.set(None);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.exchange(None);
    }
}

/// Stores `words` at the head of `room` and returns the rest.
#[inline(always)]
pub(crate) fn store<'a>(room: &'a [AtomicU64], words: &[u64]) -> &'a [AtomicU64] {
    let (to, rest) = room.split_at(words.len().min(room.len()));
    for (to, word) in to.iter().zip(words) {
        to.store(*word, Relaxed);
    }
    rest
}
