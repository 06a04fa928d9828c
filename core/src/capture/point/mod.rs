//! One capture point: frames of one file, or of several that continue each other → connections and lookups.

mod errors;
mod follow;
mod warnings;

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use crate::tables::Places;

use super::Frame;
use super::clock::Clock;
use super::connection::Connection;
use super::connections::Connections;
use super::fragments::Fragments;
use super::lookups::Lookups;
use super::met::Met;
use super::packet::{self, Nothing, Packet, Transport};
use super::seam::Seam;
use super::transaction::{Keep, Served};
use super::views::Views;
use crate::exchange::Source;
use crate::protocols::dns;
use crate::time::Timestamp;
use follow::Hints;

/// Connections that are followed: each costs about a kilobyte for as long as the file is read, whether it was opened or
/// only asked for by one forged SYN. Fewer in tests, which would have to make as many.
pub const CONNECTIONS: usize = if cfg!(test) { 2_000 } else { 1_000_000 };
/// Out-of-order bytes that wait in all connections together; beyond, nothing more is waited for.
pub const WAITING: usize = if cfg!(test) { 1 << 20 } else { 64 << 20 };
/// Link-layer types that are named, where they are not read; each interface of a file may have one of its own.
const UNKNOWN_LINKS: usize = 8;
/// Senders of packets that are told apart.
const SENDERS: usize = 4;

/// Places where the capturing host says that it missed packets; further ones widen the last. ICMP errors that cannot be
/// read, likewise.
const LOSSES: usize = 256;

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
    /// Requests that were given up because too many waited on their connection.
    given_up: u64,
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
}
