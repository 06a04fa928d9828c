//! TLS as far as it is in the clear (RFC 8446, RFC 5246): records, hellos, certificates, alerts.
//!
//! Nothing is decrypted. What TLS hides is judged by size and order in `capture::handshake`.

pub mod certificate;
mod der;
pub mod hello;
mod names;

pub use names::{alert_meaning, alert_name, cipher_name, group_name, version_name};

/// Bytes of a record's header: type, version, length.
pub const HEADER: usize = 5;

/// Content type of a record (RFC 8446 section 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// ChangeCipherSpec.
    ChangeCipher,
    /// Alert.
    Alert,
    /// Handshake messages.
    Handshake,
    /// Application data, or whatever TLS 1.3 encrypts.
    Data,
}

/// A record's header: what it holds and how many bytes follow. `None`: this is no TLS.
#[must_use]
pub fn header(bytes: [u8; HEADER]) -> Option<(Content, usize)> {
    let [kind, 3, 0..=4, high, low] = bytes else { return None };
    let content = match kind {
        20 => Content::ChangeCipher,
        21 => Content::Alert,
        22 => Content::Handshake,
        23 => Content::Data,
        _ => return None,
    };
    Some((content, usize::from(u16::from_be_bytes([high, low]))))
}

/// Whether these first bytes of a stream are TLS. `None`: too few bytes to say.
#[must_use]
pub fn looks_like_tls(data: &[u8]) -> Option<bool> {
    match data {
        [20..=23, 3, 0..=4, ..] => Some(true),
        [20..=23] | [20..=23, 3] => None,
        [] => None,
        _ => Some(looks_like_ssl2(data)),
    }
}

/// Whether a stream begins with a ClientHello in the format of SSL 2.0, as old programs sent it to offer newer versions
/// (RFC 5246 appendix E.2): a length with the highest bit set, message 1, then the version.
#[must_use]
pub fn looks_like_ssl2(data: &[u8]) -> bool {
    matches!(data, [0x80..=0x8f, _, 1, 3, 0..=3, 0, ..] | [0x80..=0x8f, _, 1, 0, 2, 0, ..])
}
