//! Protobuf's wire format, as far as OTLP needs it.

/// A length is below 2³⁵: five bytes of seven bits.
pub(super) const MAX_LENGTH_BYTES: usize = 5;

/// Wire type of strings, bytes and messages.
const LEN: u8 = 2;

/// The tag of a length-delimited field below 16.
pub(super) const fn len_tag(field: u8) -> u8 {
    field << 3 | LEN
}

/// The bytes of `v` and how many of them count.
#[inline(always)]
pub(super) fn varint(mut v: u64) -> ([u8; 10], usize) {
    let mut bytes = [0; 10];
    let mut n = 0;
    while v >= 0x80 && n < 9 {
        bytes[n] = v as u8 | 0x80;
        v >>= 7;
        n += 1;
    }
    bytes[n] = v as u8;
    (bytes, n + 1)
}

/// How many bytes `v` takes.
#[inline(always)]
pub(super) const fn varint_len(v: u64) -> usize {
    // Seven bits a byte: (bits * 9 + 64) / 64 is ⌈bits / 7⌉ for 1 to 64 bits.
    ((64 - (v | 1).leading_zeros()) as usize * 9 + 64) / 64
}

#[inline(always)]
pub(super) fn push_varint(out: &mut Vec<u8>, v: u64) {
    if v < 0x80 {
        out.push(v as u8);
    } else {
        let (bytes, n) = varint(v);
        out.extend_from_slice(&bytes[..n]);
    }
}

/// A string field, also if it is empty.
#[inline]
pub(super) fn text(out: &mut Vec<u8>, field: u8, text: &str) {
    if let Ok(len @ 0..0x80) = u8::try_from(text.len()) {
        out.extend_from_slice(&[len_tag(field), len]);
    } else {
        out.push(len_tag(field));
        push_varint(out, text.len() as u64);
    }
    out.extend_from_slice(text.as_bytes());
}

/// A number that is left out when 0.
#[inline]
pub(super) fn count(out: &mut Vec<u8>, field: u8, v: u32) {
    if v != 0 {
        out.push(field << 3);
        push_varint(out, u64::from(v));
    }
}

/// A message field whose content `write` appends.
#[inline]
pub(super) fn length_delimited(out: &mut Vec<u8>, field: u8, write: impl FnOnce(&mut Vec<u8>)) {
    out.extend_from_slice(&[len_tag(field), 0]);
    let start = out.len();
    write(out);
    close(out, start, 1);
}

/// Puts the length of what has been written from `start` on into the `room` bytes that were left for it in front,
/// moving it if the length takes more or fewer.
#[inline]
pub(super) fn close(out: &mut Vec<u8>, start: usize, room: usize) {
    let len = out.len() - start;
    if room == 1 && len < 0x80 {
        out[start - 1] = len as u8;
    } else if room == 2 && (0x80..0x4000).contains(&len) {
        out[start - 2] = len as u8 | 0x80;
        out[start - 1] = (len >> 7) as u8;
    } else if room == 2 && len < 0x80 {
        out.copy_within(start.., start - 1);
        out.pop();
        out[start - 2] = len as u8;
    } else {
        close_elsewhere(out, start, room);
    }
}

#[cold]
fn close_elsewhere(out: &mut Vec<u8>, start: usize, room: usize) {
    let (bytes, n) = varint((out.len() - start) as u64);
    out.splice(start - room..start, bytes[..n].iter().copied());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_varint_is_foretold() {
        for bits in 0..64 {
            for v in [1u64 << bits, (1u64 << bits) - 1, u64::MAX >> bits] {
                assert_eq!(varint(v).1, varint_len(v), "{v:#x}");
            }
        }
    }
}
