//! Lines of an error log that tell of one request: the reader makes one exchange of them.
//!
//! A table of fixed size, like that of the tunnels: no allocation per line, and a collision at worst counts two lines as
//! two exchanges.

use alloc::vec;
use alloc::vec::Vec;
use core::net::SocketAddr;

use super::tunnels::Failed;
use crate::time::{Span, Timestamp};

const SLOTS: usize = 1024;

/// Which other lines a line belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// What they have in common: see `key`.
    pub key: u64,
    /// They follow each other within this time.
    pub within: Span,
    /// True for a line that only adds to what an earlier one told. Another line is a further attempt of the same request
    /// if it names another server; if it names the same one, it is another request.
    pub follows: bool,
    /// The request is over with this line: none goes on with it.
    pub ends: bool,
}

/// What lines have in common, in one number.
#[must_use]
pub fn key(parts: &[&str]) -> u64 {
    // FNV-1a: the same on every machine, so the same input gives the same report.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for byte in part.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    // 0 marks a free slot.
    hash.max(1)
}

/// Requests whose lines may go on.
#[derive(Default)]
pub struct Groups {
    slots: Vec<Slot>,
}

#[derive(Clone, Copy, Default)]
struct Slot {
    key: u64,
    time: Timestamp,
    upstream: Option<SocketAddr>,
    failed: Failed,
}

impl Groups {
    /// The request that a line goes on with; `None` if it begins one.
    pub fn find(&mut self, group: Group, time: Timestamp, upstream: Option<SocketAddr>) -> Option<Failed> {
        let slot = self.slot(group.key)?;
        let near = time.since(slot.time).0.saturating_abs() <= group.within.0;
        let other = upstream.is_some() && upstream != slot.upstream || slot.upstream.is_some() && upstream.is_none();
        if slot.key != group.key || !near || !(group.follows || other) {
            return None;
        }
        slot.time = time;
        slot.upstream = upstream.or(slot.upstream);
        // No server was left: that request is over as well.
        if group.ends || !group.follows && upstream.is_none() {
            slot.key = 0;
        }
        Some(slot.failed)
    }

    /// A line began a request.
    pub fn begin(&mut self, group: Group, time: Timestamp, upstream: Option<SocketAddr>, failed: Failed) {
        if group.ends {
            return;
        }
        if self.slots.is_empty() {
            self.slots = vec![Slot::default(); SLOTS];
        }
        if let Some(slot) = self.slot(group.key) {
            *slot = Slot { key: group.key, time, upstream, failed };
        }
    }

    fn slot(&mut self, key: u64) -> Option<&mut Slot> {
        self.slots.get_mut(usize::try_from(key % SLOTS as u64).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_server_is_another_attempt_and_the_same_one_another_request() {
        let at = |seconds| Timestamp::from_parts(seconds, 0);
        let server = |port| Some(SocketAddr::from(([192, 0, 2, 1], port)));
        let group = Group { key: key(&["7", "GET /"]), within: Span::seconds(60), follows: false, ends: false };
        let mut groups = Groups::default();
        assert_eq!(groups.find(group, at(0), server(1)), None);
        groups.begin(group, at(0), server(1), Failed::Kept(3));
        assert_eq!(groups.find(group, at(1), server(1)), None);
        assert_eq!(groups.find(group, at(1), server(2)), Some(Failed::Kept(3)));
        assert_eq!(groups.find(Group { follows: true, ..group }, at(2), server(2)), Some(Failed::Kept(3)));
        assert_eq!(groups.find(group, at(90), server(3)), None, "too late");
        assert_eq!(groups.find(group, at(3), None), Some(Failed::Kept(3)), "no server was left");
        assert_eq!(groups.find(group, at(3), None), None, "over");
        groups.begin(group, at(10), server(1), Failed::Kept(4));
        let last = Group { follows: true, ends: true, ..group };
        assert_eq!(groups.find(last, at(11), None), Some(Failed::Kept(4)));
        assert_eq!(groups.find(last, at(11), None), None, "it ended");
        groups.begin(last, at(12), None, Failed::Kept(5));
        assert_eq!(groups.find(last, at(12), None), None, "it ended as it began");
        assert_ne!(key(&["a", "b"]), key(&["ab", ""]));
    }
}
