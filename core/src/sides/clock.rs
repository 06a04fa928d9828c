//! How far the clocks of two captures are apart, from packets that are in both.
//!
//! A packet needs time from place to place, and nobody knows how much. But a packet one way shows at most the offset
//! plus its delay, one the other way at least the offset minus its delay: the true offset lies between the smallest
//! difference one way and the largest the other way. Nothing is taken to be symmetric.

use crate::sorting::Sorting as _;
use alloc::vec::Vec;

use crate::time::{Span, Timestamp};

/// Where packets of one direction alone are in both captures, the delay is taken to be no longer than this.
const LONGEST_DELAY: Span = Span::milliseconds(200);
/// Stretches of time that are looked at one by one where the clocks drift apart.
const STRETCHES: usize = 64;
/// Parts in a billion that clocks drift apart at most; more is a clock that was set.
const FASTEST: i64 = 500_000;

/// One packet in two captures, A and B.
#[derive(Clone, Copy, Debug)]
pub struct Common {
    /// Its time in A.
    pub at: Timestamp,
    /// Its time in B less that in A.
    pub apart: Span,
    /// It went from A's place to B's.
    pub onward: bool,
}

/// The clock of one capture against that of another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// A time of the other capture at which `ahead` holds.
    pub at: Timestamp,
    /// How far it is ahead of the other one.
    pub ahead: Span,
    /// Parts in a billion that it gains on the other one.
    pub gains: i64,
    /// How far off `ahead` may be.
    pub error: Span,
}

impl Clock {
    /// From packets in both captures; `None` without any.
    pub fn of(mut common: Vec<Common>) -> Option<Self> {
        common.order_by_key(|packet| packet.at);
        let (first, last) = (common.first()?.at, common.last()?.at);
        let steady = Bounds::of(&common);
        if steady.consistent() {
            return steady.clock(first);
        }
        // The bounds contradict each other: the clocks drift apart, or one was set.
        let length = last.since(first).0 / STRETCHES as i64 + 1;
        let stretch = |packet: &Common| packet.at.since(first).0 / length;
        let stretches: Vec<Self> = common
            .chunk_by(|one, next| stretch(one) == stretch(next))
            .filter_map(|part| {
                let middle = part.get(part.len() / 2)?.at;
                let bounds = Bounds::of(part);
                bounds.both().then(|| bounds.clock(middle)).flatten()
            })
            .collect();
        let (Some(early), Some(late)) = (stretches.first(), stretches.last()) else { return steady.clock(first) };
        let span = late.at.since(early.at).0;
        let gained = late.ahead.0.saturating_sub(early.ahead.0);
        let gains = if span > 0 {
            i64::try_from(i128::from(gained) * 1_000_000_000 / i128::from(span)).unwrap_or(i64::MAX)
        } else {
            0
        };
        let line = Self { gains: if gains.abs() <= FASTEST { gains } else { 0 }, ..*early };
        let off = |part: &Self| Span(line.ahead_at(part.at).0.saturating_sub(part.ahead.0).abs() + part.error.0);
        let error = stretches.iter().map(off).max().unwrap_or_default();
        Some(Self { error, ..line })
    }

    /// How far it is ahead at a time of the other capture.
    pub fn ahead_at(&self, time: Timestamp) -> Span {
        let gained = i128::from(time.since(self.at).0) * i128::from(self.gains) / 1_000_000_000;
        Span(self.ahead.0.saturating_add(i64::try_from(gained).unwrap_or(0)))
    }

    /// A time of this capture by the other one's clock.
    pub fn theirs(&self, time: Timestamp) -> Timestamp {
        let about = Timestamp::from_nanoseconds(time.0.saturating_sub(self.ahead.0));
        Timestamp::from_nanoseconds(time.0.saturating_sub(self.ahead_at(about).0))
    }

    /// A time of the other capture by this one's clock.
    pub fn ours(&self, time: Timestamp) -> Timestamp {
        time.plus(self.ahead_at(time))
    }

