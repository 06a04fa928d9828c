//! One capture point: frames of one file, or of several that continue each other → connections and lookups.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use crate::tables::Places;

use super::clock::{Clock, REORDERED_BETWEEN};
use super::connection::{Connection, Side, Speech};
use super::connections::Connections;
use super::conversation::{PIPELINE, STREAMS};
use super::fragments::Fragments;
use super::lookups::{LOOKUPS, Lookups};
use super::marks::Mark;
use super::met::Met;
use super::packet::{self, Nothing, Packet, Quoted, Segment, Transport};
use super::seam::Seam;
use super::transaction::{Keep, Served};
use super::views::Views;
use super::{Frame, link};
use crate::exchange::{Icmp, Source};
use crate::protocols::{dns, http1};
use crate::time::{Span, Timestamp};

/// Connections that are followed: each costs about a kilobyte for as long as the file is read, whether it was opened or
/// only asked for by one forged SYN. Fewer in tests, which would have to make as many.
pub const CONNECTIONS: usize = if cfg!(test) { 2_000 } else { 1_000_000 };
/// Out-of-order bytes that wait in all connections together; beyond, nothing more is waited for.
pub const WAITING: usize = if cfg!(test) { 1 << 20 } else { 64 << 20 };
/// Link-layer types that are named, where they are not read; each interface of a file may have one of its own.
const UNKNOWN_LINKS: usize = 8;
/// Senders of packets that are told apart.
const SENDERS: usize = 4;
/// Requests that went well and are kept to find their lines in logs.
const SERVED: usize = 200_000;

/// For so long after its end a connection may still see copies and late packets: other interfaces' may lie so far behind.
const LINGER: Span = Span(REORDERED_BETWEEN.0 + Span::milliseconds(100).0);

/// Connections on the same addresses and ports that a segment is held against, the latest first: both legs of a gateway
/// that keeps both addresses, and an earlier use of the port on each.
const LEGS: usize = 4;
/// Latest connections that an ICMP error is held against which quotes translated addresses.
const TRANSLATED: usize = 512;
/// Places where the capturing host says that it missed packets; further ones widen the last. ICMP errors that cannot be
/// read, likewise.
const LOSSES: usize = 256;

/// Where the latest connection on two ports may be, without a look into the table: the packets of one follow each other.
struct Hints([u32; 64]);

impl Default for Hints {
    fn default() -> Self {
        Self([u32::MAX; 64])
    }
}

impl Hints {
    /// The same for both directions.
    fn of(&mut self, one: SocketAddr, other: SocketAddr) -> &mut u32 {
        &mut self.0[usize::from(one.port() ^ other.port()) % 64]
    }
}

/// A connection's two ends in one order, so that both directions find it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key(SocketAddr, SocketAddr);

impl Key {
    fn of(one: SocketAddr, other: SocketAddr) -> Self {
        if one <= other { Self(one, other) } else { Self(other, one) }
    }
}

/// What captures of other places hold as well, taken out of the lists.
#[derive(Default)]
pub struct Aside {
    /// Connections, with their places in the list.
    pub connections: Vec<(usize, Connection)>,
    /// DNS questions likewise.
    pub lookups: Vec<(usize, super::lookups::Lookup)>,
    /// Requests that went well likewise, on those connections.
    pub served: Vec<(usize, (u32, Served))>,
    /// First and last packet by its own clock; the point shows none while another one stands for it.
    pub span: Option<(Option<Timestamp>, Option<Timestamp>)>,
    /// It explains another capture: its own limits are none of that one's.
    pub explains: bool,
}

/// One interface of a recording, which stands for it together with others; see `sides`.
pub struct Part {
    /// The recording's place in the list of capture points.
    pub of: usize,
    /// The interface's place among those of the recording.
    pub at: usize,
    /// Its name.
    pub label: String,
}

