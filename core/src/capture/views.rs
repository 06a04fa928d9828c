//! The interfaces of one recording as places of their own: both sides of a firewall in one file.
//!
//! A gateway's own legs are different connections, and its interfaces together are one place. Where the very same
//! packets come by on two interfaces with a hop less, or with other addresses, the machine passes them on: from there on
//! each interface is read by itself as well. What that is good for is decided in `sides`.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::hash::BuildHasher;
use core::net::IpAddr;

use crate::tables::{HashMap, Seeded};

use super::packet::{Packet, Segment, Transport};
use super::point::Point;
use super::segments::Segments;
use super::{Frame, Kept, link};
use crate::time::{Span, Timestamp};

/// Bytes of frames that wait until it is known whether packets are passed on.
const WAITING: usize = 8 * 1024 * 1024;
/// A file whose first so many frames are of one interface has one.
const ALONE: usize = 4096;
/// Packets remembered to see them again.
const REMEMBERED: usize = 65_536;
/// Packets that are seen to be passed on before it is believed.
const PASSED: usize = 2;
/// Of these at most is remembered how they were passed on.
const KEPT: usize = 64;
/// A packet is passed on within this time.
const WITHIN: Span = Span::seconds(1);
/// Interfaces and VLANs that are read by themselves.
const PLACES: usize = 8;
/// Bytes of a payload that are told apart.
const HASHED: usize = 256;

/// Where a frame was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interface {
    section: u32,
    number: u32,
    within: link::Within,
    /// Where one interface holds several networks: which, from 1.
    network: u32,
}

impl Interface {
    fn of(frame: &Frame<'_>) -> Self {
        let within = link::within(frame.link, frame.data);
        Self { section: frame.section, number: frame.interface, within, network: 0 }
    }

    /// How people know it. `names` are those of the file's interfaces, where it has more than one.
    fn label(self, names: &[(u32, u32, String)]) -> String {
        let name = names.iter().find(|(section, number, _)| (*section, *number) == (self.section, self.number));
        let name = name.map(|(.., name)| name.clone());
        match (self.within, name) {
            _ if self.network > 0 => format!("network {}", self.network),
            (link::Within::Index(index), _) => format!("interface {index}"),
            (link::Within::Vlan(vlan), Some(name)) => format!("{name}, VLAN {vlan}"),
            (link::Within::Vlan(vlan), None) => format!("VLAN {vlan}"),
            (link::Within::Nothing, Some(name)) => name,
            (link::Within::Nothing, None) => format!("interface {}", self.number),
        }
    }
}

/// See the module.
#[derive(Default)]
pub struct Views {
    state: State,
    /// Names of interfaces: section, number, name.
    names: Vec<(u32, u32, String)>,
}

enum State {
    /// Packets are looked at, and wait.
    Waiting(Box<Waiting>),
    /// Each interface by itself.
    Apart(Apart),
    /// There is one place.
    Off,
}

impl Default for State {
    fn default() -> Self {
        Self::Waiting(Box::default())
    }
}

/// Each interface by itself.
#[derive(Default)]
struct Apart {
    views: Vec<(Interface, Point)>,
    segments: Segments,
}

#[derive(Default)]
struct Waiting {
    hasher: Seeded,
    frames: Vec<(u32, Kept)>,
    bytes: usize,
    interfaces: Vec<Interface>,
    segments: Segments,
    packets: HashMap<u64, Seen>,
    /// Packets that another machine sent on, or that were changed, before and after; the first few.
    passed: Vec<(Seen, Seen)>,
}

/// A packet at an interface.
#[derive(Clone, Copy)]
struct Seen {
    interface: Interface,
    ttl: u8,
    from: IpAddr,
    to: IpAddr,
    hardware: u64,
    time: Timestamp,
}

impl Seen {
    /// Another machine sent it on, or it was changed.
    fn passed_on(&self, later: &Self) -> bool {
        let sender = self.hardware != 0 && later.hardware != 0 && self.hardware != later.hardware;
        let changed = (self.ttl, self.from, self.to) != (later.ttl, later.from, later.to);
        (sender || changed) && later.time.since(self.time).0.abs() <= WITHIN.0
    }
}

impl Views {
    /// None: this is an interface already.
    fn off() -> Self {
        Self { state: State::Off, names: Vec::new() }
    }

    /// Takes a frame, with the packet that it holds.
    pub fn take(&mut self, frame: &Frame<'_>, input: u32, packet: Option<&Packet<'_>>) {
        match &mut self.state {
            State::Off => {}
            State::Apart(apart) => {
                if let Some(packet) = packet.filter(|_| apart.segments.matter()) {
                    apart.segments.answers(packet);
                }
                if !apart.take(frame, input) {
                    self.state = State::Off;
                }
            }
            State::Waiting(waiting) => {
                waiting.take(frame, input, packet);
                if waiting.passing() >= PASSED {
                    self.state = core::mem::take(waiting).begin();
                } else if waiting.hopeless() {
                    self.state = State::Off;
                }
            }
        }
    }

