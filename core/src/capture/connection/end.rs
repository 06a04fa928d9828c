//! One side of a connection: what it sent, how far it was acknowledged, which packets are copies.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::signature::{RECENT, Signature};
use super::traits::Traits;
use crate::capture::packet::{Packet, Segment};
use crate::exchange::Source;
use crate::sparing::Nothing;
use crate::time::Timestamp;

/// Segments from this size on are those that a smaller path MTU stops.
const FULL_SIZED: u32 = 1200;
/// The largest segment of Ethernet without options.
const ETHERNET: u32 = 1460;
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

/// A RST as seen, with what tells who sent it.
#[derive(Clone, Copy, Debug)]
pub struct Reset {
    /// Its packet.
    pub source: Source,
    /// Its time to live.
    pub ttl: u8,
    /// IPv4 identification; 0 for IPv6.
    pub id: u16,
    /// IPv4's "do not fragment"; set for IPv6.
    pub whole: bool,
    /// Its sequence number.
    pub seq: u32,
    /// What it acknowledges, if it does.
    pub ack: Option<u32>,
    /// Its window, unscaled.
    pub window: u16,
    /// It carries TCP timestamps.
    pub stamped: bool,
    /// How far its sequence number lies beyond the next expected one, where that is known.
    pub ahead: Option<i32>,
    /// The packet of the other side that it acknowledges first, if nothing before it did.
    pub cause: Option<Source>,
    /// Sent (true) by the capturing host, where known.
    pub outgoing: Option<bool>,
    /// Hardware address that it came from.
    pub hardware: u64,
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
    /// The last step of that was one number after all others: the acknowledgement of a FIN.
    pub acked_by_one: bool,
    /// First payload.
    pub first_data: Option<Source>,
    /// Latest new payload.
    pub last_data: Option<Source>,
    /// Segments whose bytes had been sent before; the first few of them.
    pub retransmissions: u32,
    /// The largest segment that was sent again, bytes of payload.
    pub largest_again: u32,
    /// ACKs of the other side that acknowledged nothing new while bytes of this one were under way: something of what
    /// came later did arrive (RFC 5681).
    pub duplicate_acks: u32,
    /// Its FIN.
    pub fin: Option<Fin>,
    /// RSTs that the other side did not heed: it went on as if there were none.
    pub ignored: u32,
    /// What its packets have in common.
    pub traits: Traits,
    /// The packet that brought its stream where it is now.
    pub(super) advance: Option<Source>,
    /// Its latest TCP timestamp and when it was seen; the first one as well, to know the pace.
    pub stamps: Option<[(u32, Timestamp); 2]>,
    /// Time to live of its SYN or SYN-ACK, else of its first packet.
    pub ttl: Option<u8>,
    /// Packets.
    pub packets: u64,
    /// Hardware address of its first packet.
    pub hardware: u64,
    /// Whether the capturing host sent that packet, where known.
    pub outgoing: Option<bool>,
    /// On which interface of the capture it was seen.
    pub interface: u32,
    /// Bytes ahead of those that are missing; without a length, the FIN behind them.
    pub(super) pending: Vec<(u32, Box<[u8]>, u32, Source)>,
    pub(super) pending_bytes: usize,
    /// The last [`RECENT`] packets, until it is settled.
    recent: Vec<Signature>,
    turn: u8,
    rare: Option<Box<Rare>>,
}

/// What most connections never see: kept apart, because there may be a million of them.
#[derive(Debug, Default)]
pub(super) struct Rare {
    /// Where the other side acknowledged bytes of it that the capture had not seen until then.
    pub(super) owed: Option<Source>,
    /// First retransmission.
    pub(super) retransmitted: Option<Source>,
    /// Latest retransmission.
    pub(super) sent_again: Option<Source>,
    /// Its window closed here and was not opened since.
    pub(super) window_closed: Option<Source>,
    /// Its first RST.
    pub(super) rst: Option<Reset>,
    /// All its RSTs, the first few.
    pub(super) rsts: Vec<Reset>,
    /// Where the capture lacks bytes of it: first and last packet that shows so.
    missed: Option<(Source, Source)>,
    /// Bytes from its RST's sequence number on, or a SYN-ACK, after that RST: somebody else sent it.
    pub(super) after_rst: Option<Source>,
}

impl Nothing for End {
    fn nothing() -> &'static Self {
        static NOTHING: End = End {
            next: None,
            position: 0,
            bytes: 0,
            lost: 0,
            cut: 0,
            acked: 0,
            acked_by_one: false,
            first_data: None,
            last_data: None,
            retransmissions: 0,
            largest_again: 0,
            duplicate_acks: 0,
            fin: None,
            ignored: 0,
            traits: Traits {
                ttl: None,
                count: 0,
                whole: 0,
                numbered: 0,
                all: 0,
                id: 0,
                step: 0,
                stamped: 0,
                windows: None,
            },
            advance: None,
            stamps: None,
            ttl: None,
            packets: 0,
            hardware: 0,
            outgoing: None,
            interface: 0,
            pending: Vec::new(),
            pending_bytes: 0,
            recent: Vec::new(),
            turn: 0,
            rare: None,
        };
        &NOTHING
    }
}

impl End {
    pub(super) fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// Its first RST.
    pub fn rst(&self) -> Option<Reset> {
        self.rare.as_ref()?.rst
    }

    /// All its RSTs, the first few.
    pub fn rsts(&self) -> &[Reset] {
        self.rare.as_ref().map_or(&[], |rare| &rare.rsts)
    }

    /// Bytes from its RST's sequence number on, or a SYN-ACK, after that RST: somebody else sent it.
    pub fn after_rst(&self) -> Option<Source> {
        self.rare.as_ref()?.after_rst
    }

