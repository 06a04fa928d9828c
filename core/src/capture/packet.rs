//! Frames → packets: IP addresses, and TCP, UDP or ICMP behind them.

use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use etherparse::{IpNumber, Ipv6FragmentHeaderSlice, LaxIpSlice, LaxIpv6Slice, TcpSlice, UdpSlice, ip_number};

use super::fragments::{Fragment, Fragments};
use super::{Frame, bytes, link, tunnel};
use crate::exchange::{Icmp, Source};

/// Tunnels in tunnels that are followed: redirection by WCCP within a mirror by ERSPAN makes two.
const TUNNELS: usize = 5;

/// One IP packet with a transport that matters here.
pub struct Packet<'a> {
    /// Where it stands in the capture.
    pub source: Source,
    /// Sender.
    pub from: IpAddr,
    /// Receiver.
    pub to: IpAddr,
    /// Time to live, or hop limit.
    pub ttl: u8,
    /// IPv4 identification; 0 for IPv6.
    pub id: u16,
    /// IPv4's "do not fragment"; set for IPv6, where routers never do.
    pub whole: bool,
    /// The capture's own number of the packet, the same for each of its copies.
    pub number: Option<u64>,
    /// Sent (true) or received by the capturing host, where known.
    pub outgoing: Option<bool>,
    /// The sender's hardware address, zero where unknown.
    pub hardware: u64,
    /// The hardware address that it was sent to on this link, zero where unknown.
    pub next_hop: u64,
    /// On which interface of the capture it was seen, from 0.
    pub interface: u32,
    /// What it carries.
    pub transport: Transport<'a>,
}

/// What a packet carries.
pub enum Transport<'a> {
    /// A TCP segment.
    Tcp(Segment<'a>),
    /// A UDP datagram: ports and captured payload.
    Udp {
        /// Sender's port.
        from: u16,
        /// Receiver's port.
        to: u16,
        /// As far as captured.
        payload: &'a [u8],
    },
    /// An ICMP or ICMPv6 error and the packet that it quotes.
    Icmp(Icmp, Quoted),
    /// An ICMP or ICMPv6 error whose quote a snap length cut off.
    CutIcmp,
}

/// A TCP segment (RFC 9293).
pub struct Segment<'a> {
    /// Sender's port.
    pub from: u16,
    /// Receiver's port.
    pub to: u16,
    /// Sequence number.
    pub seq: u32,
    /// Acknowledgement number.
    pub ack: u32,
    /// Flags as in the header: FIN 1, SYN 2, RST 4, PSH 8, ACK 16.
    pub flags: u8,
    /// Window as sent, unscaled.
    pub window: u16,
    /// Its clock's value in the timestamps option (RFC 7323).
    pub stamp: Option<u32>,
    /// Checksum as captured: tells copies of one packet from retransmissions.
    pub checksum: u16,
    /// As far as captured.
    pub payload: &'a [u8],
    /// Length of the payload on the wire.
    pub length: u32,
}

impl Segment<'_> {
    /// FIN flag.
    pub const FIN: u8 = 1;
    /// SYN flag.
    pub const SYN: u8 = 2;
    /// RST flag.
    pub const RST: u8 = 4;
    /// ACK flag.
    pub const ACK: u8 = 16;

    /// Whether a flag is set.
    pub fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// The packet that an ICMP error quotes.
#[derive(Clone, Copy, Debug)]
pub struct Quoted {
    /// Who had sent it.
    pub from: SocketAddr,
    /// Whom it was for.
    pub to: SocketAddr,
    /// TCP (true) or UDP.
    pub tcp: bool,
    /// TCP's sequence number, where it was captured.
    pub seq: Option<u32>,
    /// It was a SYN; `None` where too little was quoted to see its flags.
    pub syn: Option<bool>,
}

/// Why a frame gave no packet.
pub enum Nothing {
    /// Not IP, or a protocol that does not matter here.
    Other,
    /// A link layer that is not read.
    UnknownLink,
    /// A fragment, kept until the rest comes.
    Fragment,
    /// Headers are malformed or cut off.
    Malformed,
}

