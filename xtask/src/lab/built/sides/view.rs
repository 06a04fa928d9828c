//! One script, recorded at two places: what the packets look like behind a device, by a clock of its own.

use std::net::IpAddr;

use gateway_triage_tests::build::packet::Link;
use gateway_triage_tests::build::talk::Capture;

/// What lies between the place of the script and another one, and the clock there. The host named by `host` is on the
/// script's side.
#[derive(Clone, Copy, Debug)]
pub struct Crossing {
    /// The host whose packets pass, as the script has it.
    pub host: &'static str,
    /// Its address on the other side.
    pub translated: &'static str,
    /// Added to its ports.
    pub ports: u16,
    /// Routers that count the time to live.
    pub hops: u8,
    /// Added to the sequence numbers of the host and of those that it speaks to.
    pub numbers: (u32, u32),
    /// A packet's way through, in microseconds: out and back.
    pub delay: (i64, i64),
    /// How far the other clock is ahead, in microseconds.
    pub ahead: i64,
    /// Microseconds that it gains in a second.
    pub gains: i64,
    /// IP identification is cleared.
    pub anonymous: bool,
    /// How the addresses of its peers begin, as octets.
    pub peers: &'static [u8],
    /// How the addresses do of those that it reaches without passing.
    pub near: &'static [u8],
}

/// A firewall that routes and translates nothing.
pub const ROUTED: Crossing = Crossing {
    host: "10.20.0.2",
    translated: "10.20.0.2",
    ports: 0,
    hops: 1,
    numbers: (0, 0),
    delay: (120, 310),
    ahead: 0,
    gains: 0,
    anonymous: false,
    peers: &[],
    near: &[10, 20, 0],
};

/// One that hides the gateway behind its own address.
pub const NAT: Crossing = Crossing { translated: "203.0.113.7", ports: 9000, ..ROUTED };

/// One that also rewrites sequence numbers and leaves the time to live alone, as Cisco's ASA does by default.
pub const ASA: Crossing = Crossing { hops: 0, numbers: (0x1357_9bdf, 0x0246_8ace), ..NAT };

/// A recording: the file, and where each packet of the script stands in it.
pub struct View {
    /// As a pcap file.
    pub file: Vec<u8>,
    numbers: Vec<Option<u64>>,
}

impl View {
    /// With other hardware addresses in place of some.
    pub fn rewired(mut self, swaps: &[([u8; 6], [u8; 6])]) -> Self {
        let mut at = 24;
        while let Some(head) = self.file.get(at..at + 16) {
            let length = u32::from_le_bytes([head[8], head[9], head[10], head[11]]);
            for end in [at + 16, at + 22] {
                let swap = swaps.iter().find(|(from, _)| self.file[end..end + 6] == from[..]);
                if let Some((_, to)) = swap {
                    self.file[end..end + 6].copy_from_slice(to);
                }
            }
            at += 16 + usize::try_from(length).unwrap_or(0);
        }
        self
    }

    /// The packets of both, recorded at one place.
    pub fn beside(&self, other: &Self) -> Self {
        let (file, [ours, theirs]) = merged([self, other]);
        let numbers = ours.numbers.iter().zip(&theirs.numbers).map(|(one, other)| one.or(*other)).collect();
        Self { file, numbers }
    }

    /// The frames of the file: time in microseconds, number, bytes.
    fn frames(&self) -> impl Iterator<Item = (u64, u64, &[u8])> {
        let word = |at: usize| {
            self.file
                .get(at..at + 4)
                .map_or(0, |word| u64::from(u32::from_le_bytes([word[0], word[1], word[2], word[3]])))
        };
        let mut at = 24;
        (1..).map_while(move |number| {
            let length = usize::try_from(word(at + 8)).unwrap_or(0);
            let bytes = self.file.get(at + 16..at + 16 + length).filter(|bytes| !bytes.is_empty())?;
            let micros = word(at) * 1_000_000 + word(at + 4);
            at += 16 + length;
            Some((micros, number, bytes))
        })
    }

    /// The numbers that packets of the script have here.
    pub fn at(&self, packets: &[u64]) -> Vec<u64> {
        packets
            .iter()
            .map(|number| self.numbers[usize::try_from(*number).unwrap_or(0) - 1].expect("it is recorded here"))
            .collect()
    }
}

/// The script's own place, without some packets.
pub fn inside(capture: &Capture, hidden: &[u64]) -> View {
    write(capture, |number, bytes, micros| (!hidden.contains(&number)).then(|| (bytes.to_vec(), micros)))
}

