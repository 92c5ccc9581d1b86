//! The bytes of the requests being made: a vector that is written by index.
//!
//! Room for a whole group of bytes is checked once, then its parts are stored with offsets the compiler knows. That is
//! about twice as fast as appending part by part. What lies behind `len` is left over from before.

use std::ops::Range;

#[derive(Debug, Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    len: usize,
}

impl Buffer {
    #[inline(always)]
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    /// The written bytes of `range`.
    pub(super) fn slice(&self, range: Range<usize>) -> &[u8] {
        &self.bytes[range]
    }

    /// The next `n` bytes, of which as many count as [`advance`](Self::advance) is told afterwards.
    #[inline(always)]
    pub(super) fn room(&mut self, n: usize) -> &mut [u8] {
        if self.bytes.len() - self.len < n {
            self.grow(n);
        }
        &mut self.bytes[self.len..self.len + n]
    }

    #[inline(always)]
    pub(super) fn advance(&mut self, n: usize) {
        self.len += n;
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, n: usize) {
        let size = (self.len + n).max(self.bytes.len() * 2).max(256);
        self.bytes.resize(size, 0);
    }

    /// Appends an array.
    #[inline(always)]
    pub(super) fn push<const N: usize>(&mut self, bytes: [u8; N]) {
        self.push_part(bytes, N);
    }

    /// Appends the first `n` of `bytes`.
    #[inline(always)]
    pub(super) fn push_part<const N: usize>(&mut self, bytes: [u8; N], n: usize) {
        self.room(N).copy_from_slice(&bytes);
        self.advance(n);
    }

    /// Appends bytes of any number.
    #[inline(always)]
    pub(super) fn push_slice(&mut self, bytes: &[u8]) {
        copy(self.room(bytes.len()), bytes);
        self.advance(bytes.len());
    }

    /// Writes over what is written at `at`.
    #[inline(always)]
    pub(super) fn set<const N: usize>(&mut self, at: usize, bytes: [u8; N]) {
        self.bytes[at..at + N].copy_from_slice(&bytes);
    }

    /// Writes over what is written before `end`.
    pub(super) fn set_before(&mut self, end: usize, bytes: &[u8]) {
        self.bytes[end - bytes.len()..end].copy_from_slice(bytes);
    }

    /// Moves everything from `from` on to begin at `to`.
    pub(super) fn shift(&mut self, from: usize, to: usize) {
        self.room(to.saturating_sub(from));
        self.bytes.copy_within(from..self.len, to);
        self.len = self.len - from + to;
    }
}

/// Copies between slices of one length; short ones without a call, in two stores that may overlap.
#[inline(always)]
pub(super) fn copy(to: &mut [u8], from: &[u8]) {
    macro_rules! in_two {
        ($n:literal) => {
            if let (Some(head), Some(tail)) = (from.first_chunk::<$n>(), from.last_chunk::<$n>())
                && let Some(end) = to.len().checked_sub($n)
            {
                to[..$n].copy_from_slice(head);
                to[end..].copy_from_slice(tail);
                return;
            }
        };
    }
    if from.len() > 32 {
        to.copy_from_slice(from);
        return;
    }
    in_two!(16);
    in_two!(8);
    in_two!(4);
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_of_every_short_length_are_whole() {
        let from: Vec<u8> = (1..=40).collect();
        for n in 0..=from.len() {
            let mut to = vec![0; n];
            copy(&mut to, &from[..n]);
            assert_eq!(to, from[..n]);
        }
    }

    #[test]
    fn what_is_shifted_goes_on_growing() {
        let mut buffer = Buffer::default();
        buffer.push_slice(b"ab-cd");
        buffer.shift(3, 5);
        buffer.push(*b"ef");
        assert_eq!(buffer.slice(5..buffer.len()), b"cdef");
        buffer.shift(5, 2);
        assert_eq!(buffer.slice(0..buffer.len()), b"abcdef");
    }
}
