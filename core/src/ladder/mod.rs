//! The ladder diagram of one finding: every packet of its connections, from its first to its last evidence, in the order
//! of the capture. Made while the file passes by a second time ([`crate::again::Packets`]); data that goes one way is
//! folded into one row, and so are acknowledgements.

mod label;

use crate::sorting::Sorting as _;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

use crate::again::Seen;
use crate::capture::fragments::Fragments;
use crate::capture::packet::{self, Packet, Transport};
use crate::exchange::Source;
use crate::report::{Finding, Leg};
use crate::time::{Span, Timestamp};
use crate::visible;

/// Rows kept: what a reader takes in. Evidence is always kept.
const ROWS: usize = 400;
/// How far apart the copies of one packet are that a capture on all interfaces holds.
const COPY: Span = Span::milliseconds(5);
/// Packets that are remembered to know copies by.
const REMEMBERED: usize = 16;

/// What a row shows, which decides colour and shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A DNS question or answer.
    Dns,
    /// SYN or SYN-ACK.
    Syn,
    /// Nothing but an acknowledgement.
    Ack,
    /// TLS: handshake or what it encrypts.
    Tls,
    /// The first bytes of an HTTP request.
    Request,
    /// The first bytes of an HTTP response.
    Response,
    /// Other bytes.
    Data,
    /// FIN.
    Fin,
    /// RST.
    Reset,
    /// An ICMP error about the connection.
    Icmp,
}

/// One arrow: a packet, or several of one sort.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Number of the first packet, as Wireshark numbers it.
    pub packet: u64,
    /// Number of the last one.
    pub last: u64,
    /// How many packets.
    pub count: u32,
    /// Time of the first.
    pub time: Timestamp,
    /// Time of the last, acknowledgements included.
    pub until: Timestamp,
    /// Byte offset of the first in the (unpacked) file.
    pub offset: u64,
    /// Captured bytes of the first.
    pub length: u32,
    /// Sender.
    pub from: SocketAddr,
    /// Receiver.
    pub to: SocketAddr,
    /// Side of the gateway, where the evidence tells.
    pub leg: Option<Leg>,
    /// The gateway sent it.
    pub sent: bool,
    /// What sort.
    pub what: What,
    /// What it says.
    pub text: String,
    /// Bytes that it carries, of all its packets.
    pub bytes: u64,
    /// It was sent before: a retransmission.
    pub again: bool,
    /// Acknowledgements by the other side that are folded into it.
    pub acks: u32,
    /// It is evidence of the finding.
    pub proof: bool,
}

/// The ladder of a finding in one capture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ladder {
    /// From top to bottom.
    pub rows: Vec<Row>,
    /// Packets left out because there were too many.
    pub left_out: u64,
}

/// One connection of the finding, or its questions to one DNS server.
struct Line {
    one: SocketAddr,
    other: SocketAddr,
    /// Side, and whether `one` is the gateway; once evidence told.
    side: Option<(Leg, bool)>,
    /// The row that more data may be folded into.
    last: Option<usize>,
    /// Behind the last byte that `one` and that `other` sent.
    sent: [Option<u32>; 2],
}

impl Line {
    fn holds(&self, from: SocketAddr, to: SocketAddr) -> bool {
        let same = |one: SocketAddr, other: SocketAddr| {
            if self.one.port() == 0 {
                // All questions to this server, whatever their port.
                one.ip() == self.one.ip() && other == self.other
            } else {
                one == self.one && other == self.other
            }
        };
        same(from, to) || same(to, from)
    }

    fn sent_by_one(&self, from: SocketAddr) -> bool {
        from.ip() == self.one.ip() && (self.one.port() == 0 || from == self.one)
    }
}

/// What tells copies of one packet: ends, sequence numbers, checksum and length.
type Mark = (SocketAddr, SocketAddr, u32, u32, u16, u32);

