//! A server's certificate (RFC 5280) as far as a refusal may depend on it: names, issuer, validity.
//!
//! Signatures are not checked, and no store of trusted issuers is known here.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::der::{Element, expect, next, time};
use crate::time::Timestamp;

/// Names kept of one certificate; shared ones of CDNs have a hundred.
const NAMES: usize = 100;
/// Certificates of a chain that are counted.
const CHAIN: usize = 16;
/// Longest text kept.
const TEXT: usize = 255;

const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const ORGANIZATION: &[u8] = &[0x55, 4, 10];
const ALTERNATIVE_NAMES: &[u8] = &[0x55, 0x1d, 0x11];

/// The first certificate of a chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// The subject's common name, or its organisation.
    pub subject: String,
    /// The issuer's common name, or its organisation.
    pub issuer: String,
    /// DNS names and addresses that it is for, lower case.
    pub names: Vec<String>,
    /// Valid from.
    pub not_before: Option<Timestamp>,
    /// Valid to.
    pub not_after: Option<Timestamp>,
    /// Subject and issuer are the same.
    pub self_signed: bool,
    /// Certificates in the chain.
    pub chain: usize,
    /// The second certificate of the chain is the issuer's, or the chain has one alone that signed itself.
    pub issuer_follows: bool,
}

impl Certificate {
    /// Whether it is for this host (RFC 6125 section 6.4: a wildcard stands for the leftmost label alone).
    #[must_use]
    pub fn covers(&self, host: &str) -> bool {
        let one = |name: &str| match name.strip_prefix("*.") {
            Some(parent) => host.split_once('.').is_some_and(|(_, rest)| rest == parent),
            None => name == host,
        };
        let no_names = self.names.is_empty() && one(&self.subject.to_ascii_lowercase());
        no_names || self.names.iter().any(|name| one(name)) || self.names.len() >= NAMES
    }
}

/// The body of a Certificate message up to TLS 1.2 (RFC 5246 section 7.4.2), behind the four bytes of its header.
#[must_use]
pub fn chain(body: &[u8]) -> Option<Certificate> {
    let [0, _, _, list @ ..] = body else { return None };
    let mut rest = list;
    let first = one(&mut rest)?;
    let mut certificate = leaf(first)?;
    certificate.chain = 1;
    let issuer = issuer_of(first);
    certificate.issuer_follows = certificate.self_signed;
    while let Some(other) = one(&mut rest).filter(|_| certificate.chain < CHAIN) {
        certificate.chain += 1;
        certificate.issuer_follows |= issuer.is_some() && subject_of(other) == issuer;
    }
    Some(certificate)
}

/// The next certificate of the list: three bytes of length before it.
fn one<'a>(data: &mut &'a [u8]) -> Option<&'a [u8]> {
    let [high, middle, low, rest @ ..] = *data else { return None };
    let length = usize::from(*high) << 16 | usize::from(*middle) << 8 | usize::from(*low);
    let (one, rest) = rest.split_at_checked(length)?;
    *data = rest;
    Some(one)
}

/// The parts of a certificate that are needed, in their order (RFC 5280 section 4.1).
struct Parts<'a> {
    issuer: Element<'a>,
    validity: Element<'a>,
    subject: Element<'a>,
    /// Public key, and extensions.
    rest: &'a [u8],
}

fn parts(der: &[u8]) -> Option<Parts<'_>> {
    let mut data = der;
    let mut outer = expect(&mut data, 0x30)?.content;
    let mut tbs = expect(&mut outer, 0x30)?.content;
    // Version, serial number, signature algorithm.
    let _ = expect(&mut tbs, 0xa0);
    expect(&mut tbs, 0x02)?;
    expect(&mut tbs, 0x30)?;
    let issuer = expect(&mut tbs, 0x30)?;
    let validity = expect(&mut tbs, 0x30)?;
    let subject = expect(&mut tbs, 0x30)?;
    Some(Parts { issuer, validity, subject, rest: tbs })
}

