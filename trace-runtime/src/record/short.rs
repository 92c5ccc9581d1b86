//! Attributes whose key and value are short, as words, and a few of them at a time.
//!
//! What is here is inlined into whoever sets the attributes, so that what the compiler knows of keys and values is words
//! already when the program runs.

use super::attrs::{BOOL, FLOAT, INT, TEXT, head};
use super::count;
use super::text::{short_text, text_words};
use crate::{Attr, Value};

/// Words of the longest short attribute.
pub(super) const SHORT_WORDS: usize = 5;

/// So many short attributes are a few.
pub(super) const FEW: usize = 4;

/// An attribute whose key and value are of at most 16 bytes each.
#[derive(Clone, Copy)]
pub(super) struct Short {
    words: [u64; SHORT_WORDS],
    /// So many of the words count; 0 if there is no attribute.
    len: usize,
}

impl Short {
    const NONE: Self = Self {
        words: [0; SHORT_WORDS],
        len: 0,
    };

    /// None if the attribute is long.
    #[inline(always)]
    pub(super) fn new(key: &str, value: &Value<'_>) -> Option<Self> {
        let [k0, k1] = short_text(key)?;
        let (tag, len, [v0, v1], values) = match value {
            Value::Bool(v) => (BOOL, usize::from(*v), [0; 2], 0),
            Value::Int(v) => (INT, 0, [v.cast_unsigned(), 0], 1),
            Value::Float(v) => (FLOAT, 0, [v.to_bits(), 0], 1),
            Value::Str(v) => (TEXT, v.len(), short_text(v)?, text_words(v.len())),
            Value::Array(_) => return None,
        };
        let head = head(tag, key.len(), len);
        let keys = text_words(key.len());
        let words = match keys {
            0 => [head, v0, v1, 0, 0],
            1 => [head, k0, v0, v1, 0],
            _ => [head, k0, k1, v0, v1],
        };
        let len = 1 + keys + values;
        Some(Self { words, len })
    }

    /// The first of `attrs`, which is taken off them; none if it is long.
    #[inline(always)]
    fn first(attrs: &mut &[Attr<'_>]) -> Option<Self> {
        let Some(((key, value), rest)) = attrs.split_first() else {
            return Some(Self::NONE);
        };
        *attrs = rest;
        Self::new(key, value)
    }

    pub(super) fn words(&self) -> &[u64] {
        &self.words[..self.len]
    }

    /// Puts it at `at` and says where the next one goes; none if there is no room. Words behind it may be overwritten.
    #[inline(always)]
    pub(super) fn store(&self, to: &mut [u64], at: usize) -> Option<usize> {
        *to.get_mut(at..)?.first_chunk_mut()? = self.words;
        Some(at + self.len)
    }

    /// [`store`](Self::store), if there is an attribute, where there is room.
    #[inline(always)]
    fn store_any(&self, to: &mut [u64], at: usize) -> usize {
        if self.len == 0 {
            return at;
        }
        self.store(to, at).unwrap_or(at)
    }
}

/// A few short attributes.
pub(crate) struct Few {
    attrs: [Short; FEW],
    count: u32,
}

impl Few {
    /// None if there are more of them, or one is long.
    #[inline(always)]
    pub(crate) fn new(mut attrs: &[Attr<'_>]) -> Option<Self> {
        let count = count(attrs.len());
        // Spelt out, here and below: a loop would be unrolled after the compiler has looked for what it knows.
        let few = [
            Short::first(&mut attrs)?,
            Short::first(&mut attrs)?,
            Short::first(&mut attrs)?,
            Short::first(&mut attrs)?,
        ];
        attrs.is_empty().then_some(Self { attrs: few, count })
    }

    #[inline(always)]
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// Puts them at the head of `to` and says how many words they take.
    #[inline(always)]
    pub(super) fn store(&self, to: &mut [u64; FEW * SHORT_WORDS]) -> usize {
        let [a, b, c, d] = &self.attrs;
        let len = a.store_any(to, 0);
        let len = b.store_any(to, len);
        let len = c.store_any(to, len);
        d.store_any(to, len)
    }
}
