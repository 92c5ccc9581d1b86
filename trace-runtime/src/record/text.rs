//! Strings in words: the bytes, padded with zeros to whole words. Their length is kept elsewhere.

/// Words that `len` bytes take.
pub(crate) const fn text_words(len: usize) -> usize {
    len.div_ceil(8)
}

/// Appends the bytes of `text`.
#[inline]
pub(crate) fn push_text(words: &mut Vec<u64>, text: &str) {
    if let Some(short) = short_text(text) {
        let at = words.len();
        words.extend_from_slice(&short);
        return words.truncate(at + text_words(text.len()));
    }
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
    match bytes.len() {
        0..8 => Some([padded(bytes), 0]),
        8..=16 => {
            let (head, rest) = bytes.split_first_chunk::<8>()?;
            let rest = match rest.first_chunk::<8>() {
                Some(full) => u64::from_ne_bytes(*full),
                None => padded(rest),
            };
            Some([u64::from_ne_bytes(*head), rest])
        }
        _ => None,
    }
}

/// Fewer than eight bytes and zeros behind them, from two reads that may overlap.
#[inline(always)]
fn padded(bytes: &[u8]) -> u64 {
    let last = |n: usize| 8 * (bytes.len() - n) as u32;
    let value = if let (Some(head), Some(tail)) = (bytes.first_chunk(), bytes.last_chunk()) {
        u64::from(u32::from_le_bytes(*head)) | u64::from(u32::from_le_bytes(*tail)) << last(4)
    } else if let (Some(head), Some(tail)) = (bytes.first_chunk(), bytes.last_chunk()) {
        u64::from(u16::from_le_bytes(*head)) | u64::from(u16::from_le_bytes(*tail)) << last(2)
    } else {
        bytes.first().map_or(0, |byte| u64::from(*byte))
    };
    value.to_le()
}

/// The text of `len` bytes at the head of `words`.
///
/// Records hold what [`push_text`] wrote; anything else would come out as the empty string.
pub(crate) fn text(words: &[u64], len: usize) -> &str {
    let bytes = bytemuck::cast_slice::<u64, u8>(words);
    bytes
        .get(..len)
        .and_then(|bytes| std::str::from_utf8(bytes).ok())
        .unwrap_or_default()
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