/// Everything seen at one place.
#[derive(Default)]
pub struct Point {
    /// All connections, in order of their first packet.
    pub connections: Connections,
    /// DNS questions.
    pub lookups: Lookups,
    /// The latest connection on two addresses and ports.
    open: Places,
    hints: Hints,
    /// Connections that are over, with when that was seen, until they are settled.
    over: VecDeque<(usize, Timestamp)>,
    fragments: Fragments,
    /// Interface of the packet in hand, as a bit.
    interface: u8,
    /// Room for a reassembled packet.
    buffer: Vec<u8>,
    /// Time of the first packet.
    pub started: Option<Timestamp>,
    /// Time of the last packet.
    pub ended: Option<Timestamp>,
    /// Frames by link layers that are not read, the first few.
    pub unknown_links: Vec<(u16, u64)>,
    /// Frames of further ones.
    pub unknown_more: u64,
    /// Out-of-order bytes that wait, in all connections.
    waiting: usize,
    /// Segments that could not wait for what was missing before them.
    unsorted: u64,
    /// Packets at DNS's port that hold no message that can be read.
    unread_dns: u64,
    /// Packets of connections beyond [`CONNECTIONS`].
    pub unfollowed: u64,
    /// Frames whose headers are malformed or cut off.
    pub malformed: u64,
    /// Frames of which only a part was captured.
    pub cut: u64,
    /// Packets that the capturing host says it missed.
    pub drops: u64,
    /// When it missed them, where the file says: from the packet before to the packet after.
    pub losses: Vec<(Timestamp, Timestamp)>,
    /// ICMP errors whose quote was cut off, the first so many: when, and to whom.
    pub cut_icmp: Vec<(Timestamp, IpAddr)>,
    /// Capture filters, as the file names them.
    pub filters: Vec<String>,
    /// The capturing host's clock.
    pub clock: Clock,
    /// Where files meet.
    pub seam: Seam,
    /// Whom and what it has met, where the case has several files.
    pub met: Met,
    /// Link layer of the first frame.
    pub link: Option<u16>,
    /// Who sent packets, the first few.
    senders: Vec<IpAddr>,
    /// What is to be kept of requests that go well.
    pub keep: Keep,
    /// Requests that went well, each with the index of its connection.
    pub served: Vec<(u32, Served)>,
    /// Such requests beyond those that are kept.
    passed_over: u64,
    /// Gaps between files: from, to, and a sentence.
    pub gaps: Vec<(Timestamp, Timestamp, String)>,
    /// The inputs read here.
    pub inputs: Vec<u32>,
    /// What other captures show as well; see `sides`.
    pub aside: Aside,
    /// Its interfaces, where packets pass from one to another.
    pub views: Views,
    /// Addresses of the recording machine, where its interfaces show them; see `sides`.
    pub own: Vec<IpAddr>,
    /// This is one interface of a recording.
    pub part: Option<Part>,
    /// The recording, while its interfaces stand for it and this is the first of them.
    pub whole: Option<Box<Point>>,
}

impl Point {
    /// Takes the next frame.
    pub fn frame(&mut self, frame: &Frame<'_>, input: u32) {
        if self.seam.seen_before(frame) {
            return;
        }
        let time = self.clock.take(frame.time, input, frame.number, frame.interface, frame.section);
        if frame.missed > 0 {
            self.lose(time);
        }
        self.started = Some(self.started.map_or(time, |started| started.min(time)));
        self.ended = Some(self.ended.map_or(time, |ended| ended.max(time)));
        self.link.get_or_insert(frame.link);
        self.cut += u64::from(frame.data.len() < frame.original as usize);
        let source = Source {
            time,
            file: Source::file(input),
            number: frame.number,
            line: false,
            offset: frame.offset,
            length: frame.data.len() as u32,
        };
        let mut buffer = core::mem::take(&mut self.buffer);
        match packet::decode(frame, source, &mut self.fragments, &mut buffer) {
            Ok(packet) => {
                if self.seam.recording {
                    self.met.take(&packet);
                }
                self.interface = 1 << frame.interface.min(7);
                self.packet(&packet);
                self.views.take(frame, input, Some(&packet));
            }
            Err(Nothing::UnknownLink) => {
                let full = self.unknown_links.len() >= UNKNOWN_LINKS;
                match self.unknown_links.iter_mut().find(|(link, _)| *link == frame.link) {
                    Some((_, count)) => *count += 1,
                    None if full => self.unknown_more += 1,
                    None => self.unknown_links.push((frame.link, 1)),
                }
            }
            Err(Nothing::Malformed) => self.malformed += 1,
            Err(Nothing::Other | Nothing::Fragment) => {
                if self.seam.recording {
                    self.met.other(frame);
                }
                self.views.take(frame, input, None);
            }
        }
        buffer.clear();
        self.buffer = buffer;
    }

    /// The capturing host missed packets before this time.
    fn lose(&mut self, time: Timestamp) {
        let from = self.ended.unwrap_or(time);
        let full = self.losses.len() == LOSSES;
        match self.losses.last_mut() {
            Some((_, to)) if full => *to = time,
            _ => self.losses.push((from, time)),
        }
    }

