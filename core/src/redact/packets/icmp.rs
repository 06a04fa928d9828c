//! ICMP for both versions of IP: errors with the packet that they quote, redirects, neighbour discovery.

use super::network::{self, Ends};
use super::{Layer, checksum};
use crate::redact::Redactor;

/// ICMP (RFC 792).
pub fn four(redactor: &mut Redactor, mut message: Layer<'_>, ends: &Ends) {
    message.keep(0, 2);
    message.keep(4, 8);
    match message.byte(0) {
        Some(kind @ (3 | 4 | 5 | 11 | 12)) => {
            if kind == 5 {
                message.four(redactor, 4);
            }
            quote(redactor, message.again(), ends);
        }
        // Timestamps and address masks.
        Some(13 | 14 | 17 | 18) => message.keep(8, 20),
        _ => {}
    }
    if ends.whole {
        let sum = checksum(&[message.to]);
        message.put(2, &sum.to_be_bytes());
    }
}

/// What an error quotes. What may stand behind it (RFC 4884) is blanked, and so is the length that points there.
fn quote(redactor: &mut Redactor, mut message: Layer<'_>, ends: &Ends) {
    network::quoted(redactor, message.at(8), ends.depth + 1);
}

/// ICMPv6 (RFC 4443) and neighbour discovery (RFC 4861).
pub fn six(redactor: &mut Redactor, mut message: Layer<'_>, ends: &Ends) {
    message.keep(0, 2);
    message.keep(4, 8);
    match message.byte(0) {
        Some(1..=4) => quote(redactor, message.again(), ends),
        // Multicast listeners: one group.
        Some(130..=132) => message.six(redactor, 8),
        Some(133) => options(redactor, message.at(8)),
        Some(134) => {
            message.keep(8, 16);
            options(redactor, message.at(16));
        }
        Some(135 | 136) => {
            message.six(redactor, 8);
            options(redactor, message.at(24));
        }
        Some(137) => {
            message.six(redactor, 8);
            message.six(redactor, 24);
            options(redactor, message.at(40));
        }
        // Multicast listeners, version 2 (RFC 3810): groups with their sources.
        Some(143) => groups(redactor, message.at(8)),
        _ => {}
    }
    if ends.whole {
        let sum = ends.checksum(58, message.to);
        message.put(2, &sum.to_be_bytes());
    }
}

/// Options of neighbour discovery: hardware addresses, prefixes, the MTU. Others keep their length alone.
fn options(redactor: &mut Redactor, mut rest: Layer<'_>) {
    let mut at = 0;
    while let (Some(kind), Some(units @ 1..)) = (rest.byte(at), rest.byte(at + 1)) {
        rest.keep(at, at + 2);
        match kind {
            1 | 2 => rest.card(redactor, at + 2),
            3 => {
                rest.keep(at + 2, at + 16);
                rest.six(redactor, at + 16);
            }
            5 => rest.keep(at + 2, at + 8),
            _ => {}
        }
        at += usize::from(units) * 8;
    }
}

fn groups(redactor: &mut Redactor, mut rest: Layer<'_>) {
    let mut at = 0;
    while let Some(sources) = rest.two(at + 2) {
        rest.keep(at, at + 4);
        for address in 0..=usize::from(sources).min(64) {
            rest.six(redactor, at + 4 + address * 16);
        }
        let other = usize::from(rest.byte(at + 1).unwrap_or(0)) * 4;
        at += 20 + usize::from(sources) * 16 + other;
    }
}