    /// Its RST ended nothing.
    pub(super) fn forget_reset(&mut self) {
        if let Some(rare) = &mut self.rare {
            rare.rst = None;
            rare.after_rst = None;
        }
    }

    /// Its window closed here and was not opened since.
    pub fn window_closed(&self) -> Option<Source> {
        self.rare.as_ref()?.window_closed
    }

    /// It announces room for more, or none.
    pub(super) fn window(&mut self, closed: Option<Source>) {
        if closed.is_some() || self.rare.is_some() {
            let rare = self.rare();
            rare.window_closed = closed.map(|closed| rare.window_closed.unwrap_or(closed));
        }
    }

    /// First retransmission.
    pub fn retransmitted(&self) -> Option<Source> {
        self.rare.as_ref()?.retransmitted
    }

    /// Latest retransmission.
    pub fn sent_again(&self) -> Option<Source> {
        self.rare.as_ref()?.sent_again
    }

    /// Where the capture lacks bytes of it: first and last packet that shows so.
    pub fn missed(&self) -> Option<(Source, Source)> {
        self.rare.as_ref()?.missed
    }

    /// It has been over for a while: no copies come any more.
    pub(super) fn settle(&mut self) {
        self.recent = Vec::new();
        self.turn = 0;
        // What lies behind a gap is told by its numbers; its bytes wait for nothing any more.
        self.pending.iter_mut().for_each(|(_, data, ..)| *data = Box::default());
        self.pending_bytes = 0;
        self.pending.shrink_to_fit();
    }

    /// Bytes of a full-sized segment are missing before smaller segments that were seen, and the other side did not get
    /// them either: the first of the smaller ones. Where full-sized segments pass as well, it is ordinary loss.
    pub fn hole(&self) -> Option<Source> {
        let next = self.next?;
        let first = self
            .pending
            .iter()
            .filter(|(_, _, length, _)| *length > 0)
            .min_by_key(|(seq, ..)| seq.wrapping_sub(next))?;
        let missing = first.0.wrapping_sub(next);
        // What is missing was sent in as few segments as Ethernet allows: those behind it are smaller than each of them.
        let size = missing.div_ceil(missing.div_ceil(ETHERNET).max(1));
        let small = self.pending.iter().all(|(_, _, length, _)| *length < size.max(FULL_SIZED));
        (missing >= FULL_SIZED && small && self.acked <= self.position + 1).then_some(first.3)
    }

    /// Bytes of this side are missing: the other one acknowledged them (a FIN takes one number as well), or a FIN came behind.
    pub fn unseen(&self) -> bool {
        self.lacks() || self.awaited()
    }

    /// The other side acknowledged bytes of this one that the capture lacks.
    pub fn lacks(&self) -> bool {
        self.acked > self.position + 1
    }

    /// Its FIN came, and not all bytes before it.
    pub fn awaited(&self) -> bool {
        self.pending.iter().any(|(_, _, length, _)| *length == 0)
    }

    /// The packet by which the other side acknowledged bytes that the capture lacks.
    pub fn unseen_by(&self) -> Option<Source> {
        self.rare.as_ref()?.owed.filter(|_| self.unseen())
    }

    /// Bytes in the middle of its stream are not in the capture. Bytes before a FIN that nobody acknowledged are none.
    pub fn skipped(&self) -> bool {
        self.position > self.bytes + self.cut
    }

    /// Whether bytes of the same numbers were seen of both.
    pub fn overlaps(&self, other: &Self) -> bool {
        let (Some(next), Some(theirs)) = (self.next, other.next) else { return false };
        // How far the other one's end lies behind this one's, and the other way round: within what was seen.
        let behind = |end: u32, of: u32, seen: u64| u64::from(end.wrapping_sub(of)) < seen;
        self.bytes > 0
            && other.bytes > 0
            && (behind(next, theirs, self.position) || behind(theirs, next, other.position))
    }

    pub(super) fn is_copy(&mut self, signature: Signature) -> bool {
        let copy = self.recent.iter().any(|seen| signature.same(seen));
        if !copy {
            let turn = usize::from(self.turn) % RECENT;
            match self.recent.get_mut(turn) {
                Some(oldest) => *oldest = signature,
                None => {
                    // Most connections that see a second packet see more; of those that do not there may be a million.
                    self.recent.reserve_exact(if turn == 0 { 1 } else { RECENT - turn });
                    self.recent.push(signature);
                }
            }
            self.turn = self.turn.wrapping_add(1);
        }
        copy
    }

    /// Takes what its packets have in common, and its clock.
    pub(super) fn take(&mut self, packet: &Packet<'_>, segment: &Segment<'_>) {
        self.traits.take(packet, segment);
        if let Some(stamp) = segment.stamp {
            let [first, _] = self.stamps.unwrap_or([(stamp, packet.source.time); 2]);
            self.stamps = Some([first, (stamp, packet.source.time)]);
        }
    }

    /// The capture lacks bytes of it, as this packet shows.
    pub(super) fn miss(&mut self, source: Source) {
        let (first, _) = self.missed().unwrap_or((source, source));
        self.rare().missed = Some((first, source));
    }

    pub(super) fn keep(&mut self, seq: u32, segment: &Segment<'_>, source: Source) {
        if self.pending.iter().any(|(have, _, length, _)| *have == seq && *length >= segment.length) {
            self.retransmissions += 1;
            self.rare().retransmitted.get_or_insert(source);
            return;
        }
        self.pending_bytes += segment.payload.len();
        self.pending.push((seq, segment.payload.into(), segment.length, source));
    }
}
