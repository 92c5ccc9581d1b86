//! Attributes as a reader of the words finds them.

use std::mem;

use super::attrs::{BOOL, FLOAT, INT, TEXT};
use super::text::{text, text_words};
use crate::Value;

/// Stands where a value will be made.
pub(super) const NOTHING: Value<'_> = Value::Bool(false);

/// An attribute or message without its value.
pub(super) struct Entry<'a> {
    pub(super) tag: u8,
    pub(super) key: &'a str,
    /// Bytes or elements of the value; of a boolean the value itself.
    len: usize,
}

impl<'a> Entry<'a> {
    /// Takes an entry but for its value off the front of `words`.
    #[inline(always)]
    pub(super) fn read(words: &mut &'a [u64]) -> Self {
        let head = word(words);
        let key_len = (head >> 8 & 0xff_ffff) as usize;
        Self {
            tag: head as u8,
            key: text(split(words, text_words(key_len)), key_len),
            len: (head >> 32) as usize,
        }
    }

    /// Takes the value off the front of `words` and puts it in `place`, which owns nothing.
    #[inline(always)]
    pub(super) fn value(&self, words: &mut &'a [u64], place: &mut Value<'a>) {
        // In every arm, so that no value is made somewhere else and moved. Nothing is there that had to be dropped.
        let mut put = |value| mem::forget(mem::replace(place, value));
        match self.tag {
            TEXT => put(Value::Str(self.text(words).into())),
            INT => put(Value::Int(word(words).cast_signed())),
            FLOAT => put(Value::Float(f64::from_bits(word(words)))),
            BOOL => put(Value::Bool(self.len != 0)),
            _ => put(self.array(words)),
        }
    }

    /// Takes a text or message off the front of `words`.
    #[inline(always)]
    pub(super) fn text(&self, words: &mut &'a [u64]) -> &'a str {
        text(split(words, text_words(self.len)), self.len)
    }

    /// Takes the value off the front of `words`, for nobody.
    #[cold]
    #[inline(never)]
    pub(super) fn skip(&self, words: &mut &'a [u64]) {
        self.value(words, &mut { NOTHING });
    }

    #[cold]
    #[inline(never)]
    fn array(&self, words: &mut &'a [u64]) -> Value<'a> {
        let element = |_| {
            let mut value = NOTHING;
            Entry::read(words).value(words, &mut value);
            value
        };
        Value::Array((0..self.len).map(element).collect())
    }
}

/// Takes the first `n` words off `words`.
#[inline(always)]
pub(super) fn split<'a>(words: &mut &'a [u64], n: usize) -> &'a [u64] {
    let (taken, rest) = words.split_at(n.min(words.len()));
    *words = rest;
    taken
}

/// Takes the first word off `words`; 0 if there is none.
#[inline(always)]
pub(super) fn word(words: &mut &[u64]) -> u64 {
    split(words, 1).first().copied().unwrap_or(0)
}
