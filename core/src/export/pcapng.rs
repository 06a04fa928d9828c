//! The packets that show a failure as a pcapng file (draft-ietf-opsawg-pcapng), with our notes as packet comments and
//! the names of hosts, as Wireshark shows both.
//!
//! The packets come from a second reading of the files ([`crate::again`]); [`Evidence::wanted`] says which.

use crate::sorting::Sorting as _;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use super::plain;
use super::telling::made_by;
use crate::again::Seen;
use crate::redact::Redactor;
use crate::report::{Finding, Leg, Report};
use crate::tables::Places;

/// Packets of one file: more is a capture, and no evidence.
const PACKETS: usize = 100_000;
/// Their bytes altogether.
const BYTES: usize = 256 << 20;
/// Comments on one packet; it may be evidence of many failures.
const COMMENTS: usize = 8;
/// Bytes of one comment.
const LONGEST: usize = 1_024;
/// Addresses with names.
const NAMES: usize = 10_000;

/// Block types and option codes.
mod code {
    pub const SECTION: u32 = 0x0A0D_0D0A;
    pub const INTERFACE: u32 = 1;
    pub const NAMES: u32 = 4;
    pub const PACKET: u32 = 6;
    pub const COMMENT: u16 = 1;
    pub const NAME: u16 = 2;
    pub const APPLICATION: u16 = 4;
    pub const RESOLUTION: u16 = 9;
}

/// What is wanted of the files, and what has come of it.
pub struct Evidence {
    /// By input and packet number: the notes.
    notes: BTreeMap<(u32, u64), Vec<String>>,
    /// By input: where the first wanted packet stands.
    first: BTreeMap<u32, (u64, u64)>,
    names: BTreeMap<IpAddr, Vec<String>>,
    inputs: Vec<String>,
    about: String,
    interfaces: Vec<Interface>,
    /// Where each of them stands.
    known: Places,
    packets: Vec<Packet>,
    bytes: usize,
    left_out: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Interface {
    input: u32,
    section: u32,
    interface: u32,
    link: u16,
}

struct Packet {
    time: i64,
    input: u32,
    number: u64,
    interface: u32,
    original: u32,
    data: Vec<u8>,
}

impl Evidence {
    /// Of a report: of all its findings, or of one verdict by its index. A redacted report gives redacted notes and names;
    /// its packets then have to be pushed with the same [`Redactor`].
    #[must_use]
    pub fn of(report: &Report, verdict: Option<usize>) -> Self {
        let chosen = verdict.and_then(|at| report.verdicts.get(at));
        let findings: Vec<&Finding> = match chosen {
            Some(verdict) => verdict.findings.iter().filter_map(|at| report.findings.get(*at as usize)).collect(),
            None => report.findings.iter().collect(),
        };
        let mut evidence = Self {
            notes: BTreeMap::new(),
            first: BTreeMap::new(),
            names: names(report, &findings),
            inputs: report.inputs.iter().map(|input| input.name.clone()).collect(),
            about: about(report),
            interfaces: Vec::new(),
            known: Places::default(),
            packets: Vec::new(),
            bytes: 0,
            left_out: 0,
        };
        for finding in findings {
            evidence.note(finding);
        }
        evidence
    }

    fn note(&mut self, finding: &Finding) {
        for row in &finding.evidence {
            let Some(number) = row.packet else { continue };
            let place = (row.input, number);
            if self.notes.len() >= PACKETS && !self.notes.contains_key(&place) {
                self.left_out += 1;
                continue;
            }
            let first = self.first.entry(row.input).or_insert((number, row.offset));
            *first = (*first).min((number, row.offset));
            let notes = self.notes.entry(place).or_default();
            let name = self.inputs.get(row.input as usize).map(String::as_str).unwrap_or_default();
            let mut note = format!("Packet {number} of {name}: {}", plain(&row.text));
            if note.len() > LONGEST {
                let end = (0..=LONGEST).rev().find(|at| note.is_char_boundary(*at)).unwrap_or(0);
                note.truncate(end);
            }
            if notes.len() < COMMENTS && !notes.contains(&note) {
                notes.push(note);
            }
        }
    }

    /// No packet is wanted: the evidence is log lines alone.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.notes.is_empty()
    }

