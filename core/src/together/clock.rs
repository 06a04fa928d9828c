//! How far a log's clock stands from the captures': every pair of a line and a request that may be one votes.
//!
//! A pair says only that its line's time stood so far ahead *if* both are one request. The right distance is said by
//! many pairs, wrong ones by few. Pairs of a request that was made once weigh most; one that was made a hundred times
//! weighs a hundredth, because ninety-nine of its pairs are wrong.
//!
//! What needs no explaining wins over what needs some: clocks that agree, then a time zone, then any distance. The last
//! must be said by several requests and contradicted by few, else the clocks could not be compared.

use crate::sorting::Sorting as _;
use alloc::vec::Vec;

use crate::time::{SECOND, Span};

/// Clocks that stand no further apart are taken for synchronised, where the pairs allow it.
pub const NEAR: i64 = 5 * SECOND;
/// Time zones differ by multiples of this.
const QUARTER: i64 = 900 * SECOND;
/// No two zones are further apart.
const FARTHEST_ZONE: i64 = 26 * 3600 * SECOND;
/// Between packet and line a gateway takes its time; seen of idle ones: milliseconds.
const SLACK: i64 = SECOND / 4;
/// Without a zone to explain it, so many requests must say a distance, and more if it is a large one.
const SEVERAL: usize = 2;
const LARGE: i64 = 600 * SECOND;
const MANY: usize = 3;

/// A line and a request that may be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// How far the line's time stands ahead of the packet's, nanoseconds.
    pub ahead: i64,
    /// The line's time is cut to this resolution: it may be later by as much.
    pub resolution: i64,
    /// How much its word is worth; of a request made once [`WEIGHT`].
    pub weight: u32,
    /// Which line.
    pub line: u32,
    /// Which request.
    pub request: u32,
}

/// The full weight of a pair.
pub const WEIGHT: u32 = 1 << 20;

/// Where a log's clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// How far it stands ahead of the captures'; the zone that the lines do not say included.
    pub ahead: Span,
    /// How far that may be wrong.
    pub uncertainty: Span,
    /// Requests that say so.
    pub requests: usize,
}

/// What came of comparing two clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// They were compared.
    Clock(Clock),
    /// Nothing is in both, or too little.
    Few,
    /// What is in both contradicts itself: requests that recur fit at several distances.
    Unclear,
}

impl Clock {
    /// The part that a time zone explains: whole quarter hours.
    #[must_use]
    pub fn zone(&self) -> Span {
        let quarters = (self.ahead.0 + QUARTER / 2).div_euclid(QUARTER) * QUARTER;
        let rest = self.ahead.0 - quarters;
        Span(if rest.saturating_abs() <= 120 * SECOND && quarters.saturating_abs() <= FARTHEST_ZONE {
            quarters
        } else {
            0
        })
    }

    /// What is left: the clocks themselves stand so far apart.
    #[must_use]
    pub fn residual(&self) -> Span {
        Span(self.ahead.0 - self.zone().0)
    }

    /// Whether they stand apart by more than how lines are written explains.
    #[must_use]
    pub fn apart(&self) -> bool {
        self.ahead.0.saturating_abs() > self.least()
    }

    /// From here on a distance is one of the clocks: a single line may have been written late.
    #[must_use]
    pub fn least(&self) -> i64 {
        self.uncertainty.0.max(if self.requests > 1 { SECOND } else { NEAR })
    }
}

/// A stretch of distances that the same pairs agree on.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    from: i64,
    to: i64,
    weight: u64,
}

impl Stretch {
    fn middle(&self) -> i64 {
        self.from.midpoint(self.to)
    }
}

