//! A KV cache that can be recomputed from its prompt, so that the receiver can tell whether it is right.

/// Tokens of one page.
const PAGE_TOKENS: usize = 4;
/// Bytes of one page.
const PAGE_BYTES: usize = 4096;
/// Pages that are sent at once.
const CHUNK_PAGES: usize = 2;
/// Bytes that are sent at once.
pub(crate) const CHUNK_BYTES: usize = CHUNK_PAGES * PAGE_BYTES;

/// Words stand in for tokens.
pub(crate) fn tokens(prompt: &str) -> usize {
    prompt.split_whitespace().count()
}

/// The KV cache of `prompt`: at least one page.
pub(crate) fn compute(prompt: &str) -> Vec<u8> {
    let pages = tokens(prompt).div_ceil(PAGE_TOKENS).max(1);
    let mut state = crc32fast::hash(prompt.as_bytes());
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next)
        .take(pages * PAGE_BYTES)
        .collect()
}
