//! Link layers, tags and labels, and ARP.

use super::{Layer, network};
use crate::capture::link::kind;
use crate::redact::Redactor;

/// Tags and labels inside each other.
const DEPTH: u8 = 8;

/// A frame as a file holds it.
pub fn link(redactor: &mut Redactor, link: u16, mut frame: Layer<'_>) {
    match link {
        kind::ETHERNET => ethernet(redactor, frame, 0),
        kind::SLL => {
            frame.keep(0, 6);
            if frame.two(4) == Some(6) {
                frame.card(redactor, 6);
            }
            frame.keep(14, 16);
            let kind = frame.two(14).unwrap_or(0);
            ethertype(redactor, kind, frame.at(16), 0);
        }
        kind::SLL2 => {
            frame.keep(0, 12);
            if frame.byte(11) == Some(6) {
                frame.card(redactor, 12);
            }
            let kind = frame.two(0).unwrap_or(0);
            ethertype(redactor, kind, frame.at(20), 0);
        }
        kind::RAW | kind::RAW_BSD | kind::RAW_OPENBSD | kind::IPV4 | kind::IPV6 => network::ip(redactor, frame, 0),
        kind::NULL | kind::LOOP => {
            frame.keep(0, 4);
            network::ip(redactor, frame.at(4), 0);
        }
        kind::PPP | kind::PPP_SERIAL => ppp(redactor, frame, 0),
        kind::NFLOG => nflog(redactor, frame),
        _ => {}
    }
}

/// An Ethernet frame, also inside a tunnel.
pub fn ethernet(redactor: &mut Redactor, mut frame: Layer<'_>, depth: u8) {
    frame.card(redactor, 0);
    frame.card(redactor, 6);
    frame.keep(12, 14);
    let kind = frame.two(12).unwrap_or(0);
    ethertype(redactor, kind, frame.at(14), depth);
}

/// What an EtherType says that follows.
pub fn ethertype(redactor: &mut Redactor, kind: u16, mut rest: Layer<'_>, depth: u8) {
    if depth > DEPTH {
        return;
    }
    match kind {
        0x0800 | 0x86DD => network::ip(redactor, rest, depth),
        0x0806 => arp(redactor, rest),
        0x8100 | 0x88A8 | 0x9100 | 0x9200 => {
            rest.keep(0, 4);
            let kind = rest.two(2).unwrap_or(0);
            ethertype(redactor, kind, rest.at(4), depth + 1);
        }
        0x8847 | 0x8848 => labels(redactor, rest, depth),
        0x8926 | 0x893F => {
            let length = if kind == 0x8926 { 4 } else { 6 };
            rest.keep(0, length + 2);
            let kind = rest.two(length).unwrap_or(0);
            ethertype(redactor, kind, rest.at(length + 2), depth + 1);
        }
        0x8864 => {
            rest.keep(0, 6);
            ppp(redactor, rest.at(6), depth + 1);
        }
        0..=1500 if rest.from.starts_with(&[0xAA, 0xAA, 0x03, 0, 0, 0]) => {
            rest.keep(0, 8);
            let kind = rest.two(6).unwrap_or(0);
            ethertype(redactor, kind, rest.at(8), depth + 1);
        }
        _ => {}
    }
}

/// MPLS: labels to the last one, then an IP packet, or an Ethernet frame with or without a control word.
fn labels(redactor: &mut Redactor, mut rest: Layer<'_>, depth: u8) {
    let last = rest.from.chunks_exact(4).take(8).position(|label| label.get(2).is_some_and(|byte| byte & 1 == 1));
    let Some(end) = last.map(|last| (last + 1) * 4) else { return };
    rest.keep(0, end);
    let mut inner = rest.at(end);
    match inner.byte(0) {
        Some(0x40..=0x6F) => network::ip(redactor, inner, depth + 1),
        Some(0x00..=0x0F) if matches!(inner.two(16), Some(0x0800 | 0x86DD | 0x8100 | 0x88A8 | 0x0806)) => {
            inner.keep(0, 4);
            ethernet(redactor, inner.at(4), depth + 1);
        }
        _ => ethernet(redactor, inner, depth + 1),
    }
}

fn ppp(redactor: &mut Redactor, mut frame: Layer<'_>, depth: u8) {
    let before = if frame.from.starts_with(&[0xFF, 0x03]) { 2 } else { 0 };
    let (kind, length) = match (frame.byte(before), frame.byte(before + 1)) {
        (Some(0), Some(low)) => (low, 2),
        (Some(low), _) => (low, 1),
        _ => return,
    };
    frame.keep(0, before + length);
    if matches!(kind, 0x21 | 0x57) {
        network::ip(redactor, frame.at(before + length), depth);
    }
}

/// NFLOG: type, length, value; of the values only the packet is kept.
fn nflog(redactor: &mut Redactor, mut frame: Layer<'_>) {
    frame.keep(0, 4);
    let mut at = 4;
    while let (Some(low), Some(high), Some(kind)) = (frame.byte(at), frame.byte(at + 1), frame.byte(at + 2)) {
        let length = usize::from(u16::from_le_bytes([low, high]));
        if length < 4 {
            return;
        }
        frame.keep(at, at + 4);
        if kind == 9 {
            network::ip(redactor, frame.part(at + 4, at + length), 0);
        }
        at += length.next_multiple_of(4);
    }
}

/// ARP of IPv4 over Ethernet (RFC 826).
fn arp(redactor: &mut Redactor, mut packet: Layer<'_>) {
    packet.keep(0, 8);
    if packet.from.starts_with(&[0, 1, 8, 0, 6, 4]) {
        packet.card(redactor, 8);
        packet.four(redactor, 14);
        packet.card(redactor, 18);
        packet.four(redactor, 24);
    }
}