/// Decodes a frame and hands the packet on: the innermost one, where tunnels carry it. `buffer` lends room for a
/// reassembled packet.
pub fn decode<'a>(
    frame: &Frame<'a>,
    source: Source,
    fragments: &mut Fragments,
    buffer: &'a mut Vec<u8>,
) -> Result<Packet<'a>, Nothing> {
    let link = link::strip(frame.link, frame.data).ok_or(Nothing::UnknownLink)?;
    let mut network = link.network;
    let mut buffer = Some(buffer);
    for _ in 0..TUNNELS {
        if network.is_empty() {
            return Err(Nothing::Other);
        }
        let (ip, _) = LaxIpSlice::from_slice(network).map_err(|_| Nothing::Malformed)?;
        let payload = ip.payload();
        let (mut bytes, mut protocol) = (payload.payload, payload.ip_number);
        let (ttl, id, whole, wire) = lengths(&ip);
        // Zero (segmentation offload) means as captured.
        let mut wire = wire.filter(|wire| *wire > 0).unwrap_or(bytes.len());
        if payload.fragmented {
            let fragment = fragment(&ip).ok_or(Nothing::Malformed)?;
            protocol = fragment.protocol;
            // Fragments inside a reassembled packet are not followed: a gateway's tunnel fragments once.
            let room = buffer.take().ok_or(Nothing::Other)?;
            if !fragments.add(fragment, bytes, source.time, room) {
                return Err(Nothing::Fragment);
            }
            bytes = room;
            wire = bytes.len();
        }
        if let Some(inner) = tunnel::inside(protocol, bytes) {
            network = inner;
            continue;
        }
        let (from, to) = (ip.source_addr(), ip.destination_addr());
        let transport = match protocol {
            ip_number::TCP => Transport::Tcp(segment(bytes, wire)?),
            ip_number::UDP => {
                let udp = UdpSlice::from_slice_lax(bytes).map_err(|_| Nothing::Malformed)?;
                Transport::Udp { from: udp.source_port(), to: udp.destination_port(), payload: udp.payload() }
            }
            ip_number::ICMP => icmp(bytes, from, false)?,
            ip_number::IPV6_ICMP => icmp(bytes, from, true)?,
            _ => return Err(Nothing::Other),
        };
        let outgoing = frame.outgoing.or(link.outgoing);
        let (number, interface) = (frame.packet_id, frame.interface);
        let (hardware, next_hop) = (link.source, link.target);
        return Ok(Packet {
            source,
            from,
            to,
            ttl,
            id,
            whole,
            number,
            outgoing,
            hardware,
            next_hop,
            interface,
            transport,
        });
    }
    Err(Nothing::Other)
}

/// Sender and receiver of an IP packet.
pub fn addresses(network: &[u8]) -> Option<(IpAddr, IpAddr)> {
    let (ip, _) = LaxIpSlice::from_slice(network).ok()?;
    Some((ip.source_addr(), ip.destination_addr()))
}

/// Time to live, identification, whether it may not be fragmented, and the payload's length on the wire as the header
/// says it.
fn lengths(ip: &LaxIpSlice<'_>) -> (u8, u16, bool, Option<usize>) {
    match ip {
        LaxIpSlice::Ipv4(ip) => {
            let header = ip.header();
            let head = usize::from(header.ihl()) * 4;
            let total = usize::from(header.total_len());
            (header.ttl(), header.identification(), header.dont_fragment(), total.checked_sub(head))
        }
        LaxIpSlice::Ipv6(ip) => {
            let header = ip.header();
            let total = usize::from(header.payload_length());
            (header.hop_limit(), 0, true, total.checked_sub(ip.extensions().slice().len()))
        }
    }
}

fn segment(bytes: &[u8], wire: usize) -> Result<Segment<'_>, Nothing> {
    let Ok(tcp) = TcpSlice::from_slice(bytes) else { return cut_segment(bytes, wire).ok_or(Nothing::Malformed) };
    let head = tcp.header_slice();
    Ok(Segment {
        from: tcp.source_port(),
        to: tcp.destination_port(),
        seq: tcp.sequence_number(),
        ack: tcp.acknowledgment_number(),
        flags: head.get(13).copied().unwrap_or(0),
        window: tcp.window_size(),
        stamp: stamp(tcp.options()),
        checksum: tcp.checksum(),
        payload: tcp.payload(),
        length: u32::try_from(wire.saturating_sub(head.len())).unwrap_or(0),
    })
}

/// A segment whose options a snap length cut off: its fixed header says all that matters (RFC 9293 section 3.1).
fn cut_segment(data: &[u8], wire: usize) -> Option<Segment<'_>> {
    let fixed = data.get(..20)?;
    let head = usize::from(fixed.get(12)? >> 4) * 4;
    if head < 20 || head <= data.len() || head > wire {
        return None;
    }
    Some(Segment {
        from: bytes::u16(fixed, 0, true)?,
        to: bytes::u16(fixed, 2, true)?,
        seq: bytes::u32(fixed, 4, true)?,
        ack: bytes::u32(fixed, 8, true)?,
        flags: *fixed.get(13)?,
        window: bytes::u16(fixed, 14, true)?,
        stamp: stamp(data.get(20..).unwrap_or_default()),
        checksum: bytes::u16(fixed, 16, true)?,
        payload: &[],
        length: u32::try_from(wire - head).unwrap_or(0),
    })
}

