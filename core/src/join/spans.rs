//! What lies in a time, found without looking at all there is: a capture may hold 100,000 failures, and each asks.

use crate::sorting::Sorting as _;
use alloc::vec::Vec;

use crate::time::Timestamp;

/// Looked at for one question, the latest first: more are not under way at a time, and the work stays proportional to the number of
/// questions.
const NEAREST: usize = 2048;

/// Spans of time, each with what it is of.
pub(super) struct Spans<T> {
    /// From, to, and what: in order of their beginning.
    list: Vec<(Timestamp, Timestamp, T)>,
    /// The latest end of any up to this one.
    latest: Vec<Timestamp>,
}

impl<T> Default for Spans<T> {
    fn default() -> Self {
        Self { list: Vec::new(), latest: Vec::new() }
    }
}

impl<T> FromIterator<(Timestamp, Timestamp, T)> for Spans<T> {
    fn from_iter<I: IntoIterator<Item = (Timestamp, Timestamp, T)>>(spans: I) -> Self {
        let mut spans = Self { list: spans.into_iter().collect(), latest: Vec::new() };
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
        self.latest = self
            .list
            .iter()
            .map(|(_, to, _)| {
                latest = latest.max(*to);
                latest
            })
            .collect();
    }

    /// How many begin by then.
    fn begun(&self, by: Timestamp) -> usize {
        self.list.partition_point(|(from, ..)| *from <= by)
    }

    /// Whether any of them touches a time.
    pub(super) fn touch(&self, from: Timestamp, to: Timestamp) -> bool {
        self.begun(to).checked_sub(1).and_then(|last| self.latest.get(last)).is_some_and(|end| *end >= from)
    }

    /// Those that touch a time, the latest first; at most [`NEAREST`] are looked at.
    pub(super) fn touching(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = &T> {
        let open = (0..self.begun(to)).rev().take(NEAREST);
        let open = open.take_while(move |at| self.latest.get(*at).is_some_and(|end| *end >= from));
        open.filter_map(|at| self.list.get(at)).filter(move |(_, end, _)| *end >= from).map(|(.., of)| of)
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
        assert_eq!(spans.beginning(at(5), at(7)).copied().collect::<Vec<_>>(), [2, 3]);
        assert!(!Spans::<()>::default().touch(at(0), at(9)));
    }
}
