//! Reads protobuf messages field by field: as much as the answers of receivers need.

/// A field and what it holds. Fixed-size values are skipped: no answer has any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field<'a> {
    Varint(u64, u64),
    Bytes(u64, &'a [u8]),
}

/// The fields of `message` until its end, or until it is broken.
pub(super) fn fields(message: &[u8]) -> impl Iterator<Item = Field<'_>> {
    let mut rest = message;
    std::iter::from_fn(move || {
        loop {
            let tag = varint(&mut rest)?;
            match tag & 7 {
                0 => return Some(Field::Varint(tag >> 3, varint(&mut rest)?)),
                1 => drop(take(&mut rest, 8)?),
                2 => {
                    let len = usize::try_from(varint(&mut rest)?).ok()?;
                    return Some(Field::Bytes(tag >> 3, take(&mut rest, len)?));
                }
                5 => drop(take(&mut rest, 4)?),
                _ => return None,
            }
        }
    })
}

/// The content of field `number`, the last one if it comes several times.
pub(super) fn message(bytes: &[u8], number: u64) -> Option<&[u8]> {
    fields(bytes)
        .filter_map(|field| match field {
            Field::Bytes(n, content) if n == number => Some(content),
            _ => None,
        })
        .last()
}

/// The integer in field `number`, 0 if there is none.
pub(super) fn integer(bytes: &[u8], number: u64) -> i64 {
    fields(bytes)
        .filter_map(|field| match field {
            Field::Varint(n, v) if n == number => Some(v.cast_signed()),
            _ => None,
        })
        .last()
        .unwrap_or(0)
}

/// The text in field `number`, empty if there is none.
pub(super) fn text(bytes: &[u8], number: u64) -> String {
    String::from_utf8_lossy(message(bytes, number).unwrap_or_default()).into_owned()
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut v = 0;
    for shift in (0..64).step_by(7) {
        let (byte, tail) = rest.split_first()?;
        *rest = tail;
        v |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(v);
        }
    }
    None
}

fn take<'a>(rest: &mut &'a [u8], n: usize) -> Option<&'a [u8]> {
    let (taken, tail) = rest.split_at_checked(n)?;
    *rest = tail;
    Some(taken)
}
