//! A data link: an [`Opening`], then chunk after chunk as a [`ChunkHeader`], the target pages' indices and the
//! pages' bytes, each answered by one [`Ack`] byte.

use std::io::{self, Read, Write};

use super::{invalid, read_or_end};
use crate::kv::PageId;

/// Most pages in one chunk.
pub(crate) const MAX_CHUNK_PAGES: u32 = 1 << 16;

const OPENING_MAGIC: [u8; 4] = *b"KVT1";
const CHUNK_MAGIC: [u8; 4] = *b"CHNK";

/// The first bytes on a data link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    /// Rank of the session that is meant.
    pub(crate) session: u32,
    /// Shard of the worker that writes.
    pub(crate) worker: u32,
}

impl Opening {
    /// Writes it.
    ///
    /// # Errors
    /// Those of the stream.
    pub(crate) fn write(&self, stream: &mut impl Write) -> io::Result<()> {
        let mut bytes = [0; 12];
        bytes[..4].copy_from_slice(&OPENING_MAGIC);
        bytes[4..8].copy_from_slice(&self.session.to_le_bytes());
        bytes[8..].copy_from_slice(&self.worker.to_le_bytes());
        stream.write_all(&bytes)
    }

    /// Reads one; none where the stream ends instead.
    ///
    /// # Errors
    /// Those of the stream, and `InvalidData` for anything else than an opening.
    pub(crate) fn read(stream: &mut impl Read) -> io::Result<Option<Self>> {
        let mut bytes = [0; 12];
        if !read_or_end(stream, &mut bytes)? {
            return Ok(None);
        }
        let mut fields = Fields::after(&bytes, OPENING_MAGIC)?;
        Ok(Some(Self {
            session: fields.u32(),
            worker: fields.u32(),
        }))
    }
}

/// What comes before the pages of a chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChunkHeader {
    /// Bootstrap room.
    pub(crate) room: u64,
    /// Number of the chunk in its request.
    pub(crate) chunk: u32,
    /// Of the chunk's bytes.
    pub(crate) checksum: u32,
    /// Where the receiver shall put the pages that follow.
    pub(crate) targets: Vec<PageId>,
}

impl ChunkHeader {
    const FIXED: usize = 24;

    /// Writes it.
    ///
    /// # Errors
    /// Those of the stream.
    pub(crate) fn write(&self, stream: &mut impl Write) -> io::Result<()> {
        let count = u32::try_from(self.targets.len())
            .ok()
            .filter(|&count| count <= MAX_CHUNK_PAGES)
            .ok_or_else(|| invalid("chunk too long"))?;
        let mut bytes = Vec::with_capacity(Self::FIXED + self.targets.len() * 4);
        bytes.extend_from_slice(&CHUNK_MAGIC);
        bytes.extend_from_slice(&self.chunk.to_le_bytes());
        bytes.extend_from_slice(&self.checksum.to_le_bytes());
        bytes.extend_from_slice(&count.to_le_bytes());
        bytes.extend_from_slice(&self.room.to_le_bytes());
        for target in &self.targets {
            bytes.extend_from_slice(&target.to_le_bytes());
        }
        stream.write_all(&bytes)
    }

    /// Reads one; none where the stream ends instead.
    ///
    /// # Errors
    /// Those of the stream, and `InvalidData` for anything else than a chunk.
    pub(crate) fn read(stream: &mut impl Read) -> io::Result<Option<Self>> {
        let mut bytes = [0; Self::FIXED];
        if !read_or_end(stream, &mut bytes)? {
            return Ok(None);
        }
        let mut fields = Fields::after(&bytes, CHUNK_MAGIC)?;
        let (chunk, checksum, count) = (fields.u32(), fields.u32(), fields.u32());
        let room = u64::from(fields.u32()) | u64::from(fields.u32()) << 32;
        if count > MAX_CHUNK_PAGES {
            return Err(invalid("chunk too long"));
        }
        let mut ids = vec![0; count as usize * 4];
        stream.read_exact(&mut ids)?;
        let (ids, _) = ids.as_chunks::<4>();
        Ok(Some(Self {
            room,
            chunk,
            checksum,
            targets: ids.iter().map(|id| PageId::from_le_bytes(*id)).collect(),
        }))
    }
}

/// A session's answer to a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Ack {
    /// In place, and the checksum is right.
    Placed = 1,
    /// The checksum is wrong.
    Corrupt = 2,
    /// Nobody waits for this room (any more).
    RoomClosed = 3,
    /// The target pages are not the room's.
    WrongPages = 4,
}

impl Ack {
    /// Writes it.
    ///
    /// # Errors
    /// Those of the stream.
    pub(crate) fn write(self, stream: &mut impl Write) -> io::Result<()> {
        stream.write_all(&[self as u8])
    }

    /// Reads one.
    ///
    /// # Errors
    /// Those of the stream, and `InvalidData` for a byte that is no answer.
    pub(crate) fn read(stream: &mut impl Read) -> io::Result<Self> {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        match byte[0] {
            1 => Ok(Self::Placed),
            2 => Ok(Self::Corrupt),
            3 => Ok(Self::RoomClosed),
            4 => Ok(Self::WrongPages),
            other => Err(invalid(&format!("{other} is no answer to a chunk"))),
        }
    }
}

/// Little-endian words behind a magic.
struct Fields<'a> {
    words: std::slice::Iter<'a, [u8; 4]>,
}

impl<'a> Fields<'a> {
    fn after(bytes: &'a [u8], magic: [u8; 4]) -> io::Result<Self> {
        let mut words = bytes.as_chunks::<4>().0.iter();
        if words.next() != Some(&magic) {
            return Err(invalid("not a message of this protocol"));
        }
        Ok(Self { words })
    }

    /// The next word; 0 past the end, which the fixed sizes above rule out.
    fn u32(&mut self) -> u32 {
        self.words
            .next()
            .map_or(0, |word| u32::from_le_bytes(*word))
    }
}
