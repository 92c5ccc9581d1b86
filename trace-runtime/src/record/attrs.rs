//! Attributes as words, and the log in which a span's attributes are kept while it is open.
//!
//! An attribute is a head word (tag 0–7, key bytes 8–31, value bytes or elements 32–63), the key, the value. Setting
//! an attribute appends; that a key replaces its former value, that reserved keys are ignored and that a span has at
//! most 128 attributes is settled when the record is read (or by [`AttrLog::compact`] if somebody sets very many).

use super::count;
use super::settled::Settled;
use super::short::{FEW, Few, SHORT_WORDS, Short};
use super::text::{cut, push_text};
use crate::{Attr, Value};

/// A log that is longer is compacted.
const LOG_ATTRS: u32 = 512;

pub(super) const BOOL: u8 = 0;
pub(super) const INT: u8 = 1;
pub(super) const FLOAT: u8 = 2;
pub(super) const TEXT: u8 = 3;
pub(super) const ARRAY: u8 = 4;
/// Not an attribute: the message of the span's ERROR status.
pub(super) const MESSAGE: u8 = 5;

/// Room for so many words is kept ready behind a span's attributes.
const ROOM_WORDS: usize = FEW * SHORT_WORDS;

#[inline(always)]
pub(super) fn head(tag: u8, key: usize, len: usize) -> u64 {
    u64::from(tag) | (key as u64) << 8 | (len as u64) << 32
}

fn push_value(words: &mut Vec<u64>, key: &str, value: &Value<'_>) {
    match Short::new(key, value) {
        Some(short) => words.extend_from_slice(short.words()),
        None => push_long_value(words, key, value),
    }
}

#[cold]
#[inline(never)]
fn push_long_value(words: &mut Vec<u64>, key: &str, value: &Value<'_>) {
    let key = cut(key, 0xff_ffff);
    match value {
        Value::Str(v) => push_tagged_text(words, TEXT, key, v),
        Value::Array(values) => {
            let values = &values[..values.len().min(u32::MAX as usize)];
            words.push(head(ARRAY, key.len(), values.len()));
            push_text(words, key);
            for value in values {
                push_value(words, "", value);
            }
        }
        Value::Bool(v) => {
            words.push(head(BOOL, key.len(), usize::from(*v)));
            push_text(words, key);
        }
        Value::Int(v) => push_tagged_word(words, INT, key, v.cast_unsigned()),
        Value::Float(v) => push_tagged_word(words, FLOAT, key, v.to_bits()),
    }
}

fn push_tagged_word(words: &mut Vec<u64>, tag: u8, key: &str, value: u64) {
    words.push(head(tag, key.len(), 0));
    push_text(words, key);
    words.push(value);
}

fn push_tagged_text(words: &mut Vec<u64>, tag: u8, key: &str, value: &str) {
    let value = cut(value, u32::MAX as usize);
    words.push(head(tag, key.len(), value.len()));
    push_text(words, key);
    push_text(words, value);
}

/// The attributes of an open span, in the order in which they were set.
#[derive(Default)]
pub(crate) struct AttrLog {
    /// The first `len` words count; behind them is room.
    words: Box<[u64]>,
    len: u32,
    count: u32,
    dropped: u32,
}

impl AttrLog {
    #[inline]
    pub(crate) fn words(&self) -> &[u64] {
        &self.words[..self.len as usize]
    }

    #[inline]
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    #[inline]
    pub(crate) fn dropped(&self) -> u32 {
        self.dropped
    }

    #[inline]
    pub(crate) fn clear(&mut self) {
        if self.count != 0 {
            self.len = 0;
            self.count = 0;
            if self.dropped != 0 {
                self.dropped = 0;
            }
        }
    }

    /// Appends `attrs`.
    pub(crate) fn set(&mut self, attrs: &[Attr<'_>], reserved: &'static [&'static str]) {
        for (key, value) in attrs {
            let short = Short::new(key, value);
            match short.and_then(|short| short.store(&mut self.words, self.len as usize)) {
                Some(len) => self.len = count(len),
                None => self.append(|words| push_value(words, key, value)),
            }
        }
        self.grown(attrs.len(), reserved);
    }

    /// Makes room for the [`Few`] that may be the first.
    pub(crate) fn reserve_few(&mut self) {
        if !self.has_room_for_few() {
            self.append(|_| {});
        }
    }

    /// Whether [`reserve_few`](Self::reserve_few) would do nothing.
    #[inline(always)]
    pub(crate) fn has_room_for_few(&self) -> bool {
        self.words.len() >= ROOM_WORDS
    }

    /// Sets the first attributes of a slice, for which [`reserve_few`](Self::reserve_few) has made room.
    #[inline(always)]
    pub(crate) fn set_few(&mut self, few: &Few) {
        if let Some(room) = self.words.first_chunk_mut() {
            self.len = few.store(room) as u32;
            self.count = few.count();
        }
    }

    /// Keeps `message` as the message of the span's ERROR status; the last one stays.
    pub(crate) fn set_message(&mut self, message: &str, reserved: &'static [&'static str]) {
        self.append(|words| push_tagged_text(words, MESSAGE, "", message));
        self.grown(1, reserved);
    }

    /// Appends what `push` pushes, and leaves room for short attributes behind that.
    #[cold]
    #[inline(never)]
    fn append(&mut self, push: impl FnOnce(&mut Vec<u64>)) {
        let mut words = std::mem::take(&mut self.words).into_vec();
        words.truncate(self.len as usize);
        push(&mut words);
        let len = words.len();
        // The memory is kept if it is enough, and not far too much.
        let size = match words.capacity() {
            kept if (len + SHORT_WORDS..8 * (len + ROOM_WORDS)).contains(&kept) => kept,
            _ => 2 * len + ROOM_WORDS,
        };
        words.resize(size, 0);
        self.words = words.into_boxed_slice();
        self.len = count(len);
    }

    #[inline(always)]
    fn grown(&mut self, by: usize, reserved: &'static [&'static str]) {
        self.count = self.count.saturating_add(count(by));
        if self.count > LOG_ATTRS {
            self.compact(reserved);
        }
    }

    /// Leaves what a reader would leave.
    #[cold]
    fn compact(&mut self, reserved: &'static [&'static str]) {
        let words = self.words().to_vec();
        let mut attrs = Vec::new();
        let mut settled = Settled::new(&mut attrs, 0, reserved);
        settled.read(&words, self.count as usize);
        self.dropped += settled.dropped;
        let message = settled.message;
        self.len = 0;
        self.count = 0;
        self.set(&attrs, reserved);
        if let Some(message) = message {
            self.set_message(message, reserved);
        }
    }
}

/// The bare attributes of an event: no rules but that a key is there once.
pub(crate) fn push_all(words: &mut Vec<u64>, attrs: &[Attr<'_>]) -> u32 {
    for (key, value) in attrs {
        push_value(words, key, value);
    }
    count(attrs.len())
}