    /// The inputs of which packets are wanted, each with number and byte offset of the first.
    pub fn wanted(&self) -> impl Iterator<Item = (u32, (u64, u64))> + '_ {
        self.first.iter().map(|(input, first)| (*input, *first))
    }

    /// Whether a packet is wanted, and whether any after it is.
    #[must_use]
    pub fn wants(&self, input: u32, number: u64) -> (bool, bool) {
        let more = self.notes.range((input, number + 1)..=(input, u64::MAX)).next().is_some();
        (self.notes.contains_key(&(input, number)), more)
    }

    /// Takes a packet of an input, if it is wanted; rewritten, where a redactor is given. Gives whether more are wanted.
    pub fn take(&mut self, input: u32, seen: &Seen<'_>, redactor: Option<&mut Redactor>) -> bool {
        let (wanted, more) = self.wants(input, seen.number);
        // What has no room is missing at the end, and counted there.
        if wanted && self.bytes + seen.data.len() <= BYTES {
            let interface = Interface { input, section: seen.section, interface: seen.interface, link: seen.link };
            let is = |at: usize| self.interfaces.get(at) == Some(&interface);
            let new = self.interfaces.len();
            let index = self.known.get(interface, is).unwrap_or(new);
            if index == new {
                self.known.set(interface, new, is);
                self.interfaces.push(interface);
            }
            let data = match redactor {
                Some(redactor) => redactor.packet(seen.link, seen.data),
                None => seen.data.to_vec(),
            };
            self.bytes += data.len();
            self.packets.push(Packet {
                time: seen.time.0,
                input,
                number: seen.number,
                interface: u32::try_from(index).unwrap_or(u32::MAX),
                original: seen.original.max(u32::try_from(data.len()).unwrap_or(u32::MAX)),
                data,
            });
        }
        more
    }

    /// The file: packets of all inputs in order of time.
    #[must_use]
    pub fn file(mut self) -> Vec<u8> {
        self.packets.order_by_key(|packet| (packet.time, packet.input, packet.number));
        let mut file = Vec::with_capacity(self.bytes + self.packets.len() * 256 + 1_024);
        let mut about = self.about.clone();
        let missing = self.notes.len().saturating_sub(self.packets.len()) as u64 + self.left_out;
        if missing > 0 {
            about.push_str(&format!(" {missing} packets of the evidence are not in this file."));
        }
        let mut body = Vec::new();
        for part in [&0x1A2B_3C4D_u32.to_le_bytes()[..], &1_u16.to_le_bytes(), &0_u16.to_le_bytes(), &[0xFF; 8]] {
            body.extend_from_slice(part);
        }
        option(&mut body, code::COMMENT, about.as_bytes());
        option(&mut body, code::APPLICATION, concat!("Gateway Triage ", env!("CARGO_PKG_VERSION")).as_bytes());
        option(&mut body, 0, &[]);
        block(&mut file, code::SECTION, &body);
        let mut of_input = alloc::vec![0_u32; self.inputs.len()];
        for interface in &self.interfaces {
            if let Some(count) = of_input.get_mut(interface.input as usize) {
                *count += 1;
            }
        }
        for interface in &self.interfaces {
            let several = of_input.get(interface.input as usize).is_some_and(|count| *count > 1);
            self.interface(&mut file, interface, several);
        }
        self.resolution(&mut file);
        for packet in &self.packets {
            self.packet(&mut file, packet);
        }
        file
    }

    /// `several`: its input has others.
    fn interface(&self, file: &mut Vec<u8>, interface: &Interface, several: bool) {
        let mut body = Vec::new();
        body.extend_from_slice(&interface.link.to_le_bytes());
        // Reserved, and a snap length without limit.
        body.extend_from_slice(&[0; 6]);
        let name = self.inputs.get(interface.input as usize).map(|name| plain(name)).unwrap_or_default();
        let name = if several { format!("{name}, interface {}", interface.interface) } else { name };
        option(&mut body, code::NAME, name.as_bytes());
        // Nanoseconds hold every other resolution.
        option(&mut body, code::RESOLUTION, &[9]);
        option(&mut body, 0, &[]);
        block(file, code::INTERFACE, &body);
    }

    /// Name Resolution Block (section 4.5).
    fn resolution(&self, file: &mut Vec<u8>) {
        if self.names.is_empty() {
            return;
        }
        let mut body = Vec::new();
        for (address, names) in &self.names {
            let mut record = Vec::new();
            let kind: u16 = match address {
                IpAddr::V4(four) => {
                    record.extend_from_slice(&four.octets());
                    1
                }
                IpAddr::V6(six) => {
                    record.extend_from_slice(&six.octets());
                    2
                }
            };
            for name in names {
                record.extend_from_slice(name.as_bytes());
                record.push(0);
            }
            option(&mut body, kind, &record);
        }
        option(&mut body, 0, &[]);
        block(file, code::NAMES, &body);
    }

    fn packet(&self, file: &mut Vec<u8>, packet: &Packet) {
        let mut body = Vec::with_capacity(packet.data.len() + 128);
        // Times before 1970 no capture has.
        let ticks = u64::try_from(packet.time).unwrap_or(0);
        let captured = u32::try_from(packet.data.len()).unwrap_or(u32::MAX);
        for word in [packet.interface, (ticks >> 32) as u32, ticks as u32, captured, packet.original] {
            body.extend_from_slice(&word.to_le_bytes());
        }
        body.extend_from_slice(&packet.data);
        pad(&mut body);
        let notes = self.notes.get(&(packet.input, packet.number));
        for note in notes.into_iter().flatten() {
            option(&mut body, code::COMMENT, note.as_bytes());
        }
        option(&mut body, 0, &[]);
        block(file, code::PACKET, &body);
    }
}