/// The sender's value of the timestamps option.
fn stamp(mut options: &[u8]) -> Option<u32> {
    // At most forty bytes.
    while let [kind, rest @ ..] = options {
        match kind {
            0 => return None,
            1 => options = rest,
            8 => return bytes::u32(rest, 1, true),
            _ => options = options.get(usize::from(*rest.first()?).max(2)..)?,
        }
    }
    None
}

/// Identity and place of a fragment.
fn fragment(ip: &LaxIpSlice<'_>) -> Option<Fragment> {
    let (from, to) = (ip.source_addr(), ip.destination_addr());
    match ip {
        LaxIpSlice::Ipv4(ip) => {
            let header = ip.header();
            Some(Fragment {
                from,
                to,
                id: u32::from(header.identification()),
                protocol: header.protocol(),
                offset: usize::from(header.fragments_offset().value()) * 8,
                more: header.more_fragments(),
            })
        }
        LaxIpSlice::Ipv6(ip) => {
            let header = fragment_header(ip)?;
            Some(Fragment {
                from,
                to,
                id: header.identification(),
                protocol: header.next_header(),
                offset: usize::from(header.fragment_offset().value()) * 8,
                more: header.more_fragments(),
            })
        }
    }
}

/// Finds the fragment header among the extension headers (RFC 8200 section 4).
fn fragment_header<'a>(ip: &LaxIpv6Slice<'a>) -> Option<Ipv6FragmentHeaderSlice<'a>> {
    let mut rest = ip.extensions().slice();
    let mut kind = ip.extensions().first_header()?;
    for _ in 0..8 {
        if kind == ip_number::IPV6_FRAGMENTATION_HEADER {
            return Ipv6FragmentHeaderSlice::from_slice(rest).ok();
        }
        let length = match kind {
            ip_number::AUTHENTICATION_HEADER => (usize::from(*rest.get(1)?) + 2) * 4,
            _ => (usize::from(*rest.get(1)?) + 1) * 8,
        };
        kind = IpNumber(*rest.first()?);
        rest = rest.get(length..)?;
    }
    None
}

/// ICMP errors quote the packet they are about (RFC 792, RFC 4443): IP header and at least eight bytes behind it.
fn icmp(bytes: &[u8], from: IpAddr, v6: bool) -> Result<Transport<'_>, Nothing> {
    let (Some(&kind), Some(&code)) = (bytes.first(), bytes.get(1)) else { return Err(Nothing::Malformed) };
    let error = if v6 { matches!(kind, 1..=4) } else { matches!(kind, 3 | 4 | 11 | 12) };
    if !error {
        return Err(Nothing::Other);
    }
    let mut quoted = bytes.get(8..).unwrap_or_default();
    let mut about = None;
    // A router inside a tunnel's path quotes the tunnel's packet; newer ones quote enough to see what was inside.
    for _ in 0..TUNNELS {
        let Ok((ip, _)) = LaxIpSlice::from_slice(quoted) else { return Ok(Transport::CutIcmp) };
        let payload = ip.payload();
        if let Some(inner) = tunnel::inside(payload.ip_number, payload.payload) {
            quoted = inner;
            continue;
        }
        about = Some((ip.source_addr(), ip.destination_addr(), payload.ip_number, payload.payload));
        break;
    }
    let Some((sender, receiver, protocol, payload)) = about else { return Err(Nothing::Other) };
    let tcp = match protocol {
        ip_number::TCP => true,
        ip_number::UDP => false,
        _ => return Err(Nothing::Other),
    };
    let (Some(source), Some(destination)) = (bytes::u16(payload, 0, true), bytes::u16(payload, 2, true)) else {
        return Ok(Transport::CutIcmp);
    };
    let quoted = Quoted {
        from: SocketAddr::new(sender, source),
        to: SocketAddr::new(receiver, destination),
        tcp,
        seq: if tcp { bytes::u32(payload, 4, true) } else { None },
        syn: payload.get(13).map(|flags| tcp && flags & (Segment::SYN | Segment::ACK) == Segment::SYN),
    };
    // Routers older than RFC 1191 leave it 0.
    let mtu = match (v6, kind, code) {
        (false, 3, 4) => bytes::u16(bytes, 6, true).map(u32::from),
        (true, 2, _) => bytes::u32(bytes, 4, true),
        _ => None,
    };
    let mtu = mtu.filter(|mtu| *mtu > 0);
    Ok(Transport::Icmp(Icmp { from, v6, kind, code, mtu }, quoted))
}
