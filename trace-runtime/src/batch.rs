//! Ended spans on their way to the exporter.

use crate::Span;
use crate::record::decode;

/// Ended spans, in the order in which each thread ended them, but for spans of more than 32 KiB, which may come later.
#[derive(Debug)]
pub struct Batch {
    words: Vec<u64>,
    spans: usize,
    /// How often it has been offered to the exporter before.
    attempt: u32,
    host_id: String,
}

impl Batch {
    pub(crate) const fn new(host_id: String) -> Self {
        Self {
            words: Vec::new(),
            spans: 0,
            attempt: 0,
            host_id,
        }
    }

    /// How many spans there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.spans
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.spans == 0
    }

    /// 0 when the batch is offered for the first time; otherwise how often the exporter has asked for it to come again
    /// ([`ExportError::retry`](crate::ExportError::retry)). It is the same batch then, span by span.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Shows every span to `visit`. The span is decoded into memory that is used again for the next one, so this
    /// allocates nothing for slices without events.
    pub fn for_each<'a>(&'a self, mut visit: impl FnMut(&Span<'a>)) {
        let mut span = Span::blank();
        let mut rest = self.words.as_slice();
        while !rest.is_empty() {
            let (record, tail) = rest.split_at(decode::record_words(rest));
            rest = tail;
            decode::fill(&mut span, record, &self.host_id);
            visit(&span);
        }
    }

    pub(crate) const fn words(&self) -> usize {
        self.words.len()
    }

    /// It is to be offered again.
    pub(crate) const fn again(&mut self) {
        self.attempt = self.attempt.saturating_add(1);
    }

    pub(crate) fn clear(&mut self) {
        self.words.clear();
        self.spans = 0;
        self.attempt = 0;
    }

    /// Adds the `records` that `write` appends, and gives their words.
    pub(crate) fn push(&mut self, records: usize, write: impl FnOnce(&mut Vec<u64>)) -> &mut [u64] {
        let start = self.words.len();
        write(&mut self.words);
        self.spans += records;
        &mut self.words[start..]
    }
}
