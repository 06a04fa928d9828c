//! A capture as a script: who says what, when. Keeps the clock and the sequence numbers, and gives
//! every packet the number that Wireshark will show, so that a script can name its evidence.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};

use super::dns::{Question, Record};
use super::packet::{self, ACK, FIN, Hop, Link, PSH, RST, SYN, SYN_OPTIONS, Segment};

/// Who speaks in a [`Flow`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one that opened the connection.
    Opener,
    /// The one that it was opened to.
    Server,
}

/// One end of a connection.
#[derive(Clone, Debug)]
struct End {
    address: SocketAddr,
    ttl: u8,
    next: u32,
}

/// A TCP connection. It does not judge: any segment can be sent at any time.
#[derive(Clone, Debug)]
pub struct Flow {
    opener: End,
    server: End,
}

impl Flow {
    /// A connection between `ADDRESS:PORT` and `ADDRESS:PORT`; both ends one hop away.
    pub fn new(opener: &str, server: &str) -> Self {
        let end = |text: &str, first: u32| {
            let address: SocketAddr = text.parse().unwrap_or_else(|_| SocketAddr::from(([0, 0, 0, 0], 0)));
            // Differs from connection to connection, is the same in every run.
            let next = first.wrapping_add(u32::from(address.port()).wrapping_mul(65_537));
            End { address, ttl: 64, next }
        };
        Self { opener: end(opener, 1_000_003), server: end(server, 2_750_000_011) }
    }

    /// The opener's packets leave with this time to live: a traceroute's are small.
    pub fn opener_ttl(mut self, ttl: u8) -> Self {
        self.opener.ttl = ttl;
        self
    }

    /// The server's packets arrive with this time to live.
    pub fn server_ttl(mut self, ttl: u8) -> Self {
        self.server.ttl = ttl;
        self
    }

    /// A later connection on the same addresses and ports: its numbers lie this much further on.
    pub fn again(mut self, on: u32) -> Self {
        self.opener.next = self.opener.next.wrapping_add(on);
        self.server.next = self.server.next.wrapping_add(on);
        self
    }

    /// As the opener knows it that has not received the server's last so many bytes.
    pub fn server_behind(mut self, bytes: usize) -> Self {
        self.server.next = self.server.next.wrapping_sub(u32::try_from(bytes).unwrap_or(0));
        self
    }

    fn ends(&mut self, side: Side) -> (&mut End, &mut End) {
        match side {
            Side::Opener => (&mut self.opener, &mut self.server),
            Side::Server => (&mut self.server, &mut self.opener),
        }
    }
}

/// A segment that need not fit the connection.
#[derive(Clone, Copy, Debug, Default)]
pub struct Forged {
    /// Flags.
    pub flags: u8,
    /// Time to live; the side's own where not set.
    pub ttl: Option<u8>,
    /// Sequence number; the side's next one where not set.
    pub sequence: Option<u32>,
    /// Added to it.
    pub ahead: u32,
    /// Acknowledgement number; what the side has heard where not set.
    pub acknowledges: Option<u32>,
    /// Added to it.
    pub heard: u32,
    /// Window.
    pub window: u16,
    /// Options, a multiple of four bytes.
    pub options: &'static [u8],
    /// Routers may fragment it.
    pub may_fragment: bool,
}

impl Forged {
    /// With these flags, as the side itself would send it.
    pub fn new(flags: u8) -> Self {
        Self { flags, ..Self::default() }
    }
}

/// One recorded frame.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Microseconds since 1970.
    pub micros: u64,
    /// As recorded.
    pub bytes: Vec<u8>,
    /// Length on the wire, where the snap length cut the frame.
    pub length: usize,
    /// Sent, not received, by the machine that records.
    pub sent: bool,
    /// Which packet it is a copy of, from 1.
    pub packet: u64,
}

