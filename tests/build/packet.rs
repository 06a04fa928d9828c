//! The bytes of one frame: link, network and transport headers with right checksums.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// What stands in front of the IP header; the value that capture files give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Ethernet.
    Ethernet,
    /// Ethernet with an 802.1Q tag of this VLAN.
    Vlan(u16),
    /// Linux cooked v1, as `-i any` writes it up to tcpdump 4.9.
    Sll,
    /// Linux cooked v2, as newer ones write it.
    Sll2,
    /// Nothing.
    Raw,
}

impl Link {
    /// LINKTYPE_ value.
    pub fn number(self) -> u32 {
        match self {
            Self::Ethernet | Self::Vlan(_) => 1,
            Self::Sll => 113,
            Self::Sll2 => 276,
            Self::Raw => 101,
        }
    }

    /// The IP packet in its frame. `sent`: by the machine that records; `interface` is told by SLL2 only.
    pub fn frame(self, ip: &[u8], macs: ([u8; 6], [u8; 6]), sent: bool, interface: u32) -> Vec<u8> {
        let kind: u16 = if ip.first().is_some_and(|byte| byte >> 4 == 6) { 0x86dd } else { 0x0800 };
        let (from, to) = macs;
        let direction: u8 = if sent { 4 } else { 0 };
        let mut out = Vec::new();
        match self {
            Self::Ethernet => {
                out.extend(to);
                out.extend(from);
            }
            Self::Vlan(id) => {
                out.extend(to);
                out.extend(from);
                out.extend(0x8100_u16.to_be_bytes());
                out.extend(id.to_be_bytes());
            }
            Self::Sll => {
                out.extend([0, direction, 0, 1, 0, 6]);
                out.extend(from);
                out.extend([0, 0]);
            }
            Self::Sll2 => {
                out.extend(kind.to_be_bytes());
                out.extend([0, 0]);
                out.extend(interface.to_be_bytes());
                out.extend([0, 1, direction, 6]);
                out.extend(from);
                out.extend([0, 0]);
            }
            Self::Raw => {}
        }
        if !matches!(self, Self::Sll2 | Self::Raw) {
            out.extend(kind.to_be_bytes());
        }
        out.extend(ip);
        out
    }
}

/// TCP flags.
pub const FIN: u8 = 1;
/// Opens a connection.
pub const SYN: u8 = 2;
/// Aborts it.
pub const RST: u8 = 4;
/// Data to be delivered at once.
pub const PSH: u8 = 8;
/// Acknowledges.
pub const ACK: u8 = 16;

/// A TCP segment.
#[derive(Clone, Debug)]
pub struct Segment<'a> {
    /// Sequence number.
    pub sequence: u32,
    /// Acknowledgement number; meaningful with [`ACK`].
    pub acknowledges: u32,
    /// Flags.
    pub flags: u8,
    /// Window as in the header.
    pub window: u16,
    /// Options, a multiple of four bytes.
    pub options: &'a [u8],
    /// Data.
    pub data: &'a [u8],
}

/// MSS 1460, SACK permitted, window scale 7: a usual SYN's options.
pub const SYN_OPTIONS: [u8; 12] = [2, 4, 5, 180, 4, 2, 1, 3, 3, 7, 1, 1];

/// The Internet checksum (RFC 1071) of the concatenated parts.
fn checksum(parts: &[&[u8]]) -> u16 {
    let bytes: Vec<u8> = parts.concat();
    let mut sum: u32 = 0;
    for pair in bytes.chunks(2) {
        sum += u32::from(u16::from_be_bytes([pair[0], pair.get(1).copied().unwrap_or(0)]));
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !u16::try_from(sum).unwrap_or(0)
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

fn pseudo_header(from: IpAddr, to: IpAddr, protocol: u8, length: usize) -> Vec<u8> {
    let mut out = [octets(from), octets(to)].concat();
    out.extend(u32::try_from(length).unwrap_or(0).to_be_bytes());
    out.extend([0, 0, 0, protocol]);
    out
}

/// What the IP header says beyond addresses.
#[derive(Clone, Copy, Debug)]
pub struct Hop {
    /// Time to live or hop limit, as it arrives where it is recorded.
    pub ttl: u8,
    /// IPv4 identification.
    pub id: u16,
}

/// An IP packet around a payload.
pub fn ip(from: IpAddr, to: IpAddr, protocol: u8, hop: Hop, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            let length = u16::try_from(20 + payload.len()).unwrap_or(u16::MAX);
            out.extend([0x45, 0]);
            out.extend(length.to_be_bytes());
            out.extend(hop.id.to_be_bytes());
            out.extend([0x40, 0, hop.ttl, protocol, 0, 0]);
            out.extend(from.octets());
            out.extend(to.octets());
            let sum = checksum(&[&out]);
            out[10..12].copy_from_slice(&sum.to_be_bytes());
        }
        _ => {
            out.extend([0x60, 0, 0, 0]);
            out.extend(u16::try_from(payload.len()).unwrap_or(u16::MAX).to_be_bytes());
            out.extend([protocol, hop.ttl]);
            out.extend(octets(six(from)));
            out.extend(octets(six(to)));
        }
    }
    out.extend(payload);
    out
}

