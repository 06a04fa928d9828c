//! One TCP connection: segments → handshake, ordered bytes of both directions, how it ended (RFC 9293).

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::SocketAddr;

use super::conversation::{Conversation, quote};
use super::handshake::Handshake;
use super::packet::{Packet, Segment};
use crate::exchange::{Icmp, Source};
use crate::protocols::{dns, http1, tls};
use crate::time::{Span, Timestamp};

/// Out-of-order bytes kept per direction: a window of 256 KiB covers what gateways and captures reorder.
const PENDING_BYTES: usize = 256 * 1024;
/// Out-of-order segments kept per direction.
const PENDING_SEGMENTS: usize = 256;
/// SYNs, ICMP errors and the like that are kept one by one; more are counted.
pub const KEPT: usize = 12;
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
    next: Option<u32>,
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
    pending: Vec<(u32, Box<[u8]>, u32, Source)>,
    pending_bytes: usize,
    recent: [Signature; 4],
    turn: usize,
}

/// What tells copies of one packet from retransmissions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Signature {
    id: u16,
    flags: u8,
    checksum: u16,
    seq: u32,
    ack: u32,
    length: u32,
    time: Timestamp,
    ttl: u8,
}

/// What the connection speaks.
#[derive(Debug, Default)]
pub enum Speech {
    /// No payload yet.
    #[default]
    Silent,
    /// HTTP/1.x.
    Http(Box<Conversation>),
    /// TLS from the first byte.
    Tls,
    /// DNS over TCP: bytes of a message that is not whole, per side.
    Dns([Vec<u8>; 2]),
    /// Something else; how it begins.
    Other,
}

/// One connection.
#[derive(Debug)]
pub struct Connection {
    /// Who opened it.
    pub client: SocketAddr,
    /// Whom they called.
    pub server: SocketAddr,
    /// The opener is known from a SYN or SYN-ACK, not guessed.
    pub sure: bool,
    /// First packet.
    pub first: Source,
    /// Latest packet.
    pub last: Source,
    /// Packets, copies included.
    pub packets: u64,
    /// Copies of packets (`-i any`).
    pub copies: u64,
    /// SYNs of the client, the first and the last few.
    pub syns: Vec<Source>,
    /// How many.
    pub syn_count: u32,
    /// Initial sequence number of the client.
    isn: Option<u32>,
    /// First SYN-ACK.
    pub syn_ack: Option<Source>,
    /// All of them, the first few.
    pub syn_ack_list: Vec<Source>,
    /// How many.
    pub syn_acks: u32,
    /// The client's first segment after the SYN-ACK.
    pub established: Option<Source>,
    /// A bare ACK in answer to the SYN (RFC 5961 challenge ACK).
    pub challenged: Option<Source>,
    /// The client acknowledged something, so the handshake went through, whether or not a SYN-ACK was captured.
    pub acknowledged: bool,
    /// ICMP errors that quote it.
    pub icmp: Vec<(Source, Icmp)>,
    /// The one that opened it.
    pub client_end: End,
    /// The other.
    pub server_end: End,
    /// What it speaks.
    pub speech: Speech,
    /// TLS from the first byte, or inside a tunnel.
    pub handshake: Option<Box<Handshake>>,
    /// What the server said before it was asked.
    greeting: Option<(Source, String)>,
    /// Whole DNS messages, to be taken by whoever follows lookups.
    pub dns_messages: Vec<(Side, Source, dns::Message)>,
    /// Whether the capturing host sent the client's packets, where known.
    pub client_outgoing: Option<bool>,
}

impl Connection {
    /// Begins with its first packet.
    pub fn new(client: SocketAddr, server: SocketAddr, sure: bool, source: Source) -> Self {
        Self {
            client,
            server,
            sure,
            first: source,
            last: source,
            packets: 0,
            copies: 0,
            syns: Vec::new(),
            syn_count: 0,
            isn: None,
            syn_ack: None,
            syn_ack_list: Vec::new(),
            syn_acks: 0,
            established: None,
            challenged: None,
            acknowledged: false,
            icmp: Vec::new(),
            client_end: End::default(),
            server_end: End::default(),
            speech: Speech::Silent,
            handshake: None,
            greeting: None,
            dns_messages: Vec::new(),
            client_outgoing: None,
        }
    }

    /// One side.
    pub fn end(&self, side: Side) -> &End {
        match side {
            Side::Client => &self.client_end,
            Side::Server => &self.server_end,
        }
    }

