//! Tunnels that gateways really see: the packet inside of IP-in-IP, GRE (WCCP redirection, ERSPAN mirrors), VXLAN and
//! Geneve.
//!
//! Written here because etherparse reads none of them; each is a fixed header and a few optional words.

use etherparse::{IpNumber, ip_number};

use super::{bytes, link};

const ETHERNET: u16 = 0x6558;

/// The IP packet inside the payload of an IP packet of this protocol; `None` if it is no tunnel that is read.
pub fn inside(protocol: IpNumber, payload: &[u8]) -> Option<&[u8]> {
    match protocol {
        ip_number::IPV4 | ip_number::IPV6 => Some(payload),
        ip_number::GRE => gre(payload),
        ip_number::UDP => udp(payload),
        _ => None,
    }
}

/// GRE (RFC 2784, RFC 2890): flags, protocol, and a word each for checksum, key and sequence number if flagged.
fn gre(payload: &[u8]) -> Option<&[u8]> {
    let (flags, kind) = (bytes::u16(payload, 0, true)?, bytes::u16(payload, 2, true)?);
    if flags & 7 == 1 {
        return pptp(flags, kind, payload);
    }
    let words = [0x8000, 0x2000, 0x1000].into_iter().filter(|flag| flags & flag != 0).count();
    let inner = payload.get(4 + words * 4..)?;
    match kind {
        0x0800 | 0x86DD => Some(inner),
        ETHERNET => Some(link::ethernet(inner)),
        // WCCP version 2 puts a redirect header of four bytes before the packet, version 1 none.
        0x883E if matches!(inner.first(), Some(0x45..=0x4F)) => Some(inner),
        0x883E => inner.get(4..),
        // ERSPAN type II has a header of eight bytes; type I, without sequence number, has none.
        0x88BE if flags & 0x1000 != 0 => Some(link::ethernet(inner.get(8..)?)),
        0x88BE => Some(link::ethernet(inner)),
        // ERSPAN type III: twelve bytes, and eight more if its last bit says so.
        0x22EB => {
            let extra = if inner.get(11)? & 1 == 1 { 8 } else { 0 };
            Some(link::ethernet(inner.get(12 + extra..)?))
        }
        _ => None,
    }
}

/// GRE version 1 (RFC 2637): length and call, then sequence numbers if flagged, then a PPP frame.
fn pptp(flags: u16, kind: u16, payload: &[u8]) -> Option<&[u8]> {
    let words = [0x1000, 0x0080].into_iter().filter(|flag| flags & flag != 0).count();
    let frame = payload.get(8 + words * 4..).filter(|_| kind == 0x880B)?;
    match frame.strip_prefix(&[0xFF, 0x03]).unwrap_or(frame) {
        [0x00, 0x21 | 0x57, inner @ ..] | [0x21 | 0x57, inner @ ..] => Some(inner),
        _ => None,
    }
}

/// VXLAN (RFC 7348) and Geneve (RFC 8926), by their ports.
fn udp(payload: &[u8]) -> Option<&[u8]> {
    let inner = payload.get(8..)?;
    // What a resolver asks from may be any port, a tunnel's as well: an answer of DNS is none.
    if bytes::u16(payload, 0, true)? == 53 {
        return None;
    }
    match bytes::u16(payload, 2, true)? {
        // The flag says that a network identifier is there.
        4789 | 8472 if inner.first()? & 0x08 != 0 => Some(link::ethernet(inner.get(8..)?)),
        // VXLAN-GPE names what it carries.
        4790 if inner.first()? & 0x0C == 0x0C => match inner.get(3)? {
            1 | 2 => inner.get(8..),
            3 => Some(link::ethernet(inner.get(8..)?)),
            _ => None,
        },
        6081 => {
            let options = usize::from(inner.first()? & 0x3F) * 4;
            let packet = inner.get(8 + options..)?;
            match bytes::u16(inner, 2, true)? {
                ETHERNET => Some(link::ethernet(packet)),
                0x0800 | 0x86DD => Some(packet),
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skips_the_redirect_header_of_wccp() {
        let inner = [0x45, 0, 0, 20];
        let with_header = [&[0, 0, 0x88, 0x3E, 1, 2, 3, 4][..], &inner].concat();
        assert_eq!(inside(ip_number::GRE, &with_header), Some(&inner[..]));
        let without = [&[0, 0, 0x88, 0x3E][..], &inner].concat();
        assert_eq!(inside(ip_number::GRE, &without), Some(&inner[..]));
    }

    #[test]
    fn finds_what_vpns_and_overlays_carry() {
        let inner = [0x45, 0, 0, 20];
        let ethernet = [&[2; 12][..], &[8, 0], &inner].concat();
        let pptp =
            [&[0x30, 0x81, 0x88, 0x0B, 0, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0xFF, 3, 0, 0x21][..], &inner].concat();
        assert_eq!(inside(ip_number::GRE, &pptp), Some(&inner[..]));
        let udp = |port: u16, header: &[u8], rest: &[u8]| {
            let port = port.to_be_bytes();
            [&[0x30, 0, port[0], port[1], 0, 0, 0, 0][..], header, rest].concat()
        };
        let vxlan = udp(4789, &[8, 0, 0, 0, 0, 0, 7, 0], &ethernet);
        assert_eq!(inside(ip_number::UDP, &vxlan), Some(&inner[..]));
        // The answer to a question that was asked from a tunnel's port.
        let dns = [&[0, 53][..], vxlan.get(2..).unwrap_or_default()].concat();
        assert_eq!(inside(ip_number::UDP, &dns), None);
        let gpe = udp(4790, &[0x0C, 0, 0, 1, 0, 0, 7, 0], &inner);
        assert_eq!(inside(ip_number::UDP, &gpe), Some(&inner[..]));
        let geneve = udp(6081, &[1, 0, 0x65, 0x58, 0, 0, 7, 0, 1, 2, 3, 4], &ethernet);
        assert_eq!(inside(ip_number::UDP, &geneve), Some(&inner[..]));
        let erspan =
            |kind: [u8; 2], header: &[u8]| [&[0x10, 0, kind[0], kind[1], 0, 0, 0, 1][..], header, &ethernet].concat();
        let second = erspan([0x88, 0xBE], &[0x10; 8]);
        assert_eq!(inside(ip_number::GRE, &second), Some(&inner[..]));
        let third = erspan([0x22, 0xEB], &[[0x20; 11].as_slice(), &[1], &[0; 8]].concat());
        assert_eq!(inside(ip_number::GRE, &third), Some(&inner[..]));
        let first = [&[0, 0, 0x88, 0xBE][..], &ethernet].concat();
        assert_eq!(inside(ip_number::GRE, &first), Some(&inner[..]));
    }

    #[test]
    fn short_payloads_hold_nothing() {
        for length in 0..12 {
            let data = [0xFF; 12];
            let _ = inside(ip_number::GRE, &data[..length]).map(<[u8]>::len);
            let _ = inside(ip_number::UDP, &data[..length]).map(<[u8]>::len);
        }
    }
}
