//! Lists of which there may be a million, and that mostly hold one entry.

use alloc::vec::Vec;

/// As `Vec::push`, which takes room for four at the first: here the first takes room for itself alone.
pub fn push<T>(list: &mut Vec<T>, entry: T) {
    if list.is_empty() {
        list.reserve_exact(1);
    }
    list.push(entry);
}