/// What stands at the top of the file.
fn about(report: &Report) -> String {
    let redacted = if report.redacted {
        " Packets are rewritten at their length: what is not understood is zero, checksums are recomputed."
    } else {
        ""
    };
    format!("Evidence of failed requests, picked by {}{redacted}", made_by(report))
}

/// Names of addresses: servers by the host for which DNS gave them, and the gateway.
fn names(report: &Report, findings: &[&Finding]) -> BTreeMap<IpAddr, Vec<String>> {
    let mut names: BTreeMap<IpAddr, Vec<String>> = BTreeMap::new();
    let mut name = |address: IpAddr, name: &str| {
        if names.len() < NAMES || names.contains_key(&address) {
            let known = names.entry(address).or_default();
            if known.len() < COMMENTS && !known.iter().any(|one| one == name) {
                known.push(name.to_string());
            }
        }
    };
    for finding in findings {
        let host = finding.host.as_deref().filter(|host| is_name(host));
        if let (Some(host), Some(upstream)) = (host, finding.upstream)
            && resolved(finding, host, upstream.ip())
        {
            name(upstream.ip(), host);
        }
    }
    for gateway in &report.gateways {
        name(*gateway, "gateway");
    }
    names
}

/// Whether DNS gave this address for the host. Where it did not, the address may be a parent proxy's or a backend's, and the
/// name would mislead.
fn resolved(finding: &Finding, host: &str, address: IpAddr) -> bool {
    let asked = format!("answer {host} ");
    let mut answers = finding.evidence.iter().filter(|row| row.leg == Some(Leg::Dns) && row.text.contains(&asked));
    answers.any(|row| row.text.split([' ', ',']).any(|word| word.parse() == Ok(address)))
}

/// Letters that a host name has, at its length.
fn is_name(host: &str) -> bool {
    let letters = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    letters && (1..=253).contains(&host.len()) && host.parse::<IpAddr>().is_err()
}

fn pad(body: &mut Vec<u8>) {
    body.resize(body.len().next_multiple_of(4), 0);
}

/// An option, or a record of names: code, length, value, padding.
fn option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    let value = value.get(..value.len().min(usize::from(u16::MAX))).unwrap_or_default();
    body.extend_from_slice(&code.to_le_bytes());
    body.extend_from_slice(&(value.len() as u16).to_le_bytes());
    body.extend_from_slice(value);
    pad(body);
}