/// A capture that is being written.
#[derive(Clone, Debug)]
pub struct Capture {
    link: Link,
    now: u64,
    ours: HashSet<IpAddr>,
    router: [u8; 6],
    frames: Vec<Frame>,
    packets: Vec<Vec<u8>>,
    id: u16,
    twice: bool,
    snap: usize,
    wrap: Option<fn(Vec<u8>) -> Vec<u8>>,
    machine: Option<[u8; 6]>,
}

impl Capture {
    /// Begins at `seconds` since 1970, on the machine that has the addresses `ours`.
    pub fn new(link: Link, seconds: u64, ours: &[&str]) -> Self {
        Self {
            link,
            now: seconds * 1_000_000,
            ours: ours.iter().filter_map(|address| address.parse().ok()).collect(),
            router: packet::mac(IpAddr::V4(packet::v4("198.51.100.1"))),
            frames: Vec::new(),
            packets: Vec::new(),
            id: 0x4000,
            twice: false,
            snap: usize::MAX,
            wrap: None,
            machine: None,
        }
    }

    /// From here on every packet is recorded twice, as `-i any` does it above a bridge or a bond.
    pub fn twice(&mut self, twice: bool) {
        self.twice = twice;
    }

    /// From here on frames are cut after this many bytes.
    pub fn snap(&mut self, bytes: usize) {
        self.snap = bytes;
    }

    /// From here on packets travel inside others, as this function puts them there.
    pub fn wrap(&mut self, wrap: Option<fn(Vec<u8>) -> Vec<u8>>) {
        self.wrap = wrap;
    }

    /// From here on the machine that records speaks for these addresses, all with one hardware address: as a gateway does
    /// that answers in the origin's name and asks in the client's.
    pub fn speaks_for(&mut self, ours: &[&str]) {
        self.ours = ours.iter().filter_map(|address| address.parse().ok()).collect();
        self.machine = Some(packet::mac(IpAddr::V4(packet::v4("10.20.0.2"))));
    }

    /// The clock is set: forwards, or backwards.
    pub fn set_clock_ms(&mut self, by: i64) {
        self.now = self.now.saturating_add_signed(by * 1000);
    }

    /// Time passes.
    pub fn wait_ms(&mut self, milliseconds: u64) {
        self.now += milliseconds * 1000;
    }

    /// The present, in microseconds since 1970.
    pub fn now(&self) -> u64 {
        self.now
    }

    /// The frames so far.
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// The link type of the frames.
    pub fn link(&self) -> Link {
        self.link
    }

    fn mac(&self, address: IpAddr) -> [u8; 6] {
        if let Some(machine) = self.machine.filter(|_| self.ours.contains(&address)) {
            return machine;
        }
        let near = matches!(address, IpAddr::V4(address) if address.octets()[..3] == [10, 20, 0]);
        if near || self.ours.contains(&address) { packet::mac(address) } else { self.router }
    }

    /// Records an IP packet and gives its number.
    pub fn put(&mut self, from: IpAddr, to: IpAddr, ip: Vec<u8>) -> u64 {
        let macs = (self.mac(from), self.mac(to));
        let sent = self.ours.contains(&from);
        let copies = if self.twice { 2 } else { 1 };
        let number = self.frames.len() as u64 + 1;
        let ip = self.wrap.map_or_else(|| ip.clone(), |wrap| wrap(ip.clone()));
        for copy in 0..copies {
            let mut bytes = self.link.frame(&ip, macs, sent, 2 + copy);
            let length = bytes.len();
            bytes.truncate(self.snap);
            let micros = self.now + u64::from(copy) * 3;
            self.frames.push(Frame { micros, bytes, length, sent, packet: number });
            self.packets.push(ip.clone());
        }
        self.now += 10;
        number
    }

    fn hop(&mut self, ttl: u8) -> Hop {
        self.id = self.id.wrapping_add(1);
        Hop { ttl, id: self.id }
    }

