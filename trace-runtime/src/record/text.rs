//! Strings in words: the bytes, padded with zeros to whole words. Their length is kept elsewhere.
//!
//! Invariant of the `unsafe` in this file: bytes without their top bit are UTF-8 whatever they are. That they have none is
//! asked eight bytes at a time; asking for UTF-8 in general would be a ninth of what it costs to encode a span.

/// The bits that no ASCII character has, in every byte of a word.
const NOT_ASCII: u64 = 0x8080_8080_8080_8080;

/// Words that `len` bytes take.
#[expect(
    clippy::manual_div_ceil,
    reason = "half the instructions; no text is so long that this would overflow"
)]
pub(crate) const fn text_words(len: usize) -> usize {
    (len + 7) / 8
}

/// Appends the bytes of `text`.
#[inline]
pub(crate) fn push_text(words: &mut Vec<u64>, text: &str) {
    let (whole, rest) = text.as_bytes().as_chunks::<8>();
    words.extend(whole.iter().map(|bytes| u64::from_ne_bytes(*bytes)));
    if !rest.is_empty() {
        words.push(padded(rest));
    }
}

/// A text of at most 16 bytes as two words, of which it takes [`text_words`].
#[inline(always)]
pub(crate) fn short_text(text: &str) -> Option<[u64; 2]> {
    let bytes = text.as_bytes();
    let (Some(head), Some(tail)) = (bytes.first_chunk(), bytes.last_chunk()) else {
        return Some([padded(bytes), 0]);
    };
    // What the head has already is shifted out of the tail.
    let known = u32::try_from(16_usize.checked_sub(bytes.len())?).ok()?;
    let tail = u64::from_le_bytes(*tail).checked_shr(8 * known);
    Some([u64::from_ne_bytes(*head), tail.unwrap_or(0).to_le()])
}

/// Fewer than eight bytes and zeros behind them, from reads that may overlap.
#[inline(always)]
fn padded(bytes: &[u8]) -> u64 {
    let value = if let (Some(head), Some(tail)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let at = 8 * (bytes.len() - 4) as u32;
        u64::from(u32::from_le_bytes(*head)) | u64::from(u32::from_le_bytes(*tail)) << at
    } else if let [first, .., last] = bytes {
        let middle = bytes.len() / 2;
        let at = |byte: u8, index: usize| u64::from(byte) << (8 * index);
        u64::from(*first) | at(bytes[middle], middle) | at(*last, bytes.len() - 1)
    } else {
        bytes.first().map_or(0, |byte| u64::from(*byte))
    };
    value.to_le()
}

/// The text of `len` bytes at the head of `words`.
///
/// Records hold what [`push_text`] wrote; anything else would come out as the empty string.
pub(crate) fn text(words: &[u64], len: usize) -> &str {
    let Some(words) = words.get(..text_words(len)) else {
        return "";
    };
    let bytes = &bytemuck::cast_slice::<u64, u8>(words)[..len];
    if words.iter().all(|word| word & NOT_ASCII == 0) {
        // SAFETY: all of them are ASCII.
        return unsafe { std::str::from_utf8_unchecked(bytes) };
    }
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// The longest head of `text` that has at most `max` bytes.
pub(crate) fn cut(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_short_length_come_back() {
        let all = "abcdefghijklmnopqrstuvwxyz";
        for len in 0..=all.len() {
            let mut words = Vec::new();
            push_text(&mut words, &all[..len]);
            assert_eq!(words.len(), text_words(len));
            assert_eq!(text(&words, len), &all[..len]);
            match short_text(&all[..len]) {
                Some(short) => assert_eq!(short[..words.len()], words),
                None => assert!(len > 16),
            }
        }
    }
}
