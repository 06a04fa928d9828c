//! What lies in a time, found without looking at all there is: a capture may hold 100,000 failures, and each asks.

use crate::sorting::Sorting as _;
use alloc::vec::Vec;

use crate::time::Timestamp;

/// Found for one question, the latest first: whoever asks looks for one that fits among them.
const NEAREST: usize = 2048;
/// Spans whose latest end is known together, so that those that are over are passed over at once.
const BLOCK: usize = 64;

/// Spans of time, each with what it is of.
pub(super) struct Spans<T> {
    /// From, to, and what: in order of their beginning.
    list: Vec<(Timestamp, Timestamp, T)>,
    /// The latest end of any up to this one.
    latest: Vec<Timestamp>,
    /// The latest end in each [`BLOCK`] of them.
    blocks: Vec<Timestamp>,
}

impl<T> Default for Spans<T> {
    fn default() -> Self {
        Self { list: Vec::new(), latest: Vec::new(), blocks: Vec::new() }
    }
}

impl<T> FromIterator<(Timestamp, Timestamp, T)> for Spans<T> {
    fn from_iter<I: IntoIterator<Item = (Timestamp, Timestamp, T)>>(spans: I) -> Self {
        let mut spans = Self { list: spans.into_iter().collect(), ..Self::default() };
        spans.order();
        spans
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
        let mut latest = Timestamp(i64::MIN);
        let ends = self.list.iter().map(|(_, to, _)| {
            latest = latest.max(*to);
            latest
        });
        self.latest = ends.collect();
        let latest = |block: &[(Timestamp, Timestamp, T)]| block.iter().map(|(_, to, _)| *to).max();
        self.blocks = self.list.chunks(BLOCK).filter_map(latest).collect();
    }

    /// How many begin by then.
    fn begun(&self, by: Timestamp) -> usize {
        self.list.partition_point(|(from, ..)| *from <= by)
    }

    /// Whether any of them touches a time.
    pub(super) fn touch(&self, from: Timestamp, to: Timestamp) -> bool {
        self.begun(to).checked_sub(1).and_then(|last| self.latest.get(last)).is_some_and(|end| *end >= from)
    }

    /// Those that touch a time, the latest first; at most [`NEAREST`].
    pub(super) fn touching(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = &T> {
        let upper = self.begun(to);
        let open = move |at: usize, ends: &[Timestamp]| ends.get(at).is_some_and(|end| *end >= from);
        let blocks = (0..upper.div_ceil(BLOCK)).rev();
        // Before a block up to which none ends so late, none does.
        let blocks = blocks.take_while(move |block| open(upper.min((block + 1) * BLOCK) - 1, &self.latest));
        let blocks = blocks.filter(move |block| open(*block, &self.blocks));
        let each = blocks.flat_map(move |block| (block * BLOCK..upper.min((block + 1) * BLOCK)).rev());
        let found = each.filter_map(|at| self.list.get(at)).filter(move |(_, end, _)| *end >= from);
        found.map(|(.., of)| of).take(NEAREST)
    }

    /// Those that begin in a time, in order.
    pub(super) fn beginning(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = &T> {
        let first = self.list.partition_point(|(begun, ..)| *begun < from);
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
        let spans: Spans<u8> = [(5, 6, 2), (0, 9, 1), (7, 7, 3), (20, 30, 4)]
            .into_iter()
            .map(|(from, to, of)| (at(from), at(to), of))
            .collect();
        for from in -1..32 {
            for to in from..32 {
                let touching: Vec<u8> = spans.touching(at(from), at(to)).copied().collect();
                let expected: Vec<u8> = [(20, 30, 4), (7, 7, 3), (5, 6, 2), (0, 9, 1)]
                    .into_iter()
                    .filter(|(begun, ended, _)| *begun <= to && *ended >= from)
                    .map(|(.., of)| of)
                    .collect();
                assert_eq!(touching, expected, "{from} to {to}");
                assert_eq!(spans.touch(at(from), at(to)), !expected.is_empty());
            }
        }
        // One that lasts lies behind many that are over.
        let many = (0..10_000).map(|begun| (at(begun), at(if begun == 3 { 20_000 } else { begun }), begun));
        let many: Spans<i64> = many.collect();
        assert_eq!(many.touching(at(9_999), at(10_000)).copied().collect::<Vec<_>>(), [9_999, 3]);
        assert_eq!(many.touching(at(0), at(10_000)).count(), NEAREST);
        assert_eq!(spans.beginning(at(5), at(7)).copied().collect::<Vec<_>>(), [2, 3]);
        assert!(!Spans::<()>::default().touch(at(0), at(9)));
    }
}
