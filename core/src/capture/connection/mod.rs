//! One TCP connection: segments → handshake, ordered bytes of both directions, how it ended (RFC 9293).

mod end;
mod numbers;
mod resets;
mod signature;
mod speech;
mod stream;
mod traits;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::SocketAddr;

use super::conversation::Conversation;
use super::handshake::Handshake;
use super::marks::Mark;
use super::packet::{Packet, Segment};
use super::transaction::Keep;
use crate::exchange::{Icmp, Source};
use crate::protocols::dns;
use crate::sparing::{self, Seldom};
use crate::time::Span;
pub use end::{End, Fin, Reset, Side};
use signature::Signature;
pub use speech::Speech;

/// SYNs, ICMP errors and the like that are kept one by one; more are counted.
pub const KEPT: usize = 12;

/// Copies of one ICMP error on several interfaces are seen within this time.
const ICMP_COPY: Span = Span::milliseconds(5);

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
    /// First SYN of the client, and of those after it the first few and the last.
    syn: Option<Source>,
    more_syns: Seldom<Vec<Source>>,
    /// How many.
    pub syn_count: u32,
    /// Initial sequence number of the client.
    isn: Option<u32>,
    /// First SYN-ACK.
    pub syn_ack: Option<Source>,
    /// How many.
    pub syn_acks: u32,
    /// The client's first segment after the SYN-ACK.
    pub established: Option<Source>,
    /// The client acknowledged something, so the handshake went through, whether or not a SYN-ACK was captured.
    pub acknowledged: bool,
    /// The one that opened it.
    pub client_end: End,
    /// The other, which of a million forged SYNs is never heard of.
    pub server_end: Seldom<End>,
    /// What it speaks.
    pub speech: Speech,
    /// Bytes of heads that are not whole yet.
    unfinished: usize,
    /// TLS from the first byte, or inside a tunnel.
    pub handshake: Option<Box<Handshake>>,
    /// Whether the capturing host sent the client's packets, where known.
    pub client_outgoing: Option<bool>,
    /// Interfaces of its file on which it was seen, a bit for each; all from the eighth on share one.
    pub interfaces: u8,
    /// What is to be kept of what went well on it.
    pub remember: Keep,
    /// The connection before it on the same addresses and ports, as its place in the list: an earlier one of a port
    /// that was used again, or the other leg of a gateway that keeps both addresses.
    pub before: Option<u32>,
    /// It is over, and will be settled.
    pub lingers: bool,
    /// Packets by which it is found in captures of other places; empty where there is one capture.
    pub marks: Seldom<Vec<Mark>>,
    rare: Option<Box<Rare>>,
}

