//! Events as words, and the log in which they wait for the span that takes them.
//!
//! An event is a head word (all words 0–31, name bytes 32–63), its stamp, a word with the number of attributes, the
//! name, the attributes.

use super::attrs::push_all;
use super::settled::Settled;
use super::text::{cut, push_text, text, text_words};
use super::{MAX_EVENTS, count};
use crate::{Attr, Event, Timestamp};

const HEAD_WORDS: usize = 3;

/// A context's waiting events may take this many words (512 KiB); later ones are counted as dropped.
const LOG_WORDS: usize = 1 << 16;

pub(crate) const STAMP: usize = 1;

/// Events in the order in which they were emitted.
#[derive(Default)]
pub(crate) struct EventLog {
    words: Vec<u64>,
    count: u32,
    dropped: u32,
}

impl EventLog {
    pub(crate) const fn new() -> Self {
        Self {
            words: Vec::new(),
            count: 0,
            dropped: 0,
        }
    }

    /// Whether there is anything to tell: events, or that some were dropped.
    #[inline(always)]
    pub(crate) fn has_any(&self) -> bool {
        self.words.len() | self.dropped as usize != 0
    }

    pub(crate) fn words(&self) -> &[u64] {
        &self.words
    }

    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    pub(crate) fn dropped(&self) -> u32 {
        self.dropped
    }

    pub(crate) fn clear(&mut self) {
        self.words.clear();
        self.count = 0;
        self.dropped = 0;
    }

    pub(crate) fn push(&mut self, name: &str, at: Timestamp, attrs: &[Attr<'_>]) {
        if self.words.len() >= LOG_WORDS {
            self.dropped = self.dropped.saturating_add(1);
            return;
        }
        let name = cut(name, u32::MAX as usize);
        let start = self.words.len();
        self.words.extend([0, at.to_word(), 0]);
        push_text(&mut self.words, name);
        self.words[start + 2] = u64::from(push_all(&mut self.words, attrs));
        let words = self.words.len() - start;
        self.words[start] = u64::from(count(words)) | (name.len() as u64) << 32;
        self.count += 1;
    }

    /// Moves the events with `start <= at < end` behind those of `into`; beyond 128 they are counted as dropped.
    pub(crate) fn take_window(&mut self, start: Timestamp, end: Timestamp, into: &mut Self) {
        self.take(into, |at| start <= at && at < end);
    }

    /// Moves all events behind those of `into`.
    pub(crate) fn take_all(&mut self, into: &mut Self) {
        self.take(into, |_| true);
        into.dropped = into
            .dropped
            .saturating_add(std::mem::take(&mut self.dropped));
    }

    fn take(&mut self, into: &mut Self, wanted: impl Fn(Timestamp) -> bool) {
        let (mut read, mut kept) = (0, 0);
        while read < self.words.len() {
            let words = event_words(&self.words[read..]);
            let event = read..read + words;
            read += words;
            if !wanted(Timestamp::from_word(self.words[event.start + STAMP])) {
                self.words.copy_within(event, kept);
                kept += words;
                continue;
            }
            self.count -= 1;
            into.append(&self.words[event]);
        }
        self.words.truncate(kept);
    }

    fn append(&mut self, event: &[u64]) {
        if (self.count as usize) < MAX_EVENTS {
            self.words.extend_from_slice(event);
            self.count += 1;
        } else {
            self.dropped = self.dropped.saturating_add(1);
        }
    }

    /// Keeps the first 128 and counts the rest.
    pub(crate) fn limit(&mut self) {
        let mut all = std::mem::take(self);
        all.take_all(self);
    }
}

/// The length of the event at the head of `words`.
pub(crate) fn event_words(words: &[u64]) -> usize {
    (words[0] as u32 as usize).max(HEAD_WORDS)
}

/// The event at the head of `words`, whose stamp is settled.
pub(crate) fn read(words: &[u64]) -> Event<'_> {
    let len = (words[0] >> 32) as usize;
    let name = text(&words[HEAD_WORDS..], len);
    let mut attributes = Vec::new();
    let mut settled = Settled::new(&mut attributes, 0, &[]);
    settled.read(
        &words[HEAD_WORDS + text_words(len)..event_words(words)],
        words[2] as usize,
    );
    let dropped_attributes = settled.dropped;
    Event {
        name,
        time_ns: words[STAMP],
        attributes,
        dropped_attributes,
    }
}
