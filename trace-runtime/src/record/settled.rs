//! The rules of attributes, applied when a record is read.

use super::Flags;
use super::attrs::{Entry, read};
use crate::{Attr, Value};

/// At most this many attributes stay with a span (the OpenTelemetry SDKs' limit).
const MAX_ATTRS: usize = 128;

/// Applies all rules to attributes as they come; they are added behind what the tracing itself has set.
pub(crate) struct Settled<'a, 'o> {
    attrs: &'o mut Vec<Attr<'a>>,
    reserved: &'static [&'static str],
    pub(crate) message: Option<&'a str>,
    pub(crate) dropped: u32,
}

impl<'a, 'o> Settled<'a, 'o> {
    pub(crate) fn new(attrs: &'o mut Vec<Attr<'a>>, reserved: &'static [&'static str]) -> Self {
        Self {
            attrs,
            reserved,
            message: None,
            dropped: 0,
        }
    }

    /// Applies `n` entries.
    pub(crate) fn read(&mut self, mut words: &'a [u64], n: usize) -> &'a [u64] {
        for _ in 0..n {
            match read(&mut words) {
                Entry::Attr(attr) => self.set(attr),
                Entry::Message(message) => self.message = Some(message),
            }
        }
        words
    }

    fn set(&mut self, (key, value): Attr<'a>) {
        if self.reserved.contains(&key) {
            return;
        }
        if let Some((_, old)) = self.attrs.iter_mut().find(|(known, _)| *known == key) {
            *old = value;
        } else if self.attrs.len() < MAX_ATTRS {
            self.attrs.push((key, value));
        } else {
            self.dropped += 1;
        }
    }

    /// Sets what the tracing itself has to say; on a full span it takes the place of the last user attribute.
    pub(crate) fn force(&mut self, flags: Flags, flag: Flags, key: &'static str, value: Value<'a>) {
        if !flags.has(flag) {
            return;
        }
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
