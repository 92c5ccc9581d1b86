//! Strings in words: the bytes, padded with zeros to whole words. Their length is kept elsewhere.

/// Words that `len` bytes take.
pub(crate) const fn text_words(len: usize) -> usize {
    len.div_ceil(8)
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

/// Up to seven bytes and zeros behind them.
#[inline]
fn padded(rest: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    for (to, from) in bytes.iter_mut().zip(rest) {
        *to = *from;
    }
    u64::from_ne_bytes(bytes)
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
