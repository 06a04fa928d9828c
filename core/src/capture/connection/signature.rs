//! What tells copies of one packet, seen on several interfaces, from retransmissions.

use crate::capture::packet::{Packet, Segment};
use crate::time::{Span, Timestamp};

/// Copies of one packet on several interfaces (`-i any`) are seen within this time.
const COPY_WINDOW: Span = Span::milliseconds(3);
/// Packets that a copy is looked for among: a burst passes one place before it passes the next.
pub(super) const RECENT: usize = 8;

/// What tells copies of one packet from retransmissions.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Signature {
    /// Identification, flags, sequence numbers and length.
    what: [u32; 4],
    checksum: u16,
    time: Timestamp,
    ttl: u8,
    /// The capture's own number of the packet, the same for each of its copies; 0 where it gives none.
    packet: u64,
}

impl Signature {
    pub(super) fn new(packet: &Packet<'_>, segment: &Segment<'_>) -> Self {
        let ids = u32::from(packet.id) << 8 | u32::from(segment.flags);
        Self {
            what: [ids, segment.seq, segment.ack, segment.length],
            checksum: segment.checksum,
            time: packet.source.time,
            ttl: packet.ttl,
            packet: packet.number.unwrap_or(0),
        }
    }

    /// Whether both are the same packet, seen at two places of one machine or on both sides of a router.
    pub(super) fn same(&self, other: &Self) -> bool {
        if self.what != other.what || other.ttl == 0 {
            return false;
        }
        if self.packet != 0 && self.packet == other.packet {
            return true;
        }
        let near = self.time.since(other.time).0.abs() <= COPY_WINDOW.0;
        near && self.checksum == other.checksum && self.ttl.abs_diff(other.ttl) <= 1
    }
}
