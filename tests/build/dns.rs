//! DNS messages (RFC 1035): as much as a small server and a hand-built capture need.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Record types used here.
pub const A: u16 = 1;
/// IPv6 address.
pub const AAAA: u16 = 28;
/// Alias.
pub const CNAME: u16 = 5;
/// Start of authority; rides along with negative answers (RFC 2308).
pub const SOA: u16 = 6;

/// Response codes, RFC 1035 section 4.1.1.
pub const NOERROR: u8 = 0;
/// The server could not find out.
pub const SERVFAIL: u8 = 2;
/// The name does not exist.
pub const NXDOMAIN: u8 = 3;
/// The server will not answer this client.
pub const REFUSED: u8 = 5;

/// One record of an answer.
#[derive(Clone, Debug)]
pub enum Record {
    /// IPv4 address.
    A(Ipv4Addr),
    /// IPv6 address.
    Aaaa(Ipv6Addr),
    /// The name is an alias of this one; records after it belong to the alias.
    Cname(String),
}

/// A question: what a resolver asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Transaction id.
    pub id: u16,
    /// Name, without the final dot.
    pub name: String,
    /// Record type.
    pub kind: u16,
}

/// A name as labels.
fn encode_name(name: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for label in name.split('.').filter(|label| !label.is_empty()) {
        out.push(u8::try_from(label.len()).unwrap_or(63));
        out.extend_from_slice(label.as_bytes());
    }
    out.push(0);
    out
}

fn header(id: u16, flags: u16, counts: [u16; 4]) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend_from_slice(&id.to_be_bytes());
    out.extend_from_slice(&flags.to_be_bytes());
    for count in counts {
        out.extend_from_slice(&count.to_be_bytes());
    }
    out
}

impl Question {
    /// A question about `name`.
    pub fn new(id: u16, name: &str, kind: u16) -> Self {
        Self { id, name: name.to_owned(), kind }
    }

    /// Reads the first question of a query; `None` if it is none.
    pub fn parse(message: &[u8]) -> Option<Self> {
        let id = u16::from_be_bytes([*message.first()?, *message.get(1)?]);
        let mut labels = Vec::new();
        let mut at = 12;
        loop {
            let length = usize::from(*message.get(at)?);
            at += 1;
            if length == 0 {
                break;
            }
            labels.push(String::from_utf8_lossy(message.get(at..at + length)?).into_owned());
            at += length;
        }
        let kind = u16::from_be_bytes([*message.get(at)?, *message.get(at + 1)?]);
        Some(Self { id, name: labels.join("."), kind })
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = encode_name(&self.name);
        out.extend_from_slice(&self.kind.to_be_bytes());
        out.extend_from_slice(&1u16.to_be_bytes());
        out
    }

    /// The query as a stub resolver sends it: recursion desired.
    pub fn query(&self) -> Vec<u8> {
        let mut out = header(self.id, 0x0100, [1, 0, 0, 0]);
        out.extend(self.encode());
        out
    }

    /// The answer of a recursive server. A negative one without records carries the zone's SOA.
    pub fn answer(&self, rcode: u8, records: &[Record]) -> Vec<u8> {
        let authority = records.is_empty() && matches!(rcode, NOERROR | NXDOMAIN);
        let count = u16::try_from(records.len()).unwrap_or(u16::MAX);
        let mut out = header(self.id, 0x8180 | u16::from(rcode), [1, count, u16::from(authority), 0]);
        out.extend(self.encode());
        let mut owner = self.name.clone();
        for record in records {
            let (kind, data) = match record {
                Record::A(address) => (A, address.octets().to_vec()),
                Record::Aaaa(address) => (AAAA, address.octets().to_vec()),
                Record::Cname(target) => (CNAME, encode_name(target)),
            };
            resource(&mut out, &owner, kind, 60, &data);
            if let Record::Cname(target) = record {
                owner.clone_from(target);
            }
        }
        if authority {
            let zone = self.name.rsplitn(3, '.').take(2).collect::<Vec<_>>();
            let zone = zone.into_iter().rev().collect::<Vec<_>>().join(".");
            let mut data = encode_name(&format!("ns1.{zone}"));
            data.extend(encode_name(&format!("hostmaster.{zone}")));
            for number in [2_026_112_001_u32, 7200, 900, 1_209_600, 60] {
                data.extend_from_slice(&number.to_be_bytes());
            }
            resource(&mut out, &zone, SOA, 60, &data);
        }
        out
    }
}

fn resource(out: &mut Vec<u8>, owner: &str, kind: u16, ttl: u32, data: &[u8]) {
    out.extend(encode_name(owner));
    out.extend_from_slice(&kind.to_be_bytes());
    out.extend_from_slice(&1u16.to_be_bytes());
    out.extend_from_slice(&ttl.to_be_bytes());
    out.extend_from_slice(&u16::try_from(data.len()).unwrap_or(u16::MAX).to_be_bytes());
    out.extend_from_slice(data);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_survives_the_wire() {
        let question = Question::new(0x1234, "www.example.com", A);
        assert_eq!(Question::parse(&question.query()), Some(question));
    }
}
