//! Four words that are written rarely and read at once, whole.
//!
//! The version is odd while somebody writes; a reader that saw it odd or changed looks again.

use crate::sync::atomic::{AtomicU64, Ordering::*, fence};
use crate::sync::spin_loop;

pub(crate) struct SeqLock {
    version: AtomicU64,
    words: [AtomicU64; 4],
}

impl SeqLock {
    /// As new. Nobody else may use it meanwhile.
    #[allow(dead_code, reason = "the build without tracing minds no forks")]
    pub(crate) fn reset(&self) {
        self.version.store(0, Relaxed);
    }

    pub(crate) fn new() -> Self {
        Self {
            version: AtomicU64::new(0),
            words: std::array::from_fn(|_| AtomicU64::new(0)),
        }
    }

    /// Writes all words; false if another thread is just writing.
    pub(crate) fn write(&self, words: [u64; 4]) -> bool {
        let version = self.version.load(Relaxed);
        if version & 1 == 1
            || self
                .version
                .compare_exchange(version, version + 1, Acquire, Relaxed)
                .is_err()
        {
            return false;
        }
        fence(Release);
        for (to, word) in self.words.iter().zip(words) {
            to.store(word, Relaxed);
        }
        self.version.store(version + 2, Release);
        true
    }

    /// What was written last; none before the first time.
    pub(crate) fn read(&self) -> Option<[u64; 4]> {
        loop {
            let version = self.version.load(Acquire);
            if version == 0 {
                return None;
            }
            let words = std::array::from_fn(|i| self.words[i].load(Relaxed));
            fence(Acquire);
            if version & 1 == 0 && self.version.load(Relaxed) == version {
                return Some(words);
            }
            spin_loop();
        }
    }
}
