//! One side of a connection: what it sent, how far it was acknowledged, which packets are copies.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::capture::packet::Segment;
use crate::exchange::Source;
use crate::time::{Span, Timestamp};

/// Copies of one packet on several interfaces (`-i any`) are seen within this time.
const COPY_WINDOW: Span = Span::milliseconds(3);

/// Who sent a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one that opened the connection.
    Client,
    /// The other.
    Server,
}

impl Side {
    /// The other side.
    pub fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// A RST as seen.
#[derive(Clone, Copy, Debug)]
pub struct Reset {
    /// Its packet.
    pub source: Source,
    /// Its time to live.
    pub ttl: u8,
}

/// A FIN as seen.
#[derive(Clone, Copy, Debug)]
pub struct Fin {
    /// Its packet.
    pub source: Source,
    /// How much of the other side's stream its sender had received.
    pub received: u64,
}

/// What is known of one side of a connection.
#[derive(Debug, Default)]
pub struct End {
    /// Next sequence number expected.
    pub(super) next: Option<u32>,
    /// Bytes of the stream up to `next`, gaps included.
    pub position: u64,
    /// Payload bytes seen in order.
    pub bytes: u64,
    /// Payload bytes that the capture lacks.
    pub lost: u64,
    /// Payload bytes that a snap length cut off.
    pub cut: u64,
    /// How much the other side acknowledged, as a stream position.
    pub acked: u64,
    /// First payload.
    pub first_data: Option<Source>,
    /// Latest new payload.
    pub last_data: Option<Source>,
    /// Segments whose bytes had been sent before; the first few of them.
    pub retransmissions: u32,
    /// First retransmission.
    pub retransmitted: Option<Source>,
    /// Latest retransmission.
    pub sent_again: Option<Source>,
    /// The largest segment that was sent again, bytes of payload.
    pub largest_again: u32,
    /// ACKs of the other side that acknowledged nothing new while bytes of this one were under way: something of what
    /// came later did arrive (RFC 5681).
    pub duplicate_acks: u32,
    /// Its window closed here and was not opened since.
    pub window_closed: Option<Source>,
    /// Its FIN.
    pub fin: Option<Fin>,
    /// Its first RST.
    pub rst: Option<Reset>,
    /// All its RSTs, the first few.
    pub rsts: Vec<Source>,
    /// Time to live of its SYN or SYN-ACK, else of its first packet.
    pub ttl: Option<u8>,
    /// Packets.
    pub packets: u64,
    /// Data after its own RST: somebody else sent that RST.
    pub data_after_rst: bool,
    /// Hardware address of its first packet.
    pub hardware: u64,
    pub(super) pending: Vec<(u32, Box<[u8]>, u32, Source)>,
    pub(super) pending_bytes: usize,
    recent: [Signature; 4],
    turn: usize,
}

/// What tells copies of one packet from retransmissions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Signature {
    pub(super) id: u16,
    pub(super) flags: u8,
    pub(super) checksum: u16,
    pub(super) seq: u32,
    pub(super) ack: u32,
    pub(super) length: u32,
    pub(super) time: Timestamp,
    pub(super) ttl: u8,
}
impl End {
    /// The other side acknowledged bytes of this one that the capture lacks. A FIN takes one number as well.
    pub fn unseen(&self) -> bool {
        self.acked > self.position + 1
    }

    pub(super) fn is_copy(&mut self, signature: Signature) -> bool {
        let near = |then: Timestamp| signature.time.since(then).0.abs() <= COPY_WINDOW.0;
        let copy = self.recent.iter().any(|seen| {
            let alike = Signature { time: signature.time, ttl: signature.ttl, ..*seen } == signature;
            let hops = seen.ttl.abs_diff(signature.ttl);
            alike && near(seen.time) && hops <= 1 && seen.ttl != 0
        });
        if !copy {
            self.recent[self.turn % 4] = signature;
            self.turn += 1;
        }
        copy
    }

    pub(super) fn keep(&mut self, seq: u32, segment: &Segment<'_>, source: Source) {
        if self.pending.iter().any(|(have, _, length, _)| *have == seq && *length >= segment.length) {
            self.retransmissions += 1;
            self.retransmitted.get_or_insert(source);
            return;
        }
        self.pending_bytes += segment.payload.len();
        self.pending.push((seq, segment.payload.into(), segment.length, source));
    }
}
