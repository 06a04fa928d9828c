//! Numbers that lead on to others: groups that are joined, places that are passed over. Each way is halved whenever it is gone, so
//! that however they were joined none stays long.

use alloc::vec::Vec;

/// Where each number leads: to itself, where its way ends.
#[derive(Debug, Default)]
pub struct Leads(Vec<usize>);

impl Leads {
    /// How many numbers there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// One more number, which leads nowhere else.
    pub fn push(&mut self) {
        self.0.push(self.0.len());
    }

    /// From now on a number, at which a way ends, leads on.
    pub fn lead(&mut self, from: usize, to: usize) {
        if let Some(next) = self.0.get_mut(from) {
            *next = to;
        }
    }

    /// Where the way of a number ends.
    pub fn end(&mut self, mut at: usize) -> usize {
        while let Some(next) = self.0.get(at).copied().filter(|next| *next != at) {
            let after = self.0.get(next).copied().unwrap_or(next);
            self.lead(at, after);
            at = after;
        }
        at
    }

    /// The same, for whoever may change nothing.
    pub fn end_of(&self, mut at: usize) -> usize {
        while let Some(next) = self.0.get(at).filter(|next| **next != at) {
            at = *next;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_end_where_nothing_leads_on() {
        let mut leads = Leads::default();
        (0..1_000).for_each(|_| leads.push());
        (0..1_000).for_each(|at| leads.lead(at, at + 1));
        // Beyond the last there is nothing known.
        assert_eq!((leads.end_of(0), leads.end(0), leads.end(500)), (1_000, 1_000, 1_000));
        let mut joined = Leads::default();
        (0..4).for_each(|_| joined.push());
        joined.lead(3, 1);
        joined.lead(1, 0);
        assert_eq!([0, 1, 2, 3].map(|at| joined.end(at)), [0, 0, 2, 0]);
    }
}
