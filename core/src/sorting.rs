//! Sorting that is compiled once and not once for each type.
//!
//! Every list that `slice::sort` sorts costs the page about 5 KB of code of its own: its merges, its small cases, its
//! pivots. Here the standard library sorts the places of the elements, behind a comparison that is called through a
//! pointer; what is left for each type is that comparison and a swap. Sorted runs are still found at once.

use alloc::vec::Vec;
use core::cmp::Ordering;

/// Stable sorting for slices of anything.
pub trait Sorting<T> {
    /// As `slice::sort`.
    fn order(&mut self)
    where
        T: Ord;

    /// As `slice::sort_by`.
    fn order_by(&mut self, compare: impl FnMut(&T, &T) -> Ordering);

    /// As `slice::sort_by_key`.
    fn order_by_key<K: Ord>(&mut self, key: impl FnMut(&T) -> K);
}

impl<T> Sorting<T> for [T] {
    fn order(&mut self)
    where
        T: Ord,
    {
        self.order_by(T::cmp);
    }

    fn order_by(&mut self, mut compare: impl FnMut(&T, &T) -> Ordering) {
        let mut places = sorted(self.len(), &mut |one, other| match (self.get(one), self.get(other)) {
            (Some(one), Some(other)) => compare(one, other),
            _ => Ordering::Equal,
        });
        arrange(&mut places, &mut |one, other| self.swap(one, other));
    }

    fn order_by_key<K: Ord>(&mut self, mut key: impl FnMut(&T) -> K) {
        self.order_by(|one, other| key(one).cmp(&key(other)));
    }
}

/// Where the elements of a sorted list are taken from.
fn sorted(count: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    if count < 2 {
        return Vec::new();
    }
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_by(|one, other| compare(*one, *other));
    places
}

/// Puts each element where it belongs, cycle by cycle; a place that is done points to itself.
fn arrange(places: &mut [usize], swap: &mut dyn FnMut(usize, usize)) {
    for start in 0..places.len() {
        let mut at = start;
        while let Some(place) = places.get_mut(at) {
            let from = core::mem::replace(place, at);
            if from == start {
                break;
            }
            swap(at, from);
            at = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn lists_are_sorted_as_the_standard_library_sorts_them() {
        // A small generator of its own: numbers with many equals, of which the order among themselves must stay.
        let mut state = 7_u64;
        for length in 0..200_usize {
            let mut ours: Vec<(u64, usize)> = Vec::new();
            for at in 0..length {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                ours.push((state >> 60, at));
            }
            let mut theirs = ours.clone();
            ours.order_by_key(|(key, _)| *key);
            theirs.sort_by_key(|(key, _)| *key);
            assert_eq!(ours, theirs);
            ours.order_by(|one, other| other.cmp(one));
            theirs.sort_by(|one, other| other.cmp(one));
            assert_eq!(ours, theirs);
            ours.order();
            theirs.sort();
            assert_eq!(ours, theirs);
        }
        let mut none: Vec<u8> = vec![];
        none.order();
        assert!(none.is_empty());
    }
}
