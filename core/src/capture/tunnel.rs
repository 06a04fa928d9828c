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

/// VXLAN (RFC 7348) and Geneve (RFC 8926), by their ports.
fn udp(payload: &[u8]) -> Option<&[u8]> {
    let inner = payload.get(8..)?;
    match bytes::u16(payload, 2, true)? {
        // The flag says that a network identifier is there.
        4789 | 8472 if inner.first()? & 0x08 != 0 => Some(link::ethernet(inner.get(8..)?)),
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
    fn short_payloads_hold_nothing() {
        for length in 0..12 {
            let data = [0xFF; 12];
            let _ = inside(ip_number::GRE, &data[..length]).map(<[u8]>::len);
            let _ = inside(ip_number::UDP, &data[..length]).map(<[u8]>::len);
        }
    }
}
