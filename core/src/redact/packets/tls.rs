//! TLS records: how the handshake went stays, and so do versions, cipher suites and alerts. The server's name gets its
//! pseudonym; certificates, keys, random bytes and data are blanked.

use super::Layer;
use crate::redact::Redactor;

/// The random bytes of a HelloRetryRequest, which are everybody's (RFC 8446 section 4.1.3).
const RETRY: [u8; 32] = [
    0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2, 0xA2, 0x11,
    0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
];
/// The largest record (RFC 8446 section 5.2).
const LARGEST: u16 = 16_384 + 2_048;

/// Whether a segment begins with a record.
pub fn begins(payload: &[u8]) -> bool {
    matches!(payload, [20..=24, 3, 0..=4, high, low, ..] if u16::from_be_bytes([*high, *low]) <= LARGEST)
}

/// Records one behind the other.
pub fn records(redactor: &mut Redactor, mut payload: Layer<'_>) {
    let mut at = 0;
    while begins(payload.from.get(at..).unwrap_or_default()) {
        payload.keep(at, at + 5);
        let length = usize::from(payload.two(at + 3).unwrap_or(0));
        let kind = payload.byte(at).unwrap_or(0);
        let mut record = payload.part(at + 5, at + 5 + length);
        match kind {
            20 => record.keep(0, 1),
            // More than two bytes are encrypted.
            21 if length == 2 => record.keep_all(),
            22 => handshake(redactor, record),
            _ => {}
        }
        at += 5 + length;
    }
}

fn handshake(redactor: &mut Redactor, mut record: Layer<'_>) {
    let mut at = 0;
    while let (Some(kind), Some([high, middle, low])) = (record.byte(at), record.array::<3>(at + 1)) {
        let length = usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low);
        // What is encrypted has any first byte, and rarely a length that fits.
        let known = matches!(kind, 0 | 1 | 2 | 4 | 8 | 11..=16 | 20 | 22);
        let fits = at + 4 + length <= record.len() || (at == 0 && matches!(kind, 1 | 2 | 11) && length < 65_536);
        if !known || !fits {
            return;
        }
        record.keep(at, at + 4);
        let end = (at + 4 + length).min(record.len());
        let mut body = record.part(at + 4, end);
        match kind {
            1 => client_hello(redactor, body),
            2 => server_hello(redactor, body),
            // A named curve; the key after it is blanked.
            12 if body.byte(0) == Some(3) => body.keep(0, 4),
            _ => {}
        }
        at += 4 + length;
    }
}

fn client_hello(redactor: &mut Redactor, mut body: Layer<'_>) {
    body.keep(0, 2);
    body.keep(34, 35);
    let mut at = 35 + usize::from(body.byte(34).unwrap_or(0));
    let suites = usize::from(body.two(at).unwrap_or(0));
    body.keep(at, at + 2 + suites);
    at += 2 + suites;
    let methods = usize::from(body.byte(at).unwrap_or(0));
    body.keep(at, at + 1 + methods);
    at += 1 + methods;
    body.keep(at, at + 2);
    extensions(redactor, body.at(at + 2), true);
}

fn server_hello(redactor: &mut Redactor, mut body: Layer<'_>) {
    body.keep(0, 2);
    if body.array::<32>(2) == Some(RETRY) {
        body.keep(2, 34);
    }
    body.keep(34, 35);
    let at = 35 + usize::from(body.byte(34).unwrap_or(0));
    body.keep(at, at + 5);
    extensions(redactor, body.at(at + 5), false);
}

/// Extensions by IANA's numbers: those that say what is offered stay.
fn extensions(redactor: &mut Redactor, mut rest: Layer<'_>, client: bool) {
    let mut at = 0;
    while let (Some(kind), Some(length)) = (rest.two(at), rest.two(at + 2)) {
        rest.keep(at, at + 4);
        let mut value = rest.part(at + 4, at + 4 + usize::from(length));
        match kind {
            0 => server_name(redactor, value),
            // Groups, formats, signatures, ALPN, record size, compression, versions, PSK modes.
            1 | 10 | 11 | 13 | 16 | 27 | 28 | 34 | 43 | 45 | 50 => value.keep_all(),
            51 if client => key_shares(value),
            51 => value.keep(0, 4),
            _ => {}
        }
        at += 4 + usize::from(length);
    }
}

fn server_name(redactor: &mut Redactor, mut value: Layer<'_>) {
    value.keep(0, 5);
    let length = usize::from(value.two(3).unwrap_or(0));
    let mut name = value.part(5, 5 + length);
    match core::str::from_utf8(name.from) {
        Ok(text) if !text.is_empty() => {
            let told = redactor.names.host(redactor.key, text);
            if told.len() == name.len() { name.put(0, told.as_bytes()) } else { name.fill(b'x') }
        }
        _ => name.fill(b'x'),
    }
}

/// Each group and the length of its key.
fn key_shares(mut value: Layer<'_>) {
    value.keep(0, 2);
    let mut at = 2;
    while let Some(length) = value.two(at + 2) {
        value.keep(at, at + 4);
        at += 4 + usize::from(length);
    }
}