    /// An interface's name, as the file gives it.
    pub fn name(&mut self, section: u32, number: u32, name: &str) {
        if self.names.iter().all(|(known, other, _)| (*known, *other) != (section, number)) {
            self.names.push((section, number, name.to_string()));
        }
    }

    /// Whether packets were seen to be passed on.
    pub fn passing(&self) -> bool {
        matches!(&self.state, State::Apart(apart) if apart.views.len() > 1)
    }

    /// The interfaces by themselves, with their names; taken out.
    pub fn take_apart(&mut self) -> Vec<(String, Point)> {
        let State::Apart(apart) = &mut self.state else { return Vec::new() };
        let views = apart.views.iter_mut();
        views.map(|(interface, point)| (interface.label(&self.names), core::mem::take(point))).collect()
    }

    /// Puts one of them back.
    pub fn put_back(&mut self, at: usize, point: Point) {
        if let State::Apart(apart) = &mut self.state
            && let Some((_, place)) = apart.views.get_mut(at)
        {
            *place = point;
        }
    }
}

impl Waiting {
    fn take(&mut self, frame: &Frame<'_>, input: u32, packet: Option<&Packet<'_>>) {
        let interface = Interface::of(frame);
        if !self.interfaces.contains(&interface) && self.interfaces.len() <= PLACES {
            self.interfaces.push(interface);
        }
        if let Some(link) = link::strip(frame.link, frame.data) {
            self.segments.take(&link);
        }
        self.bytes += frame.data.len();
        self.frames.push((input, Kept::of(frame)));
        if let Some(packet) = packet {
            self.segments.answers(packet);
        }
        let Some((packet, key)) = packet.and_then(|packet| Some((packet, self.key(packet)?))) else { return };
        let (from, to, time) = (packet.from, packet.to, packet.source.time);
        let seen = Seen { interface, ttl: packet.ttl, from, to, hardware: packet.hardware, time };
        let Some(before) = self.packets.get(&key) else {
            if self.packets.len() < REMEMBERED {
                self.packets.insert(key, seen);
            }
            return;
        };
        if self.passed.len() < KEPT && before.passed_on(&seen) {
            self.passed.push((*before, seen));
        }
    }

    /// How many packets passed from one interface, or network, to another.
    fn passing(&self) -> usize {
        let apart = |(before, later): &&(Seen, Seen)| match self.interfaces.len() {
            1 => self.segments.apart(before.hardware, later.hardware),
            _ => before.interface != later.interface,
        };
        self.passed.iter().filter(apart).count()
    }

    /// Enough was looked at.
    fn hopeless(&self) -> bool {
        let one = self.interfaces.len() == 1 && self.frames.len() >= ALONE;
        one || self.bytes >= WAITING || self.interfaces.len() > PLACES
    }

    /// What a device leaves of a packet that it passes on: a SYN's number, or bytes and identification.
    fn key(&self, packet: &Packet<'_>) -> Option<u64> {
        let first = |payload: &[u8]| payload.get(..HASHED.min(payload.len())).unwrap_or_default().to_vec();
        match &packet.transport {
            Transport::Tcp(segment) if segment.has(Segment::SYN) => Some(self.hasher.hash_one((0_u8, segment.seq))),
            Transport::Tcp(segment) if segment.payload.len() > 1 => {
                let sign = if packet.id == 0 { segment.seq } else { u32::from(packet.id) };
                Some(self.hasher.hash_one((1_u8, sign, segment.length, first(segment.payload))))
            }
            Transport::Udp { from, to, payload } if *from == 53 || *to == 53 => {
                Some(self.hasher.hash_one((2_u8, packet.id, first(payload))))
            }
            _ => None,
        }
    }

    /// From here on each interface is read by itself, what waited first.
    fn begin(mut self) -> State {
        if self.interfaces.len() == 1 {
            let passed = self.passed.iter().flat_map(|(before, later)| [before.hardware, later.hardware]);
            self.segments.choose(passed);
        }
        let mut apart = Apart { views: Vec::new(), segments: self.segments };
        let read = self.frames.iter().all(|(input, kept)| apart.take(&kept.frame(), *input));
        if read { State::Apart(apart) } else { State::Off }
    }
}

impl Apart {
    /// Hands a frame to its interface; whether there was room for it.
    fn take(&mut self, frame: &Frame<'_>, input: u32) -> bool {
        let mut interface = Interface::of(frame);
        if let Some(link) = link::strip(frame.link, frame.data) {
            interface.network = self.segments.of(&link);
        }
        let at = match self.views.iter().position(|(known, _)| *known == interface) {
            Some(at) => at,
            None if self.views.len() == PLACES => return false,
            None => {
                let mut point = Point::default();
                point.views = Views::off();
                point.seam.recording = true;
                self.views.push((interface, point));
                self.views.len() - 1
            }
        };
        if let Some((_, point)) = self.views.get_mut(at) {
            // Nearly always the one of the frame before.
            if point.inputs.last() != Some(&input) && !point.inputs.contains(&input) {
                point.inputs.push(input);
            }
            point.frame(frame, input);
        }
        true
    }
}
