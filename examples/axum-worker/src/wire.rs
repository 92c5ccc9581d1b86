//! What goes over the connection of a room: the room, then the number of chunks, then the chunks with their checksums.

use std::io::{self, Read, Write};

pub(crate) fn write_room(to: &mut impl Write, room: u64) -> io::Result<()> {
    to.write_all(&room.to_le_bytes())
}

pub(crate) fn read_room(from: &mut impl Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    from.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

pub(crate) fn write_count(to: &mut impl Write, chunks: usize) -> io::Result<()> {
    write_u32(to, chunks)
}

pub(crate) fn read_count(from: &mut impl Read) -> io::Result<usize> {
    read_u32(from)
}

pub(crate) fn write_chunk(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    write_u32(to, bytes.len())?;
    to.write_all(&crc32fast::hash(bytes).to_le_bytes())?;
    to.write_all(bytes)
}

/// Reads a chunk of at most `limit` bytes to the end of `kv` and says how many there were.
pub(crate) fn read_chunk(
    from: &mut impl Read,
    limit: usize,
    kv: &mut Vec<u8>,
) -> io::Result<usize> {
    let len = read_u32(from)?;
    let checksum = read_u32(from)?;
    if len > limit {
        return Err(io::Error::other(format!(
            "a chunk of {len} bytes, at most {limit} were expected"
        )));
    }
    let start = kv.len();
    kv.resize(start + len, 0);
    from.read_exact(&mut kv[start..])?;
    if crc32fast::hash(&kv[start..]) as usize != checksum {
        return Err(io::Error::other(
            "a chunk came with other bytes than were sent",
        ));
    }
    Ok(len)
}

fn write_u32(to: &mut impl Write, value: usize) -> io::Result<()> {
    let value = u32::try_from(value).map_err(io::Error::other)?;
    to.write_all(&value.to_le_bytes())
}

fn read_u32(from: &mut impl Read) -> io::Result<usize> {
    let mut bytes = [0; 4];
    from.read_exact(&mut bytes)?;
    usize::try_from(u32::from_le_bytes(bytes)).map_err(io::Error::other)
}