/// A copy of the script's own place, by a clock that is ahead by so many microseconds.
pub fn copy(capture: &Capture, ahead: u64) -> View {
    write(capture, |_, bytes, micros| Some((bytes.to_vec(), micros + ahead)))
}

/// The other place: packets of the host that go beyond its network, or come from there, without those that `hidden`
/// names.
pub fn outside(capture: &Capture, crossing: &Crossing, hidden: impl Fn(u64) -> bool) -> View {
    let began = i64::try_from(capture.frames().first().map_or(0, |frame| frame.micros)).unwrap_or(0);
    write(capture, |number, bytes, micros| {
        if hidden(number) {
            return None;
        }
        let now = i64::try_from(micros).unwrap_or(0);
        let (bytes, out) = crossing.translate(bytes)?;
        let passed = if out { now + crossing.delay.0 } else { now - crossing.delay.1 };
        let there = passed + crossing.ahead + (passed - began) * crossing.gains / 1_000_000;
        Some((bytes, u64::try_from(there).unwrap_or(0)))
    })
}

/// Both recordings in one pcapng file, an interface for each: the file, and where the packets of each stand in it.
pub fn one_file(views: [(&View, &str); 2]) -> (Vec<u8>, [View; 2]) {
    let mut frames: Vec<(u64, usize, u64, &[u8])> = Vec::new();
    for (interface, (view, _)) in views.iter().enumerate() {
        frames.extend(view.frames().map(|(micros, number, bytes)| (micros, interface, number, bytes)));
    }
    frames.sort();
    let mut section = Vec::new();
    for word in [0x1a2b_3c4d_u32, 1, u32::MAX, u32::MAX] {
        section.extend(word.to_le_bytes());
    }
    let mut file = block(0x0a0d_0d0a, &section);
    for (_, name) in views {
        let length = u16::try_from(name.len()).unwrap_or(0);
        let mut body = [1_u32.to_le_bytes(), 262_144_u32.to_le_bytes()].concat();
        body.extend([&2_u16.to_le_bytes()[..], &length.to_le_bytes(), name.as_bytes()].concat());
        body.resize(body.len().next_multiple_of(4), 0);
        body.extend([0; 4]);
        file.extend(block(1, &body));
    }
    let mut here = views.map(|(view, _)| View { file: Vec::new(), numbers: vec![None; view.numbers.len()] });
    for ((micros, interface, number, bytes), at) in frames.iter().zip(1..) {
        let length = u64::try_from(bytes.len()).unwrap_or(0);
        let mut body = Vec::new();
        for word in [*interface as u64, micros >> 32, micros & 0xffff_ffff, length, length] {
            body.extend(u32::try_from(word).unwrap_or(u32::MAX).to_le_bytes());
        }
        body.extend(*bytes);
        file.extend(block(6, &body));
        let known = views[*interface].0.numbers.iter().position(|known| *known == Some(*number));
        if let Some(packet) = known {
            here[*interface].numbers[packet] = Some(at);
        }
    }
    (file, here)
}

fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let mut body = body.to_vec();
    body.resize(body.len().next_multiple_of(4), 0);
    let length = u32::try_from(body.len() + 12).unwrap_or(0).to_le_bytes();
    [&kind.to_le_bytes()[..], &length, &body, &length].concat()
}

/// Both recordings in one pcap file, as mergecap puts them together: nothing says which packet is from which.
pub fn merged(views: [&View; 2]) -> (Vec<u8>, [View; 2]) {
    let (_, here) = one_file(views.map(|view| (view, "")));
    let mut frames: Vec<(u64, usize, u64, &[u8])> = Vec::new();
    for (interface, view) in views.iter().enumerate() {
        frames.extend(view.frames().map(|(micros, number, bytes)| (micros, interface, number, bytes)));
    }
    frames.sort();
    let mut file = views[0].file[..24].to_vec();
    for (micros, _, _, bytes) in frames {
        let length = bytes.len() as u64;
        for word in [micros / 1_000_000, micros % 1_000_000, length, length] {
            file.extend(u32::try_from(word).unwrap_or(u32::MAX).to_le_bytes());
        }
        file.extend(bytes);
    }
    (file, here)
}

