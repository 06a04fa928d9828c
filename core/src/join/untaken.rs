//! Attempts that no request has, in the order of their beginning. Very many may lie in the time of each of very many requests: those
//! that were taken since are passed over at once.

use alloc::vec::Vec;

use super::Loose;
use crate::leads::Leads;
use crate::time::Timestamp;

/// Found for one request: more are not made for one.
const NEAREST: usize = 2048;
/// Looked at for one request: those that do not fit are there for the next as well.
const LOOKED_AT: usize = 16_384;

/// Places in the list of all attempts.
#[derive(Default)]
pub(super) struct Untaken {
    list: Vec<usize>,
    /// From each that was taken to the one behind it.
    next: Leads,
}

impl FromIterator<usize> for Untaken {
    fn from_iter<I: IntoIterator<Item = usize>>(places: I) -> Self {
        let mut untaken = Self::default();
        places.into_iter().for_each(|place| untaken.push(place));
        untaken
    }
}

impl Untaken {
    /// One more, that begins no earlier than those before it.
    pub(super) fn push(&mut self, place: usize) {
        self.next.push();
        self.list.push(place);
    }

    /// Those that begin in a time and fit; of very many the first.
    pub(super) fn within(
        &mut self,
        all: &[Loose<'_>],
        (from, to): (Timestamp, Timestamp),
        fits: &dyn Fn(&Loose<'_>) -> bool,
    ) -> Vec<usize> {
        let mut found = Vec::new();
        let mut at = self.list.partition_point(|place| all.get(*place).is_some_and(|one| one.begun < from));
        for _ in 0..LOOKED_AT {
            at = self.next.end(at);
            let Some(place) = self.list.get(at).copied() else { break };
            let Some(one) = all.get(place).filter(|one| one.begun <= to && found.len() < NEAREST) else { break };
            if one.taken {
                self.next.lead(at, at + 1);
            } else if fits(one) {
                found.push(place);
            }
            at += 1;
        }
        found
    }
}