    fn segment(&mut self, flow: &mut Flow, side: Side, flags: u8, sequence: u32, data: &[u8]) -> u64 {
        let (from, to) = flow.ends(side);
        let options: &[u8] = if flags & SYN != 0 { &SYN_OPTIONS } else { &[] };
        let acknowledges = if flags & ACK != 0 { to.next } else { 0 };
        let window = if flags & RST != 0 { 0 } else { 64_240 };
        let segment = Segment { sequence, acknowledges, flags, window, options, data };
        let (from, to, ttl) = (from.address, to.address, from.ttl);
        let hop = self.hop(ttl);
        self.put(from.ip(), to.ip(), packet::tcp(from, to, hop, &segment))
    }

    /// SYN; again for a retransmission.
    pub fn syn(&mut self, flow: &mut Flow) -> u64 {
        let sequence = flow.opener.next;
        self.segment(flow, Side::Opener, SYN, sequence, &[])
    }

    /// SYN-ACK; again for a retransmission. [`Capture::established`] moves on.
    pub fn syn_ack(&mut self, flow: &mut Flow) -> u64 {
        let sequence = flow.server.next;
        let mut heard = flow.clone();
        heard.opener.next = heard.opener.next.wrapping_add(1);
        self.segment(&mut heard, Side::Server, SYN | ACK, sequence, &[])
    }

    /// The ACK that ends the handshake.
    pub fn established(&mut self, flow: &mut Flow) -> u64 {
        flow.opener.next = flow.opener.next.wrapping_add(1);
        flow.server.next = flow.server.next.wrapping_add(1);
        self.ack(flow, Side::Opener)
    }

    /// A whole handshake with this round-trip time; the number of its SYN.
    pub fn open(&mut self, flow: &mut Flow, round_trip_ms: u64) -> u64 {
        let number = self.syn(flow);
        self.wait_ms(round_trip_ms);
        self.syn_ack(flow);
        self.established(flow);
        number
    }

    /// The server refuses the SYN: RST,ACK with sequence number 0 (RFC 9293, 3.10.7.1).
    pub fn refuse(&mut self, flow: &mut Flow) -> u64 {
        let mut heard = flow.clone();
        heard.opener.next = heard.opener.next.wrapping_add(1);
        self.segment(&mut heard, Side::Server, RST | ACK, 0, &[])
    }

    /// A bare acknowledgement of all that came.
    pub fn ack(&mut self, flow: &mut Flow, side: Side) -> u64 {
        let sequence = flow.ends(side).0.next;
        self.segment(flow, side, ACK, sequence, &[])
    }

    /// Data in one segment.
    pub fn send(&mut self, flow: &mut Flow, side: Side, data: &[u8]) -> u64 {
        let sequence = flow.ends(side).0.next;
        let number = self.segment(flow, side, PSH | ACK, sequence, data);
        let end = flow.ends(side).0;
        end.next = end.next.wrapping_add(u32::try_from(data.len()).unwrap_or(0));
        number
    }

    /// Data in full-sized segments; the number of the first.
    pub fn send_all(&mut self, flow: &mut Flow, side: Side, data: &[u8]) -> u64 {
        let numbers: Vec<u64> = data.chunks(1460).map(|part| self.send(flow, side, part)).collect();
        numbers.first().copied().unwrap_or(0)
    }

    /// The same data once more: a retransmission of what was sent last.
    pub fn send_again(&mut self, flow: &mut Flow, side: Side, data: &[u8]) -> u64 {
        let sequence = flow.ends(side).0.next.wrapping_sub(u32::try_from(data.len()).unwrap_or(0));
        self.segment(flow, side, PSH | ACK, sequence, data)
    }

    /// Data that was lost before the recording: the numbers move on, nothing is recorded.
    pub fn lose(&mut self, flow: &mut Flow, side: Side, length: usize) {
        let end = flow.ends(side).0;
        end.next = end.next.wrapping_add(u32::try_from(length).unwrap_or(0));
    }

    /// FIN.
    pub fn fin(&mut self, flow: &mut Flow, side: Side) -> u64 {
        let sequence = flow.ends(side).0.next;
        let number = self.segment(flow, side, FIN | ACK, sequence, &[]);
        let end = flow.ends(side).0;
        end.next = end.next.wrapping_add(1);
        number
    }

