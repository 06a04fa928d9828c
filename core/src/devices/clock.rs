//! How far a device's clock stands ahead of the case's time.
//!
//! Devices often log local time without a zone, and seldom by a clock that is right. If nothing speaks for another
//! distance it is none; then only what fits is joined.

use crate::sorting::Sorting as _;
use alloc::vec::Vec;

use super::join::{SLACK, Try};
use super::rulings::Kept;
use crate::time::{SECOND, Span};

/// Zones differ by multiples of this.
const QUARTER: i64 = 900 * SECOND;
/// Quarters of an hour from UTC to either side: 14 hours.
const ZONES: i64 = 56;
/// Pairs that have to agree on a distance that is no zone's, or by addresses alone.
const AGREE: usize = 3;
/// Pairs looked at.
const PAIRS: usize = 65_536;

/// A line of the device and a try that it may tell of; `exact`: by both ends' addresses and ports.
pub struct Pair<'a> {
    pub kept: &'a Kept,
    pub tried: &'a Try<'a>,
    pub exact: bool,
}

impl Pair<'_> {
    fn fits(&self, ahead: i64) -> bool {
        let time = self.kept.source.time.0.saturating_sub(ahead);
        (self.tried.from.0.saturating_sub(SLACK.0)..=self.tried.until.0.saturating_add(SLACK.0)).contains(&time)
    }
}

/// The distance that the pairs speak for; `local`: the log's times say no zone.
pub fn ahead<'a>(pairs: impl Iterator<Item = Pair<'a>>, local: bool) -> Span {
    let pairs: Vec<Pair<'a>> = pairs.take(PAIRS).collect();
    if pairs.iter().any(|pair| pair.fits(0)) {
        return Span(0);
    }
    if local {
        let votes = |zone: i64, exact: bool| {
            pairs.iter().filter(|pair| (pair.exact || !exact) && pair.fits(zone * QUARTER)).count()
        };
        // By addresses alone a site that is asked all day fits every zone a little.
        for (exact, least) in [(true, 1), (false, AGREE)] {
            let mut zones: Vec<(usize, i64)> = (-ZONES..=ZONES).map(|zone| (votes(zone, exact), zone)).collect();
            zones.order();
            if let Some((best, zone)) = zones.pop()
                && best >= least
                && zones.pop().is_none_or(|(next, _)| next * 2 <= best)
            {
                return Span(zone * QUARTER);
            }
        }
    }
    let mut apart: Vec<i64> = pairs
        .iter()
        .filter(|pair| pair.exact)
        .map(|pair| pair.kept.source.time.0.saturating_sub(pair.tried.from.0))
        .collect();
    apart.order();
    let agreeing = |at: usize| {
        let first = apart.get(at).copied().unwrap_or_default();
        apart.partition_point(|other| other.saturating_sub(first) <= SLACK.0).saturating_sub(at)
    };
    let best = (0..apart.len()).max_by_key(|at| agreeing(*at)).filter(|at| agreeing(*at) >= AGREE);
    Span(best.and_then(|at| apart.get(at)).copied().unwrap_or_default())
}
