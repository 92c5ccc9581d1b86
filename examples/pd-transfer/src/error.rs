//! What can go wrong while KV cache moves. The text of an error is what the trace shows for its slice.

use std::io;
use std::time::Duration;

/// Why a transfer, or the link it needs, failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TransferError {
    /// The link to a decode session broke.
    #[error("session {session}: {}", describe(.source))]
    Session {
        /// Rank of the session.
        session: usize,
        /// What the socket said.
        source: io::Error,
    },
    /// The link between the two schedulers broke.
    #[error("bootstrap link: {}", describe(.0))]
    Bootstrap(#[source] io::Error),
    /// The peer speaks, but not as agreed.
    #[error("{0}")]
    Protocol(String),
    /// The receiver found other bytes than were sent.
    #[error("session {session}: chunk {chunk} arrived with a wrong checksum")]
    Checksum {
        /// Rank of the session.
        session: usize,
        /// Number of the chunk in its request.
        chunk: u32,
    },
    /// The receiver has no room for the chunk any more.
    #[error("session {session}: the room is closed")]
    RoomClosed {
        /// Rank of the session.
        session: usize,
    },
    /// The session dies here because `--fail-every` asks for it.
    #[error("session {0} died")]
    SessionDied(usize),
    /// The workers of a shard are behind by a whole queue, or gone.
    #[error("transfer queue {0} takes no chunk")]
    Queue(usize),
    /// The other side has been silent for too long.
    #[error("no progress for {} s (--timeout-secs)", .0.as_secs())]
    Silent(Duration),
    /// The other process has ended, or its link has.
    #[error("the peer process is gone")]
    PeerGone,
}

/// The words of an I/O error, with the kind where the system's own words mislead.
fn describe(error: &io::Error) -> String {
    match error.kind() {
        // What a socket's timeout is called on Unix.
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
            "timed out (--timeout-secs)".to_owned()
        }
        io::ErrorKind::UnexpectedEof => "closed by the peer in the middle of a message".to_owned(),
        _ => error.to_string(),
    }
}