fn write(capture: &Capture, keep: impl Fn(u64, &[u8], u64) -> Option<(Vec<u8>, u64)>) -> View {
    assert_eq!(capture.link(), Link::Ethernet, "frames are rewritten as Ethernet");
    let mut frames: Vec<(u64, u64, Vec<u8>)> = Vec::new();
    for (frame, number) in capture.frames().iter().zip(1..) {
        frames.extend(keep(number, &frame.bytes, frame.micros).map(|(bytes, micros)| (micros, number, bytes)));
    }
    frames.sort();
    let mut numbers = vec![None; capture.frames().len()];
    let mut file = Vec::new();
    for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 262_144, 1] {
        file.extend(word.to_le_bytes());
    }
    for ((micros, number, bytes), here) in frames.iter().zip(1..) {
        numbers[usize::try_from(*number).unwrap_or(0) - 1] = Some(here);
        let length = bytes.len() as u64;
        for word in [micros / 1_000_000, micros % 1_000_000, length, length] {
            file.extend(u32::try_from(word).unwrap_or(u32::MAX).to_le_bytes());
        }
        file.extend(bytes);
    }
    View { file, numbers }
}

impl Crossing {
    /// The frame as it is behind the device, and whether it goes out; `None` if it does not pass.
    fn translate(&self, frame: &[u8]) -> Option<(Vec<u8>, bool)> {
        let mut frame = frame.to_vec();
        let six = frame[14] >> 4 == 6;
        let (host, translated) = (address(self.host), address(self.translated));
        let size = if six { 16 } else { 4 };
        let (source, target) = if six { (14 + 8, 14 + 24) } else { (14 + 12, 14 + 16) };
        let out = frame[source..source + size] == host[..];
        if !out && frame[target..target + size] != host[..] {
            return None;
        }
        let peer = if out { target } else { source };
        let peer = &frame[peer..peer + size];
        if !peer.starts_with(self.peers) || !self.near.is_empty() && peer.starts_with(self.near) {
            return None;
        }
        // Two machines of the other network.
        let (ours, theirs) = ([2, 0xfe, 0, 0, 0, 1], [2, 0xfe, 0, 0, 0, 2]);
        let (from, to) = if out { (ours, theirs) } else { (theirs, ours) };
        frame[..6].copy_from_slice(&to);
        frame[6..12].copy_from_slice(&from);
        let mine = if out { source } else { target };
        frame[mine..mine + size].copy_from_slice(&translated);
        let ttl = if six { 14 + 7 } else { 14 + 8 };
        frame[ttl] = if out { frame[ttl] - self.hops } else { frame[ttl] + self.hops };
        if self.anonymous && !six {
            frame[18..20].fill(0);
        }
        let (protocol, head) = if six { (frame[20], 54) } else { (frame[23], 34) };
        let port = head + if out { 0 } else { 2 };
        let moved = u16::from_be_bytes([frame[port], frame[port + 1]]).wrapping_add(self.ports);
        frame[port..port + 2].copy_from_slice(&moved.to_be_bytes());
        if protocol == 6 {
            let (seq, ack) = if out { self.numbers } else { (self.numbers.1, self.numbers.0) };
            add(&mut frame, head + 4, seq);
            if frame[head + 13] & 16 != 0 {
                add(&mut frame, head + 8, ack);
            }
        }
        let check = head + if protocol == 6 { 16 } else { 6 };
        frame[check..check + 2].fill(0);
        let length = u32::try_from(frame.len() - head).unwrap_or(0);
        let mut pseudo = frame[source..target + size].to_vec();
        pseudo.extend(length.to_be_bytes());
        pseudo.extend([0, 0, 0, protocol]);
        let sum = checksum(&[pseudo, frame[head..].to_vec()].concat());
        frame[check..check + 2].copy_from_slice(&sum.to_be_bytes());
        if !six {
            frame[24..26].fill(0);
            let sum = checksum(&frame[14..34]);
            frame[24..26].copy_from_slice(&sum.to_be_bytes());
        }
        Some((frame, out))
    }
}

fn address(text: &str) -> Vec<u8> {
    match text.parse().expect("an address") {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

fn add(frame: &mut [u8], at: usize, number: u32) {
    let old = u32::from_be_bytes([frame[at], frame[at + 1], frame[at + 2], frame[at + 3]]);
    frame[at..at + 4].copy_from_slice(&old.wrapping_add(number).to_be_bytes());
}

/// RFC 1071.
fn checksum(bytes: &[u8]) -> u16 {
    let mut sum: u32 = 0;
    for pair in bytes.chunks(2) {
        sum += u32::from(u16::from_be_bytes([pair[0], pair.get(1).copied().unwrap_or(0)]));
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).unwrap_or(0)
}