    /// Whether an address has a part in any connection or lookup.
    pub fn mentions(&self, address: IpAddr) -> bool {
        let connected = |c: &Connection| c.client.ip() == address || c.server.ip() == address;
        self.connections.iter().any(connected)
            || self.lookups.list.iter().any(|lookup| lookup.asker == address || lookup.server == address)
    }

    /// Not one packet came back to those who opened connections or asked DNS.
    pub fn one_way(&self) -> bool {
        if self.connections.is_empty() {
            // Questions alone: was anybody else heard?
            let asked = |sender: &IpAddr| self.lookups.list.iter().any(|lookup| lookup.asker == *sender);
            return self.senders.len() < SENDERS && self.senders.iter().all(asked) && !self.senders.is_empty();
        }
        let both = |connection: &Connection| connection.client_end.packets > 0 && connection.server_end.packets > 0;
        let answered = self.lookups.list.iter().any(|lookup| !lookup.answers.is_empty() && lookup.tries > 0);
        !answered && !self.connections.is_empty() && !self.connections.iter().any(both)
    }

    /// What of its frames could not be read.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        for (link, count) in &self.unknown_links {
            warnings.push(format!(
                "{count} packets have link-layer type {link}, {}: they were not looked into",
                link::name(*link)
            ));
        }
        if self.unknown_more > 0 {
            warnings.push(format!(
                "{} packets have further link-layer types that are not read: they were not looked into",
                self.unknown_more
            ));
        }
        if self.unfollowed > 0 {
            warnings.push(format!(
                "{} packets belong to connections beyond the first {CONNECTIONS}, which is the limit: they were not looked into",
                self.unfollowed
            ));
        }
        if self.unread_dns > 0 {
            warnings.push(format!(
                "{} packets at port 53 hold no DNS message that can be read: cut off, malformed or another protocol",
                self.unread_dns
            ));
        }
        let given_up: u64 = self.connections.iter().map(|connection| connection.speech.given_up()).sum();
        if given_up > 0 {
            warnings.push(format!(
                "{given_up} requests were not followed to their end: more waited on one connection than the limit of {PIPELINE}, \
                 or of {STREAMS} in HTTP/2"
            ));
        }
        if self.unsorted > 0 {
            warnings.push(format!(
                "{} segments came before others, or held a part of a message's head, and could not wait for them: {} MiB that do \
                 so in all connections together are the limit; the missing bytes count as lost",
                self.unsorted,
                WAITING >> 20
            ));
        }
        if self.lookups.over > 0 {
            warnings.push(format!(
                "{} DNS messages belong to questions beyond the first {LOOKUPS}, which is the limit: they were not looked into",
                self.lookups.over
            ));
        }
        if self.malformed > 0 {
            warnings.push(format!("{} packets have malformed or cut-off headers and were passed over", self.malformed));
        }
        let incomplete = self.fragments.incomplete();
        if incomplete > 0 {
            warnings.push(format!("{incomplete} fragmented IP packets lack fragments"));
        }
        if self.passed_over > 0 {
            warnings.push(format!(
                "{} more requests went well than are kept to be found in logs; they may count twice",
                self.passed_over
            ));
        }
        if self.seam.repeated > 0 {
            warnings.push(format!("{} packets are in two of the files; they count once", self.seam.repeated));
        }
        warnings
    }

    fn packet(&mut self, packet: &Packet<'_>) {
        if self.senders.len() < SENDERS && !self.senders.contains(&packet.from) {
            self.senders.push(packet.from);
        }
        match &packet.transport {
            Transport::Tcp(segment) => self.segment(packet, segment),
            Transport::Udp { from, to, payload } => {
                let message = if *from == 53 || *to == 53 { dns::message(payload) } else { None };
                self.unread_dns += u64::from(message.is_none() && (*from == 53 || *to == 53));
                if let Some(message) = message {
                    let (from, to) = (SocketAddr::new(packet.from, *from), SocketAddr::new(packet.to, *to));
                    let response = message.response;
                    if let Some(lookup) = self.lookups.message(from, to, message, packet.source, packet.id) {
                        lookup.outgoing = lookup.outgoing.or(packet.outgoing.map(|outgoing| outgoing != response));
                        if !response {
                            lookup.hardware = packet.hardware;
                        }
                    }
                }
            }
            Transport::CutIcmp => {
                self.malformed += 1;
                if self.cut_icmp.len() < LOSSES {
                    self.cut_icmp.push((packet.source.time, packet.to));
                }
            }
            Transport::Icmp(icmp, quoted) => {
                if quoted.tcp {
                    self.icmp(*quoted, packet.to, *icmp, packet.source);
                } else if quoted.to.port() == 53 {
                    self.lookups.icmp(quoted.from, quoted.to, *icmp, packet.source);
                }
            }
        }
    }

    fn icmp(&mut self, quoted: Quoted, to: IpAddr, icmp: Icmp, source: Source) {
        if icmp.too_big() {
            return self.too_big(quoted, to, icmp, source);
        }
        // Source quench regulates as well.
        if (icmp.v6, icmp.kind) == (false, 4) {
            return;
        }
        let known = self.quoted(quoted, to).or_else(|| self.opened_unseen(quoted, to, source));
        let Some(connection) = known.and_then(|at| self.connections.get_mut(at)) else { return };
        connection.take_icmp(icmp, source);
    }

    /// A segment of either side was too large for the path.
    fn too_big(&mut self, quoted: Quoted, to: IpAddr, icmp: Icmp, source: Source) {
        let of_client = self.quoted(quoted, to);
        let latest = self.latest(Key::of(quoted.from, quoted.to));
        let of_server = latest.filter(|at| self.connections.get(*at).is_some_and(|c| c.server == quoted.from));
        let Some(connection) = of_client.or(of_server).and_then(|at| self.connections.get_mut(at)) else { return };
        // A display filter for the connection shows what quotes it as well.
        connection.packets += 1;
        connection.take_too_big(icmp, of_client.is_some(), source);
    }

    /// The connection whose client sent what an ICMP error quotes: by addresses, ports and sequence number, as its
    /// receiver checks it (RFC 5927). Behind a translation the quoted addresses may be others: there the first sequence
    /// number and the error's own receiver tell.
    fn quoted(&self, quoted: Quoted, to: IpAddr) -> Option<usize> {
        let mine = |connection: &Connection| {
            connection.client == quoted.from && quoted.seq.is_none_or(|seq| connection.sent(seq))
        };
        let latest = self.latest(Key::of(quoted.from, quoted.to));
        if let Some(at) = latest.and_then(|latest| self.chain(latest).find(|(_, connection)| mine(connection))) {
            return Some(at.0);
        }
        let seq = quoted.seq.filter(|_| latest.is_none())?;
        let recent = self.connections.iter().enumerate().rev().take(TRANSLATED);
        let its = |connection: &Connection| connection.client.ip() == to && connection.opening() == Some(seq);
        recent.into_iter().find(|(_, connection)| its(connection)).map(|(at, _)| at)
    }

    /// A connection of which the capture holds nothing else: the error shows that a packet was sent, its SYN as far as can
    /// be told.
    fn opened_unseen(&mut self, quoted: Quoted, to: IpAddr, source: Source) -> Option<usize> {
        let seq = quoted.seq.filter(|_| quoted.syn != Some(false) && quoted.from.ip() == to)?;
        let key = Key::of(quoted.from, quoted.to);
        if self.latest(key).is_some() {
            return None;
        }
        if self.connections.len() >= CONNECTIONS {
            self.unfollowed += 1;
            return None;
        }
        Some(self.follow(key, Connection::quoted(quoted.from, quoted.to, seq, source)))
    }

    /// The latest connection on two addresses and ports.
    fn latest(&self, key: Key) -> Option<usize> {
        self.open
            .get(key, |at| self.connections.get(at).is_some_and(|known| Key::of(known.client, known.server) == key))
    }

    /// The latest connection between these two.
    fn between(&mut self, from: SocketAddr, to: SocketAddr) -> Option<usize> {
        let at = *self.hints.of(from, to) as usize;
        let known = self.connections.get(at).map(|known| (known.client, known.server));
        if known == Some((from, to)) || known == Some((to, from)) {
            return Some(at);
        }
        let latest = self.latest(Key::of(from, to))?;
        *self.hints.of(from, to) = u32::try_from(latest).unwrap_or(u32::MAX);
        Some(latest)
    }

    /// A new connection, which is now the latest on its addresses and ports; its place.
    fn follow(&mut self, key: Key, connection: Connection) -> usize {
        let at = self.connections.len();
        self.connections.push(connection);
        let connections = &self.connections;
        let is = |at| connections.get(at).is_some_and(|known| Key::of(known.client, known.server) == key);
        self.open.set(key, at, is);
        *self.hints.of(key.0, key.1) = u32::try_from(at).unwrap_or(u32::MAX);
        at
    }

    /// Connections on the same addresses and ports, the latest first.
    fn chain(&self, latest: usize) -> impl Iterator<Item = (usize, &Connection)> {
        let each = core::iter::successors(Some(latest), |at| self.connections.get(*at)?.before);
        each.take(LEGS).filter_map(|at| Some((at, self.connections.get(at)?)))
    }

    /// Which of the connections on these addresses and ports a segment belongs to; `None`: a new one.
    fn choose(&self, latest: usize, from: SocketAddr, segment: &Segment<'_>) -> Option<usize> {
        let connection = self.connections.get(latest)?;
        let side = |connection: &Connection| if connection.client == from { Side::Client } else { Side::Server };
        if segment.has(Segment::SYN) && !segment.has(Segment::ACK) {
            let same = |connection: &Connection| !connection.superseded_by(segment, side(connection));
            return self.chain(latest).find(|(_, connection)| same(connection)).map(|(at, _)| at);
        }
        if connection.before.is_none() {
            return Some(latest).filter(|_| !connection.foreign(side(connection), segment));
        }
        let near = self.chain(latest).min_by_key(|(_, connection)| connection.distance(side(connection), segment));
        near.filter(|(_, connection)| !connection.foreign(side(connection), segment)).map(|(at, _)| at)
    }

    /// Connections that have been over for a while let go what only their next packets would need.
    fn settle(&mut self, now: Timestamp) {
        // Where time goes back, as from one section of a file to the next, nothing more of before is to come.
        while let Some((at, _)) = self.over.pop_front_if(|(_, over)| now.since(*over).0.abs() > LINGER.0) {
            if let Some(connection) = self.connections.get_mut(at) {
                connection.settle();
            }
        }
    }

    fn segment(&mut self, packet: &Packet<'_>, segment: &Segment<'_>) {
        self.settle(packet.source.time);
        let from = SocketAddr::new(packet.from, segment.from);
        let to = SocketAddr::new(packet.to, segment.to);
        let latest = self.between(from, to);
        let known = latest.and_then(|latest| self.choose(latest, from, segment));
        if known.is_none() && self.connections.len() >= CONNECTIONS {
            self.unfollowed += 1;
            return;
        }
        let at = known.unwrap_or_else(|| {
            let (client, server, sure) = roles(from, to, segment);
            let mut connection = Connection::new(client, server, sure, packet.source);
            connection.remember = self.keep;
            connection.before = latest;
            self.follow(Key::of(from, to), connection)
        });
        let Some(connection) = self.connections.get_mut(at) else { return };
        let side = if connection.client == from { Side::Client } else { Side::Server };
        connection.interfaces |= self.interface;
        if self.clock.in_doubt(packet.source.time) {
            if let (Some(stamp), Some(before)) = (segment.stamp, connection.end(side).stamps) {
                self.clock.stamped(packet.source.time, before, stamp);
            }
            if let Some(sent) = connection.under_way(side, segment) {
                self.clock.in_flight(sent.time);
            }
        }
        if self.seam.recording
            && let Some(mark) = Mark::of(side, packet, segment)
        {
            mark.add_to(&mut connection.marks);
        }
        let waited = connection.waiting();
        connection.segment(side, packet, segment);
        if connection.over() && !core::mem::replace(&mut connection.lingers, true) {
            self.over.push_back((at, packet.source.time));
        }
        if connection.waiting() > waited && (self.waiting + connection.waiting()).saturating_sub(waited) > WAITING {
            connection.wait_no_more(packet.source);
            self.unsorted += 1;
        }
        self.waiting = (self.waiting + connection.waiting()).saturating_sub(waited);
        if let Speech::Http(conversation) = &mut connection.speech
            && !conversation.served.is_empty()
        {
            for served in conversation.served.drain(..) {
                if self.served.len() < SERVED {
                    self.served.push((u32::try_from(at).unwrap_or(u32::MAX), served));
                } else {
                    self.passed_over += 1;
                }
            }
        }
        let (client, server) = (connection.client, connection.server);
        for (side, source, message) in connection.take_dns() {
            let (from, to) = if side == Side::Client { (client, server) } else { (server, client) };
            self.lookups.message(from, to, message, source, packet.id);
        }
    }
}

/// Who opened a connection: known from SYN and SYN-ACK, else guessed from its first bytes and its ports.
fn roles(from: SocketAddr, to: SocketAddr, segment: &Segment<'_>) -> (SocketAddr, SocketAddr, bool) {
    if segment.has(Segment::SYN) {
        return if segment.has(Segment::ACK) { (to, from, true) } else { (from, to, true) };
    }
    let data = segment.payload;
    if http1::looks_like_response(data) == Some(true) {
        return (to, from, false);
    }
    if http1::looks_like_request(data) == Some(true) {
        return (from, to, false);
    }
    // Ephemeral ports are the higher ones.
    if from.port() < to.port() { (to, from, false) } else { (from, to, false) }
}