    /// The other one's clock against this one's.
    pub fn reversed(&self) -> Self {
        Self { at: self.ours(self.at), ahead: Span(-self.ahead.0), gains: -self.gains, error: self.error }
    }
}

/// Between which values an offset lies.
struct Bounds {
    least: Option<i64>,
    most: Option<i64>,
}

impl Bounds {
    fn of(common: &[Common]) -> Self {
        let one_way = |onward: bool| common.iter().filter(move |c| c.onward == onward).map(|c| c.apart.0);
        Self { least: one_way(false).max(), most: one_way(true).min() }
    }

    fn both(&self) -> bool {
        self.least.is_some() && self.most.is_some()
    }

    fn consistent(&self) -> bool {
        // A microsecond is what file formats round away.
        !matches!((self.least, self.most), (Some(least), Some(most)) if most < least.saturating_sub(1000))
    }

    fn clock(&self, at: Timestamp) -> Option<Clock> {
        let (ahead, error) = match (self.least, self.most) {
            (Some(least), Some(most)) => {
                let half = most.saturating_sub(least) / 2;
                (least.saturating_add(half), half.abs().saturating_add(1000))
            }
            (Some(one), None) | (None, Some(one)) => (one, LONGEST_DELAY.0),
            (None, None) => return None,
        };
        Some(Clock { at, ahead: Span(ahead), gains: 0, error: Span(error) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(at_ms: i64, apart_us: i64, onward: bool) -> Common {
        Common { at: Timestamp(at_ms * 1_000_000), apart: Span(apart_us * 1000), onward }
    }

    #[test]
    fn lies_between_the_quickest_of_both_directions() {
        // One hour ahead; 0.4 ms to B at best, 5 ms back at best.
        let hour = 3_600_000_000;
        let common = [(0, hour + 400, true), (1, hour - 5000, false), (9, hour + 900, true), (10, hour - 9000, false)];
        let clock = Clock::of(common.map(|(at, apart, onward)| packet(at, apart, onward)).to_vec()).unwrap();
        assert!((clock.ahead.0 - hour * 1000).abs() <= clock.error.0);
        assert!(clock.error <= Span(2_702_000), "{:?}", clock.error);
        assert_eq!(clock.theirs(clock.ours(Timestamp(5))), Timestamp(5));
        assert_eq!(clock.reversed().ahead, Span(-clock.ahead.0));
    }

    #[test]
    fn follows_clocks_that_drift_apart() {
        // 50 millionths: 5 ms in 100 s, more than the delays of 0.1 ms explain.
        let drift = |at: i64| at * 50 / 1000;
        let common: Vec<Common> = (0..1000)
            .flat_map(|n| {
                let at = n * 100;
                [packet(at, drift(at) + 100, true), packet(at + 1, drift(at + 1) - 100, false)]
            })
            .collect();
        let clock = Clock::of(common).unwrap();
        assert!((clock.gains - 50_000).abs() < 500, "{}", clock.gains);
        assert!(clock.error < Span(200_000), "{:?}", clock.error);
        let end = Timestamp(100_000 * 1_000_000);
        assert!((clock.ahead_at(end).0 - 5_000_000).abs() < 200_000);
    }

    #[test]
    fn one_direction_alone_leaves_the_delay_open() {
        let clock = Clock::of([packet(0, 70, true)].to_vec()).unwrap();
        assert_eq!(clock.error, LONGEST_DELAY);
        assert!(Clock::of(Vec::new()).is_none());
    }

    #[test]
    fn a_clock_that_was_set_is_not_sure() {
        let mut common: Vec<Common> = Vec::new();
        for at in 0..50 {
            let step = if at < 25 { 0 } else { 2_000_000 };
            common.push(packet(at * 10, step + 100, true));
            common.push(packet(at * 10 + 1, step - 100, false));
        }
        assert!(Clock::of(common).unwrap().error > Span::milliseconds(900));
    }
}
