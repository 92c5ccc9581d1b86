//! What a thread keeps for itself: its chunk, its id generator, its name, the slice that is open on it.

use std::cell::{Cell, RefCell};

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::buffer::{Chunk, POOL, Progress};
use crate::context::{self, Slot};
use crate::ids::Ids;
use crate::record::{HEAD_WORDS, ThreadIdentity};
use crate::sync::CHUNK_WORDS;
use crate::thread_info::ThreadInfo;

/// The innermost slice that is open on a thread.
#[derive(Clone, Copy)]
pub(crate) struct Current {
    pub(crate) slot: Option<&'static Slot>,
    pub(crate) id: u64,
}

impl Current {
    pub(crate) const NONE: Self = Self { slot: None, id: 0 };

    #[inline(always)]
    pub(crate) fn is(&self, slot: &'static Slot, id: u64) -> bool {
        self.id == id && self.slot.is_some_and(|current| std::ptr::eq(current, slot))
    }
}

pub(crate) struct Local {
    chunk: Cell<Option<&'static Chunk>>,
    written: Cell<Progress>,
    pub(crate) ids: Ids,
    /// The innermost slice that was opened on this thread and is not known to be closed.
    pub(crate) current: Cell<Current>,
    /// Whether a traced future is being polled: then parents are looked for among `tasks` first.
    pub(crate) in_task: Cell<bool>,
    /// The slices of the traced futures that are being polled, innermost last.
    pub(crate) tasks: RefCell<Vec<u64>>,
    /// Free slots.
    pub(crate) slots: RefCell<Vec<&'static Slot>>,
    /// The words of this thread's [`ThreadIdentity`]; empty before they are needed.
    identity: RefCell<Vec<u64>>,
}

thread_local! {
    static LOCAL: Local = const { Local::new() };
}

/// Runs `f` with the calling thread's state, also while the thread is being torn down.
pub(crate) fn with<R>(mut f: impl FnMut(&Local) -> R) -> R {
    match LOCAL.try_with(|local| f(local)) {
        Ok(result) => result,
        Err(_) => f(&Local::new()),
    }
}

/// The same for the hot path: `f` is compiled into the caller, and `late` runs where the thread's state is gone
/// already. It gets a passing one.
#[inline(always)]
pub(crate) fn with_hot<R>(f: impl FnOnce(&Local) -> R, late: impl FnOnce(&Local) -> R) -> R {
    match LOCAL.try_with(f) {
        Ok(result) => result,
        Err(_) => late(&Local::new()),
    }
}

impl Local {
    const fn new() -> Self {
        Self {
            chunk: Cell::new(None),
            written: Cell::new(Progress {
                words: 0,
                records: 0,
            }),
            ids: Ids::new(),
            current: Cell::new(Current::NONE),
            in_task: Cell::new(false),
            tasks: RefCell::new(Vec::new()),
            slots: RefCell::new(Vec::new()),
            identity: RefCell::new(Vec::new()),
        }
    }

    /// Room for a record of `len` words; [`Local::written`] publishes it. None if there is no memory (which is counted)
    /// or the record is larger than any chunk.
    #[inline(always)]
    pub(crate) fn room(&self, len: usize) -> Option<(&'static Chunk, &'static [AtomicU64])> {
        if let Some(chunk) = self.chunk.get()
            && let Some(room) = chunk.room(self.written.get().words, len)
        {
            return Some((chunk, room));
        }
        self.fresh_room(len)
    }

    #[cold]
    #[inline(never)]
    fn fresh_room(&self, len: usize) -> Option<(&'static Chunk, &'static [AtomicU64])> {
        if len > CHUNK_WORDS {
            return None;
        }
        self.seal();
        let chunk = POOL.acquire().ok()?;
        self.chunk.set(Some(chunk));
        self.written.set(Progress::default());
        Some((chunk, chunk.room(0, len)?))
    }

    /// Publishes the `len` words of the last [`Local::room`] as a record.
    #[inline(always)]
    pub(crate) fn publish(&self, chunk: &'static Chunk, len: usize) {
        let Progress { words, records } = self.written.get();
        let written = Progress {
            words: words + len as u32,
            records: records + 1,
        };
        self.written.set(written);
        chunk.publish(written);
        chunk.prepare(written, len);
    }

    /// Leaves a record of any size, `len` words in all, for the collector. Without memory for it, it is counted as
    /// dropped.
    pub(crate) fn push(&self, len: usize, head: &[u64; HEAD_WORDS], tail: &[&[u64]]) {
        if len > CHUNK_WORDS {
            let words = head.iter().chain(tail.iter().copied().flatten());
            let _counted_there = POOL.post(words.copied().collect());
        } else if let Some((chunk, room)) = self.room(len)
            && let Some((to_head, mut room)) = room.split_first_chunk::<HEAD_WORDS>()
        {
            for (to, word) in to_head.iter().zip(head) {
                to.store(*word, Relaxed);
            }
            for part in tail {
                room = store(room, part);
            }
            self.publish(chunk, len);
        }
    }

    fn seal(&self) {
        if let Some(chunk) = self.chunk.take() {
            chunk.seal(self.written.get());
        }
    }

    /// Gives `use_words` the words of this thread's identity.
    pub(crate) fn with_identity<R>(&self, use_words: impl FnOnce(&[u64]) -> R) -> R {
        let mut words = self.identity.borrow_mut();
        if words.is_empty() {
            ThreadInfo::new("unknown").identity().push(&mut words);
        }
        use_words(&words)
    }

    /// From now on this thread is called so.
    pub(crate) fn set_identity(&self, identity: &ThreadIdentity<'_>) {
        let mut words = self.identity.borrow_mut();
        words.clear();
        identity.push(&mut words);
    }

    /// Makes the state as new in the child of a fork, where everything in it belongs to the parent.
    pub(crate) fn forget(&self) {
        self.chunk.set(None);
        self.written.set(Progress::default());
        self.ids.forget();
        self.current.set(Current::NONE);
        self.in_task.set(false);
        if let Ok(mut tasks) = self.tasks.try_borrow_mut() {
            tasks.clear();
        }
        if let Ok(mut words) = self.identity.try_borrow_mut() {
            words.clear();
        }
    }
}

/// Stores `words` at the head of `room` and returns the rest.
#[inline(always)]
fn store<'a>(room: &'a [AtomicU64], words: &[u64]) -> &'a [AtomicU64] {
    if words.is_empty() {
        return room;
    }
    let (to, rest) = room.split_at(words.len().min(room.len()));
    for (to, word) in to.iter().zip(words) {
        to.store(*word, Relaxed);
    }
    rest
}

impl Drop for Local {
    fn drop(&mut self) {
        self.seal();
        context::give_back(self.slots.get_mut());
    }
}
