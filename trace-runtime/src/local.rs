//! What a thread keeps for itself: its chunk, its id generator, its name, the slice that is open on it.

use std::cell::{Cell, RefCell};

use std::sync::atomic::Ordering::Relaxed;

use crate::buffer::{CHUNK_WORDS, Chunk, POOL, Progress};
use crate::context::{self, Slot};
use crate::ids::Ids;
use crate::record::{HEAD_WORDS, ThreadIdentity};
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
    /// Whether a traced future is being polled: then parents come from `current`, not from the context.
    pub(crate) in_task: Cell<bool>,
    /// Free slots.
    pub(crate) slots: RefCell<Vec<&'static Slot>>,
    /// The words of this thread's [`ThreadIdentity`]; empty before they are needed.
    identity: RefCell<Vec<u64>>,
}

thread_local! {
    static LOCAL: Local = const { Local::new() };
}

/// Runs `f` with the calling thread's state, also while the thread is being torn down.
#[inline(always)]
pub(crate) fn with<R>(mut f: impl FnMut(&Local) -> R) -> R {
    match LOCAL.try_with(|local| f(local)) {
        Ok(result) => result,
        Err(_) => {
            let passing = Local::new();
            f(&passing)
        }
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
            slots: RefCell::new(Vec::new()),
            identity: RefCell::new(Vec::new()),
        }
    }

    /// Leaves a record for the collector: `head`, then `tail`. Without room for it, it is counted as dropped.
    #[inline(always)]
    pub(crate) fn push<const N: usize>(&self, head: &[u64; HEAD_WORDS], tail: [&[u64]; N]) {
        let Progress { words, records } = self.written.get();
        let len = HEAD_WORDS + tail.iter().map(|part| part.len()).sum::<usize>();
        let room = self.chunk.get().and_then(|chunk| Some((chunk, chunk.room(words, len)?)));
        let Some((chunk, (to_head, mut to_tail))) =
            room.and_then(|(chunk, room)| Some((chunk, room.split_first_chunk::<HEAD_WORDS>()?)))
        else {
            return self.push_slow(head, &tail, len);
        };
        for (to, word) in to_head.iter().zip(head) {
            to.store(*word, Relaxed);
        }
        for part in tail {
            let (to_part, rest) = to_tail.split_at(part.len());
            for (to, word) in to_part.iter().zip(part) {
                to.store(*word, Relaxed);
            }
            to_tail = rest;
        }
        let written = Progress {
            words: words + len as u32,
            records: records + 1,
        };
        self.written.set(written);
        chunk.publish(written);
    }

    #[cold]
    #[inline(never)]
    fn push_slow(&self, head: &[u64; HEAD_WORDS], tail: &[&[u64]], len: usize) {
        let words = head.iter().chain(tail.iter().copied().flatten());
        if len > CHUNK_WORDS {
            let _counted_there = POOL.post(words.copied().collect());
            return;
        }
        self.seal();
        let Ok(chunk) = POOL.acquire() else {
            return; // counted there
        };
        if let Some(room) = chunk.room(0, len) {
            for (to, word) in room.iter().zip(words) {
                to.store(*word, Relaxed);
            }
        }
        let written = Progress {
            words: len as u32,
            records: 1,
        };
        self.chunk.set(Some(chunk));
        self.written.set(written);
        chunk.publish(written);
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
        if let Ok(mut words) = self.identity.try_borrow_mut() {
            words.clear();
        }
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.seal();
        context::give_back(self.slots.get_mut());
    }
}