fn block(file: &mut Vec<u8>, kind: u32, body: &[u8]) {
    let length = (u32::try_from(body.len()).unwrap_or(0) + 12).to_le_bytes();
    file.extend_from_slice(&kind.to_le_bytes());
    file.extend_from_slice(&length);
    file.extend_from_slice(body);
    file.extend_from_slice(&length);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Case, Options};

    /// A failure told by one line, to which packets are added.
    fn report(answer: &str) -> Report {
        let mut case = Case::new(Options::default());
        let log = case.input("capture.pcap");
        case.read(
            log,
            b"1233658928.496 153185 10.10.70.50 NONE/504 1729 GET http://www.example.com/ - DIRECT/x - ...\n",
        );
        case.end(log);
        let mut report = case.report();
        let finding = &mut report.findings[0];
        finding.upstream = Some(([192, 0, 2, 10], 80).into());
        let mut row = finding.evidence[0].clone();
        (row.line, row.packet, row.leg, row.text) = (None, Some(3), Some(Leg::Dns), answer.into());
        finding.evidence = alloc::vec![row];
        report
    }

    fn seen(number: u64, data: &[u8]) -> Seen<'_> {
        let time = crate::time::Timestamp(1_700_000_000_123_456_789);
        Seen { number, time, offset: 40, data, original: 60, link: 1, section: 0, interface: 0 }
    }

    #[test]
    fn only_wanted_packets_come_into_the_file() {
        let report = report("DNS server → gateway: answer www.example.com A: 192.0.2.10");
        let mut evidence = Evidence::of(&report, None);
        assert_eq!(evidence.wanted().map(|(input, (number, _))| (input, number)).collect::<Vec<_>>(), [(0, 3)]);
        assert!(evidence.take(0, &seen(2, b"before"), None));
        assert!(!evidence.take(0, &seen(3, b"wanted"), None));
        assert!(!evidence.take(1, &seen(3, b"of another"), None));
        let file = evidence.file();
        let holds = |what: &[u8]| file.windows(what.len()).any(|bytes| bytes == what);
        assert!(holds(b"wanted") && !holds(b"before") && !holds(b"of another"));
        assert!(holds("Packet 3 of capture.pcap: DNS server → gateway".as_bytes()));
        assert!(holds(b"Not redacted"));
        // Address, name and its end.
        assert!(holds(b"\xC0\x00\x02\x0Awww.example.com\0"));
        // Every block says its length twice, and they fill the file.
        let mut at = 0;
        while at < file.len() {
            let length = u32::from_le_bytes(file[at + 4..at + 8].try_into().expect("four bytes")) as usize;
            assert_eq!(file[at + 4..at + 8], file[at + length - 4..at + length]);
            at += length;
        }
        assert_eq!(at, file.len());
    }

    #[test]
    fn an_address_that_dns_did_not_give_gets_no_name() {
        for answer in
            ["DNS server → gateway: answer www.example.com A: 192.0.2.11", "gateway → upstream: SYN to 192.0.2.10:80"]
        {
            assert!(Evidence::of(&report(answer), None).names.is_empty(), "{answer}");
        }
    }

    #[test]
    fn a_file_has_so_many_packets_and_bytes_and_says_how_many_are_missing() {
        let mut report = report("answer");
        let row = report.findings[0].evidence[0].clone();
        report.findings[0].evidence = (1..=PACKETS as u64 + 10)
            .map(|number| crate::report::Evidence { packet: Some(number), ..row.clone() })
            .collect();
        let mut evidence = Evidence::of(&report, None);
        assert!(evidence.wants(0, PACKETS as u64).0 && !evidence.wants(0, PACKETS as u64 + 1).0);
        for number in 1..=PACKETS as u64 - 3 {
            evidence.take(0, &seen(number, b""), None);
        }
        evidence.bytes = BYTES - 9;
        evidence.take(0, &seen(PACKETS as u64 - 2, b"has room"), None);
        evidence.take(0, &seen(PACKETS as u64 - 1, b"has none"), None);
        evidence.bytes = 0;
        let file = evidence.file();
        let holds = |what: &[u8]| file.windows(what.len()).any(|bytes| bytes == what);
        assert!(holds(b"has room") && !holds(b"has none"));
        // Ten beyond the number, one beyond the bytes, and one that its file did not hold.
        assert!(holds(b" 12 packets of the evidence are not in this file."));
    }
}
