//! What the two processes say to each other, byte by byte.
//!
//! The *bootstrap link* joins the schedulers: one JSON message a frame, a frame being its length (u32, little
//! endian) and its bytes. The *data links* join one transfer worker with one decode session each: an
//! [`Opening`], then chunk after chunk as a [`ChunkHeader`], the target pages' indices and the pages' bytes,
//! each answered by one [`Ack`] byte. A reader checks lengths before it allocates.

use std::io::{self, Read, Write};
use std::net::SocketAddr;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::kv::PageId;
use crate::outcome::Outcome;

/// Changes when anything in this file does.
pub(crate) const VERSION: u16 = 1;

/// Longest bootstrap message: a request's page lists are most of it.
const MAX_MESSAGE: u32 = 64 << 20;
/// Most pages in one chunk.
pub(crate) const MAX_CHUNK_PAGES: u32 = 1 << 16;

const OPENING_MAGIC: [u8; 4] = *b"KVT1";
const CHUNK_MAGIC: [u8; 4] = *b"CHNK";

/// From the decode side's scheduler.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ToPrefill {
    /// The first message.
    Hello(Hello),
    /// A receiver waits for the KV cache of a request.
    Receive(ReceiveRequest),
    /// No more requests will come; every one that came is over.
    Bye,
}

/// Who the decode process is.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Hello {
    /// [`VERSION`] of the sender of this message.
    pub(crate) version: u16,
    /// Bytes of a page there.
    pub(crate) page_bytes: usize,
    /// Where each session listens; the rank is the position.
    pub(crate) sessions: Vec<SocketAddr>,
}

/// A receiver's request for a KV cache, with what its sender needs to join the trace.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReceiveRequest {
    /// Position of the request in the run.
    pub(crate) index: u32,
    /// Request id.
    pub(crate) rid: String,
    /// Bootstrap room: names the transfer on every link.
    pub(crate) room: u64,
    /// For every session the pages that the KV cache goes to, in order.
    pub(crate) targets: Vec<Vec<PageId>>,
    /// W3C trace context of the receiver's root; none when it is not traced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) traceparent: Option<String>,
}

/// From the prefill side's scheduler.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ToDecode {
    /// The answer to a good [`Hello`].
    Welcome,
    /// The answer to any other.
    Reject {
        /// What is wrong with it.
        reason: String,
    },
    /// A request is over on the prefill side.
    Ended {
        /// Bootstrap room.
        room: u64,
        /// How.
        outcome: Outcome,
    },
}

/// Writes one bootstrap message.
///
/// # Errors
/// Those of the stream.
pub(crate) fn write_message<M: Serialize>(stream: &mut impl Write, message: &M) -> io::Result<()> {
    let mut frame = vec![0; 4];
    serde_json::to_writer(&mut frame, message)?;
    let length = u32::try_from(frame.len() - 4)
        .ok()
        .filter(|&length| length <= MAX_MESSAGE)
        .ok_or_else(|| invalid("message too long"))?;
    frame[..4].copy_from_slice(&length.to_le_bytes());
    stream.write_all(&frame)
}

/// Reads one bootstrap message; none where the stream ends instead of one.
///
/// # Errors
/// Those of the stream, and `InvalidData` for a message that is too long or not understood.
pub(crate) fn read_message<M: DeserializeOwned>(stream: &mut impl Read) -> io::Result<Option<M>> {
    let mut length = [0; 4];
    if !read_or_end(stream, &mut length)? {
        return Ok(None);
    }
    let length = u32::from_le_bytes(length);
    if length > MAX_MESSAGE {
        return Err(invalid("message too long"));
    }
    let mut body = vec![0; length as usize];
    stream.read_exact(&mut body)?;
    Ok(Some(serde_json::from_slice(&body)?))
}

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

/// Fills `buffer`, or says that the stream ended before its first byte. A timeout before the first byte
/// is no error: the peer has nothing to say yet.
fn read_or_end(stream: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    let first = loop {
        match stream.read(buffer) {
            Ok(count) => break count,
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock
                        | io::ErrorKind::TimedOut
                        | io::ErrorKind::Interrupted
                ) => {}
            Err(error) => return Err(error),
        }
    };
    if first == 0 {
        return Ok(false);
    }
    stream.read_exact(&mut buffer[first..])?;
    Ok(true)
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut wire = Vec::new();
        let opening = Opening {
            session: 3,
            worker: 9,
        };
        let header = ChunkHeader {
            room: 0x1234_5678_9abc_def0,
            chunk: 7,
            checksum: 0xdead_beef,
            targets: vec![5, 1, u32::MAX],
        };
        opening.write(&mut wire).unwrap();
        header.write(&mut wire).unwrap();
        Ack::RoomClosed.write(&mut wire).unwrap();
        write_message(&mut wire, &ToPrefill::Bye).unwrap();
        let mut wire = &wire[..];
        assert_eq!(Opening::read(&mut wire).unwrap(), Some(opening));
        assert_eq!(ChunkHeader::read(&mut wire).unwrap(), Some(header));
        assert_eq!(Ack::read(&mut wire).unwrap(), Ack::RoomClosed);
        let message = read_message(&mut wire).unwrap();
        assert!(matches!(message, Some(ToPrefill::Bye)));
        assert!(read_message::<ToPrefill>(&mut wire).unwrap().is_none());
    }

    #[test]
    fn garbage_is_an_error_and_allocates_nothing() {
        let garbage = [0xff; 64];
        assert!(Opening::read(&mut &garbage[..]).is_err());
        assert!(ChunkHeader::read(&mut &garbage[..]).is_err());
        assert!(Ack::read(&mut &garbage[..]).is_err());
        assert!(read_message::<ToDecode>(&mut &garbage[..]).is_err());
        let cut = [CHUNK_MAGIC, [0; 4]].concat();
        assert!(ChunkHeader::read(&mut &cut[..]).is_err());
    }
}
