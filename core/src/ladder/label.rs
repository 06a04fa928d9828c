//! What a packet says, in a few words.

use alloc::format;
use alloc::string::String;

use super::What;
use crate::capture::packet::{Packet, Segment, Transport};
use crate::protocols::{dns, tls};

/// Characters of a request or status line that are shown.
const SHOWN: usize = 80;
/// The port of DNS.
const DNS: u16 = 53;

pub struct Label {
    pub what: What,
    pub text: String,
    /// Bytes of TCP payload on the wire, or of the datagram.
    pub bytes: u64,
}

/// `None` for what has no part in a ladder.
pub fn of(packet: &Packet<'_>) -> Option<Label> {
    let (what, text, bytes) = match &packet.transport {
        Transport::Tcp(segment) => {
            let (what, text) = segment_label(segment);
            (what, text, u64::from(segment.length))
        }
        Transport::Udp { from, to, payload } => {
            if *from != DNS && *to != DNS {
                return None;
            }
            (What::Dns, dns_label(payload), payload.len() as u64)
        }
        Transport::Icmp(icmp, _) => (What::Icmp, format!("ICMP: {}", icmp.meaning()), 0),
        Transport::CutIcmp => return None,
    };
    Some(Label { what, text, bytes })
}

fn segment_label(segment: &Segment<'_>) -> (What, String) {
    let has = |flag| segment.has(flag);
    if has(Segment::RST) {
        return (What::Reset, "RST".into());
    }
    if has(Segment::SYN) {
        return (What::Syn, if has(Segment::ACK) { "SYN-ACK" } else { "SYN" }.into());
    }
    if segment.length == 0 {
        return if has(Segment::FIN) { (What::Fin, "FIN".into()) } else { (What::Ack, "ACK".into()) };
    }
    let (what, mut text) = payload(segment.payload, segment.from == DNS || segment.to == DNS);
    if has(Segment::FIN) {
        text.push_str(", FIN");
    }
    (what, text)
}

fn payload(data: &[u8], dns: bool) -> (What, String) {
    if dns && data.len() > 2 {
        // Two bytes of length stand before the message (RFC 1035 section 4.2.2).
        return (What::Dns, dns_label(data.get(2..).unwrap_or_default()));
    }
    if let Some(text) = record(data) {
        return (What::Tls, text);
    }
    if let Some(line) = first_line(data) {
        let what = if line.starts_with("HTTP/") { What::Response } else { What::Request };
        return (what, line);
    }
    (What::Data, "data".into())
}

/// The first TLS record, and the handshake message in it.
fn record(data: &[u8]) -> Option<String> {
    let (content, _) = tls::header(data.first_chunk().copied()?)?;
    let body = data.get(tls::HEADER..).unwrap_or_default();
    Some(match content {
        tls::Content::ChangeCipher => "ChangeCipherSpec".into(),
        tls::Content::Data => "TLS, encrypted".into(),
        tls::Content::Alert => match body {
            [_, number] | [_, number, _, ..] if body.len() < 8 => format!("TLS alert {}", tls::alert_name(*number)),
            _ => "TLS alert, encrypted".into(),
        },
        tls::Content::Handshake => match body.first() {
            Some(0) => "HelloRequest".into(),
            Some(1) => "ClientHello".into(),
            Some(2) => "ServerHello".into(),
            Some(4) => "NewSessionTicket".into(),
            Some(11) => "Certificate".into(),
            Some(12) => "ServerKeyExchange".into(),
            Some(13) => "CertificateRequest".into(),
            Some(14) => "ServerHelloDone".into(),
            Some(16) => "ClientKeyExchange".into(),
            _ => "TLS handshake".into(),
        },
    })
}

/// The first line, where these bytes begin an HTTP message.
fn first_line(data: &[u8]) -> Option<String> {
    let line = data.split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
    let line = core::str::from_utf8(line).ok()?;
    let method = line.split(' ').next()?;
    let request = (3..=16).contains(&method.len())
        && method.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-')
        && line.len() > method.len();
    (line.starts_with("HTTP/") || request).then(|| line.chars().take(SHOWN).collect())
}

fn dns_label(data: &[u8]) -> String {
    let Some(message) = dns::message(data) else { return "DNS".into() };
    let asked = format!("{} {}", dns::kind_name(message.kind), message.name);
    match (message.response, message.rcode, &*message.addresses) {
        (false, ..) => format!("{asked}?"),
        (true, 0, [first, rest @ ..]) => {
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            format!("{asked}: {first}{more}")
        }
        (true, 0, []) if message.truncated => format!("{asked}: truncated"),
        (true, 0, []) => format!("{asked}: no address"),
        (true, code, _) => format!("{asked}: {}", dns::rcode_name(code)),
    }
}
