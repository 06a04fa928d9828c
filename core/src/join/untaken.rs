//! Attempts that no request has, in the order of their beginning. Very many may lie in the time of each of very many requests: those
//! that were taken since are passed over at once.

use alloc::vec::Vec;

use super::Loose;
use crate::time::Timestamp;

/// Found for one request: more are not made for one.
const NEAREST: usize = 2048;

/// Places in the list of all attempts.
#[derive(Default)]
pub(super) struct Untaken {
    list: Vec<usize>,
    /// For each of them the next one that may be free: itself, as long as it is.
    next: Vec<usize>,
}

impl FromIterator<usize> for Untaken {
    fn from_iter<I: IntoIterator<Item = usize>>(places: I) -> Self {
        let list: Vec<usize> = places.into_iter().collect();
        Self { next: (0..list.len()).collect(), list }
    }
}

impl Untaken {
    /// One more, that begins no earlier than those before it.
    pub(super) fn push(&mut self, place: usize) {
        self.next.push(self.list.len());
        self.list.push(place);
    }

    /// Those that begin in a time; of very many the first.
    pub(super) fn within(&mut self, all: &[Loose<'_>], from: Timestamp, to: Timestamp) -> Vec<usize> {
        let mut found = Vec::new();
        let mut at = self.list.partition_point(|place| all.get(*place).is_some_and(|one| one.begun < from));
        while found.len() < NEAREST {
            at = self.free(at);
            let Some(place) = self.list.get(at).copied() else { break };
            let Some(one) = all.get(place).filter(|one| one.begun <= to) else { break };
            match self.next.get_mut(at) {
                Some(next) if one.taken => *next = at + 1,
                _ => found.push(place),
            }
            at += 1;
        }
        found
    }

    /// The first from here on that is not known as taken. Each way is halved for the next who takes it.
    fn free(&mut self, mut at: usize) -> usize {
        while let Some(next) = self.next.get(at).copied().filter(|next| *next != at) {
            let after = self.next.get(next).copied().unwrap_or(next);
            if let Some(shorter) = self.next.get_mut(at) {
                *shorter = after;
            }
            at = after;
        }
        at
    }
}