/// Lets the pairs vote. `local`: the lines say no zone.
#[must_use]
pub fn vote(pairs: &[Pair], local: bool) -> Compared {
    let stretches = stretches(pairs);
    let best = |fits: &dyn Fn(i64) -> bool| {
        let fitting = stretches.iter().filter(|stretch| fits(stretch.middle()));
        fitting.max_by_key(|stretch| (stretch.weight, core::cmp::Reverse(stretch.middle().saturating_abs()))).copied()
    };
    let Some(top) = best(&|_| true) else { return Compared::Few };
    let weight = |stretch: Option<Stretch>| stretch.map_or(0, |stretch| stretch.weight);
    // Another distance than this one, however little that may be.
    let rival = |chosen: Stretch| {
        weight(best(&|middle| middle.saturating_sub(chosen.middle()).saturating_abs() > 2 * SECOND + SLACK))
    };
    let near = best(&|middle| middle.saturating_abs() <= NEAR);
    if let Some(near) =
        near.filter(|near| near.weight * if local { 5 } else { 2 } >= top.weight * if local { 4 } else { 1 })
    {
        return Compared::Clock(clock(near, pairs));
    }
    if let Some(zone) = best(&is_zone).filter(|zone| zone.weight * 5 >= top.weight * 4) {
        let clock = clock(zone, pairs);
        if rival(zone) * 3 > zone.weight * 2 {
            return Compared::Unclear;
        }
        if local || clock.requests >= SEVERAL {
            return Compared::Clock(clock);
        }
    }
    let clock = clock(top, pairs);
    let needed = if top.middle().saturating_abs() > LARGE { MANY } else { SEVERAL };
    match (clock.requests >= needed, rival(top) * 5 > top.weight * 3) {
        (_, true) => Compared::Unclear,
        (true, false) => Compared::Clock(clock),
        (false, false) => Compared::Few,
    }
}

fn is_zone(ahead: i64) -> bool {
    // Damaged times may lie anywhere.
    if ahead.saturating_abs() > FARTHEST_ZONE {
        return false;
    }
    let quarters = (ahead + QUARTER / 2).div_euclid(QUARTER);
    let rest = (ahead - quarters * QUARTER).saturating_abs();
    quarters != 0 && rest <= NEAR
}

/// The distances that a pair allows.
fn allowed(pair: &Pair) -> (i64, i64) {
    (pair.ahead.saturating_sub(SLACK), pair.ahead.saturating_add(pair.resolution).saturating_add(SLACK))
}

/// All stretches between the ends of what the pairs allow, with the weight of those that agree there.
fn stretches(pairs: &[Pair]) -> Vec<Stretch> {
    let mut ends: Vec<(i64, bool, u32)> = Vec::with_capacity(pairs.len() * 2);
    for pair in pairs {
        let (from, to) = allowed(pair);
        ends.push((from, false, pair.weight));
        ends.push((to, true, pair.weight));
    }
    ends.order();
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut weight = 0_u64;
    let mut rising = false;
    for (at, (place, closes, more)) in ends.iter().enumerate() {
        if *closes {
            // Only where it stops rising a stretch can be the best of its surroundings.
            if rising {
                let from = ends.get(at.wrapping_sub(1)).map_or(*place, |(before, ..)| *before);
                stretches.push(Stretch { from, to: *place, weight });
            }
            weight = weight.saturating_sub(u64::from(*more));
        } else {
            weight = weight.saturating_add(u64::from(*more));
        }
        rising = !closes;
    }
    stretches
}

