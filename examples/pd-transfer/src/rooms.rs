//! What the prefill side knows about each transfer: written by workers and senders, polled by the scheduler.
//!
//! A room is opened once and closed once. Its first ending stays: a failure after the last chunk was
//! acknowledged, or a chunk that gets through after an abort, changes nothing.

use std::collections::HashMap;

use parking_lot::Mutex;

/// State of a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KvPoll {
    /// Known to both sides; no chunk has gone out.
    WaitingForInput,
    /// Some chunks are in place.
    Transferring,
    /// All are.
    Success,
    /// It will never get there.
    Failed {
        /// Why.
        reason: String,
    },
}

/// The open rooms of the prefill process.
#[derive(Default)]
pub(crate) struct Rooms {
    open: Mutex<HashMap<u64, Room>>,
}

struct Room {
    chunks: u32,
    placed: u32,
    failure: Option<String>,
}

impl Rooms {
    /// Opens a room whose transfer has this many chunks.
    pub(crate) fn open(&self, room: u64, chunks: u32) {
        self.open.lock().insert(
            room,
            Room {
                chunks,
                placed: 0,
                failure: None,
            },
        );
    }

    /// Forgets a room.
    pub(crate) fn close(&self, room: u64) {
        self.open.lock().remove(&room);
    }

    /// Whether chunks of this room are still wanted.
    pub(crate) fn wants(&self, room: u64) -> bool {
        let open = self.open.lock();
        open.get(&room).is_some_and(|room| room.failure.is_none())
    }

    /// Counts a chunk that every session has placed.
    pub(crate) fn chunk_placed(&self, room: u64) {
        if let Some(room) = self.open.lock().get_mut(&room) {
            room.placed += 1;
        }
    }

    /// Ends a transfer that has not ended yet.
    pub(crate) fn fail(&self, room: u64, reason: impl Into<String>) {
        if let Some(room) = self.open.lock().get_mut(&room)
            && room.placed < room.chunks
        {
            room.failure.get_or_insert_with(|| reason.into());
        }
    }

    /// Where a transfer stands.
    pub(crate) fn poll(&self, room: u64) -> KvPoll {
        match self.open.lock().get(&room) {
            None => KvPoll::Failed {
                reason: "the room is closed".to_owned(),
            },
            Some(room) => match &room.failure {
                Some(reason) => KvPoll::Failed {
                    reason: reason.clone(),
                },
                None if room.placed == room.chunks => KvPoll::Success,
                None if room.placed == 0 => KvPoll::WaitingForInput,
                None => KvPoll::Transferring,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_ending_stays() {
        let rooms = Rooms::default();
        rooms.open(1, 2);
        assert_eq!(rooms.poll(1), KvPoll::WaitingForInput);
        rooms.chunk_placed(1);
        assert_eq!(rooms.poll(1), KvPoll::Transferring);
        rooms.chunk_placed(1);
        rooms.fail(1, "too late");
        assert_eq!(rooms.poll(1), KvPoll::Success);

        rooms.open(2, 1);
        rooms.fail(2, "first");
        rooms.fail(2, "second");
        rooms.chunk_placed(2);
        let reason = "first".to_owned();
        assert_eq!(rooms.poll(2), KvPoll::Failed { reason });
        assert!(!rooms.wants(2));

        rooms.close(1);
        assert!(!rooms.wants(1));
    }
}
