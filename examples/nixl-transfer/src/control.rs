//! What the processes say to each other beside the engine: lines of JSON over TCP, and the notices that the engine delivers.

use std::io::{self, BufRead, Write};

use mooncake_trace::Carrier;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Decode to prefill, first.
#[derive(Serialize, Deserialize)]
pub(crate) struct Hello {
    /// Of the engine.
    pub(crate) metadata: Vec<u8>,
}

/// Decode to prefill: a request, and where its pages go.
#[derive(Serialize, Deserialize)]
pub(crate) struct Receive {
    pub(crate) room: u64,
    pub(crate) targets: Vec<usize>,
    /// The decode process' request, for the prefill process to be part of.
    pub(crate) traceparent: Option<String>,
}

/// Prefill to decode, with the last byte of a chunk.
#[derive(Serialize, Deserialize)]
pub(crate) struct Notice {
    pub(crate) room: u64,
    /// The pages of the chunk.
    pub(crate) pages: Vec<usize>,
    /// The context of the chunk.
    pub(crate) trace: Carrier,
}

/// Says one message.
pub(crate) fn say(to: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    to.write_all(&line)
}

/// Hears the next message; nothing when the other side is done.
pub(crate) fn hear<T: DeserializeOwned>(from: &mut impl BufRead) -> io::Result<Option<T>> {
    let mut line = String::new();
    if from.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    Ok(Some(serde_json::from_str(&line)?))
}
