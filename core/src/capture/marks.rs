//! The few packets of a connection by which captures taken at several places are held against each other.
//!
//! They are kept only where a case has several captures. What they prove is decided in `sides`.

use alloc::vec::Vec;

use super::connection::{KEPT, Side};
use super::packet::{Packet, Segment};
use crate::exchange::Source;
use crate::time::Span;

/// Segments with data kept of each side: enough to find the same bytes at another place.
const DATA: usize = 3;
/// FINs kept of each side.
const FINS: usize = 2;
/// Bytes of a payload that are told apart: a request's first lines, or the random of a ClientHello.
const HASHED: usize = 256;
/// The same packet again within this time is a copy (`-i any`).
const COPY: Span = Span::milliseconds(5);

/// What a packet does to its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// SYN.
    Syn,
    /// SYN and ACK.
    SynAck,
    /// RST.
    Reset,
    /// Data.
    Data,
    /// FIN without data.
    Fin,
}

/// One packet, by what a router or a translator of addresses leaves as it is.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// Where it is.
    pub source: Source,
    /// Who sent it.
    pub side: Side,
    /// What it does.
    pub kind: Kind,
    /// Time to live where it was captured.
    pub ttl: u8,
    /// IPv4 identification; 0 says nothing.
    pub id: u16,
    /// Sequence number; some firewalls rewrite it.
    pub seq: u32,
    /// Acknowledgement number.
    pub ack: u32,
    /// Bytes of payload.
    pub length: u32,
    /// Hash of the first bytes of the payload; 0 without.
    pub payload: u32,
    /// The sender's TCP timestamp (RFC 7323) of a SYN or SYN-ACK; 0 without.
    pub stamp: u32,
    /// The hardware address that it was sent to on this link; 0 where unknown.
    pub next_hop: u64,
}

impl Mark {
    /// What of a segment is kept; `None` for a bare ACK.
    pub fn of(side: Side, packet: &Packet<'_>, segment: &Segment<'_>) -> Option<Self> {
        let kind = match segment {
            _ if segment.has(Segment::RST) => Kind::Reset,
            _ if segment.has(Segment::SYN) && segment.has(Segment::ACK) => Kind::SynAck,
            _ if segment.has(Segment::SYN) => Kind::Syn,
            _ if segment.length > 0 => Kind::Data,
            _ if segment.has(Segment::FIN) => Kind::Fin,
            _ => return None,
        };
        let opening = matches!(kind, Kind::Syn | Kind::SynAck);
        Some(Self {
            source: packet.source,
            side,
            kind,
            ttl: packet.ttl,
            id: packet.id,
            seq: segment.seq,
            ack: segment.ack,
            length: segment.length,
            payload: if kind == Kind::Data { hash(segment.payload) } else { 0 },
            next_hop: packet.next_hop,
            stamp: segment.stamp.filter(|_| opening).unwrap_or(0),
        })
    }

    /// Adds it to a connection's marks, as long as there is room for its kind, and unless it is a copy of one.
    pub fn add_to(self, marks: &mut Vec<Self>) {
        let room = match self.kind {
            Kind::Syn | Kind::SynAck | Kind::Reset => KEPT,
            Kind::Data => DATA,
            Kind::Fin => FINS,
        };
        let alike = || marks.iter().filter(|mark| (mark.kind, mark.side) == (self.kind, self.side));
        let copy = |mark: &Self| {
            (mark.id, mark.seq, mark.ack, mark.length) == (self.id, self.seq, self.ack, self.length)
                && self.source.time.since(mark.source.time).0.abs() < COPY.0
        };
        if alike().count() < room && !alike().any(copy) {
            marks.push(self);
        }
    }
}

/// FNV-1a of the first bytes; never 0.
fn hash(payload: &[u8]) -> u32 {
    let first = payload.iter().take(HASHED);
    first.fold(0x811C_9DC5_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)).max(1)
}