/// Draws the ladder of a finding while packets pass by.
pub struct Drawer {
    /// Packet number, its sentence, side and direction.
    evidence: Vec<(u64, String, Option<Leg>, Option<bool>)>,
    lines: Vec<Line>,
    ladder: Ladder,
    /// Connection of each row.
    of: Vec<usize>,
    fragments: Fragments,
    buffer: Vec<u8>,
    recent: Vec<(Timestamp, Mark)>,
}

impl Drawer {
    /// Of this finding, in the capture with this index. `None` where none of its evidence is there.
    #[must_use]
    pub fn new(finding: &Finding, input: u32) -> Option<Self> {
        let here = finding.evidence.iter().filter(|evidence| evidence.input == input);
        let mut evidence: Vec<_> = here
            .filter_map(|row| {
                let text = row.text.split_once(": ").map_or(row.text.as_str(), |(_, text)| text);
                Some((row.packet?, String::from(text), row.leg, row.sent))
            })
            .collect();
        evidence.order_by_key(|(packet, ..)| *packet);
        let lines = finding.flows.iter().map(|(one, other)| Line {
            one: *one,
            other: *other,
            side: None,
            last: None,
            sent: [None; 2],
        });
        (!evidence.is_empty()).then(|| Self {
            evidence,
            lines: lines.collect(),
            ladder: Ladder::default(),
            of: Vec::new(),
            fragments: Fragments::default(),
            buffer: Vec::new(),
            recent: Vec::new(),
        })
    }

