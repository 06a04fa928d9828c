//! DNS messages: names label by label, addresses, everything else by its length alone.

use alloc::string::String;
use alloc::vec::Vec;

use super::Layer;
use crate::redact::Redactor;

/// Labels of a name, and jumps to reach them (RFC 1035 section 2.3.4 allows 127 labels).
const LABELS: usize = 128;
/// Records of a message that are looked at.
const RECORDS: usize = 512;

/// A message (RFC 1035 section 4).
pub fn message(redactor: &mut Redactor, mut message: Layer<'_>) {
    let mut counts = [4, 6, 8, 10].map(|at| usize::from(message.two(at).unwrap_or(0)));
    if message.len() < 12 {
        return;
    }
    message.keep(0, 12);
    let [questions, records @ ..] = &mut counts;
    let mut at = 12;
    for _ in 0..(*questions).min(RECORDS) {
        let Some(end) = name(redactor, &mut message, at) else { return };
        message.keep(end, end + 4);
        at = end + 4;
    }
    for _ in 0..records.iter().sum::<usize>().min(RECORDS) {
        let Some(end) = name(redactor, &mut message, at) else { return };
        message.keep(end, end + 10);
        let (Some(kind), Some(length)) = (message.two(end), message.two(end + 8)) else { return };
        let data = end + 10;
        record(redactor, &mut message, kind, data, data + usize::from(length));
        at = data + usize::from(length);
    }
}

fn record(redactor: &mut Redactor, message: &mut Layer<'_>, kind: u16, from: usize, to: usize) {
    let to = to.min(message.len());
    match kind {
        1 if to == from + 4 => message.four(redactor, from),
        28 if to == from + 16 => message.six(redactor, from),
        // NS, CNAME, PTR, DNAME
        2 | 5 | 12 | 39 => _ = name(redactor, message, from),
        // SOA: two names and five numbers.
        6 => {
            let end = name(redactor, message, from).and_then(|end| name(redactor, message, end));
            if let Some(end) = end {
                message.keep(end, (end + 20).min(to));
            }
        }
        // MX, SRV
        15 | 33 => {
            let numbers = if kind == 15 { 2 } else { 6 };
            message.keep(from, (from + numbers).min(to));
            name(redactor, message, from + numbers);
        }
        16 => texts(message, from, to),
        41 => options(message, from, to),
        // SVCB, HTTPS (RFC 9460)
        64 | 65 => {
            message.keep(from, (from + 2).min(to));
            if let Some(end) = name(redactor, message, from + 2) {
                parameters(redactor, message, end, to);
            }
        }
        _ => {}
    }
}

/// Texts keep their lengths.
fn texts(message: &mut Layer<'_>, from: usize, to: usize) {
    let mut at = from;
    while at < to {
        let length = usize::from(message.byte(at).unwrap_or(0));
        message.keep(at, at + 1);
        message.part(at + 1, (at + 1 + length).min(to)).fill(b'x');
        at += 1 + length;
    }
}

/// EDNS options (RFC 6891): codes and lengths, and the code of an extended error (RFC 8914). A client's subnet, cookies and
/// texts do not stay.
fn options(message: &mut Layer<'_>, from: usize, to: usize) {
    let mut at = from;
    while let (Some(code), Some(length)) = (message.two(at), message.two(at + 2)) {
        let end = at + 4 + usize::from(length);
        if end > to {
            return;
        }
        message.keep(at, at + 4);
        if code == 15 {
            message.keep(at + 4, (at + 6).min(end));
            message.part(at + 6, end).fill(b'x');
        }
        at = end;
    }
}

/// Parameters of a service: ALPN, port and the hints of addresses.
fn parameters(redactor: &mut Redactor, message: &mut Layer<'_>, from: usize, to: usize) {
    let mut at = from;
    while let (Some(key), Some(length)) = (message.two(at), message.two(at + 2)) {
        let end = at + 4 + usize::from(length);
        if end > to {
            return;
        }
        message.keep(at, at + 4);
        match key {
            0..=3 => message.keep(at + 4, end),
            4 => (at + 4..end).step_by(4).for_each(|at| message.four(redactor, at)),
            6 => (at + 4..end).step_by(16).for_each(|at| message.six(redactor, at)),
            _ => {}
        }
        at = end;
    }
}

/// A name, of which the labels that stand here are rewritten; gives where it ends.
fn name(redactor: &mut Redactor, message: &mut Layer<'_>, from: usize) -> Option<usize> {
    let mut labels: Vec<(usize, usize)> = Vec::new();
    let (mut at, mut end) = (from, None);
    let mut here = 0;
    for _ in 0..LABELS {
        let length = usize::from(message.byte(at)?);
        match length {
            0 => {
                end = end.or(Some(at + 1));
                break;
            }
            1..=63 => {
                message.from.get(at + 1..at + 1 + length)?;
                labels.push((at + 1, length));
                here += usize::from(end.is_none());
                at += 1 + length;
            }
            192.. => {
                let to = usize::from(message.two(at)? & 0x3FFF);
                end = end.or(Some(at + 2));
                at = to;
            }
            _ => return None,
        }
    }
    let end = end?;
    // Lengths, pointers and the end.
    let text: Vec<&[u8]> =
        labels.iter().map(|(at, length)| message.from.get(*at..at + length).unwrap_or_default()).collect();
    let plain = |label: &&[u8]| label.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_*".contains(byte));
    let told: Option<Vec<String>> = text.iter().all(plain).then(|| {
        let labels: Vec<String> = text.iter().map(|label| String::from_utf8_lossy(label).into_owned()).collect();
        redactor.names.host(redactor.key, &labels.join(".")).split('.').map(String::from).collect()
    });
    for (index, (at, length)) in labels.iter().take(here).enumerate() {
        message.keep(at - 1, *at);
        match told.as_ref().and_then(|told| told.get(index)).filter(|label| label.len() == *length) {
            Some(label) => message.put(*at, label.as_bytes()),
            None => message.part(*at, at + length).fill(b'x'),
        }
    }
    let last = labels.get(here.wrapping_sub(1)).filter(|_| here > 0).map_or(from, |(at, length)| at + length);
    message.keep(last, end);
    Some(end)
}