fn issuer_of(der: &[u8]) -> Option<&[u8]> {
    parts(der).map(|parts| parts.issuer.whole)
}

fn subject_of(der: &[u8]) -> Option<&[u8]> {
    parts(der).map(|parts| parts.subject.whole)
}

fn leaf(der: &[u8]) -> Option<Certificate> {
    let parts = parts(der)?;
    let mut validity = parts.validity.content;
    let not_before = next(&mut validity).and_then(time);
    let not_after = next(&mut validity).and_then(time);
    Some(Certificate {
        subject: name(parts.subject.content),
        issuer: name(parts.issuer.content),
        names: alternatives(parts.rest),
        not_before,
        not_after,
        self_signed: parts.subject.whole == parts.issuer.whole,
        chain: 0,
        issuer_follows: false,
    })
}

/// The common name of a Name, else its organisation.
fn name(mut rdns: &[u8]) -> String {
    let (mut common, mut organisation) = (None, None);
    while let Some(rdn) = expect(&mut rdns, 0x31) {
        let mut set = rdn.content;
        while let Some(pair) = expect(&mut set, 0x30) {
            let mut pair = pair.content;
            let Some(kind) = expect(&mut pair, 0x06) else { continue };
            let Some(value) = next(&mut pair) else { continue };
            match kind.content {
                COMMON_NAME => common = Some(text(value)),
                ORGANIZATION => organisation = Some(text(value)),
                _ => {}
            }
        }
    }
    common.or(organisation).unwrap_or_default()
}

/// A string of any of the kinds that occur in names; what is no UTF-8 becomes `.`.
fn text(value: Element<'_>) -> String {
    let bytes = value.content.get(..TEXT).unwrap_or(value.content);
    if value.tag == 0x1e {
        let units = bytes.chunks_exact(2).filter_map(|pair| pair.first_chunk().map(|pair| u16::from_be_bytes(*pair)));
        return char::decode_utf16(units).map(|unit| unit.unwrap_or('.')).filter(|c| !c.is_control()).collect();
    }
    String::from_utf8_lossy(bytes).chars().map(|c| if c.is_control() { '.' } else { c }).collect()
}

/// The names of the extension `subjectAltName` (RFC 5280 section 4.2.1.6).
fn alternatives(mut rest: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    while let Some(element) = next(&mut rest) {
        if element.tag != 0xa3 {
            continue;
        }
        let mut outer = element.content;
        let Some(list) = expect(&mut outer, 0x30) else { return names };
        let mut list = list.content;
        while let Some(extension) = expect(&mut list, 0x30) {
            let mut fields = extension.content;
            if expect(&mut fields, 0x06).is_none_or(|id| id.content != ALTERNATIVE_NAMES) {
                continue;
            }
            let _critical = expect(&mut fields, 0x01);
            let Some(value) = expect(&mut fields, 0x04) else { continue };
            let mut value = value.content;
            let Some(all) = expect(&mut value, 0x30) else { continue };
            let mut all = all.content;
            while let Some(name) = next(&mut all).filter(|_| names.len() < NAMES) {
                match name.tag {
                    0x82 => names.push(text(name).to_ascii_lowercase()),
                    0x87 => names.extend(address(name.content)),
                    _ => {}
                }
            }
        }
    }
    names
}

fn address(bytes: &[u8]) -> Option<String> {
    let address = match bytes.len() {
        4 => IpAddr::V4(Ipv4Addr::from(*bytes.first_chunk::<4>()?)),
        16 => IpAddr::V6(Ipv6Addr::from(*bytes.first_chunk::<16>()?)),
        _ => return None,
    };
    Some(address.to_string())
}

#[cfg(test)]
mod tests {
    use alloc::{format, vec};

    use super::*;

    fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let content = parts.concat();
        let mut out = vec![tag];
        match u16::try_from(content.len()).unwrap() {
            short @ 0..=127 => out.push(short as u8),
            long => out.extend([&[0x82], &long.to_be_bytes()[..]].concat()),
        }
        [out, content].concat()
    }

    fn dn(common: &str) -> Vec<u8> {
        let pair = der(0x30, &[&der(6, &[COMMON_NAME]), &der(0x0c, &[common.as_bytes()])]);
        der(0x30, &[&der(0x31, &[&pair])])
    }

    fn made(subject: &str, issuer: &str) -> Vec<u8> {
        let names = der(0x30, &[&der(0x82, &[b"*.Example.net"]), &der(0x87, &[&[192, 0, 2, 10]])]);
        with_names(subject, issuer, &names)
    }

    fn with_names(subject: &str, issuer: &str, names: &[u8]) -> Vec<u8> {
        let validity = der(0x30, &[&der(0x17, &[b"260101000000Z"]), &der(0x18, &[b"20500401120000Z"])]);
        let extension = der(0x30, &[&der(6, &[ALTERNATIVE_NAMES]), &der(4, &[names])]);
        let tbs = der(
            0x30,
            &[
                &der(0xa0, &[&der(2, &[&[2]])]),
                &der(2, &[&[1; 200]]),
                &der(0x30, &[]),
                &dn(issuer),
                &validity,
                &dn(subject),
                &der(0x30, &[]),
                &der(0xa3, &[&der(0x30, &[&extension])]),
            ],
        );
        der(0x30, &[&tbs])
    }

    fn message(certificates: &[Vec<u8>]) -> Vec<u8> {
        let list: Vec<u8> =
            certificates.iter().flat_map(|one| [&(one.len() as u32).to_be_bytes()[1..], one].concat()).collect();
        [&(list.len() as u32).to_be_bytes()[1..], &list].concat()
    }

    #[test]
    fn names_validity_and_chain() {
        let body = message(&[made("www.example.net", "R1"), made("R1", "Root")]);
        let leaf = chain(&body).unwrap();
        assert_eq!((&*leaf.subject, &*leaf.issuer, leaf.chain), ("www.example.net", "R1", 2));
        assert_eq!(leaf.names, ["*.example.net", "192.0.2.10"]);
        assert_eq!(leaf.not_before.unwrap().to_string(), "2026-01-01T00:00:00.000000Z");
        assert_eq!(leaf.not_after.unwrap().to_string(), "2050-04-01T12:00:00.000000Z");
        assert!(leaf.issuer_follows && !leaf.self_signed);
        assert!(leaf.covers("shop.example.net") && leaf.covers("192.0.2.10"));
        assert!(!leaf.covers("example.net") && !leaf.covers("a.shop.example.net"));
        assert!(!chain(&message(&[made("a", "R1")])).unwrap().issuer_follows);
        assert!(chain(&message(&[made("a", "a")])).unwrap().self_signed);
    }

    #[test]
    fn broken_bytes_are_no_certificate_and_no_panic() {
        let body = message(&[made("www.example.net", "R1")]);
        for at in 0..body.len() {
            let _ = chain(&body[..at]);
            let mut bent = body.clone();
            bent[at] ^= 0xff;
            let _ = chain(&bent);
        }
        assert_eq!(chain(&[]), None);
    }

    #[test]
    fn of_a_chain_so_many_certificates_are_counted_and_so_many_names_kept() {
        let chain_of = |many: usize| chain(&message(&vec![made("a", "b"); many])).unwrap().chain;
        assert_eq!((chain_of(16), chain_of(20)), (16, 16));
        let names = |many: usize| {
            let each: Vec<_> = (0..many).map(|at| der(0x82, &[format!("www{at}.example.net").as_bytes()])).collect();
            let each: Vec<&[u8]> = each.iter().map(Vec::as_slice).collect();
            chain(&message(&[with_names("a", "b", &der(0x30, &each))])).unwrap()
        };
        assert_eq!(names(99).names.len(), 99);
        assert!(!names(99).covers("www.example.com"));
        assert_eq!(names(150).names.len(), 100);
        assert!(names(150).covers("www149.example.net"), "of a name beyond them nothing is said");
    }
}
