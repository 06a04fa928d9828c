//! IPv4 and IPv6, with their options and extension headers.

use super::{Layer, checksum, icmp, transport};
use crate::redact::Redactor;

/// IP packets inside each other.
const DEPTH: u8 = 8;

/// The ends of a packet as they are rewritten, for the checksums of what it carries.
#[derive(Clone, Copy)]
pub struct Ends {
    /// Bytes of both addresses.
    addresses: [u8; 32],
    length: usize,
    /// All of what the packet carries was captured and is in this one packet.
    pub whole: bool,
    /// It is quoted by an ICMP error.
    pub quoted: bool,
    /// How many packets stand around it.
    pub depth: u8,
}

impl Ends {
    /// The checksum of a payload under the pseudo header (RFC 9293 section 3.1, RFC 8200 section 8.1).
    pub fn checksum(&self, protocol: u8, payload: &[u8]) -> u16 {
        let length = (payload.len() as u32).to_be_bytes();
        let addresses = self.addresses.get(..self.length).unwrap_or_default();
        checksum(&[addresses, &length, &[0, 0, 0, protocol], payload])
    }
}

/// A packet by its version.
pub fn ip(redactor: &mut Redactor, packet: Layer<'_>, depth: u8) {
    inside(redactor, packet, depth, false);
}

/// A packet that an ICMP error quotes: rarely whole.
pub fn quoted(redactor: &mut Redactor, packet: Layer<'_>, depth: u8) {
    inside(redactor, packet, depth, true);
}

fn inside(redactor: &mut Redactor, packet: Layer<'_>, depth: u8, quoted: bool) {
    if depth > DEPTH {
        return;
    }
    match packet.byte(0).map(|byte| byte >> 4) {
        Some(4) => four(redactor, packet, depth, quoted),
        Some(6) => six(redactor, packet, depth, quoted),
        _ => {}
    }
}

fn four(redactor: &mut Redactor, mut packet: Layer<'_>, depth: u8, quoted: bool) {
    let header = usize::from(packet.byte(0).unwrap_or(0) & 0xF) * 4;
    if header < 20 {
        return;
    }
    packet.keep(0, 10);
    packet.four(redactor, 12);
    packet.four(redactor, 16);
    // Options hold addresses (record route, source route): "no operation" in their place.
    packet.part(20, header).fill(1);
    if packet.len() >= header {
        let sum = checksum(&[packet.to.get(..header).unwrap_or_default()]);
        packet.put(10, &sum.to_be_bytes());
    }
    let fragment = packet.two(6).unwrap_or(0);
    let offset = fragment & 0x1FFF;
    // Zero where the card cuts the packet into segments later.
    let total = match usize::from(packet.two(2).unwrap_or(0)) {
        0 => packet.len(),
        total => total,
    };
    let whole = packet.len() >= total && fragment & 0x2000 == 0;
    let mut addresses = [0; 32];
    if let (Some(place), Some(told)) = (addresses.get_mut(..8), packet.to.get(12..20)) {
        place.copy_from_slice(told);
    }
    let protocol = packet.byte(9).unwrap_or(0);
    if offset == 0 {
        let ends = Ends { addresses, length: 8, whole, quoted, depth };
        carried(redactor, protocol, packet.part(header, total), &ends);
    }
}

fn six(redactor: &mut Redactor, mut packet: Layer<'_>, depth: u8, quoted: bool) {
    packet.keep(0, 8);
    packet.six(redactor, 8);
    packet.six(redactor, 24);
    let mut addresses = [0; 32];
    if let Some(told) = packet.to.get(8..40) {
        addresses.copy_from_slice(told);
    }
    let total = match usize::from(packet.two(4).unwrap_or(0)) {
        0 => packet.len(),
        length => 40 + length,
    };
    let mut whole = packet.len() >= total;
    let mut protocol = packet.byte(6).unwrap_or(59);
    let mut at = 40;
    // RFC 8200 section 4: more headers than these nobody sends.
    for _ in 0..8 {
        let length = match protocol {
            // Options: "pad" in their place, as zeros are. A routing header holds addresses.
            0 | 43 | 60 => {
                let length = (usize::from(packet.byte(at + 1).unwrap_or(0)) + 1) * 8;
                packet.keep(at, at + 2);
                length
            }
            44 => {
                packet.keep(at, at + 8);
                let offset = packet.two(at + 2).unwrap_or(0);
                if offset >> 3 != 0 {
                    return;
                }
                whole = whole && offset & 1 == 0;
                8
            }
            _ => break,
        };
        protocol = packet.byte(at).unwrap_or(59);
        at += length;
    }
    let ends = Ends { addresses, length: 32, whole, quoted, depth };
    carried(redactor, protocol, packet.part(at, total), &ends);
}

fn carried(redactor: &mut Redactor, protocol: u8, mut payload: Layer<'_>, ends: &Ends) {
    match protocol {
        1 => icmp::four(redactor, payload, ends),
        58 => icmp::six(redactor, payload, ends),
        6 => transport::tcp(redactor, payload, ends),
        17 => transport::udp(redactor, payload, ends),
        47 => transport::gre(redactor, payload, ends),
        4 | 41 => ip(redactor, payload, ends.depth + 1),
        // ESP: its index and its number.
        50 => payload.keep(0, 8),
        _ => {}
    }
}
