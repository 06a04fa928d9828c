//! Ethernet frames as the cable needs them: what is in them, and the few things that it changes or makes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::Range;

use gateway_triage_tests::build::packet::{self, ACK, FIN, Hop, RST, SYN, Segment};

/// Destination, source, type: no tag, since the lab's hosts know none.
const ETHERNET: usize = 14;
const TCP: u8 = 6;
const UDP: u8 = 17;

/// What the headers say. Frames that are no IP, IP options of version 6 and fragments are passed on unread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    pub from: SocketAddr,
    pub to: SocketAddr,
    pub protocol: u8,
    /// TCP flags; 0 for others.
    pub flags: u8,
    pub sequence: u32,
    pub acknowledges: u32,
    /// TCP or UDP payload in the frame.
    pub data: Range<usize>,
    /// Length of the IP packet.
    pub size: usize,
    /// Where the transport header begins.
    transport: usize,
}

impl Packet {
    /// Reads a frame.
    pub fn read(frame: &[u8]) -> Option<Self> {
        let ip = frame.get(ETHERNET..)?;
        let (from, to, protocol, header, size): (IpAddr, IpAddr, u8, usize, usize) = match be16(frame, 12)? {
            0x0800 => (
                <[u8; 4]>::try_from(ip.get(12..16)?).map(Ipv4Addr::from).ok()?.into(),
                <[u8; 4]>::try_from(ip.get(16..20)?).map(Ipv4Addr::from).ok()?.into(),
                *ip.get(9)?,
                usize::from(ip.first()? & 15) * 4,
                be16(ip, 2)?.into(),
            ),
            0x86dd => (
                <[u8; 16]>::try_from(ip.get(8..24)?).map(Ipv6Addr::from).ok()?.into(),
                <[u8; 16]>::try_from(ip.get(24..40)?).map(Ipv6Addr::from).ok()?.into(),
                *ip.get(6)?,
                40,
                usize::from(be16(ip, 4)?) + 40,
            ),
            _ => return None,
        };
        let transport = ETHERNET + header;
        let end = (ETHERNET + size).min(frame.len());
        let ported = protocol == TCP || protocol == UDP;
        let port = |at| if ported { be16(frame, transport + at) } else { Some(0) };
        let tcp = protocol == TCP;
        let data = match protocol {
            TCP => transport + usize::from(frame.get(transport + 12)? >> 4) * 4,
            UDP => transport + 8,
            _ => end,
        };
        Some(Self {
            from: SocketAddr::new(from, port(0)?),
            to: SocketAddr::new(to, port(2)?),
            protocol,
            flags: if tcp { *frame.get(transport + 13)? } else { 0 },
            sequence: if tcp { be32(frame, transport + 4)? } else { 0 },
            acknowledges: if tcp { be32(frame, transport + 8)? } else { 0 },
            data: data.min(end)..end,
            size,
            transport,
        })
    }

    /// The connection, the same for both directions.
    pub fn connection(&self) -> (SocketAddr, SocketAddr) {
        (self.from.min(self.to), self.from.max(self.to))
    }

    /// How far the sequence number goes on with this segment.
    fn length(&self) -> u32 {
        let marks = u32::from(self.flags & SYN != 0) + u32::from(self.flags & FIN != 0);
        u32::try_from(self.data.len()).unwrap_or(0) + marks
    }
}

/// Sets the time to live or hop limit. [`mend`] afterwards.
pub fn set_ttl(frame: &mut [u8], ttl: u8) {
    let at = if be16(frame, 12) == Some(0x0800) { ETHERNET + 8 } else { ETHERNET + 7 };
    if let Some(byte) = frame.get_mut(at) {
        *byte = ttl;
    }
}

/// Writes the checksums anew: a sender that hopes for its network card leaves them unfinished.
pub fn mend(frame: &mut [u8]) {
    let Some(packet) = Packet::read(frame) else { return };
    if packet.from.is_ipv4() {
        put(frame, ETHERNET + 10, 0);
        let sum = checksum(0, &frame[ETHERNET..packet.transport]);
        put(frame, ETHERNET + 10, sum);
    }
    let (at, empty) = match packet.protocol {
        TCP => (16, 0),
        UDP => (6, 0xffff),
        1 | 58 => (2, 0),
        _ => return,
    };
    let length = packet.data.end - packet.transport;
    let mut sum = 0;
    if packet.protocol != 1 {
        // The pseudo header: addresses, length, protocol.
        let addresses = if packet.from.is_ipv4() { ETHERNET + 12..ETHERNET + 20 } else { ETHERNET + 8..ETHERNET + 40 };
        sum = add(u32::from(packet.protocol) + u32::try_from(length).unwrap_or(0), &frame[addresses]);
    }
    put(frame, packet.transport + at, 0);
    let sum = checksum(sum, &frame[packet.transport..packet.data.end]);
    put(frame, packet.transport + at, if sum == 0 { empty } else { sum });
}

