//! Sequence numbers: what tells connections on the same addresses and ports apart, and whose packet an ICMP error quotes.

use super::{Connection, Side};
use crate::capture::packet::Segment;
use crate::exchange::Source;

/// An ICMP error may quote a segment this far beyond what the capture has seen of the client.
const QUOTED_AHEAD: u32 = 1 << 20;
/// No window is as large, and no gap that a capture leaves in both directions at once.
const FOREIGN: u32 = 1 << 28;

impl Connection {
    /// How far a segment lies from where this connection is: what tells connections on the same ports apart.
    pub fn distance(&self, side: Side, segment: &Segment<'_>) -> u32 {
        let from = |next: Option<u32>, at: u32| next.map(|next| at.wrapping_sub(next).cast_signed().unsigned_abs());
        // The RST that answers a SYN has no sequence number of its own.
        let numbered = !(segment.has(Segment::RST) && segment.seq == 0);
        let seq = from(self.end(side).next, segment.seq).filter(|_| numbered);
        let ack = from(self.end(side.other()).next, segment.ack).filter(|_| segment.has(Segment::ACK));
        seq.max(ack).unwrap_or(u32::MAX)
    }

    /// Whether a segment's numbers, its own and those it acknowledges, are so far from this connection's that it belongs to
    /// another one on the same ports, whose SYN was not captured.
    pub fn foreign(&self, side: Side, segment: &Segment<'_>) -> bool {
        let far = |next: Option<u32>, at: u32| {
            next.is_some_and(|next| at.wrapping_sub(next).cast_signed().unsigned_abs() > FOREIGN)
        };
        let plain = segment.has(Segment::ACK) && !segment.has(Segment::RST) && !segment.has(Segment::SYN);
        plain && far(self.end(side).next, segment.seq) && far(self.end(side.other()).next, segment.ack)
    }

    /// Whether an ICMP error may quote a segment of the client with this sequence number (RFC 5927 section 4.1).
    pub fn sent(&self, seq: u32) -> bool {
        let Some(isn) = self.isn else { return true };
        u64::from(seq.wrapping_sub(isn)) <= self.client_end.position + u64::from(QUOTED_AHEAD)
    }

    /// The packet of the other side that this segment answers, if it was under way until now and sent once.
    pub fn under_way(&self, side: Side, segment: &Segment<'_>) -> Option<Source> {
        let other = self.end(side.other());
        let open =
            other.acked < other.position || side == Side::Server && self.syn_count == 1 && self.syn_ack.is_none();
        let answers = segment.has(Segment::ACK) && other.next == Some(segment.ack);
        other.advance.filter(|sent| open && answers && *sent == self.last)
    }
}
