//! Link layers: where does the IP packet begin, and was it sent or received?
//!
//! Written here and not taken from etherparse, because that stops at three tags and knows neither SLL2, null, PPP
//! nor NFLOG; what is skipped is a handful of bytes. Registry: <https://www.tcpdump.org/linktypes.html>.

use super::bytes;

/// What a link layer says.
pub struct Link<'a> {
    /// From the first byte of the IP header on; empty if the frame carries something else.
    pub network: &'a [u8],
    /// Sent (true) or received by the capturing host, where the layer says.
    pub outgoing: Option<bool>,
    /// The sender's hardware address; zero where the layer has none.
    pub source: u64,
    /// The receiver's on this link; zero where the layer does not say it.
    pub target: u64,
}

/// Link-layer types by the numbers of the registry.
pub mod kind {
    pub const NULL: u16 = 0;
    pub const ETHERNET: u16 = 1;
    pub const PPP: u16 = 9;
    pub const PPP_SERIAL: u16 = 50;
    pub const RAW_BSD: u16 = 12;
    pub const RAW_OPENBSD: u16 = 14;
    pub const RAW: u16 = 101;
    pub const LOOP: u16 = 108;
    pub const SLL: u16 = 113;
    pub const IPV4: u16 = 228;
    pub const IPV6: u16 = 229;
    pub const NFLOG: u16 = 239;
    pub const SLL2: u16 = 276;
}

/// Which of several networks a frame was recorded on, where its link layer says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// It does not.
    Nothing,
    /// The capturing host's number of the interface (`-i any`).
    Index(u32),
    /// A VLAN (IEEE 802.1Q): the outermost tag.
    Vlan(u16),
}

/// See [`Within`].
pub fn within(link: u16, data: &[u8]) -> Within {
    match link {
        kind::SLL2 => bytes::u32(data, 4, true).map_or(Within::Nothing, Within::Index),
        kind::ETHERNET if matches!(bytes::u16(data, 12, true), Some(0x8100 | 0x88A8)) => {
            bytes::u16(data, 14, true).map_or(Within::Nothing, |tag| Within::Vlan(tag & 0xFFF))
        }
        _ => Within::Nothing,
    }
}

/// Names a link layer that is not read, for a warning.
pub fn name(link: u16) -> &'static str {
    match link {
        105 | 119 | 127 | 192 => "Wi-Fi (IEEE 802.11)",
        104 => "Cisco HDLC",
        107 => "Frame Relay",
        147..=162 => "a user-defined link layer",
        189 | 220 => "USB",
        195 | 230 => "IEEE 802.15.4",
        201 | 187 => "Bluetooth",
        253 => "netlink",
        _ => "not one of the link layers that gateways use",
    }
}

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86DD;

/// Strips the link layer; `None` for one that is not known.
pub fn strip(link: u16, data: &[u8]) -> Option<Link<'_>> {
    let at = |offset: usize| data.get(offset..).unwrap_or_default();
    let plain = |network| Link { network, outgoing: None, source: 0, target: 0 };
    Some(match link {
        kind::ETHERNET => {
            Link { network: ethertype(data, 12), outgoing: None, source: hardware(data, 6), target: hardware(data, 0) }
        }
        kind::SLL => Link {
            network: ethertype(data, 14),
            outgoing: bytes::u16(data, 0, true).map(|kind| kind == 4),
            source: hardware(data, 6),
            target: 0,
        },
        kind::SLL2 => Link {
            network: match bytes::u16(data, 0, true) {
                Some(IPV4 | IPV6) => at(20),
                Some(tag @ (0x8100 | 0x88A8)) => tagged(tag, at(20)),
                _ => &[],
            },
            outgoing: data.get(10).map(|kind| *kind == 4),
            source: hardware(data, 12),
            target: 0,
        },
        kind::RAW | kind::RAW_BSD | kind::RAW_OPENBSD | kind::IPV4 | kind::IPV6 => plain(data),
        // An address family in the byte order of the capturing host: 2 is IPv4 everywhere, IPv6 differs. The IP
        // version itself tells more surely.
        kind::NULL | kind::LOOP => plain(at(4)),
        kind::PPP | kind::PPP_SERIAL => plain(match data {
            [0xFF, 0x03, 0x00, 0x21 | 0x57, rest @ ..] | [0x00, 0x21 | 0x57, rest @ ..] | [0x21 | 0x57, rest @ ..] => {
                rest
            }
            _ => &[],
        }),
        kind::NFLOG => plain(nflog(data)),
        _ => return None,
    })
}

/// The IP packet in an Ethernet frame that a tunnel carries.
pub fn ethernet(frame: &[u8]) -> &[u8] {
    ethertype(frame, 12)
}

/// The packet behind an EtherType at this offset and any VLAN tags after it (IEEE 802.1Q, 802.1ad).
fn ethertype(data: &[u8], at: usize) -> &[u8] {
    let rest = data.get(at + 2..).unwrap_or_default();
    match bytes::u16(data, at, true) {
        Some(kind) => tagged(kind, rest),
        None => &[],
    }
}