/// The IPv4 packet with "do not fragment" cleared.
pub fn may_fragment(mut ip: Vec<u8>) -> Vec<u8> {
    ip[6] = 0;
    ip[10..12].fill(0);
    let sum = checksum(&[&ip[..20]]);
    ip[10..12].copy_from_slice(&sum.to_be_bytes());
    ip
}

fn six(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(address) => IpAddr::V6(address.to_ipv6_mapped()),
        IpAddr::V6(_) => address,
    }
}

/// A TCP packet.
pub fn tcp(from: SocketAddr, to: SocketAddr, hop: Hop, segment: &Segment) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(from.port().to_be_bytes());
    out.extend(to.port().to_be_bytes());
    out.extend(segment.sequence.to_be_bytes());
    out.extend(segment.acknowledges.to_be_bytes());
    let words = u8::try_from(5 + segment.options.len() / 4).unwrap_or(15);
    out.extend([words << 4, segment.flags]);
    out.extend(segment.window.to_be_bytes());
    out.extend([0, 0, 0, 0]);
    out.extend(segment.options);
    out.extend(segment.data);
    let sum = checksum(&[&pseudo_header(from.ip(), to.ip(), 6, out.len()), &out]);
    out[16..18].copy_from_slice(&sum.to_be_bytes());
    ip(from.ip(), to.ip(), 6, hop, &out)
}

/// A UDP packet.
pub fn udp(from: SocketAddr, to: SocketAddr, hop: Hop, data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(from.port().to_be_bytes());
    out.extend(to.port().to_be_bytes());
    out.extend(u16::try_from(8 + data.len()).unwrap_or(u16::MAX).to_be_bytes());
    out.extend([0, 0]);
    out.extend(data);
    let sum = checksum(&[&pseudo_header(from.ip(), to.ip(), 17, out.len()), &out]);
    out[6..8].copy_from_slice(&sum.to_be_bytes());
    ip(from.ip(), to.ip(), 17, hop, &out)
}

/// An ICMP or ICMPv6 error that quotes `about`, an IP packet: its header and eight bytes in IPv4
/// (RFC 792; `more` bytes where a newer system quotes more), as much as fits in IPv6.
pub fn icmp(
    from: IpAddr,
    to: IpAddr,
    hop: Hop,
    (kind, code): (u8, u8),
    mtu: u16,
    about: &[u8],
    more: usize,
) -> Vec<u8> {
    let quoted = if from.is_ipv4() { 28 + more } else { 1200 };
    let mut out = vec![kind, code, 0, 0, 0, 0, 0, 0];
    out[6..].copy_from_slice(&mtu.to_be_bytes());
    out.extend(about.get(..quoted).unwrap_or(about));
    let protocol = if from.is_ipv4() { 1 } else { 58 };
    let sum = if from.is_ipv4() {
        checksum(&[&out])
    } else {
        checksum(&[&pseudo_header(from, to, protocol, out.len()), &out])
    };
    out[2..4].copy_from_slice(&sum.to_be_bytes());
    ip(from, to, protocol, hop, &out)
}

/// A locally administered hardware address, one for each IP address.
pub fn mac(address: IpAddr) -> [u8; 6] {
    let bytes = octets(address);
    let tail = bytes.get(bytes.len() - 4..).unwrap_or(&[0; 4]);
    [2, if address.is_ipv4() { 4 } else { 6 }, tail[0], tail[1], tail[2], tail[3]]
}

/// The address of a text, for scripts that are known to be right.
pub fn v4(text: &str) -> Ipv4Addr {
    text.parse().unwrap_or(Ipv4Addr::UNSPECIFIED)
}
