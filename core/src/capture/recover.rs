//! Where does the next record begin after a damaged place?

use super::bytes;
use super::file::{LARGEST_PACKET, block};
use crate::time::{SECOND, Timestamp};

/// Whether a place after damage looks like a record.
pub enum Plausible {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// Cannot be said with fewer bytes than this.
    Needs(usize),
}

/// A packet header is believed if its lengths and time fit each other, the packets before, and the header after it.
pub fn plausible_packet(data: &[u8], big: bool, nanoseconds: bool, extra: usize, last: Option<Timestamp>) -> Plausible {
    let field = |at| bytes::u32(data, at, big);
    let (Some(seconds), Some(fraction), Some(captured), Some(original)) = (field(0), field(4), field(8), field(12))
    else {
        return Plausible::Needs(16);
    };
    let near = last.is_none_or(|last| (i64::from(seconds) - last.0 / SECOND).abs() < 86_400);
    let limit = if nanoseconds { 1_000_000_000 } else { 1_000_000 };
    let sizes = |captured: u32, original: u32| captured <= original && original as usize <= LARGEST_PACKET;
    if !(near && captured >= 14 && sizes(captured, original) && fraction < limit) {
        return Plausible::No;
    }
    let next = 16 + extra + captured as usize;
    match (field(next), field(next + 8), field(next + 12)) {
        (Some(then), Some(captured), Some(original)) => {
            let near = (i64::from(then) - i64::from(seconds)).abs() < 86_400;
            if near && sizes(captured, original) { Plausible::Yes } else { Plausible::No }
        }
        _ => Plausible::Needs(next + 16),
    }
}

/// A block is believed if it is of a common type and its two lengths agree.
pub fn plausible_block(data: &[u8], big: bool) -> Plausible {
    let (Some(kind), Some(length)) = (bytes::u32(data, 0, big), bytes::u32(data, 4, big)) else {
        return Plausible::Needs(8);
    };
    let known = matches!(kind, block::SECTION | block::INTERFACE..=block::ENHANCED);
    if !known || !(12..=LARGEST_PACKET as u32).contains(&length) || length % 4 != 0 {
        return Plausible::No;
    }
    match bytes::u32(data, length as usize - 4, big) {
        Some(trailer) if trailer == length => Plausible::Yes,
        Some(_) => Plausible::No,
        None => Plausible::Needs(length as usize),
    }
}