    fn end_mut(&mut self, side: Side) -> &mut End {
        match side {
            Side::Client => &mut self.client_end,
            Side::Server => &mut self.server_end,
        }
    }

    /// What tells it from another connection on the same ports: the client's initial sequence number.
    pub fn opening(&self) -> Option<u32> {
        self.isn
    }

    /// The HTTP spoken on it.
    pub fn conversation(&self) -> Option<&Conversation> {
        match &self.speech {
            Speech::Http(conversation) => Some(conversation),
            _ => None,
        }
    }

    /// Round-trip time of the handshake as the capture point saw it.
    pub fn handshake_time(&self) -> Option<Span> {
        let syn = self.syns.iter().rev().find(|syn| self.syn_ack.is_some_and(|ack| syn.time <= ack.time))?;
        Some(self.syn_ack?.time.since(syn.time))
    }

    /// Whether a SYN with this sequence number opens another connection on the same ports.
    pub fn superseded_by(&self, segment: &Segment<'_>, side: Side) -> bool {
        side == Side::Server || self.isn != Some(segment.seq) && (self.isn.is_some() || self.packets > 0)
    }

    /// Takes the next segment of this connection.
    pub fn segment(&mut self, side: Side, packet: &Packet<'_>, segment: &Segment<'_>) {
        let source = packet.source;
        self.packets += 1;
        self.last = source;
        let signature = Signature {
            id: packet.id,
            flags: segment.flags,
            checksum: segment.checksum,
            seq: segment.seq,
            ack: segment.ack,
            length: segment.length,
            time: source.time,
            ttl: packet.ttl,
        };
        if self.end_mut(side).is_copy(signature) {
            self.copies += 1;
            return;
        }
        let end = self.end_mut(side);
        end.packets += 1;
        if !segment.has(Segment::RST) {
            let closed = segment.window == 0 && !segment.has(Segment::SYN);
            end.window_closed = if closed { end.window_closed.or(Some(source)) } else { None };
        }
        let hardware = packet.hardware;
        if end.packets == 1 {
            end.hardware = hardware;
        }
        let opening = segment.has(Segment::SYN);
        if !segment.has(Segment::RST) && (opening || end.ttl.is_none()) {
            end.ttl = Some(packet.ttl);
        }
        if side == Side::Client && self.client_outgoing.is_none() {
            self.client_outgoing = packet.outgoing;
        } else if self.client_outgoing.is_none() {
            self.client_outgoing = packet.outgoing.map(|outgoing| !outgoing);
        }
        if opening {
            self.syn(side, segment, source);
        }
        if segment.has(Segment::RST) {
            let reset = Reset { source, ttl: packet.ttl };
            let end = self.end_mut(side);
            end.rst.get_or_insert(reset);
            if end.rsts.len() < KEPT {
                end.rsts.push(source);
            }
            if let (Speech::Http(conversation), Side::Server) = (&mut self.speech, side) {
                conversation.server_reset();
            }
        }
        if segment.has(Segment::ACK) && !segment.has(Segment::RST) {
            self.ack(side, segment, source);
        }
        if segment.length > 0 && !segment.has(Segment::RST) {
            self.payload(side, segment, source);
        }
        if segment.has(Segment::FIN) {
            self.fin(side, segment, source);
        }
    }

    fn syn(&mut self, side: Side, segment: &Segment<'_>, source: Source) {
        let end = self.end_mut(side);
        end.next = Some(segment.seq.wrapping_add(1));
        if segment.has(Segment::ACK) {
            self.syn_acks += 1;
            self.syn_ack.get_or_insert(source);
            if self.syn_ack_list.len() < KEPT {
                self.syn_ack_list.push(source);
            }
        } else {
            self.isn = Some(segment.seq);
            self.syn_count += 1;
            if self.syns.len() == KEPT {
                self.syns.pop();
            }
            self.syns.push(source);
        }
    }

    fn ack(&mut self, side: Side, segment: &Segment<'_>, source: Source) {
        let handshake = segment.has(Segment::SYN);
        self.acknowledged |= side == Side::Client && !handshake;
        if side == Side::Client && self.syn_ack.is_some() && self.established.is_none() && !handshake {
            self.established = Some(source);
        }
        if side == Side::Server && !handshake && self.syn_ack.is_none() && self.syn_count > 0 && segment.length == 0 {
            self.challenged.get_or_insert(source);
        }
        let other = self.end_mut(side.other());
        let Some(next) = other.next else {
            // In the middle of a stream the receiver's word tells where the other side is.
            if !handshake {
                other.next = Some(segment.ack);
            }
            return;
        };
        // Positive: bytes are acknowledged that this capture has not seen (yet).
        let ahead = segment.ack.wrapping_sub(next).cast_signed();
        let to = other.position.saturating_add_signed(i64::from(ahead));
        if ahead.unsigned_abs() > 1 << 30 || to <= other.acked {
            let repeated =
                to == other.acked && other.position > to && segment.length == 0 && !segment.has(Segment::FIN);
            other.duplicate_acks += u32::from(repeated);
            return;
        }
        other.acked = to;
        if ahead > 0 && !other.pending.is_empty() {
            self.skip_gap(side.other(), source);
        }
        if side == Side::Server
            && let Speech::Http(conversation) = &mut self.speech
        {
            conversation.acknowledged(to, source);
        }
    }