fn tagged(mut kind: u16, mut rest: &[u8]) -> &[u8] {
    // Four tags are twice what QinQ needs.
    for _ in 0..4 {
        match kind {
            IPV4 | IPV6 => return rest,
            0x8100 | 0x88A8 | 0x9100 | 0x9200 => {
                kind = bytes::u16(rest, 2, true).unwrap_or(0);
                rest = rest.get(4..).unwrap_or_default();
            }
            // MPLS (RFC 3032): labels of four bytes, the last one marked.
            0x8847 | 0x8848 => {
                let labels =
                    rest.chunks_exact(4).take(8).position(|label| label.get(2).is_some_and(|byte| byte & 1 == 1));
                return pseudowire(labels.and_then(|last| rest.get((last + 1) * 4..)).unwrap_or_default());
            }
            // Virtual switch tags: VN-Tag and E-Tag (IEEE 802.1BR).
            0x8926 | 0x893F => {
                let length = if kind == 0x8926 { 4 } else { 6 };
                kind = bytes::u16(rest, length, true).unwrap_or(0);
                rest = rest.get(length + 2..).unwrap_or_default();
            }
            // A length: LLC and SNAP (IEEE 802.2).
            0..=1500 => match rest {
                [0xAA, 0xAA, 0x03, 0, 0, 0, high, low, inner @ ..] => {
                    kind = u16::from_be_bytes([*high, *low]);
                    rest = inner;
                }
                _ => return &[],
            },
            // PPPoE session (RFC 2516): six bytes, then the PPP protocol.
            0x8864 => {
                return match bytes::u16(rest, 6, true) {
                    Some(0x0021 | 0x0057) => rest.get(8..).unwrap_or_default(),
                    _ => &[],
                };
            }
            _ => return &[],
        }
    }
    if matches!(kind, IPV4 | IPV6) { rest } else { &[] }
}

/// What stands behind MPLS labels: an IP packet, or an Ethernet frame with or without a control word (RFC 4385, 4448).
fn pseudowire(inner: &[u8]) -> &[u8] {
    match inner.first() {
        Some(0x40..=0x6F) => inner,
        Some(0x00..=0x0F) => match frame(inner.get(4..).unwrap_or_default()) {
            [] => frame(inner),
            found => found,
        },
        _ => frame(inner),
    }
}

/// The IP packet in an Ethernet frame with VLAN tags at most.
fn frame(data: &[u8]) -> &[u8] {
    let mut at = 12;
    for _ in 0..4 {
        match bytes::u16(data, at, true) {
            Some(IPV4 | IPV6) => return data.get(at + 2..).unwrap_or_default(),
            Some(0x8100 | 0x88A8 | 0x9100 | 0x9200) => at += 4,
            _ => break,
        }
    }
    &[]
}

fn hardware(data: &[u8], at: usize) -> u64 {
    data.get(at..at + 6).map_or(0, |mac| mac.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

/// NFLOG: a four-byte header, then type-length-value; type 9 is the packet. Lengths are in host order, little in practice.
fn nflog(data: &[u8]) -> &[u8] {
    let mut at = 4;
    while let (Some(length), Some(kind)) = (bytes::u16(data, at, false), bytes::u16(data, at + 2, false)) {
        let length = usize::from(length);
        if length < 4 {
            break;
        }
        if kind & 0x7FFF == 9 {
            let end = (at + length).min(data.len());
            return data.get(at + 4..end).unwrap_or_default();
        }
        at += length.next_multiple_of(4);
    }
    &[]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skips_vlan_tags() {
        let mut frame = [0_u8; 24];
        frame[12..20].copy_from_slice(&[0x88, 0xA8, 0, 1, 0x81, 0x00, 0, 2]);
        frame[20..24].copy_from_slice(&[0x08, 0x00, 0x45, 0x00]);
        assert_eq!(strip(kind::ETHERNET, &frame).map(|link| link.network), Some(&[0x45, 0x00][..]));
    }

    #[test]
    fn looks_behind_labels() {
        let packet = [0x45, 0x00, 0x00, 0x14];
        let ethernet = [&[2; 12][..], &[0x81, 0, 0, 5, 8, 0], &packet].concat();
        let labels = [&[2; 12][..], &[0x88, 0x47, 0, 1, 0, 64, 0, 2, 1, 64]].concat();
        let behind = |inner: &[u8]| {
            let all = [&labels, inner].concat();
            strip(kind::ETHERNET, &all).map(|link| link.network.to_vec()).unwrap_or_default()
        };
        assert_eq!(behind(&packet), packet);
        assert_eq!(behind(&[&[0, 0, 0, 9], &ethernet[..]].concat()), packet);
        assert_eq!(behind(&ethernet), packet);
        assert!(behind(&[0x10, 0, 0, 0]).is_empty());
        let snap = [&[2; 12][..], &[0, 12, 0xAA, 0xAA, 3, 0, 0, 0, 8, 0], &packet].concat();
        assert_eq!(strip(kind::ETHERNET, &snap).map(|link| link.network), Some(&packet[..]));
    }

    #[test]
    fn names_what_it_does_not_know() {
        assert!(strip(127, &[]).is_none());
        assert!(name(127).contains("802.11"));
    }

    #[test]
    fn short_frames_carry_nothing() {
        for link in [0, 1, 9, 101, 108, 113, 228, 239, 276] {
            for length in 0..24 {
                let _ = strip(link, &[0_u8; 24][..length]).map(|link| link.network.len());
            }
        }
    }
}
