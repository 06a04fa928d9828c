//! IP fragments → whole packets (RFC 791, RFC 8200 section 4.5), within bounds.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::net::IpAddr;

use etherparse::IpNumber;

use crate::time::{Span, Timestamp};

/// Packets that may wait for their fragments at a time; the oldest gives way.
const WAITING: usize = 64;
/// The longest an IP packet can be.
const LONGEST: usize = 65_535;
/// How long fragments are waited for: RFC 8200 says 60 s.
const PATIENCE: Span = Span::seconds(60);

/// Identity and place of one fragment.
#[derive(Clone, Copy)]
pub struct Fragment {
    /// Sender.
    pub from: IpAddr,
    /// Receiver.
    pub to: IpAddr,
    /// Identification.
    pub id: u32,
    /// Protocol of the whole.
    pub protocol: IpNumber,
    /// First byte in the whole.
    pub offset: usize,
    /// More fragments follow.
    pub more: bool,
}

struct Waiting {
    first: Fragment,
    since: Timestamp,
    data: Vec<u8>,
    /// Byte ranges that are there, sorted and apart.
    have: Vec<(usize, usize)>,
    /// Fragments so far.
    pieces: usize,
    /// Length of the whole, once the last fragment was seen.
    total: Option<usize>,
}

impl Waiting {
    /// Joins a range with those that it touches.
    fn add(&mut self, from: usize, to: usize) {
        let first = self.have.partition_point(|(_, end)| *end < from);
        let behind = self.have.partition_point(|(begin, _)| *begin <= to);
        let touched = self.have.drain(first..behind);
        let joined = touched.fold((from, to), |(from, to), (begin, end)| (from.min(begin), to.max(end)));
        self.have.insert(first, joined);
    }
}

/// Fragments that wait for their others.
#[derive(Default)]
pub struct Fragments {
    waiting: VecDeque<Waiting>,
    /// Packets given up because fragments were missing.
    lost: u64,
}

impl Fragments {
    /// Packets of which fragments are missing, so far.
    pub fn incomplete(&self) -> u64 {
        self.lost + self.waiting.len() as u64
    }

    /// Adds a fragment. True if its packet is whole now: `whole` holds the payload then.
    pub fn add(&mut self, fragment: Fragment, bytes: &[u8], time: Timestamp, whole: &mut Vec<u8>) -> bool {
        while self.waiting.front().is_some_and(|front| time.since(front.since) > PATIENCE) {
            self.waiting.pop_front();
            self.lost += 1;
        }
        let end = fragment.offset + bytes.len();
        if end > LONGEST {
            return false;
        }
        let same = |waiting: &Waiting| {
            let first = &waiting.first;
            (first.from, first.to, first.id, first.protocol)
                == (fragment.from, fragment.to, fragment.id, fragment.protocol)
        };
        let at = self.waiting.iter().position(same).unwrap_or_else(|| {
            if self.waiting.len() == WAITING {
                self.waiting.pop_front();
                self.lost += 1;
            }
            self.waiting.push_back(Waiting {
                first: fragment,
                since: time,
                data: Vec::new(),
                have: Vec::new(),
                pieces: 0,
                total: None,
            });
            self.waiting.len() - 1
        });
        let Some(waiting) = self.waiting.get_mut(at) else { return false };
        if waiting.data.len() < end {
            waiting.data.resize(end, 0);
        }
        if let Some(place) = waiting.data.get_mut(fragment.offset..end) {
            place.copy_from_slice(bytes);
        }
        if !fragment.more {
            waiting.total = Some(end);
        }
        waiting.add(fragment.offset, end);
        waiting.pieces += 1;
        let pieces = waiting.pieces;
        let all = matches!(*waiting.have, [(0, to)] if waiting.total.is_some_and(|total| to >= total));
        if all && let Some(done) = self.waiting.remove(at) {
            *whole = done.data;
            whole.truncate(done.total.unwrap_or(LONGEST));
            return true;
        }
        // Thousands of tiny overlapping fragments are an attack, not a packet.
        if pieces > 1024 {
            self.waiting.remove(at);
            self.lost += 1;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::net::Ipv4Addr;

    #[test]
    fn joins_in_any_order() {
        let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let piece = |offset, more| Fragment { from: ip, to: ip, id: 7, protocol: IpNumber(17), offset, more };
        let (mut fragments, mut whole) = (Fragments::default(), Vec::new());
        assert!(!fragments.add(piece(8, false), b"rest", Timestamp(0), &mut whole));
        assert!(fragments.add(piece(0, true), b"01234567", Timestamp(1), &mut whole));
        assert_eq!(whole, b"01234567rest");
    }

    fn fragment(id: u32, offset: usize) -> Fragment {
        let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
        Fragment { from: ip, to: ip, id, protocol: IpNumber(17), offset, more: true }
    }

    #[test]
    fn so_many_packets_wait_for_so_long() {
        let (mut fragments, mut whole) = (Fragments::default(), Vec::new());
        for id in 0..64 {
            fragments.add(fragment(id, 0), b"01234567", Timestamp(0), &mut whole);
        }
        assert_eq!((fragments.waiting.len(), fragments.lost), (64, 0));
        fragments.add(fragment(64, 0), b"01234567", Timestamp(0), &mut whole);
        assert_eq!((fragments.waiting.len(), fragments.lost), (64, 1), "the oldest is given up");
        let minute = PATIENCE.0;
        fragments.add(fragment(64, 8), b"01234567", Timestamp(minute), &mut whole);
        assert_eq!(fragments.lost, 1);
        fragments.add(fragment(65, 0), b"01234567", Timestamp(minute + 1), &mut whole);
        assert_eq!((fragments.waiting.len(), fragments.lost), (1, 65));
    }

    #[test]
    fn a_packet_has_64_kib_at_most_and_is_in_no_more_than_1024_pieces() {
        let (mut fragments, mut whole) = (Fragments::default(), Vec::new());
        fragments.add(fragment(1, 65_528), b"01234567", Timestamp(0), &mut whole);
        assert!(fragments.waiting.is_empty(), "no packet ends behind byte 65,535");
        for at in 0..1024 {
            fragments.add(fragment(2, 8 * (at % 8000)), b"01234567", Timestamp(0), &mut whole);
        }
        assert_eq!((fragments.waiting.len(), fragments.lost), (1, 0));
        fragments.add(fragment(2, 0), b"01234567", Timestamp(0), &mut whole);
        assert_eq!((fragments.waiting.len(), fragments.lost), (0, 1));
    }
}
