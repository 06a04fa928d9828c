//! Whom and what a capture point has met: by this a file that continues it is told from a recording of another place.

use core::hash::BuildHasher;
use core::net::IpAddr;

use crate::tables::{HashMap, HashSet, Seeded};

use super::fragments::Fragments;
use super::packet::{self, Packet, Segment, Transport};
use super::{Frame, link};
use crate::exchange::Source;
use crate::time::{Span, Timestamp};

/// Hardware addresses, and IP addresses, kept.
const MACHINES: usize = 4096;
/// Packets kept to recognise them in a recording of another place.
const PACKETS: usize = 65_536;
/// Bytes of a payload that are told apart.
const HASHED: usize = 256;
/// A resolver asks again with the same number within this time.
const ASKED_AGAIN: Span = Span::seconds(30);
/// Copies of one packet on several interfaces are recorded within this time by one clock.
const COPY: Span = Span::milliseconds(5);
/// Frames that no filter for hosts, ports or TCP lets through: so many are enough to know that there was none.
const ENOUGH: u32 = 8;

/// See the module.
#[derive(Default)]
pub struct Met {
    hasher: Seeded,
    hardware: HashSet<u64>,
    hosts: HashSet<IpAddr>,
    /// The first so many packets, by what no router and no translator of addresses changes.
    packets: HashMap<u64, Seen>,
    /// Frames, up to a few, that no capture filter for hosts, ports or TCP lets through.
    pub chatter: u32,
}

/// What tells a packet from the same bytes sent again.
#[derive(Clone, Copy)]
struct Seen {
    /// IPv4 identification; 0 says nothing.
    id: u16,
    ttl: u8,
    /// TCP timestamp; 0 without.
    stamp: u32,
    time: Timestamp,
}

impl Seen {
    fn of(packet: &Packet<'_>) -> Self {
        let stamp = match &packet.transport {
            Transport::Tcp(segment) => segment.stamp.unwrap_or(0),
            _ => 0,
        };
        Self { id: packet.id, ttl: packet.ttl, stamp, time: packet.source.time }
    }

    /// Whether both are one packet, recorded at two places or by two clocks. What is sent again has another
    /// identification and timestamp, and as many hops behind it.
    fn same(&self, other: &Self, question: bool) -> bool {
        let apart = other.time.since(self.time).0.abs();
        if apart < COPY.0 {
            return false;
        }
        if self.id != 0 || other.id != 0 {
            return self.id == other.id;
        }
        let late = question && apart > ASKED_AGAIN.0;
        self.ttl != other.ttl || self.stamp != 0 && self.stamp == other.stamp || late
    }
}

impl Met {
    /// Takes the next packet.
    pub fn take(&mut self, packet: &Packet<'_>) {
        if self.hardware.len() < MACHINES && self.hosts.len() < MACHINES {
            self.hardware.insert(packet.hardware);
            self.hosts.insert(packet.from);
            self.hosts.insert(packet.to);
        }
        if self.packets.len() < PACKETS
            && let Some(key) = self.key(packet)
        {
            self.packets.entry(key).or_insert(Seen::of(packet));
        }
    }

    /// Takes a frame that holds nothing that is followed.
    pub fn other(&mut self, frame: &Frame<'_>) {
        if self.chatter < ENOUGH && link::strip(frame.link, frame.data).is_some_and(|link| chatter(&link)) {
            self.chatter += 1;
        }
    }

    /// Whether a frame comes from or goes to a host that was met here; anything but IP may.
    pub fn knows(&self, frame: &Frame<'_>) -> bool {
        let Some(link) = link::strip(frame.link, frame.data) else { return true };
        if link.source != 0 && self.hardware.contains(&link.source) {
            return true;
        }
        match packet::addresses(link.network) {
            Some((from, to)) => self.hosts.contains(&from) || self.hosts.contains(&to),
            None => true,
        }
    }

    /// Whether the machine that sent a frame was met here; `None` where the link layer does not name it, or no machine
    /// is known.
    pub fn knows_sender(&self, frame: &Frame<'_>) -> Option<bool> {
        let sender = link::strip(frame.link, frame.data)?.source;
        (sender != 0 && self.hardware.iter().any(|known| *known != 0)).then(|| self.hardware.contains(&sender))
    }

    /// Whether a frame is a packet that is here already, recorded at another place by another clock.
    pub fn repeats(&self, frame: &Frame<'_>) -> bool {
        let source = Source { time: frame.time, file: 0, number: 0, line: false, offset: 0, length: 0 };
        let mut buffer = alloc::vec::Vec::new();
        let Ok(packet) = packet::decode(frame, source, &mut Fragments::default(), &mut buffer) else { return false };
        let question = matches!(packet.transport, Transport::Udp { .. });
        let known = self.key(&packet).and_then(|key| self.packets.get(&key));
        known.is_some_and(|known| known.same(&Seen::of(&packet), question))
    }

    /// A packet by what no router and no translator of addresses changes: the SYN's number, a segment's number and
    /// bytes, a DNS message; `None` for all else.
    fn key(&self, packet: &Packet<'_>) -> Option<u64> {
        let first = |payload: &'_ [u8]| payload.get(..HASHED.min(payload.len())).unwrap_or_default().to_vec();
        match &packet.transport {
            Transport::Tcp(segment) if segment.has(Segment::RST) => None,
            Transport::Tcp(segment) if segment.has(Segment::SYN) => {
                (!segment.has(Segment::ACK)).then(|| self.hasher.hash_one((0_u8, segment.seq)))
            }
            // A single byte is a probe of an idle connection, sent again and again.
            Transport::Tcp(segment) if segment.payload.len() > 1 => {
                Some(self.hasher.hash_one((1_u8, segment.seq, segment.length, first(segment.payload))))
            }
            Transport::Udp { from, to, payload } if *from == 53 || *to == 53 => {
                Some(self.hasher.hash_one((2_u8, first(payload))))
            }
            _ => None,
        }
    }
}

/// What hosts and switches say to everybody on the link: IPv6's own housekeeping, and what bridges tell each other
/// (IEEE 802.1D, 802.1AB).
fn chatter(link: &link::Link<'_>) -> bool {
    let bridges = link.target >> 8 == 0x0001_80C2_0000;
    bridges || matches!(packet::addresses(link.network), Some((_, IpAddr::V6(to))) if to.is_multicast())
}
