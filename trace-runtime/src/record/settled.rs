//! The rules of attributes, applied when a record is read.

use super::attrs::MESSAGE;
use super::entry::{Entry, NOTHING};
use crate::{Attr, Value};

/// At most this many attributes stay with a span (the OpenTelemetry SDKs' limit).
const MAX_ATTRS: usize = 128;

/// Applies all rules to attributes as they come; they are added behind what the tracing itself has set.
pub(crate) struct Settled<'a, 'o> {
    /// The first `len` count; behind them is what may be overwritten.
    attrs: &'o mut Vec<Attr<'a>>,
    len: usize,
    reserved: &'static [&'static str],
    pub(crate) message: Option<&'a str>,
    pub(crate) dropped: u32,
}

impl<'a, 'o> Settled<'a, 'o> {
    /// Adds behind the first `len` of `attrs`; the others are left over from another span.
    pub(crate) fn new(
        attrs: &'o mut Vec<Attr<'a>>,
        len: usize,
        reserved: &'static [&'static str],
    ) -> Self {
        Self {
            attrs,
            len,
            reserved,
            message: None,
            dropped: 0,
        }
    }

    /// Applies `n` entries, the last there are.
    pub(crate) fn read(&mut self, mut words: &'a [u64], n: usize) {
        // Room for all beforehand, so that every value is made in its place.
        if self.attrs.len() < self.len + n {
            self.attrs.resize_with(self.len + n, || ("", NOTHING));
        }
        for _ in 0..n {
            let entry = Entry::read(&mut words);
            if entry.tag == MESSAGE {
                self.message = Some(entry.text(&mut words));
                continue;
            }
            match self.place(entry.key) {
                Some(place) => entry.value(&mut words, place),
                None => entry.skip(&mut words),
            }
        }
        self.attrs.truncate(self.len);
    }

    /// Where the value of `key` goes, if it goes anywhere. What is there owns nothing.
    #[inline(always)]
    fn place(&mut self, key: &'a str) -> Option<&mut Value<'a>> {
        if self.reserved.contains(&key) {
            return None;
        }
        let mut known = self.attrs.iter().take(self.len);
        let at = known.position(|(known, _)| same(known, key));
        let at = at.unwrap_or(self.len);
        if at == self.len {
            if self.len >= MAX_ATTRS {
                self.dropped += 1;
                return None;
            }
            self.len += 1;
        }
        let (place, value) = self.attrs.get_mut(at)?;
        *place = key;
        if value.owns() {
            *value = NOTHING;
        }
        Some(value)
    }

    /// Sets what the tracing itself has to say; on a full span it takes the place of the last user attribute.
    pub(crate) fn force(&mut self, key: &'static str, value: Value<'a>) {
        if let Some((_, old)) = self.attrs.iter_mut().find(|(known, _)| *known == key) {
            *old = value;
            return;
        }
        if self.attrs.len() >= MAX_ATTRS && self.attrs.pop().is_some() {
            self.dropped += 1;
        }
        self.attrs.push((key, value));
    }
}

/// Whether two keys are one. The last byte tells most of them apart.
#[inline(always)]
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.as_bytes().last() == b.as_bytes().last() && a == b
}
