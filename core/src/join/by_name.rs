//! Lookups by the name that they ask for: a capture may hold a million, so that there is one table of names and one list, and
//! nothing for each.

use alloc::vec::Vec;
use core::ops::Range;

use crate::capture::lookups::Lookup;
use crate::listed::Map;

/// Lookups of one name stand together, in the order in which they came; names, in the order of their first.
pub(super) struct ByName<'a> {
    numbers: Map<&'a str, u32>,
    /// Where those of each name begin, and where the last ends.
    starts: Vec<u32>,
    list: Vec<&'a Lookup>,
}

impl<'a> ByName<'a> {
    pub(super) fn new(lookups: &[&'a Lookup]) -> Self {
        let mut numbers: Map<&str, u32> = Map::default();
        let mut starts = alloc::vec![0_u32];
        let mut number = |lookup: &&'a Lookup| {
            let new = numbers.len() as u32;
            let number = *numbers.or_insert_with(lookup.name.as_str(), || new) as usize;
            // How many there are stands where the next begins, until all are counted.
            if number + 1 == starts.len() {
                starts.push(0);
            }
            if let Some(count) = starts.get_mut(number + 1) {
                *count += 1;
            }
            number
        };
        let of: Vec<usize> = lookups.iter().map(&mut number).collect();
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut list = lookups.to_vec();
        for (lookup, number) in lookups.iter().zip(of) {
            let Some(at) = next.get_mut(number) else { continue };
            if let Some(place) = list.get_mut(*at as usize) {
                *place = lookup;
            }
            *at += 1;
        }
        Self { numbers, starts, list }
    }

    /// The number of a name.
    pub(super) fn number(&self, name: &str) -> Option<usize> {
        self.numbers.get(name).map(|number| *number as usize)
    }

    /// Where those of a name stand in [`ByName::list`].
    pub(super) fn range(&self, number: usize) -> Range<usize> {
        let start = |number| self.starts.get(number).map_or(0, |start| *start as usize);
        start(number)..start(number + 1)
    }

    /// All of them.
    pub(super) fn list(&self) -> &[&'a Lookup] {
        &self.list
    }

    /// Those of the name with this number.
    pub(super) fn group(&self, number: usize) -> &[&'a Lookup] {
        self.list.get(self.range(number)).unwrap_or_default()
    }

    /// Those of each name, by its number.
    pub(super) fn groups(&self) -> impl Iterator<Item = &[&'a Lookup]> {
        (0..self.numbers.len()).map(|number| self.group(number))
    }

    /// Those of this name.
    pub(super) fn of(&self, name: &str) -> &[&'a Lookup] {
        self.number(name).map(|number| self.group(number)).unwrap_or_default()
    }
}
