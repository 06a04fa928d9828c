//! What there may be a million of: lists that mostly hold one entry, and parts that most do without.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::{Deref, DerefMut};

/// As `Vec::push`, which takes room for four at the first: here the first takes room for itself alone.
pub fn push<T>(list: &mut Vec<T>, entry: T) {
    if list.is_empty() {
        list.reserve_exact(1);
    }
    list.push(entry);
}

/// A list that mostly holds one entry: that one takes no room of its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Few<T> {
    /// Nothing yet.
    #[default]
    None,
    /// The usual case.
    One(T),
    /// Two and more.
    #[expect(clippy::box_collection, reason = "so that it takes no more room than the one")]
    More(Box<Vec<T>>),
}

impl<T> Few<T> {
    /// As `Vec::push`.
    pub fn push(&mut self, entry: T) {
        *self = match core::mem::take(self) {
            Self::None => Self::One(entry),
            Self::One(first) => Self::More(Box::new(alloc::vec![first, entry])),
            Self::More(mut list) => {
                list.push(entry);
                Self::More(list)
            }
        };
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::None => &[],
            Self::One(entry) => core::slice::from_ref(entry),
            Self::More(list) => list,
        }
    }
}

impl<'a, T> IntoIterator for &'a Few<T> {
    type Item = &'a T;
    type IntoIter = core::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A part that most do without: it takes room from the first time that it is written to.
#[derive(Clone, Debug)]
pub struct Seldom<T>(Option<Box<T>>);

/// What stands where there is none.
pub trait Nothing: Default + 'static {
    /// The same as its default.
    fn nothing() -> &'static Self;
}

impl<T> Default for Seldom<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: 'static> Nothing for Vec<T> {
    fn nothing() -> &'static Self {
        const { &Self::new() }
    }
}

impl<T> From<T> for Seldom<T> {
    fn from(part: T) -> Self {
        Self(Some(Box::new(part)))
    }
}

impl<T: Nothing> Deref for Seldom<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_deref().unwrap_or_else(|| T::nothing())
    }
}

impl<T: Nothing> DerefMut for Seldom<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.get_or_insert_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::connection::End;
    use crate::exchange::{Signs, Source};
    use alloc::format;

    #[test]
    fn few_are_a_list() {
        let mut few = Few::default();
        assert!(few.is_empty());
        for (at, all) in [&[1][..], &[1, 2], &[1, 2, 3]].into_iter().enumerate() {
            few.push(at + 1);
            assert_eq!(*few, *all);
            assert_eq!((&few).into_iter().count(), all.len());
        }
        assert_eq!(size_of::<Few<Source>>(), size_of::<Source>());
    }

    #[test]
    fn nothing_is_the_default_and_takes_no_room_until_it_is_written_to() {
        assert_eq!(format!("{:?}", Signs::nothing()), format!("{:?}", Signs::default()));
        assert_eq!(format!("{:?}", End::nothing()), format!("{:?}", End::default()));
        let mut signs = Seldom::<Signs>::default();
        assert!(!signs.late && signs.0.is_none());
        signs.late = true;
        assert!(signs.late && signs.0.is_some());
        assert!(!Seldom::<Signs>::default().late);
    }
}
