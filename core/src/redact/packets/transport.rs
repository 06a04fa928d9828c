//! TCP, UDP and the tunnels on them, GRE.

use super::network::{self, Ends};
use super::{Layer, checksum, dns, http, link, tls};
use crate::redact::Redactor;

/// TCP (RFC 9293).
pub fn tcp(redactor: &mut Redactor, mut segment: Layer<'_>, ends: &Ends) {
    let header = usize::from(segment.byte(12).unwrap_or(0) >> 4) * 4;
    segment.keep(0, 16);
    segment.keep(18, 20);
    if header >= 20 {
        options(segment.part(20, header));
        let ports = [segment.two(0).unwrap_or(0), segment.two(2).unwrap_or(0)];
        if !ends.quoted {
            stream(redactor, ports, segment.at(header));
        }
    }
    if ends.whole {
        let sum = ends.checksum(6, segment.to);
        segment.put(16, &sum.to_be_bytes());
    }
}

/// Sizes, windows, acknowledgements and timestamps stay; cookies, keys and addresses of other options do not.
fn options(mut rest: Layer<'_>) {
    let mut at = 0;
    while let Some(kind) = rest.byte(at) {
        let length = match kind {
            0 => break,
            1 => 1,
            _ => match rest.byte(at + 1) {
                Some(length @ 2..) => length.into(),
                _ => break,
            },
        };
        match kind {
            1 | 2 | 3 | 4 | 5 | 8 => rest.keep(at, at + length),
            _ => rest.part(at, at + length).fill(1),
        }
        at += length;
    }
}

/// What a segment carries, by its first bytes: a stream is not put together here, so what does not begin anything is
/// blanked.
fn stream(redactor: &mut Redactor, ports: [u16; 2], mut payload: Layer<'_>) {
    if tls::begins(payload.from) {
        tls::records(redactor, payload);
    } else if ports.contains(&53) {
        let length = usize::from(payload.two(0).unwrap_or(0));
        if length >= 12 && payload.len() >= length + 2 {
            payload.keep(0, 2);
            dns::message(redactor, payload.part(2, 2 + length));
        }
    } else {
        http::begin(redactor, payload);
    }
}

/// UDP (RFC 768).
pub fn udp(redactor: &mut Redactor, mut datagram: Layer<'_>, ends: &Ends) {
    datagram.keep(0, 6);
    let ports = [datagram.two(0).unwrap_or(0), datagram.two(2).unwrap_or(0)];
    let summed = datagram.two(6).is_some_and(|sum| sum != 0);
    if !ends.quoted || ports.contains(&53) {
        carried(redactor, ports, datagram.at(8), ends);
    }
    if ends.whole && summed {
        let sum = match ends.checksum(17, datagram.to) {
            0 => 0xFFFF,
            sum => sum,
        };
        datagram.put(6, &sum.to_be_bytes());
    }
}

fn carried(redactor: &mut Redactor, ports: [u16; 2], mut payload: Layer<'_>, ends: &Ends) {
    let depth = ends.depth + 1;
    match ports {
        [53 | 5353 | 5355, _] | [_, 53 | 5353 | 5355] => dns::message(redactor, payload),
        [_, 4789 | 8472] if payload.byte(0).is_some_and(|flags| flags & 8 != 0) => {
            payload.keep(0, 8);
            link::ethernet(redactor, payload.at(8), depth);
        }
        [_, 4790] if payload.byte(0).is_some_and(|flags| flags & 0x0C == 0x0C) => {
            payload.keep(0, 8);
            match payload.byte(3) {
                Some(1 | 2) => network::ip(redactor, payload.at(8), depth),
                Some(3) => link::ethernet(redactor, payload.at(8), depth),
                _ => {}
            }
        }
        [_, 6081] => {
            // Its options are left out of what is kept: their place is zero, which is an option without a value.
            payload.keep(0, 8);
            let options = usize::from(payload.byte(0).unwrap_or(0) & 0x3F) * 4;
            let kind = payload.two(2).unwrap_or(0);
            inner(redactor, kind, payload.at(8 + options), depth);
        }
        _ => {}
    }
}

fn inner(redactor: &mut Redactor, kind: u16, frame: Layer<'_>, depth: u8) {
    match kind {
        0x6558 => link::ethernet(redactor, frame, depth),
        kind => link::ethertype(redactor, kind, frame, depth),
    }
}

/// GRE (RFC 2784, RFC 2890), with the headers that WCCP, ERSPAN and PPTP put behind it.
pub fn gre(redactor: &mut Redactor, mut payload: Layer<'_>, ends: &Ends) {
    let (Some(flags), Some(kind)) = (payload.two(0), payload.two(2)) else { return };
    let depth = ends.depth + 1;
    if flags & 7 == 1 {
        let words = [0x1000, 0x0080].into_iter().filter(|flag| flags & flag != 0).count();
        payload.keep(0, 8 + words * 4);
        link::link(redactor, crate::capture::link::kind::PPP, payload.at(8 + words * 4));
        return;
    }
    let words = [0x8000, 0x2000, 0x1000].into_iter().filter(|flag| flags & flag != 0).count();
    let header = 4 + words * 4;
    payload.keep(0, header);
    let mut rest = payload.at(header);
    match kind {
        0x883E if matches!(rest.byte(0), Some(0x45..=0x4F)) => network::ip(redactor, rest, depth),
        0x883E => {
            rest.keep(0, 4);
            network::ip(redactor, rest.at(4), depth);
        }
        0x88BE if flags & 0x1000 != 0 => {
            rest.keep(0, 8);
            link::ethernet(redactor, rest.at(8), depth);
        }
        0x88BE => link::ethernet(redactor, rest, depth),
        0x22EB => {
            let extra = if rest.byte(11).is_some_and(|byte| byte & 1 == 1) { 8 } else { 0 };
            rest.keep(0, 12 + extra);
            link::ethernet(redactor, rest.at(12 + extra), depth);
        }
        kind => inner(redactor, kind, rest, depth),
    }
    if flags & 0x8000 != 0 {
        payload.put(4, &[0, 0]);
        if ends.whole {
            let sum = checksum(&[payload.to]);
            payload.put(4, &sum.to_be_bytes());
        }
    }
}
