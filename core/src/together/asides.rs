//! Lines of an error log that tell of no request by themselves: a parent that could not be reached, a scanner that was down,
//! file descriptors that ran out. They make no exchange; they narrow what an access log leaves open at that time.

use crate::sorting::Sorting as _;
use alloc::format;
use alloc::vec::Vec;

use crate::exchange::Exchange;
use crate::report::Confidence;
use crate::time::{SECOND, Timestamp};

/// No request that such a line may tell of takes longer.
const LONGEST: i64 = 300 * SECOND;
/// Failures that are looked at for one line.
const NEAREST: usize = 256;
/// Such lines that one failure takes; of further ones those that narrow it.
const TAKEN: u8 = 16;

/// Adds lines that name neither host nor server of a failure to those of their time.
pub fn tell(exchanges: &mut [Exchange], asides: &[Exchange]) {
    if asides.is_empty() {
        return;
    }
    let open = |exchange: &Exchange| exchange.claim.as_ref().is_some_and(|claim| claim.undetermined);
    let mut failures: Vec<(Timestamp, Timestamp, usize)> = exchanges
        .iter()
        .enumerate()
        .filter(|(_, exchange)| open(exchange))
        .map(|(at, exchange)| {
            let last = exchange.events.iter().map(|event| event.source.time).max().unwrap_or(exchange.begun);
            (exchange.begun, last.max(exchange.begun), at)
        })
        .collect();
    failures.order();
    let ends = Ends::new(failures.iter().map(|(_, ended, _)| ended.0));
    // How many each took, and how many more there were.
    let mut taken: Vec<(u8, u64)> = alloc::vec![(0, 0); failures.len()];
    for aside in asides {
        let time = aside.begun;
        let lasting = aside.signs.aside.unwrap_or_default().0;
        let first = failures.partition_point(|(begun, ..)| begun.0 < time.0.saturating_sub(LONGEST));
        let mut place = failures.partition_point(|(begun, ..)| begun.0.saturating_sub(lasting) <= time.0);
        // The last of those that were open began nearest to the line.
        for _ in 0..NEAREST {
            let Some(open) = ends.before(place, time.0.saturating_sub(SECOND)).filter(|open| *open >= first) else {
                break;
            };
            place = open;
            if let Some((_, _, at)) = failures.get(open)
                && let (Some(exchange), Some((taken, more))) = (exchanges.get_mut(*at), taken.get_mut(open))
            {
                if *taken < TAKEN || narrows(exchange, aside) {
                    *taken = taken.saturating_add(1);
                    narrow(exchange, aside, Confidence::Possible);
                } else {
                    *more += 1;
                }
            }
        }
    }
    for ((.., at), (_, more)) in failures.iter().zip(taken).filter(|(_, (_, more))| *more > 0) {
        if let Some(claim) = exchanges.get_mut(*at).and_then(|exchange| exchange.claim.as_mut()) {
            claim.why.push_str(&format!("; and {more} more such lines"));
        }
    }
}

/// Whether a line rules out some of what a failure can have been, and not all.
fn narrows(exchange: &Exchange, aside: &Exchange) -> bool {
    let (Some(claim), Some(said)) = (&exchange.claim, &aside.claim) else { return false };
    let spoken_of = claim.candidates.iter().filter(|id| said.candidates.contains(id)).count();
    (1..claim.candidates.len()).contains(&spoken_of)
}

/// The ends of failures, in the order in which these began: the latest one of each two, of each two of these, and so on, so
/// that one that was still open at a time is found without looking at all.
struct Ends {
    /// The latest of all stands at 1, those of its halves at 2 and 3; the ends themselves in the second half.
    latest: Vec<i64>,
}

impl Ends {
    fn new(ends: impl ExactSizeIterator<Item = i64>) -> Self {
        let half = (ends.len() + 1).next_power_of_two();
        let mut latest = alloc::vec![i64::MIN; half];
        latest.extend(ends);
        latest.resize(half * 2, i64::MIN);
        for at in (1..half).rev() {
            let of = |at: usize| latest.get(at).copied().unwrap_or(i64::MIN);
            let later = of(at * 2).max(of(at * 2 + 1));
            if let Some(slot) = latest.get_mut(at) {
                *slot = later;
            }
        }
        Self { latest }
    }

    /// The last place before this one whose end is not before a time.
    fn before(&self, place: usize, time: i64) -> Option<usize> {
        let half = self.latest.len() / 2;
        let fits = |at: usize| self.latest.get(at).is_some_and(|latest| *latest >= time);
        let mut at = half + place;
        while at > 1 {
            if at % 2 == 1 && fits(at - 1) {
                at -= 1;
                while at < half {
                    at = if fits(at * 2 + 1) { at * 2 + 1 } else { at * 2 };
                }
                return at.checked_sub(half);
            }
            at /= 2;
        }
        None
    }
}

/// Takes out of what a failure can have been all that the line does not speak of; nothing, where that leaves nothing.
pub fn narrow(exchange: &mut Exchange, aside: &Exchange, confidence: Confidence) {
    let captured = exchange.attempts.iter().any(|attempt| !attempt.events.is_empty());
    let (Some(claim), Some(said)) = (&mut exchange.claim, &aside.claim) else { return };
    if captured || !claim.candidates.iter().any(|id| said.candidates.contains(id)) {
        return;
    }
    exchange.events.extend(aside.events.iter().cloned());
    if !claim.undetermined {
        return;
    }
    claim.candidates.retain(|id| said.candidates.contains(id));
    if !said.undetermined {
        // Its likeliest first; one that leaves several open has no order of its own.
        claim.candidates.order_by_key(|id| said.candidates.iter().position(|other| other == id));
    }
    claim.undetermined = claim.candidates.len() > 1;
    claim.why.push_str("; ");
    claim.why.push_str(&said.why);
    if !claim.undetermined {
        claim.confidence = confidence;
    }
    if exchange.attempts.is_empty() {
        exchange.attempts.clone_from(&aside.attempts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_one_that_was_open() {
        for length in 0..40_usize {
            let ends: Vec<i64> = (0..length).map(|at| (at * 37 % 23) as i64).collect();
            let found = Ends::new(ends.iter().copied());
            for place in 0..=length {
                for time in 0..25 {
                    let last = ends.iter().take(place).rposition(|end| *end >= time);
                    assert_eq!(found.before(place, time), last, "{length} {place} {time}");
                }
            }
        }
    }
}
