//! The bootstrap link: one JSON message a frame, a frame being its length (u32, little endian) and its bytes.

use std::io::{self, Read, Write};
use std::net::SocketAddr;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{invalid, read_or_end};
use crate::kv::PageId;
use crate::outcome::Outcome;

/// Longest message: a request's page lists are most of it.
const MAX_MESSAGE: u32 = 64 << 20;

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
    /// [`VERSION`](super::VERSION) of the sender of this message.
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
