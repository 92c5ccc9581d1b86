//! One moment on both clocks, and the newest such moment for everybody who has to convert a stamp at once.

use std::time::{SystemTime, UNIX_EPOCH};

use once_cell::sync::Lazy;

use super::seqlock::SeqLock;
use super::ticks;

/// How long the rate is measured before the first anchor is there, in ns.
const FIRST_RATE_NS: u64 = 1_000_000;

/// Ticks and the unix time they stood for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Anchor {
    pub(super) ticks: u64,
    pub(super) unix_ns: u64,
    /// Nanoseconds per tick times 2^32, from this anchor on.
    pub(super) rate: u64,
    /// Sum of all steps of the system clock up to here, in ns.
    pub(super) stepped: i64,
}

impl Anchor {
    #[inline(always)]
    pub(super) fn unix_ns(&self, ticks: u64) -> u64 {
        match ticks.checked_sub(self.ticks) {
            Some(delta) => {
                let ns = (u128::from(delta) * u128::from(self.rate)) >> 32;
                self.unix_ns.saturating_add(ns as u64)
            }
            None => clamp(i128::from(self.unix_ns) + self.since(ticks)),
        }
    }

    /// Signed nanoseconds from this anchor to `ticks`.
    pub(super) fn since(&self, ticks: u64) -> i128 {
        let delta = i128::from(ticks) - i128::from(self.ticks);
        (delta * i128::from(self.rate)) >> 32
    }
}

pub(super) fn clamp(ns: i128) -> u64 {
    u64::try_from(ns.max(0)).unwrap_or(u64::MAX)
}

pub(super) fn rate(from: &Anchor, ticks: u64, unix_ns: u64) -> u64 {
    let ns = i128::from(unix_ns) - i128::from(from.unix_ns);
    let delta = i128::from(ticks) - i128::from(from.ticks);
    if delta <= 0 || ns <= 0 {
        return from.rate;
    }
    u64::try_from((ns << 32) / delta).unwrap_or(from.rate)
}

/// Reads ticks and unix time at one moment: the closest of a few tries.
pub(super) fn read_pair() -> (u64, u64) {
    #[cfg(feature = "manual-clock")]
    if let Some(machine) = super::manual_clock::machine() {
        return (machine.ticks, machine.unix_ns);
    }
    let mut best = (u64::MAX, 0, 0);
    for _ in 0..5 {
        let before = ticks::read();
        let unix = SystemTime::now();
        let after = ticks::read();
        let width = after.wrapping_sub(before);
        if width < best.0 {
            let unix_ns = unix.duration_since(UNIX_EPOCH).unwrap_or_default();
            let unix_ns = u64::try_from(unix_ns.as_nanos()).unwrap_or(u64::MAX);
            best = (width, before + width / 2, unix_ns);
        }
    }
    (best.1, best.2)
}

/// The newest anchor, for conversions outside the collector.
static NEWEST: Lazy<SeqLock> = Lazy::new(SeqLock::new);

/// Makes `anchor` the newest one, unless another thread is just doing that with one that is as good.
pub(super) fn publish(anchor: Anchor) {
    NEWEST.write([
        anchor.ticks,
        anchor.unix_ns,
        anchor.rate,
        anchor.stepped.cast_unsigned(),
    ]);
}

/// In the child of a fork: the parent may have been in the middle of it.
#[cfg(feature = "enable")]
pub(super) fn forget() {
    if let Some(newest) = Lazy::get(&NEWEST) {
        newest.reset();
    }
}

/// The newest anchor; the first call of a process measures the rate for a millisecond.
pub(super) fn current() -> Anchor {
    loop {
        if let Some([ticks, unix_ns, rate, stepped]) = NEWEST.read() {
            return Anchor {
                ticks,
                unix_ns,
                rate,
                stepped: stepped.cast_signed(),
            };
        }
        publish(first());
    }
}

fn first() -> Anchor {
    let (ticks, unix_ns) = read_pair();
    let mut anchor = Anchor {
        ticks,
        unix_ns,
        rate: 1 << 32,
        stepped: 0,
    };
    #[cfg(feature = "manual-clock")]
    if super::manual_clock::machine().is_some() {
        return anchor; // it stands still
    }
    loop {
        let (ticks, now_ns) = read_pair();
        if now_ns.abs_diff(unix_ns) >= FIRST_RATE_NS {
            anchor.rate = rate(&anchor, ticks, now_ns);
            return Anchor {
                ticks,
                unix_ns: now_ns,
                ..anchor
            };
        }
    }
}
