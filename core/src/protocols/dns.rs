//! DNS messages (RFC 1035): the question, the response code and the addresses.

use alloc::string::String;
use core::fmt::Write;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use memchr::memchr;
use nom::number::complete::{be_u8, be_u16, be_u32};
use nom::{IResult, Parser};

use crate::sparing::Few;

/// Addresses kept of one answer.
const ADDRESSES: usize = 16;
/// Answer records looked at.
const RECORDS: u16 = 64;
/// Pointers followed in one name (RFC 1035 section 4.1.4); a real one needs few.
const JUMPS: u32 = 16;
/// Longest name, RFC 1035 section 2.3.4.
const LONGEST_NAME: usize = 255;

/// Record types by number.
pub mod kind {
    /// IPv4 address.
    pub const A: u16 = 1;
    /// Alias.
    pub const CNAME: u16 = 5;
    /// Name of an address.
    pub const PTR: u16 = 12;
    /// IPv6 address (RFC 3596).
    pub const AAAA: u16 = 28;
    /// Service (RFC 2782).
    pub const SRV: u16 = 33;
    /// HTTPS service binding (RFC 9460).
    pub const HTTPS: u16 = 65;
}

/// One message.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Pairs question and answer.
    pub id: u16,
    /// An answer and not a question.
    pub response: bool,
    /// Truncated: to be asked again over TCP.
    pub truncated: bool,
    /// Response code.
    pub rcode: u8,
    /// The name asked for, lower case, without final dot.
    pub name: String,
    /// The type asked for.
    pub kind: u16,
    /// Addresses in the answer.
    pub addresses: Few<IpAddr>,
    /// The answer goes through an alias.
    pub alias: bool,
    /// Answer records are missing or malformed: the packet was captured in part.
    pub cut: bool,
}

/// Reads a message; what is cut off after the question is simply missing from the answer.
#[must_use]
pub fn message(data: &[u8]) -> Option<Message> {
    let (rest, (id, flags, questions, answers, _, _)) = header(data).ok()?;
    let opcode = flags >> 11 & 15;
    if questions != 1 || opcode != 0 {
        return None;
    }
    let mut at = data.len() - rest.len();
    let name = name(data, &mut at)?;
    let (_, (kind, _class)) = (be_u16::<_, nom::error::Error<&[u8]>>, be_u16).parse(data.get(at..)?).ok()?;
    at += 4;
    let mut found = Message {
        id,
        response: flags & 0x8000 != 0,
        truncated: flags & 0x0200 != 0,
        rcode: (flags & 15) as u8,
        name,
        kind,
        addresses: Few::None,
        alias: false,
        cut: false,
    };
    if found.response {
        for _ in 0..answers.min(RECORDS) {
            if record(data, &mut at, &mut found).is_none() {
                found.cut = true;
                break;
            }
        }
    }
    Some(found)
}

type Header = (u16, u16, u16, u16, u16, u16);

fn header(data: &[u8]) -> IResult<&[u8], Header> {
    (be_u16, be_u16, be_u16, be_u16, be_u16, be_u16).parse(data)
}

/// Reads one resource record at `at`.
fn record(data: &[u8], at: &mut usize, found: &mut Message) -> Option<()> {
    skip_name(data, at)?;
    let fixed = (be_u16::<_, nom::error::Error<&[u8]>>, be_u16, be_u32, be_u16).parse(data.get(*at..)?);
    let (_, (kind, _, _, length)) = fixed.ok()?;
    *at += 10;
    let body = data.get(*at..*at + usize::from(length))?;
    *at += usize::from(length);
    let address = match kind {
        kind::A => body.first_chunk::<4>().map(|bytes| IpAddr::V4(Ipv4Addr::from(*bytes))),
        kind::AAAA => body.first_chunk::<16>().map(|bytes| IpAddr::V6(Ipv6Addr::from(*bytes))),
        kind::CNAME => {
            found.alias = true;
            None
        }
        _ => None,
    };
    if let Some(address) = address.filter(|_| found.addresses.len() < ADDRESSES) {
        found.addresses.push(address);
    }
    Some(())
}

