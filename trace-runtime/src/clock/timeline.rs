//! From ticks to unix nanoseconds, through steps and drift of the system clock.
//!
//! An [`Anchor`] says which unix time a tick count stood for. The collector takes one before every drain, so
//! that what was recorded since the last one lies between two anchors and is interpolated: right at both ends,
//! whatever rate the system clock was slewed at. A step (more than slewing can do) begins a new piece; durations
//! are always measured in ticks, so no slice becomes negative or stretched by it.

use super::Timestamp;
use super::anchor::{Anchor, clamp, current, publish, rate, read_pair};

/// Slewing moves the clock by at most 500 ppm; whatever is beyond this much is a step.
const SLEW_PPM: i128 = 600;
/// How far two readings of a pair may lie apart by themselves (an interrupt between them), in ns.
const NOISE_NS: i128 = 50_000;
/// Anchors kept. When there are more, every second one of the older half goes.
const KEPT: usize = 1024;

/// Every anchor of this process that is still of use, oldest first.
#[derive(Debug)]
pub(crate) struct Timeline {
    anchors: Vec<Anchor>,
}

impl Timeline {
    /// Begins at the anchor that conversions outside the collector use.
    pub(crate) fn new() -> Self {
        Self {
            anchors: vec![current()],
        }
    }

    /// Reads both clocks and adds an anchor.
    pub(crate) fn extend(&mut self) {
        let (ticks, unix_ns) = read_pair();
        self.push(ticks, unix_ns);
        publish(self.last());
    }

    fn push(&mut self, ticks: u64, unix_ns: u64) {
        let last = self.last();
        if ticks <= last.ticks {
            return;
        }
        let expected = i128::from(last.unix_ns) + last.since(ticks);
        let off = i128::from(unix_ns) - expected;
        let allowed = NOISE_NS + last.since(ticks) * SLEW_PPM / 1_000_000;
        let mut next = Anchor {
            ticks,
            unix_ns,
            ..last
        };
        if off.abs() > allowed {
            next.stepped += i64::try_from(off).unwrap_or(0);
        } else {
            next.rate = rate(&last, ticks, unix_ns);
            if let Some(previous) = self.anchors.last_mut() {
                previous.rate = next.rate;
            }
        }
        self.anchors.push(next);
        if self.anchors.len() > KEPT {
            self.thin();
        }
    }

    fn thin(&mut self) {
        let mut index = 0;
        self.anchors.retain(|anchor| {
            index += 1;
            index > KEPT / 2 || index % 2 == 1 || anchor.stepped != 0
        });
        if self.anchors.len() > KEPT {
            self.anchors.drain(..KEPT / 2);
        }
        // A dropped anchor's piece is covered by the one before it: its rate must lead to the next.
        for i in 1..self.anchors.len() {
            let next = self.anchors[i];
            let piece = &mut self.anchors[i - 1];
            if piece.stepped == next.stepped {
                piece.rate = rate(piece, next.ticks, next.unix_ns);
            }
        }
    }

    fn last(&self) -> Anchor {
        self.anchors[self.anchors.len() - 1]
    }

    /// The anchor that begins the piece in which `ticks` lies; nearly always the last but one, or the last.
    fn anchor_for(&self, ticks: u64) -> &Anchor {
        let anchors = self.anchors.as_slice();
        if let [.., before, last] = anchors
            && before.ticks <= ticks
        {
            return if last.ticks <= ticks { last } else { before };
        }
        let after = anchors.partition_point(|anchor| anchor.ticks <= ticks);
        &anchors[after.saturating_sub(1)]
    }

    /// Start and end of a span in unix nanoseconds; the end is never before the start.
    #[inline]
    pub(crate) fn span(&self, start: Timestamp, end: Timestamp) -> (u64, u64) {
        // Nearly always both lie between the last two anchors.
        if let (Some(from), Some(to)) = (start.ticks(), end.ticks())
            && let [.., piece, last] = self.anchors.as_slice()
            && (piece.ticks..=to).contains(&from)
            && to < last.ticks
        {
            return (piece.unix_ns(from), piece.unix_ns(to));
        }
        self.any_span(start, end)
    }