    fn payload(&mut self, side: Side, segment: &Segment<'_>, source: Source) {
        let seq = segment.seq.wrapping_add(u32::from(segment.has(Segment::SYN)));
        let end = self.end_mut(side);
        end.data_after_rst |= end.rst.is_some();
        let next = *end.next.get_or_insert(seq);
        let ahead = seq.wrapping_sub(next).cast_signed();
        if ahead.unsigned_abs() > 1 << 30 {
            return;
        }
        if ahead > 0 {
            end.keep(seq, segment, source);
            let full = end.pending_bytes > PENDING_BYTES || end.pending.len() > PENDING_SEGMENTS;
            let known_received = end.acked >= end.position + u64::from(ahead.unsigned_abs());
            if full || known_received {
                self.skip_gap(side, source);
            }
            return;
        }
        let old = ahead.unsigned_abs();
        if old >= segment.length {
            // One old byte is a keep-alive probe (RFC 9293 section 3.8.4), not a retransmission.
            if segment.length > 1 {
                end.largest_again = end.largest_again.max(segment.length);
                end.retransmissions += 1;
                end.retransmitted.get_or_insert(source);
            }
            return;
        }
        let fresh = segment.payload.get(old as usize..).unwrap_or_default();
        self.deliver(side, fresh, segment.length - old, source);
        self.drain(side);
    }

    /// Bytes in order: `length` on the wire, of which `data` was captured.
    fn deliver(&mut self, side: Side, data: &[u8], length: u32, source: Source) {
        let end = self.end_mut(side);
        let data = data.get(..length as usize).unwrap_or(data);
        end.first_data.get_or_insert(source);
        end.last_data = Some(source);
        end.next = end.next.map(|next| next.wrapping_add(length));
        end.position += u64::from(length);
        end.bytes += data.len() as u64;
        let to = end.position;
        let missing = u64::from(length) - data.len() as u64;
        end.cut += missing;
        self.speak(side, data, to - missing, source);
        if missing > 0 {
            self.gap(side, missing, source);
        }
    }

    /// Delivers what waited for the bytes just seen.
    fn drain(&mut self, side: Side) {
        loop {
            let end = self.end_mut(side);
            let Some(next) = end.next else { return };
            let Some(at) = end.pending.iter().position(|(seq, ..)| next.wrapping_sub(*seq).cast_signed() >= 0) else {
                return;
            };
            let (seq, data, length, source) = end.pending.swap_remove(at);
            end.pending_bytes -= data.len();
            let old = next.wrapping_sub(seq);
            if old < length {
                self.deliver(side, data.get(old as usize..).unwrap_or_default(), length - old, source);
            }
        }
    }

    /// Gives up waiting: goes on behind the bytes that the capture lacks.
    fn skip_gap(&mut self, side: Side, source: Source) {
        let end = self.end_mut(side);
        let Some(next) = end.next else { return };
        let Some(first) = end.pending.iter().map(|(seq, ..)| seq.wrapping_sub(next)).min() else { return };
        end.next = Some(next.wrapping_add(first));
        end.position += u64::from(first);
        end.lost += u64::from(first);
        self.gap(side, u64::from(first), source);
        self.drain(side);
    }

    fn gap(&mut self, side: Side, bytes: u64, source: Source) {
        if let Some(handshake) = &mut self.handshake {
            handshake.gap(side);
        }
        match (&mut self.speech, side) {
            (Speech::Http(conversation), Side::Client) => conversation.client_gap(bytes, source),
            (Speech::Http(conversation), Side::Server) => conversation.server_gap(bytes, source),
            (Speech::Dns(parts), _) => *parts = [Vec::new(), Vec::new()],
            _ => {}
        }
    }