/// A reset in the name of the packet's receiver (`back`) or of its sender, as a device on the path would make it:
/// `shift` off the right sequence number.
pub fn reset(frame: &[u8], packet: &Packet, back: bool, hop: Hop, shift: u32) -> Vec<u8> {
    let acknowledges = packet.sequence.wrapping_add(packet.length());
    let (from, to, sequence, acknowledges) = if back {
        (packet.to, packet.from, packet.acknowledges, acknowledges)
    } else {
        (packet.from, packet.to, acknowledges, packet.acknowledges)
    };
    let segment = Segment {
        sequence: sequence.wrapping_add(shift),
        acknowledges,
        flags: RST | ACK,
        window: 0,
        options: &[],
        data: &[],
    };
    link(frame, back, &packet::tcp(from, to, hop, &segment))
}

/// An ICMP error of `router` about the packet, to its sender; `more` is the next hop's MTU, or 0.
pub fn icmp(frame: &[u8], packet: &Packet, router: IpAddr, hop: Hop, (kind, code): (u8, u8), more: u16) -> Vec<u8> {
    let about = &frame[ETHERNET..];
    let error = packet::icmp(router, packet.from.ip(), hop, (kind, code), 0, about, 0);
    let mut out = link(frame, true, &error);
    if let Some(read) = Packet::read(&out) {
        put(&mut out, read.transport + 6, more);
    }
    mend(&mut out);
    out
}

/// The frame with an 802.1Q tag.
pub fn tagged(frame: &[u8], vlan: u16) -> Vec<u8> {
    let (addresses, rest) = frame.split_at(frame.len().min(12));
    [addresses, &[0x81, 0], &vlan.to_be_bytes(), rest].concat()
}

/// An IP packet in the Ethernet header of `frame`, turned round if it goes `back`.
fn link(frame: &[u8], back: bool, ip: &[u8]) -> Vec<u8> {
    let (to, from) = (&frame[0..6], &frame[6..12]);
    let addresses = if back { [from, to] } else { [to, from] }.concat();
    [&addresses, &frame[12..14], ip].concat()
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_be_bytes)
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}

fn put(bytes: &mut [u8], at: usize, value: u16) {
    if let Some(place) = bytes.get_mut(at..at + 2) {
        place.copy_from_slice(&value.to_be_bytes());
    }
}

fn add(sum: u32, bytes: &[u8]) -> u32 {
    bytes
        .chunks(2)
        .fold(sum, |sum, pair| sum + u32::from(u16::from_be_bytes([pair[0], pair.get(1).copied().unwrap_or(0)])))
}

/// The Internet checksum (RFC 1071).
fn checksum(sum: u32, bytes: &[u8]) -> u16 {
    let mut sum = add(sum, bytes);
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOP: Hop = Hop { ttl: 60, id: 7 };

    fn frame(from: &str, to: &str, flags: u8, data: &[u8]) -> Vec<u8> {
        let segment = Segment { sequence: 1000, acknowledges: 5000, flags, window: 64, options: &[], data };
        let from: SocketAddr = from.parse().unwrap();
        let kind: [u8; 2] = if from.is_ipv4() { [8, 0] } else { [0x86, 0xdd] };
        let ip = packet::tcp(from, to.parse().unwrap(), HOP, &segment);
        [&[1; 6][..], &[2; 6], &kind, &ip].concat()
    }

    #[test]
    fn mending_gives_what_the_builder_wrote() {
        for (from, to) in [("192.0.2.1:1", "192.0.2.2:80"), ("[2001:db8::1]:1", "[2001:db8::2]:80")] {
            let right = frame(from, to, ACK, b"odd");
            let mut broken = right.clone();
            let packet = Packet::read(&broken).unwrap();
            assert_eq!(&broken[packet.data.clone()], b"odd");
            put(&mut broken, packet.transport + 16, 0x1234);
            assert_ne!(broken, right);
            mend(&mut broken);
            assert_eq!(broken, right);
        }
    }

    #[test]
    fn resets_fit_the_connection() {
        let asked = frame("192.0.2.1:1", "192.0.2.2:80", ACK, b"GET");
        let packet = Packet::read(&asked).unwrap();
        let back = reset(&asked, &packet, true, HOP, 0);
        let read = Packet::read(&back).unwrap();
        assert_eq!((read.from, read.sequence, read.acknowledges), (packet.to, 5000, 1003));
        assert_eq!((&back[0..6], &back[6..12]), (&[2; 6][..], &[1; 6][..]));
        let on = Packet::read(&reset(&asked, &packet, false, HOP, 10)).unwrap();
        assert_eq!((on.from, on.sequence, on.acknowledges), (packet.from, 1013, 5000));
    }

    #[test]
    fn icmp_says_the_mtu_and_tags_stand_before_the_type() {
        let asked = frame("192.0.2.1:1", "192.0.2.2:80", ACK, b"GET");
        let packet = Packet::read(&asked).unwrap();
        let error = icmp(&asked, &packet, "198.51.100.1".parse().unwrap(), HOP, (3, 4), 1400);
        assert_eq!(be16(&error, ETHERNET + 20 + 6), Some(1400));
        assert_eq!(tagged(&asked, 20)[12..18], [0x81, 0, 0, 20, 8, 0]);
    }
}