    #[inline(never)]
    fn any_span(&self, start: Timestamp, end: Timestamp) -> (u64, u64) {
        let start_ns = self.unix_ns(start);
        (start_ns, self.after(start, start_ns, end).max(start_ns))
    }

    /// The unix time of `later`, measured in ticks from `start`, which stands for `start_ns`.
    pub(crate) fn after(&self, start: Timestamp, start_ns: u64, later: Timestamp) -> u64 {
        let (Some(from), Some(to)) = (start.ticks(), later.ticks()) else {
            return self.unix_ns(later);
        };
        let (begin, end) = (self.anchor_for(from), self.anchor_for(to));
        if begin.stepped == end.stepped {
            return end.unix_ns(to);
        }
        let stepped = i128::from(end.stepped) - i128::from(begin.stepped);
        let elapsed = i128::from(end.unix_ns(to)) - stepped - i128::from(begin.unix_ns(from));
        clamp(i128::from(start_ns) + elapsed)
    }

    fn unix_ns(&self, stamp: Timestamp) -> u64 {
        match stamp.ticks() {
            None => stamp.0,
            Some(ticks) => self.anchor_for(ticks).unix_ns(ticks),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A timeline over a counter of one tick per ns, anchored at tick 0 = unix 1_000_000.
    fn timeline() -> Timeline {
        Timeline {
            anchors: vec![Anchor {
                ticks: 0,
                unix_ns: 1_000_000,
                rate: 1 << 32,
                stepped: 0,
            }],
        }
    }

    fn tick(ticks: u64) -> Timestamp {
        Timestamp::from_word(ticks | super::super::TICKS)
    }

    #[test]
    fn interpolates_between_anchors_of_a_slewed_clock() {
        let mut line = timeline();
        // 500 ppm fast for half a second
        line.push(500_000_000, 1_000_000 + 500_250_000);
        let (start, end) = line.span(tick(250_000_000), tick(250_001_000));
        assert!(start.abs_diff(1_000_000 + 250_125_000) <= 1, "{start}");
        assert!((end - start).abs_diff(1_000) <= 1, "{start} {end}");
    }

    #[test]
    fn a_step_back_gives_no_negative_duration() {
        let mut line = timeline();
        line.push(500_000_000, 501_000_000);
        line.push(1_000_000_000, 1_000_000); // back by a second
        line.push(1_500_000_000, 501_000_000);
        let (start, end) = line.span(tick(900_000_000), tick(1_100_000_000));
        assert_eq!(end - start, 200_000_000);
        assert_eq!(start, 901_000_000);
        let (start, end) = line.span(tick(1_100_000_000), tick(1_200_000_000));
        assert_eq!((start, end), (101_000_000, 201_000_000));
    }

    #[test]
    fn a_step_forward_does_not_stretch_a_slice() {
        let mut line = timeline();
        line.push(500_000_000, 501_000_000);
        line.push(1_000_000_000, 4_001_000_000); // on by three seconds
        let (start, end) = line.span(tick(900_000_000), tick(1_100_000_000));
        assert_eq!(end - start, 200_000_000);
    }

    #[test]
    fn thinning_keeps_conversions_of_a_steady_clock() {
        let mut line = timeline();
        for i in 1..5_000u64 {
            line.push(i * 1_000_000, 1_000_000 + i * 1_000_000);
        }
        assert!(line.anchors.len() <= KEPT);
        let (start, _) = line.span(tick(4_000_500_000), tick(4_000_500_001));
        assert_eq!(start, 1_000_000 + 4_000_500_000);
    }

    #[test]
    fn now_is_close_to_the_system_clock() {
        let mut line = Timeline::new();
        let before = read_pair().1;
        let stamp = Timestamp::now();
        let after = read_pair().1;
        line.extend();
        let ns = line.unix_ns(stamp);
        assert!(ns + 1_000_000 > before && ns < after + 1_000_000);
    }
}
