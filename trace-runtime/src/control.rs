//! What the rest of the process wants of the collector: a flush, or its end.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::buffer::POOL;

#[derive(Debug, Default)]
pub(crate) struct Control {
    wishes: Mutex<Wishes>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Wishes {
    /// Flushes that were asked for and that are done; each has a number.
    asked: u64,
    done: u64,
    flush: Option<Duration>,
    /// When the collector must be done.
    stop: Option<Instant>,
    stopped: bool,
}

/// What one round is to fulfil.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    asked: u64,
    pub(crate) flush: Option<Duration>,
    pub(crate) stop: Option<Instant>,
}

impl Control {
    fn wishes(&self) -> MutexGuard<'_, Wishes> {
        self.wishes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self, timeout: Duration, until: impl Fn(&Wishes) -> bool) -> bool {
        let wishes = self.wishes();
        let (wishes, _) = self
            .changed
            .wait_timeout_while(wishes, timeout, |wishes| !until(wishes))
            .unwrap_or_else(PoisonError::into_inner);
        until(&wishes)
    }

    /// Has everything exported that was recorded before the call; false if that took longer than `timeout`.
    pub(crate) fn flush(&self, timeout: Duration) -> bool {
        let mut wishes = self.wishes();
        wishes.asked += 1;
        let ticket = wishes.asked;
        wishes.flush = Some(timeout);
        drop(wishes);
        self.changed.notify_all();
        POOL.alarm.ring();
        self.wait(timeout, |wishes| wishes.done >= ticket || wishes.stopped)
    }

    /// Ends the collector; false if it was not done within `timeout`.
    pub(crate) fn stop(&self, timeout: Duration) -> bool {
        self.wishes().stop = Some(Instant::now() + timeout);
        self.changed.notify_all();
        POOL.alarm.ring();
        self.wait(timeout, |wishes| wishes.stopped)
    }

    /// Collector only: sleeps for `pause`, or until a flush or the end is asked for. Says how much of `patience` is left,
    /// which ends with the collector itself.
    pub(crate) fn pause(&self, pause: Duration, patience: Duration) -> Duration {
        let begun = Instant::now();
        let wishes = self.wishes();
        let (asked, stopping) = (wishes.asked, wishes.stop.is_some());
        drop(wishes);
        self.wait(pause.min(patience), |wishes| {
            wishes.asked != asked || wishes.stop.is_some() != stopping
        });
        let left = patience.saturating_sub(begun.elapsed());
        match self.wishes().stop {
            Some(end) => left.min(end.saturating_duration_since(Instant::now())),
            None => left,
        }
    }

    /// Collector only: whether a round is wanted at once.
    pub(crate) fn is_wanted(&self) -> bool {
        let wishes = self.wishes();
        wishes.stop.is_some() || wishes.flush.is_some()
    }

    /// Collector only: takes what the coming round is to fulfil.
    pub(crate) fn take(&self) -> Wanted {
        let mut wishes = self.wishes();
        Wanted {
            asked: wishes.asked,
            flush: wishes.flush.take(),
            stop: wishes.stop,
        }
    }

    /// Collector only: a round is over.
    pub(crate) fn done(&self, wanted: Wanted) {
        self.wishes().done = wanted.asked;
        self.changed.notify_all();
    }

    /// Collector only: it is over.
    pub(crate) fn stopped(&self) {
        self.wishes().stopped = true;
        self.changed.notify_all();
    }
}