/// The clock of a stretch: its middle, and how far it reaches.
fn clock(stretch: Stretch, pairs: &[Pair]) -> Clock {
    let middle = stretch.middle();
    let agreeing = pairs.iter().filter(|pair| {
        let (from, to) = allowed(pair);
        from <= middle && middle <= to
    });
    let (mut lines, mut requests) = (Vec::new(), Vec::new());
    let mut coarse = 0;
    for pair in agreeing {
        lines.push(pair.line);
        requests.push(pair.request);
        coarse = coarse.max(pair.resolution);
    }
    let different = |mut list: Vec<u32>| {
        list.order();
        list.dedup();
        list.len()
    };
    // Many pairs narrow the stretch below what their noise allows.
    let least = if coarse > 0 { SECOND / 10 } else { SECOND / 50 };
    Clock {
        ahead: Span(middle),
        uncertainty: Span((stretch.to.saturating_sub(stretch.from) / 2).max(least)),
        requests: different(lines).min(different(requests)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(ahead_ms: i64, line: u32, request: u32, weight: u32) -> Pair {
        Pair { ahead: ahead_ms * 1_000_000, resolution: 0, weight, line, request }
    }

    fn ahead(compared: Compared) -> Option<(i64, usize)> {
        match compared {
            Compared::Clock(clock) => Some(((clock.ahead.0 + SECOND / 2).div_euclid(SECOND), clock.requests)),
            _ => None,
        }
    }

    #[test]
    fn clocks_that_agree_need_one_request() {
        let one = vote(&[pair(40, 0, 0, WEIGHT)], false);
        assert_eq!(ahead(one), Some((0, 1)));
        let Compared::Clock(clock) = one else { return };
        assert!(!clock.apart() && clock.uncertainty.0 <= SECOND / 2, "{clock:?}");
        assert_eq!(vote(&[], false), Compared::Few);
    }

    #[test]
    fn a_distance_needs_several_and_a_zone_less() {
        assert_eq!(vote(&[pair(37_000, 0, 0, WEIGHT)], false), Compared::Few);
        assert_eq!(vote(&[pair(37_000, 0, 0, WEIGHT)], true), Compared::Few);
        let two = [pair(37_000, 0, 0, WEIGHT), pair(37_100, 1, 1, WEIGHT)];
        assert_eq!(ahead(vote(&two, false)), Some((37, 2)));
        // The same line twice is not two requests.
        let twice = [pair(37_000, 0, 0, WEIGHT), pair(37_100, 0, 1, WEIGHT)];
        assert_eq!(vote(&twice, false), Compared::Few);
        let hour = [pair(3_600_100, 0, 0, WEIGHT)];
        assert_eq!(ahead(vote(&hour, true)), Some((3600, 1)));
        assert_eq!(vote(&hour, false), Compared::Few);
        let far = [pair(1_000_000, 0, 0, WEIGHT), pair(1_000_050, 1, 1, WEIGHT)];
        assert_eq!(vote(&far, false), Compared::Few);
    }

    #[test]
    fn outliers_do_not_matter() {
        let mut pairs: alloc::vec::Vec<Pair> =
            (0..10).map(|n| pair(-63_000 + i64::from(n) * 10, n, n, WEIGHT)).collect();
        pairs.extend((10..40).map(|n| pair(i64::from(n) * 7_919, n, n % 10, WEIGHT)));
        assert_eq!(ahead(vote(&pairs, false)), Some((-63, 10)));
    }

    #[test]
    fn requests_that_recur_agree_at_zero_or_not_at_all() {
        // Every five seconds the same request: any multiple of five seconds fits.
        let recurring = |from: i64| -> alloc::vec::Vec<Pair> {
            let all = (0..40_u32).flat_map(|line| (0..8_u32).map(move |request| (line, request)));
            all.map(|(line, request)| {
                pair(from + (i64::from(line) - i64::from(request)) * 5000, line, request, WEIGHT / 40)
            })
            .collect()
        };
        assert_eq!(ahead(vote(&recurring(0), false)), Some((0, 8)));
        assert_eq!(vote(&recurring(1_007_000), false), Compared::Unclear);
    }

    #[test]
    fn a_unique_request_decides_among_many_that_recur() {
        let all = (0..20_u32).flat_map(|line| (0..20_u32).map(move |request| (line, request)));
        let mut pairs: alloc::vec::Vec<Pair> = all
            .map(|(line, request)| {
                pair(7_200_000 + (i64::from(line) - i64::from(request)) * 900_000, line, request, WEIGHT / 20)
            })
            .collect();
        pairs.push(pair(7_200_050, 99, 99, WEIGHT));
        assert_eq!(ahead(vote(&pairs, true)), Some((7200, 21)));
    }

    #[test]
    fn whole_seconds_are_narrowed_by_several() {
        // The log is 2.3 s ahead and cuts to seconds.
        let pairs: alloc::vec::Vec<Pair> = (0..12_u32)
            .map(|n| {
                let sent = i64::from(n) * 1_130_000_000;
                let line = (sent + 2_300_000_000).div_euclid(SECOND) * SECOND;
                Pair { ahead: line - sent, resolution: SECOND, weight: WEIGHT, line: n, request: n }
            })
            .collect();
        let Compared::Clock(clock) = vote(&pairs, false) else { panic!() };
        assert!((clock.ahead.0 - 2_300_000_000).abs() <= clock.uncertainty.0, "{clock:?}");
        assert!(clock.apart() && clock.uncertainty.0 <= SECOND / 2, "{clock:?}");
    }

    #[test]
    fn a_zone_and_what_is_left() {
        let clock = Clock { ahead: Span::seconds(3 * 3600 + 1800 - 4), uncertainty: Span(0), requests: 3 };
        assert_eq!((clock.zone(), clock.residual()), (Span::seconds(3 * 3600 + 1800), Span::seconds(-4)));
        let odd = Clock { ahead: Span::seconds(2000), ..clock };
        assert_eq!((odd.zone(), odd.residual()), (Span::seconds(0), Span::seconds(2000)));
    }
}
