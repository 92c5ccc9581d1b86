//! What a thread keeps for later, until it exits.
//!
//! Destructors of other thread-local values may record after that: then there is nothing kept, and what would be is
//! taken from where all threads take it.

use std::cell::RefCell;

use super::{Local, with};
use crate::buffer::Held;
use crate::context::{self, Slot};
use crate::record::ThreadIdentity;
use crate::thread_info::ThreadInfo;

pub(crate) struct Kept {
    /// The chunk that [`Local`] writes into. It is sealed with this, because there may be no [`Local`] left by then.
    pub(super) chunk: Held,
    /// Free slots.
    pub(crate) slots: RefCell<Vec<&'static Slot>>,
    /// The slices of the traced futures that are being polled, innermost last.
    pub(crate) tasks: RefCell<Vec<u64>>,
    /// The words of this thread's [`ThreadIdentity`]; empty before they are needed.
    identity: RefCell<Vec<u64>>,
}

thread_local! {
    static KEPT: Kept = const {
        Kept {
            chunk: Held::new(),
            slots: RefCell::new(Vec::new()),
            tasks: RefCell::new(Vec::new()),
            identity: RefCell::new(Vec::new()),
        }
    };
}

impl Kept {
    /// Runs `f` with what the calling thread keeps; none if the thread is exiting.
    #[inline]
    pub(crate) fn with<R>(f: impl FnOnce(&Self) -> R) -> Option<R> {
        KEPT.try_with(f).ok()
    }

    /// Gives `use_words` the words of the calling thread's identity, and marks it in [`Local`].
    #[inline(never)]
    pub(crate) fn with_identity(local: &Local, mut use_words: impl FnMut(&[u64])) {
        let done = Self::with(|kept| {
            let mut words = kept.identity.borrow_mut();
            if words.is_empty() {
                unknown(&mut words);
            }
            if local.identity.get() == 0 {
                local.identity.set(local.ids.span());
            }
            use_words(&words);
        });
        if done.is_none() {
            let mut words = Vec::new();
            unknown(&mut words);
            use_words(&words);
        }
    }

    /// From now on this thread is called so.
    pub(crate) fn set_identity(&self, identity: &ThreadIdentity<'_>) {
        with(|local| local.identity.set(0));
        let mut words = self.identity.borrow_mut();
        words.clear();
        identity.push(&mut words);
    }

    /// In the child of a fork: the thread is another one, and in no call of the parent's.
    pub(super) fn forget(&self) {
        self.chunk.forget();
        for words in [&self.tasks, &self.identity] {
            if let Ok(mut words) = words.try_borrow_mut() {
                words.clear();
            }
        }
    }
}

fn unknown(words: &mut Vec<u64>) {
    ThreadInfo::new("unknown").identity().push(words);
}

impl Drop for Kept {
    fn drop(&mut self) {
        with(|local| local.writer.forget());
        context::give_back(self.slots.get_mut());
    }
}