/// Reads a name at `at` and moves behind it; bytes that are no host-name characters are written as `\ddd`.
fn name(data: &[u8], at: &mut usize) -> Option<String> {
    // Where no pointer follows, it is as long as what stands before its last byte: there may be a million.
    let room = memchr(0, data.get(*at..)?).unwrap_or_default().saturating_sub(1);
    let mut text = String::with_capacity(room.min(LONGEST_NAME));
    let mut place = *at;
    let mut jumps = 0;
    loop {
        let (_, length) = be_u8::<_, nom::error::Error<&[u8]>>.parse(data.get(place..)?).ok()?;
        match length {
            0 => {
                if jumps == 0 {
                    *at = place + 1;
                }
                text.make_ascii_lowercase();
                return Some(text);
            }
            1..=63 => {
                let label = data.get(place + 1..place + 1 + usize::from(length))?;
                if text.len() + label.len() > LONGEST_NAME {
                    return None;
                }
                if !text.is_empty() {
                    text.push('.');
                }
                let usual = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
                match core::str::from_utf8(label) {
                    Ok(label) if label.bytes().all(usual) => text.push_str(label),
                    _ => {
                        for &byte in label {
                            if usual(byte) {
                                text.push(byte as char);
                            } else {
                                let _ = write!(text, "\\{byte:03}");
                            }
                        }
                    }
                }
                place += 1 + usize::from(length);
            }
            192..=255 => {
                let low = *data.get(place + 1)?;
                if jumps == 0 {
                    *at = place + 2;
                }
                jumps += 1;
                if jumps > JUMPS {
                    return None;
                }
                place = usize::from(length & 0x3F) << 8 | usize::from(low);
            }
            _ => return None,
        }
    }
}

/// Moves behind a name.
fn skip_name(data: &[u8], at: &mut usize) -> Option<()> {
    loop {
        match *data.get(*at)? {
            0 => {
                *at += 1;
                return Some(());
            }
            length @ 1..=63 => *at += 1 + usize::from(length),
            192..=255 => {
                *at += 2;
                return Some(());
            }
            _ => return None,
        }
    }
}

/// The name of a response code.
#[must_use]
pub fn rcode_name(rcode: u8) -> &'static str {
    match rcode {
        0 => "NOERROR",
        1 => "FORMERR",
        2 => "SERVFAIL",
        3 => "NXDOMAIN",
        4 => "NOTIMP",
        5 => "REFUSED",
        9 => "NOTAUTH",
        _ => "another response code",
    }
}

/// The name of a record type.
#[must_use]
pub fn kind_name(kind: u16) -> &'static str {
    match kind {
        kind::A => "A",
        kind::AAAA => "AAAA",
        kind::PTR => "PTR",
        kind::SRV => "SRV",
        kind::HTTPS => "HTTPS",
        _ => "other type",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn reads_an_answer_with_alias() {
        let mut data = Vec::from(&b"\x12\x34\x81\x80\0\x01\0\x02\0\0\0\0\x03WWW\x07example\x03com\0\0\x01\0\x01"[..]);
        data.extend_from_slice(b"\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x04\x01a\xc0\x10");
        data.extend_from_slice(b"\xc0\x2d\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x0a");
        let found = message(&data).unwrap_or_else(|| panic!("not read"));
        assert_eq!((found.id, found.response, found.rcode, found.name.as_str()), (0x1234, true, 0, "www.example.com"));
        assert_eq!(*found.addresses, [IpAddr::V4(Ipv4Addr::new(192, 0, 2, 10))]);
        assert!(found.alias);
    }

    #[test]
    fn pointer_loops_end() {
        assert_eq!(message(b"\0\x01\x01\0\0\x01\0\0\0\0\0\0\xc0\x0c\0\x01\0\x01"), None);
    }

    /// An answer of so many records of 192.0.2.x, behind so many of a type that is none of ours.
    fn answer(others: u16, addresses: u16) -> Message {
        let mut data = Vec::from(&b"\0\x01\x81\x80\0\x01"[..]);
        data.extend((others + addresses).to_be_bytes());
        data.extend(b"\0\0\0\0\x01a\0\0\x01\0\x01");
        for at in 0..others + addresses {
            let kind = if at < others { 99 } else { 1 };
            data.extend([0xc0, 12, 0, kind, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, at as u8]);
        }
        message(&data).unwrap_or_else(|| panic!("not read"))
    }

    #[test]
    fn of_an_answer_so_many_records_and_addresses_are_looked_at() {
        assert_eq!(answer(63, 1).addresses.len(), 1);
        assert_eq!(answer(64, 1).addresses.len(), 0);
        assert_eq!(answer(0, 16).addresses.len(), 16);
        assert_eq!(answer(0, 17).addresses.len(), 16);
    }

    #[test]
    fn a_name_has_255_bytes_at_most_and_16_pointers() {
        let question = |name: &[u8]| [b"\0\x01\x01\0\0\x01\0\0\0\0\0\0", name, b"\0\x01\0\x01"].concat();
        let labels = |many: usize| [&[1, b'a'].repeat(many)[..], &[0]].concat();
        assert!(message(&question(&labels(100))).is_some());
        assert_eq!(message(&question(&labels(130))), None);
        // Pointers one to the other, the last one to the end of the name.
        let pointers = |many: u8| {
            let chain = (0..many).flat_map(|at| [0xc0, 12 + 2 * (at + 1)]);
            question(&chain.chain([0]).collect::<Vec<u8>>())
        };
        assert!(message(&pointers(16)).is_some());
        assert_eq!(message(&pointers(17)), None);
    }
}
