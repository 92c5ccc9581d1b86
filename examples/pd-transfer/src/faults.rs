//! What goes wrong on purpose: every request's fate follows from its index, in both processes alike.

use crate::kv::Layout;

/// Which requests fail and which are aborted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Faults {
    /// Every n-th request loses a session; 0: none.
    pub(crate) fail_every: u32,
    /// Every n-th request is aborted; 0: none.
    pub(crate) abort_every: u32,
    /// Decode sessions; they take turns in dying.
    pub(crate) sessions: u32,
}

/// What is to happen to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It succeeds.
    Complete,
    /// A session dies while it takes this chunk.
    SessionDies {
        /// Rank of the session.
        session: usize,
        /// Number of the chunk.
        chunk: u32,
    },
    /// The sender aborts it when it has queued this many chunks.
    Abort {
        /// Fewer than the request has, so an aborted request never completes.
        after_chunks: u32,
    },
}

impl Faults {
    /// The fate of a request; `index` counts from 0. Where both faults fall on one request, its session dies.
    pub(crate) fn fate(&self, index: u32, layout: &Layout) -> Fate {
        let hit = |every: u32| every != 0 && (index + 1).is_multiple_of(every);
        let halfway = layout.chunks() / 2;
        if hit(self.fail_every) {
            let deaths = (index + 1) / self.fail_every;
            Fate::SessionDies {
                session: ((deaths - 1) % self.sessions) as usize,
                chunk: halfway,
            }
        } else if hit(self.abort_every) {
            Fate::Abort {
                after_chunks: halfway,
            }
        } else {
            Fate::Complete
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_nth_request_is_hit() {
        let faults = Faults {
            fail_every: 7,
            abort_every: 5,
            sessions: 2,
        };
        let layout = Layout {
            pages: 128,
            chunk_pages: 16,
        };
        let fates: Vec<Fate> = (0..35).map(|index| faults.fate(index, &layout)).collect();
        let dies = |session| Fate::SessionDies { session, chunk: 4 };
        assert_eq!(fates[6], dies(0));
        assert_eq!(fates[13], dies(1));
        assert_eq!(fates[4], Fate::Abort { after_chunks: 4 });
        assert_eq!(fates[34], dies(0), "a death comes before an abort");
        let complete = fates.iter().filter(|&&fate| fate == Fate::Complete);
        assert_eq!(complete.count(), 35 - 5 - 6);
    }

    #[test]
    fn without_faults_everything_completes() {
        let faults = Faults {
            fail_every: 0,
            abort_every: 0,
            sessions: 1,
        };
        let layout = Layout {
            pages: 1,
            chunk_pages: 1,
        };
        assert!((0..100).all(|index| faults.fate(index, &layout) == Fate::Complete));
    }
}