    /// Number of the first packet that it needs.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.evidence.first().map_or(0, |(packet, ..)| *packet)
    }

    /// Number of the last packet that it needs.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.evidence.last().map_or(0, |(packet, ..)| *packet)
    }

    /// Takes the next packet.
    pub fn take(&mut self, seen: &Seen<'_>) {
        if seen.number < self.first() || seen.number > self.last() {
            return;
        }
        let source = Source {
            time: seen.time,
            file: 0,
            number: seen.number,
            line: false,
            offset: seen.offset,
            length: seen.data.len() as u32,
        };
        let mut buffer = core::mem::take(&mut self.buffer);
        if let Ok(packet) = packet::decode(&seen.frame(), source, &mut self.fragments, &mut buffer) {
            self.packet(&packet);
        }
        buffer.clear();
        self.buffer = buffer;
    }

    /// What was drawn.
    #[must_use]
    pub fn ladder(mut self) -> Ladder {
        for (row, line) in self.ladder.rows.iter_mut().zip(&self.of).filter(|(row, _)| row.leg.is_none()) {
            if let Some((leg, one)) = self.lines.get(*line).and_then(|line| line.side) {
                row.leg = Some(leg);
                let from_one = self.lines.get(*line).is_some_and(|line| line.sent_by_one(row.from));
                // An ICMP error comes from elsewhere, and goes to whoever sent what it quotes.
                row.sent = row.what != What::Icmp && from_one == one;
            }
        }
        self.ladder
    }

    fn packet(&mut self, packet: &Packet<'_>) {
        // `about`: whose connection; of an ICMP error that of the packet which it quotes.
        let (from, to, about) = match &packet.transport {
            Transport::Tcp(segment) => {
                let ends = (SocketAddr::new(packet.from, segment.from), SocketAddr::new(packet.to, segment.to));
                (ends.0, ends.1, ends)
            }
            Transport::Udp { from, to, .. } => {
                let ends = (SocketAddr::new(packet.from, *from), SocketAddr::new(packet.to, *to));
                (ends.0, ends.1, ends)
            }
            Transport::Icmp(_, quoted) => {
                let end = |ip: IpAddr| SocketAddr::new(ip, 0);
                (end(packet.from), end(packet.to), (quoted.from, quoted.to))
            }
            Transport::CutIcmp => return,
        };
        let proof = self.evidence.binary_search_by_key(&packet.source.number, |(number, ..)| *number).ok();
        let line = self.lines.iter().position(|line| line.holds(about.0, about.1));
        let Some(line) = line.or_else(|| proof.map(|_| self.unnamed(about))) else { return };
        let Some(mut said) = label::of(packet) else { return };
        visible::make(&mut said.text);
        if proof.is_none() && self.copy(packet, (from, to)) {
            return;
        }
        let again = self.again(line, packet, from);
        let mut row = Row {
            packet: packet.source.number,
            last: packet.source.number,
            count: 1,
            time: packet.source.time,
            until: packet.source.time,
            offset: packet.source.offset,
            length: packet.source.length,
            from,
            to,
            leg: None,
            sent: false,
            what: said.what,
            text: said.text,
            bytes: said.bytes,
            again,
            acks: 0,
            proof: proof.is_some(),
        };
        if let Some((_, text, leg, sent)) = proof.and_then(|at| self.evidence.get(at)) {
            row.text.clone_from(text);
            (row.leg, row.sent) = (*leg, sent.unwrap_or_default());
            if let (Some(leg), Some(sent), Some(line)) = (*leg, *sent, self.lines.get_mut(line)) {
                let one = line.sent_by_one(about.0);
                // What an ICMP error quotes, the gateway had sent.
                line.side = Some((leg, if row.what == What::Icmp { one != sent } else { one == sent }));
            }
        }
        self.add(row, line);
    }

    /// A connection that the finding does not name, because its evidence is of a kind without ports.
    fn unnamed(&mut self, (one, other): (SocketAddr, SocketAddr)) -> usize {
        self.lines.push(Line { one, other, side: None, last: None, sent: [None; 2] });
        self.lines.len() - 1
    }

    /// A capture on all interfaces holds some packets twice.
    fn copy(&mut self, packet: &Packet<'_>, (from, to): (SocketAddr, SocketAddr)) -> bool {
        let Transport::Tcp(segment) = &packet.transport else { return false };
        let mark = (from, to, segment.seq, segment.ack, segment.checksum, u32::from(packet.id) << 16 | segment.length);
        let time = packet.source.time;
        let known = self.recent.iter().any(|(before, known)| *known == mark && time.since(*before) < COPY);
        if self.recent.len() == REMEMBERED {
            self.recent.remove(0);
        }
        self.recent.push((time, mark));
        known
    }

    /// Whether its bytes, or its SYN, were sent before.
    fn again(&mut self, line: usize, packet: &Packet<'_>, from: SocketAddr) -> bool {
        let Transport::Tcp(segment) = &packet.transport else { return false };
        let Some(line) = self.lines.get_mut(line) else { return false };
        let length = segment.length + u32::from(segment.has(packet::Segment::SYN));
        if length == 0 {
            return false;
        }
        let end = segment.seq.wrapping_add(length);
        let way = usize::from(!line.sent_by_one(from));
        let Some(sent) = line.sent.get_mut(way) else { return false };
        // Sequence numbers wrap (RFC 9293 section 3.4).
        let before = sent.is_some_and(|sent| end.wrapping_sub(sent) as i32 <= 0);
        if !before {
            *sent = Some(end);
        }
        before
    }

    fn add(&mut self, row: Row, line: usize) {
        let Some(of) = self.lines.get_mut(line) else { return };
        let rows = &mut self.ladder.rows;
        if !row.proof
            && let Some(last) = of.last.and_then(|at| rows.get_mut(at))
        {
            if row.what == What::Ack && last.from != row.from {
                last.acks += 1;
                last.until = row.time;
                return;
            }
            let alike = !last.proof && last.from == row.from && last.again == row.again;
            let fold = match row.what {
                What::Data => matches!(last.what, What::Data | What::Response | What::Request),
                What::Tls => last.what == What::Tls && last.text == row.text,
                What::Ack => last.what == What::Ack,
                _ => false,
            };
            if alike && fold {
                last.count += 1;
                last.bytes += row.bytes;
                last.last = row.packet;
                last.until = row.time;
                return;
            }
        }
        if rows.len() >= ROWS && !row.proof {
            self.ladder.left_out += 1;
            return;
        }
        of.last = Some(rows.len());
        rows.push(row);
        self.of.push(line);
    }
}

#[cfg(test)]
mod tests;