    fn speak(&mut self, side: Side, data: &[u8], to: u64, source: Source) {
        if matches!(self.speech, Speech::Silent) {
            self.speech = self.recognise(side, data);
            if matches!(self.speech, Speech::Tls) {
                self.handshake = Some(Box::default());
            }
            // A server that speaks first may still be taken for a web server by who asks it.
            if side == Side::Server && matches!(self.speech, Speech::Other) && self.greeting.is_none() {
                self.speech = Speech::Silent;
                self.greeting = Some((source, quote(data)));
                return;
            }
        }
        match (&mut self.speech, side) {
            (Speech::Http(conversation), side) => {
                if conversation.tunnel.is_some() {
                    conversation.tunnel_bytes += data.len() as u64;
                    self.handshake.get_or_insert_default().data(side, data, source);
                    return;
                }
                match side {
                    Side::Client => {
                        conversation.client_data(data, to, source);
                        if let Some((source, text)) = self.greeting.take_if(|_| conversation.count > 0) {
                            conversation.greeted(source, text);
                        }
                    }
                    Side::Server => conversation.server_data(data, source),
                }
            }
            (Speech::Dns(_), side) => self.dns(side, data, source),
            (Speech::Tls, side) => self.handshake.get_or_insert_default().data(side, data, source),
            _ => {}
        }
    }

    fn recognise(&self, side: Side, data: &[u8]) -> Speech {
        if self.server.port() == 53 {
            return Speech::Dns([Vec::new(), Vec::new()]);
        }
        if tls::looks_like_tls(data) != Some(false) {
            return Speech::Tls;
        }
        // In the middle of a stream any bytes may come: only what is plainly HTTP counts.
        let midstream = self.syn_count == 0 && self.syn_ack.is_none();
        let fits = |looks: Option<bool>| looks == Some(true) || looks.is_none() && !midstream;
        let http = match side {
            Side::Client => fits(http1::looks_like_request(data)) && !data.starts_with(b"PRI * HTTP/2"),
            Side::Server => fits(http1::looks_like_response(data)),
        };
        if http { Speech::Http(Box::default()) } else { Speech::Other }
    }

    fn fin(&mut self, side: Side, segment: &Segment<'_>, source: Source) {
        let other = self.end(side.other());
        let behind = other.next.map_or(0, |next| segment.ack.wrapping_sub(next).cast_signed());
        let received = other.position.saturating_add_signed(i64::from(behind));
        let end = self.end_mut(side);
        if end.fin.is_some() {
            return;
        }
        end.fin = Some(Fin { source, received });
        // The end of the stream may come while bytes before it are missing.
        let at = segment.seq.wrapping_add(segment.length);
        let missing = end.next.map_or(0, |next| at.wrapping_sub(next).cast_signed());
        let unseen = missing > 0 && missing.unsigned_abs() < 1 << 30;
        if unseen && end.pending.is_empty() {
            end.lost += u64::from(missing.unsigned_abs());
            self.gap(side, u64::from(missing.unsigned_abs()), source);
        }
        if let Speech::Http(conversation) = &mut self.speech {
            match side {
                Side::Client => conversation.client_end(),
                Side::Server => conversation.server_end(source),
            }
        }
    }

    /// Takes whole DNS messages out of a stream to or from port 53: two bytes of length before each (RFC 7766).
    fn dns(&mut self, side: Side, data: &[u8], source: Source) {
        let Speech::Dns(parts) = &mut self.speech else { return };
        let part = &mut parts[usize::from(side == Side::Server)];
        part.extend_from_slice(data);
        let mut at = 0;
        while let Some(length) = part.get(at..).and_then(<[u8]>::first_chunk::<2>) {
            let length = usize::from(u16::from_be_bytes(*length));
            let Some(message) = part.get(at + 2..at + 2 + length) else { break };
            if let Some(message) = dns::message(message) {
                self.dns_messages.push((side, source, message));
            }
            at += 2 + length;
        }
        part.drain(..at);
    }
}

impl End {
    /// The other side acknowledged bytes of this one that the capture lacks. A FIN takes one number as well.
    pub fn unseen(&self) -> bool {
        self.acked > self.position + 1
    }

    fn is_copy(&mut self, signature: Signature) -> bool {
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

    fn keep(&mut self, seq: u32, segment: &Segment<'_>, source: Source) {
        if self.pending.iter().any(|(have, _, length, _)| *have == seq && *length >= segment.length) {
            self.retransmissions += 1;
            self.retransmitted.get_or_insert(source);
            return;
        }
        self.pending_bytes += segment.payload.len();
        self.pending.push((seq, segment.payload.into(), segment.length, source));
    }
}