/// What most connections never see: kept apart, because there may be a million of them.
#[derive(Debug, Default)]
struct Rare {
    /// SYN-ACKs after the first one, the first few.
    syn_acks: Vec<Source>,
    /// A bare ACK in answer to the SYN (RFC 5961 challenge ACK).
    challenged: Option<Source>,
    /// ICMP errors that quote it.
    icmp: Vec<(Source, Icmp)>,
    /// ICMP messages that a segment of one side was too large for the path (true: the client's), the first few.
    too_big: Vec<(Source, Icmp, bool)>,
    /// What the server said before it was asked.
    greeting: Option<(Source, String)>,
    /// Whole DNS messages, to be taken by whoever follows lookups.
    dns_messages: Vec<(Side, Source, dns::Message)>,
    /// The client's address by a balancer's header before the first byte (PROXY protocol).
    real_client: Option<SocketAddr>,
    /// The beginning of such a header.
    preface: Vec<u8>,
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
            syn: None,
            more_syns: Seldom::default(),
            syn_count: 0,
            isn: None,
            syn_ack: None,
            syn_acks: 0,
            established: None,
            acknowledged: false,
            client_end: End::default(),
            server_end: Seldom::default(),
            speech: Speech::Silent,
            unfinished: 0,
            handshake: None,
            client_outgoing: None,
            interfaces: 0,
            remember: Keep::Nothing,
            before: None,
            lingers: false,
            marks: Seldom::default(),
            rare: None,
        }
    }

    fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// SYNs of the client, the first few and the last.
    pub fn syns(&self) -> Vec<Source> {
        let mut all = Vec::clone(&self.more_syns);
        if let Some(first) = self.syn {
            all.insert(0, first);
        }
        all
    }

    /// All SYN-ACKs, the first few.
    pub fn syn_ack_list(&self) -> impl Iterator<Item = Source> {
        let more = self.rare.as_ref().map_or(&[][..], |rare| &rare.syn_acks);
        self.syn_ack.into_iter().chain(more.iter().copied())
    }

    /// A bare ACK in answer to the SYN (RFC 5961 challenge ACK).
    pub fn challenged(&self) -> Option<Source> {
        self.rare.as_ref()?.challenged
    }

    /// ICMP errors that quote it, the first few.
    pub fn icmp(&self) -> &[(Source, Icmp)] {
        self.rare.as_ref().map_or(&[], |rare| &rare.icmp)
    }

    /// Takes an ICMP error that quotes it; a copy of the one before counts once.
    pub fn take_icmp(&mut self, icmp: Icmp, source: Source) {
        let copy = |(last, before): &(Source, Icmp)| *before == icmp && source.time.since(last.time) < ICMP_COPY;
        if self.icmp().len() < KEPT && !self.icmp().last().is_some_and(copy) {
            self.rare().icmp.push((source, icmp));
            self.last = source;
        }
    }

    /// ICMP messages that a segment of one side was too large for the path (true: the client's), the first few.
    pub fn too_big(&self) -> &[(Source, Icmp, bool)] {
        self.rare.as_ref().map_or(&[], |rare| &rare.too_big)
    }

    /// Takes such a message; a copy of the one before counts once.
    pub fn take_too_big(&mut self, icmp: Icmp, of_client: bool, source: Source) {
        let copy =
            |(last, before, _): &(Source, Icmp, bool)| *before == icmp && source.time.since(last.time) < ICMP_COPY;
        if self.too_big().len() < KEPT && !self.too_big().last().is_some_and(copy) {
            self.rare().too_big.push((source, icmp, of_client));
        }
    }

    /// Whole DNS messages that came since this was asked.
    pub fn take_dns(&mut self) -> Vec<(Side, Source, dns::Message)> {
        self.rare.as_mut().map_or_else(Vec::new, |rare| core::mem::take(&mut rare.dns_messages))
    }

    /// Who asks: by a balancer's header before the first byte where there was one (PROXY protocol).
    pub fn real_client(&self) -> SocketAddr {
        self.rare.as_ref().and_then(|rare| rare.real_client).unwrap_or(self.client)
    }

    /// If it is over still, a RST that nobody heeded ends nothing, what only packets to come would need is let go.
    pub fn settle(&mut self) {
        self.lingers = false;
        if !self.over() {
            return;
        }
        self.client_end.settle();
        if self.server_end.packets > 0 {
            self.server_end.settle();
        }
        self.unfinished = 0;
        if let Speech::Http(conversation) = &mut self.speech {
            conversation.settle();
        }
    }

    /// Both sides have closed, or one has reset.
    pub fn over(&self) -> bool {
        let [client, server]: [&End; 2] = [&self.client_end, &self.server_end];
        client.fin.is_some() && server.fin.is_some() || client.rst().is_some() || server.rst().is_some()
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

    /// One whose SYN was not captured, only an ICMP error that quotes it.
    pub fn quoted(client: SocketAddr, server: SocketAddr, seq: u32, error: Source) -> Self {
        Self { isn: Some(seq), packets: 1, ..Self::new(client, server, true, error) }
    }

    /// Nothing of it was captured but an ICMP error that quotes its SYN.
    pub fn only_quoted(&self) -> bool {
        self.client_end.packets == 0 && self.server_end.packets == 0 && !self.icmp().is_empty()
    }

    /// It was open before the capture began: neither SYN nor SYN-ACK was seen.
    pub fn midstream(&self) -> bool {
        self.syn_count == 0 && self.syn_ack.is_none() && !self.only_quoted()
    }

    /// Nothing of it was captured but one SYN without data: no answer, no second try, no error.
    pub fn single_syn(&self) -> bool {
        self.packets == 1 && self.syn_count == 1 && self.client_end.first_data.is_none() && self.icmp().is_empty()
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
        let syn = self.syns().into_iter().rev().find(|syn| self.syn_ack.is_some_and(|ack| syn.time <= ack.time))?;
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
        let signature = Signature::new(packet, segment);
        if self.end_mut(side).is_copy(signature) {
            self.copies += 1;
            return;
        }
        let end = self.end_mut(side);
        end.packets += 1;
        // What it announces with its own end opens nothing any more.
        if !(segment.has(Segment::RST) || segment.has(Segment::FIN) && end.window_closed().is_some()) {
            end.window(Some(source).filter(|_| segment.window == 0 && !segment.has(Segment::SYN)));
        }
        let hardware = packet.hardware;
        if end.packets == 1 {
            end.hardware = hardware;
            end.outgoing = packet.outgoing;
            end.interface = packet.interface;
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
            self.reset(side, packet, segment);
        } else {
            self.end_mut(side).take(packet, segment);
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
        if end.position == 0 {
            end.next = Some(segment.seq.wrapping_add(1));
            end.advance = Some(source);
        }
        if segment.has(Segment::ACK) {
            // No SYN came between: nobody both refuses a SYN and accepts it.
            if end.rst().is_some() {
                end.rare().after_rst.get_or_insert(source);
            }
            self.syn_acks += 1;
            match self.syn_ack {
                None => self.syn_ack = Some(source),
                Some(_) if self.syn_acks <= KEPT as u32 => self.rare().syn_acks.push(source),
                Some(_) => {}
            }
        } else {
            if self.established.is_none() && self.client_end.bytes == 0 {
                // It tries again: what ended the try before did not end this one.
                self.client_end.forget_reset();
                if self.server_end.packets > 0 {
                    self.server_end.forget_reset();
                }
            }
            self.isn = Some(segment.seq);
            self.syn_count += 1;
            if self.syn.is_none() {
                self.syn = Some(source);
            } else {
                let more = &mut *self.more_syns;
                more.truncate(KEPT - 2);
                sparing::push(more, source);
            }
        }
    }

    fn ack(&mut self, side: Side, segment: &Segment<'_>, source: Source) {
        let handshake = segment.has(Segment::SYN);
        self.acknowledged |= side == Side::Client && !handshake;
        if side == Side::Client && self.syn_ack.is_some() && self.established.is_none() && !handshake {
            self.established = Some(source);
        }
        let answers = self.client_end.next == Some(segment.ack);
        let bare = !handshake && segment.length == 0 && !segment.has(Segment::FIN);
        if side == Side::Server && bare && self.syn_ack.is_none() && self.syn_count > 0 && !answers {
            // It speaks of an older connection on the same ports.
            self.rare().challenged.get_or_insert(source);
            return;
        }
        self.heed(side, segment);
        let other = self.end_mut(side.other());
        let Some(next) = other.next else {
            // In the middle of a stream, or where one direction was not captured, the receiver's word tells where the other
            // side is.
            other.next = Some(segment.ack);
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
        other.acked_by_one = to == other.acked + 1 && other.acked > 0;
        other.acked = to;
        if ahead > 1 {
            other.rare().owed = Some(source);
        }
        if ahead > 0 && !other.pending.is_empty() {
            self.skip_gap(side.other(), source);
        }
        if side == Side::Server
            && let Speech::Http(conversation) = &mut self.speech
        {
            conversation.acknowledged(to, source);
        }
    }
}
