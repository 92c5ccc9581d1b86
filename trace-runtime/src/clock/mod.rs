//! Time: stamps are taken as raw ticks on the recording path and become unix nanoseconds on the collector's.

mod anchor;
#[cfg(feature = "manual-clock")]
pub mod manual_clock;
mod seqlock;
mod ticks;
#[cfg(feature = "enable")]
mod timeline;

#[cfg(feature = "enable")]
pub(crate) use timeline::Timeline;

use std::cmp::Ordering;

/// In the child of a fork: the clocks are anchored anew.
#[cfg(feature = "enable")]
pub(crate) fn forget() {
    anchor::forget();
}

/// Marks a stamp that counts ticks; without it the stamp is in unix nanoseconds.
///
/// Nanoseconds reach this bit in the year 2262, a 5 GHz counter after 58 years of uptime.
const TICKS: u64 = 1 << 63;

/// A moment: either given in unix nanoseconds or read from the process' clock.
///
/// Reading the clock costs two dozen cycles (one `rdtsc` where the time-stamp counter is invariant); the
/// conversion to wall-clock time happens when a slice is exported.
///
/// ```
/// use mooncake_trace::Timestamp;
/// let before = Timestamp::now();
/// assert!(before.unix_ns() <= Timestamp::now().unix_ns());
/// assert_eq!(Timestamp::from_unix_ns(5).unix_ns(), 5);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The moment of the call.
    #[must_use]
    #[inline(always)]
    pub fn now() -> Self {
        #[cfg(feature = "manual-clock")]
        if let Some(unix_ns) = manual_clock::get() {
            return Self::from_unix_ns(unix_ns);
        }
        Self(ticks::read() | TICKS)
    }

    /// [`now`](Self::now), if that is one instruction.
    #[cfg(feature = "enable")]
    #[inline(always)]
    pub(crate) fn at_once() -> Option<Self> {
        #[cfg(feature = "manual-clock")]
        if let Some(unix_ns) = manual_clock::get() {
            return Some(Self::from_unix_ns(unix_ns));
        }
        Some(Self(ticks::read_at_once()? | TICKS))
    }

    /// A moment in nanoseconds since the unix epoch. Values of 2^63 and above (the year 2262) are cut to 2^63 − 1.
    #[must_use]
    pub const fn from_unix_ns(unix_ns: u64) -> Self {
        Self(if unix_ns < TICKS { unix_ns } else { TICKS - 1 })
    }

    /// Nanoseconds since the unix epoch.
    #[must_use]
    pub fn unix_ns(self) -> u64 {
        match self.ticks() {
            None => self.0,
            Some(ticks) => anchor::current().unix_ns(ticks),
        }
    }

    /// The raw ticks, if it was read from the clock.
    const fn ticks(self) -> Option<u64> {
        if self.0 & TICKS != 0 {
            Some(self.0 & !TICKS)
        } else {
            None
        }
    }

    /// The stamp as one record word.
    #[cfg(feature = "enable")]
    pub(crate) const fn to_word(self) -> u64 {
        self.0
    }

    #[cfg(feature = "enable")]
    pub(crate) const fn from_word(word: u64) -> Self {
        Self(word)
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        if (self.0 ^ other.0) & TICKS == 0 {
            self.0.cmp(&other.0)
        } else {
            self.unix_ns().cmp(&other.unix_ns())
        }
    }
}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
