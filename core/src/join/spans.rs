//! What lies in a time, found without looking at all there is: a capture may hold 100,000 failures, and each asks.

use crate::sorting::Sorting as _;
use alloc::vec::Vec;

use crate::time::Timestamp;

/// Found for one question, the latest first: whoever asks looks for one that fits among them.
pub(super) const NEAREST: usize = 2048;
/// Spans whose latest end is known together, so that those that are over are passed over at once.
const BLOCK: usize = 64;

/// When spans begin and end, in order of their beginning. One for all that they may be of: each kind would be compiled anew.
#[derive(Default)]
struct Times {
    begun: Vec<Timestamp>,
    ended: Vec<Timestamp>,
    /// The latest end of any up to this one.
    latest: Vec<Timestamp>,
    /// The latest end in each [`BLOCK`] of them.
    blocks: Vec<Timestamp>,
}

impl Times {
    fn push(&mut self, begun: Timestamp, ended: Timestamp) {
        self.latest.push(self.latest.last().map_or(ended, |latest| ended.max(*latest)));
        match self.blocks.last_mut() {
            Some(block) if !self.ended.len().is_multiple_of(BLOCK) => *block = ended.max(*block),
            _ => self.blocks.push(ended),
        }
        self.begun.push(begun);
        self.ended.push(ended);
    }

    /// How many begin by then.
    fn by(&self, then: Timestamp) -> usize {
        self.begun.partition_point(|begun| *begun <= then)
    }

    fn touch(&self, from: Timestamp, to: Timestamp) -> bool {
        self.by(to).checked_sub(1).and_then(|last| self.latest.get(last)).is_some_and(|end| *end >= from)
    }

    /// The places of those that touch a time, the latest first; at most [`NEAREST`].
    fn touching(&self, from: Timestamp, to: Timestamp) -> Vec<usize> {
        let mut found = Vec::new();
        let mut at = self.by(to);
        while let Some(last) = at.checked_sub(1) {
            let open = |ends: &[Timestamp], at: usize| ends.get(at).is_some_and(|end| *end >= from);
            // Before one up to which none ends so late, none does.
            if !open(&self.latest, last) || found.len() == NEAREST {
                break;
            }
            if !open(&self.blocks, last / BLOCK) {
                at = last / BLOCK * BLOCK;
                continue;
            }
            if open(&self.ended, last) {
                found.push(last);
            }
            at = last;
        }
        found
    }
}

/// Spans of time, each with what it is of.
pub(super) struct Spans<T> {
    /// From, to, and what: in order of their beginning.
    list: Vec<(Timestamp, Timestamp, T)>,
    times: Times,
}

impl<T> Default for Spans<T> {
    fn default() -> Self {
        Self { list: Vec::new(), times: Times::default() }
    }
}

impl<T> Spans<T> {
    /// One more; [`Self::order`] has to follow.
    pub(super) fn push(&mut self, from: Timestamp, to: Timestamp, of: T) {
        self.list.push((from, to, of));
    }

    /// Puts what was pushed where it is found. Of equals the first stays the first.
    pub(super) fn order(&mut self) {
        self.list.order_by_key(|(from, ..)| *from);
        self.times = Times::default();
        for (from, to, _) in &self.list {
            self.times.push(*from, *to);
        }
    }

    /// Whether any of them touches a time.
    pub(super) fn touch(&self, from: Timestamp, to: Timestamp) -> bool {
        self.times.touch(from, to)
    }

    /// Those that touch a time, the latest first; at most [`NEAREST`].
    pub(super) fn touching(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = &T> {
        self.times.touching(from, to).into_iter().filter_map(|at| Some(&self.list.get(at)?.2))
    }

    /// Those that begin in a time, in order.
    pub(super) fn beginning(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = &T> {
        let first = self.times.begun.partition_point(|begun| *begun < from);
        let rest = self.list.get(first..).unwrap_or_default();
        rest.iter().take_while(move |(begun, ..)| *begun <= to).map(|(.., of)| of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_touches_a_time_is_found() {
        let at = |second: i64| Timestamp(second * 1_000_000_000);
        let mut spans = Spans::default();
        for (from, to, of) in [(5, 6, 2), (0, 9, 1), (7, 7, 3), (20, 30, 4)] {
            spans.push(at(from), at(to), of);
        }
        spans.order();
        for from in -1..32 {
            for to in from..32 {
                let touching: Vec<i32> = spans.touching(at(from), at(to)).copied().collect();
                let expected: Vec<i32> = [(20, 30, 4), (7, 7, 3), (5, 6, 2), (0, 9, 1)]
                    .into_iter()
                    .filter(|(begun, ended, _)| *begun <= to && *ended >= from)
                    .map(|(.., of)| of)
                    .collect();
                assert_eq!(touching, expected, "{from} to {to}");
                assert_eq!(spans.touch(at(from), at(to)), !expected.is_empty());
            }
        }
        // One that lasts lies behind many that are over.
        let mut many = Spans::default();
        for begun in 0..10_000 {
            many.push(at(begun), at(if begun == 3 { 20_000 } else { begun }), begun);
        }
        many.order();
        assert_eq!(many.touching(at(9_999), at(10_000)).copied().collect::<Vec<_>>(), [9_999, 3]);
        assert_eq!(many.touching(at(0), at(10_000)).count(), NEAREST);
        assert_eq!(spans.beginning(at(5), at(7)).copied().collect::<Vec<_>>(), [2, 3]);
        assert!(!Spans::<()>::default().touch(at(0), at(9)));
    }
}
