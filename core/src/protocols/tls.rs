//! TLS records as far as they are in the clear (RFC 8446, RFC 5246): which handshake messages and alerts passed.

/// What the first bytes of a direction are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    /// A handshake record that begins with this message: 1 ClientHello, 2 ServerHello.
    Handshake(u8),
    /// An alert in the clear: level and description.
    Alert(u8, u8),
    /// ChangeCipherSpec.
    ChangeCipher,
    /// Application data, or anything encrypted as such.
    Data,
}

/// Whether these first bytes of a stream are TLS. `None`: too few bytes to say.
#[must_use]
pub fn looks_like_tls(data: &[u8]) -> Option<bool> {
    match data {
        [20..=23, 3, 0..=4, ..] => Some(true),
        [20..=23] | [20..=23, 3] => None,
        [] => None,
        _ => Some(false),
    }
}

/// The record at the beginning of `data` and its length with the header of five bytes.
#[must_use]
pub fn record(data: &[u8]) -> Option<(Record, usize)> {
    let [kind, 3, _, high, low, rest @ ..] = data else { return None };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    let record = match (kind, rest) {
        (20, _) => Record::ChangeCipher,
        (21, [level, description, ..]) if length == 2 => Record::Alert(*level, *description),
        (22, [message, ..]) => Record::Handshake(*message),
        (21..=23, _) => Record::Data,
        _ => return None,
    };
    Some((record, 5 + length))
}

/// The name of an alert (RFC 8446 section 6).
#[must_use]
pub const fn alert_name(number: u8) -> &'static str {
    match number {
        0 => "close_notify",
        10 => "unexpected_message",
        20 => "bad_record_mac",
        22 => "record_overflow",
        40 => "handshake_failure",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        44 => "certificate_revoked",
        45 => "certificate_expired",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        86 => "inappropriate_fallback",
        90 => "user_canceled",
        100 => "no_renegotiation",
        109 => "missing_extension",
        110 => "unsupported_extension",
        112 => "unrecognized_name",
        113 => "bad_certificate_status_response",
        115 => "unknown_psk_identity",
        116 => "certificate_required",
        120 => "no_application_protocol",
        121 => "ech_required",
        _ => "unassigned",
    }
}

/// The server name of a ClientHello (RFC 6066 section 3), `data` beginning with its record.
#[must_use]
pub fn server_name(data: &[u8]) -> Option<&str> {
    let hello = data.get(9..)?;
    let mut at = 2 + 32;
    at += 1 + usize::from(*hello.get(at)?);
    at += 2 + usize::from(u16::from_be_bytes(*hello.get(at..)?.first_chunk()?));
    at += 1 + usize::from(*hello.get(at)?);
    at += 2;
    // A ClientHello has some twenty extensions; GREASE adds a few.
    for _ in 0..64 {
        let [kind_high, kind_low, high, low] = *hello.get(at..)?.first_chunk::<4>()?;
        let length = usize::from(u16::from_be_bytes([high, low]));
        let body = hello.get(at + 4..at + 4 + length)?;
        if (kind_high, kind_low) == (0, 0) {
            let [_, _, 0, high, low, ..] = body else { return None };
            let name = body.get(5..5 + usize::from(u16::from_be_bytes([*high, *low])))?;
            return core::str::from_utf8(name).ok();
        }
        at += 4 + length;
    }
    None
}