    /// RST,ACK: this side aborts the connection.
    pub fn reset(&mut self, flow: &mut Flow, side: Side) -> u64 {
        let sequence = flow.ends(side).0.next;
        self.segment(flow, side, RST | ACK, sequence, &[])
    }

    /// A segment that need not fit; the connection's numbers stay as they are.
    pub fn forge(&mut self, flow: &mut Flow, side: Side, forged: Forged) -> u64 {
        let (from, to) = flow.ends(side);
        let acknowledges = forged.acknowledges.unwrap_or(to.next).wrapping_add(forged.heard);
        let segment = Segment {
            sequence: forged.sequence.unwrap_or(from.next).wrapping_add(forged.ahead),
            acknowledges: if forged.flags & ACK == 0 { 0 } else { acknowledges },
            flags: forged.flags,
            window: forged.window,
            options: forged.options,
            data: &[],
        };
        let (from, to, ttl) = (from.address, to.address, forged.ttl.unwrap_or(from.ttl));
        let hop = self.hop(ttl);
        let mut ip = packet::tcp(from, to, hop, &segment);
        if forged.may_fragment && from.is_ipv4() {
            ip = packet::may_fragment(ip);
        }
        self.put(from.ip(), to.ip(), ip)
    }

    /// RST without ACK: this side does not know the connection (any more), its number is what was acknowledged to it.
    pub fn forget(&mut self, flow: &mut Flow, side: Side) -> u64 {
        let sequence = flow.ends(side).0.next;
        self.segment(flow, side, RST, sequence, &[])
    }

    /// FIN of one side, then of the other, both acknowledged.
    pub fn close(&mut self, flow: &mut Flow, first: Side) {
        let second = if first == Side::Opener { Side::Server } else { Side::Opener };
        self.fin(flow, first);
        self.fin(flow, second);
        self.ack(flow, first);
    }

    /// A UDP packet.
    pub fn udp(&mut self, from: &str, to: &str, data: &[u8]) -> u64 {
        let any = || SocketAddr::from(([0, 0, 0, 0], 0));
        let (from, to) = (from.parse().unwrap_or_else(|_| any()), to.parse().unwrap_or_else(|_| any()));
        let hop = self.hop(64);
        self.put(from.ip(), to.ip(), packet::udp(from, to, hop, data))
    }

    /// A DNS query over UDP.
    pub fn ask(&mut self, resolver: &str, server: &str, question: &Question) -> u64 {
        self.udp(resolver, server, &question.query())
    }

    /// Its answer.
    pub fn tell(&mut self, resolver: &str, server: &str, question: &Question, rcode: u8, records: &[Record]) -> u64 {
        self.udp(server, resolver, &question.answer(rcode, records))
    }

    /// `reporter` sends an ICMP error about packet `number` to its sender.
    pub fn icmp(&mut self, reporter: &str, number: u64, kind: u8, code: u8) -> u64 {
        self.icmp_mtu(reporter, number, (kind, code), 0)
    }

    /// The same with the largest packet that `reporter` can pass on ("fragmentation needed", "packet too big").
    pub fn icmp_mtu(&mut self, reporter: &str, number: u64, kind: (u8, u8), mtu: u16) -> u64 {
        let at = usize::try_from(number).unwrap_or(0).saturating_sub(1);
        let Some(about) = self.packets.get(at).cloned() else { return 0 };
        let from: IpAddr = reporter.parse().unwrap_or(IpAddr::V4(packet::v4("0.0.0.0")));
        let to = source(&about).unwrap_or(from);
        let hop = self.hop(64);
        self.put(from, to, packet::icmp(from, to, hop, kind, mtu, &about, 32))
    }
}

/// The source address of an IP packet.
fn source(packet: &[u8]) -> Option<IpAddr> {
    if packet.first()? >> 4 == 4 {
        let octets: [u8; 4] = packet.get(12..16)?.try_into().ok()?;
        return Some(IpAddr::from(octets));
    }
    let octets: [u8; 16] = packet.get(8..24)?.try_into().ok()?;
    Some(IpAddr::from(octets))
}
