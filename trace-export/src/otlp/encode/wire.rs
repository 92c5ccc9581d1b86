//! Protobuf's wire format, as far as OTLP needs it.

use super::buffer::{Buffer, copy};

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
pub(super) fn varint(v: u64) -> ([u8; 10], usize) {
    let mut bytes = [0; 10];
    if v >> 56 != 0 {
        return long_varint(v);
    }
    // Groups of 28, 14, then 7 bits move to where they begin: the bytes are made in a register.
    let v4 = v & 0x0fff_ffff | (v & 0x00ff_ffff_f000_0000) << 4;
    let v2 = v4 & 0x0000_3fff_0000_3fff | (v4 & 0x0fff_c000_0fff_c000) << 2;
    let v1 = v2 & 0x007f_007f_007f_007f | (v2 & 0x3f80_3f80_3f80_3f80) << 1;
    let n = varint_len(v);
    let more = 0x0080_8080_8080_8080 & !(u64::MAX << (8 * (n - 1)));
    bytes[..8].copy_from_slice(&(v1 | more).to_le_bytes());
    (bytes, n)
}

#[cold]
fn long_varint(mut v: u64) -> ([u8; 10], usize) {
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

pub(super) fn push_varint(out: &mut Buffer, v: u64) {
    let (bytes, n) = varint(v);
    out.push_part(bytes, n);
}

/// A string field, also if it is empty.
#[inline(always)]
pub(super) fn text(out: &mut Buffer, field: u8, text: &str) {
    if text.len() < 0x80 {
        let bytes = out.room(2 + text.len());
        bytes[0] = len_tag(field);
        bytes[1] = text.len() as u8;
        copy(&mut bytes[2..], text.as_bytes());
        out.advance(2 + text.len());
    } else {
        out.push([len_tag(field)]);
        push_varint(out, text.len() as u64);
        out.push_slice(text.as_bytes());
    }
}

/// A number that is left out when 0.
#[inline(always)]
pub(super) fn count(out: &mut Buffer, field: u8, v: u32) {
    if v != 0 {
        out.push([field << 3]);
        push_varint(out, u64::from(v));
    }
}

/// A message field whose content `write` appends.
#[inline]
pub(super) fn length_delimited(out: &mut Buffer, field: u8, write: impl FnOnce(&mut Buffer)) {
    out.push([len_tag(field), 0]);
    let start = out.len();
    write(out);
    close(out, start, 1);
}

/// Puts the length of what has been written from `start` on into the `room` bytes that were left for it in front,
/// moving it if the length takes more or fewer.
#[inline(always)]
pub(super) fn close(out: &mut Buffer, start: usize, room: usize) {
    let len = out.len() - start;
    if room == 1 && len < 0x80 {
        out.set(start - 1, [len as u8]);
    } else if room == 2 && (0x80..0x4000).contains(&len) {
        out.set(start - 2, [len as u8 | 0x80, (len >> 7) as u8]);
    } else {
        close_elsewhere(out, start, room);
    }
}

#[cold]
#[inline(never)]
fn close_elsewhere(out: &mut Buffer, start: usize, room: usize) {
    let (bytes, n) = varint((out.len() - start) as u64);
    let to = start - room + n;
    out.shift(start, to);
    out.set_before(to, &bytes[..n]);
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

    #[test]
    fn varints_come_back() {
        for bits in 0..64 {
            for v in [
                1u64 << bits,
                (1u64 << bits) - 1,
                u64::MAX >> bits,
                0x9e37_79b9_7f4a_7c15 >> bits,
            ] {
                let (bytes, n) = varint(v);
                let (last, others) = bytes[..n].split_last().unwrap();
                assert!(
                    *last < 0x80 && others.iter().all(|byte| *byte >= 0x80),
                    "{v:#x}"
                );
                let groups = bytes[..n].iter().rev();
                let back = groups.fold(0, |back, byte| back << 7 | u64::from(byte & 0x7f));
                assert_eq!(back, v, "{v:#x}");
            }
        }
    }

    #[test]
    fn lengths_move_what_they_precede() {
        for (room, len) in [
            (1, 0),
            (1, 127),
            (1, 128),
            (2, 5),
            (2, 128),
            (2, 0x3fff),
            (2, 0x4000),
        ] {
            let mut out = Buffer::default();
            out.push_part([0, 0], room);
            out.push_slice(&vec![7; len]);
            close(&mut out, room, room);
            let (bytes, n) = varint(len as u64);
            assert_eq!(out.slice(0..n), &bytes[..n]);
            assert_eq!(out.slice(n..out.len()), vec![7; len]);
        }
    }
}
