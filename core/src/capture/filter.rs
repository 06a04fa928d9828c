//! Capture filters (pcap-filter(7)), read roughly: would this packet have been captured?
//!
//! Only what people write to capture a gateway is understood: hosts, nets, ports, protocols, directions and how they are
//! put together. Everything else may or may not let a packet through.

use alloc::vec::Vec;
use core::net::IpAddr;

/// Parts of a filter that are looked at, and how deep its brackets go.
const PARTS: usize = 512;
const DEPTH: usize = 16;

/// What a packet carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// ICMP or ICMPv6.
    Icmp,
}

/// One end of a packet, as far as it is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    /// Its address.
    pub host: Option<IpAddr>,
    /// Its port.
    pub port: Option<u16>,
}

/// A packet that is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    /// What it carries.
    pub protocol: Protocol,
    /// Who sends it.
    pub from: Place,
    /// Who gets it.
    pub to: Place,
}

/// Whether a filter lets a packet through; `None` where that cannot be told.
pub fn passes(filter: &str, probe: &Probe) -> Option<bool> {
    let spaced: alloc::string::String = filter.to_ascii_lowercase().chars().flat_map(spread).collect();
    let parts: Vec<&str> = spaced.split_whitespace().take(PARTS).collect();
    let mut reader = Reader { parts: &parts, at: 0, probe, last: None };
    reader.either(0)
}

/// Brackets and signs stand by themselves.
fn spread(letter: char) -> impl Iterator<Item = char> {
    let apart = matches!(letter, '(' | ')' | '!');
    let around = apart.then_some(' ');
    around.into_iter().chain(Some(letter)).chain(around)
}

struct Reader<'a> {
    parts: &'a [&'a str],
    at: usize,
    probe: &'a Probe,
    /// Qualifiers of the primitive before: `port 80 or 443` means both.
    last: Option<(usize, usize)>,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.parts.get(self.at).copied()
    }

    fn eat(&mut self, words: &[&str]) -> bool {
        let found = self.peek().is_some_and(|part| words.contains(&part));
        self.at += usize::from(found);
        found
    }

    fn either(&mut self, depth: usize) -> Option<bool> {
        let mut result = self.both(depth);
        while self.eat(&["or", "||"]) {
            let next = self.both(depth);
            result = match (result, next) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            };
        }
        result
    }

    fn both(&mut self, depth: usize) -> Option<bool> {
        let mut result = self.one(depth);
        while self.eat(&["and", "&&"]) {
            let next = self.one(depth);
            result = match (result, next) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            };
        }
        result
    }

    fn one(&mut self, depth: usize) -> Option<bool> {
        if depth > DEPTH {
            self.at = self.parts.len();
            return None;
        }
        if self.eat(&["not", "!"]) {
            return self.one(depth + 1).map(|passes| !passes);
        }
        if self.eat(&["("]) {
            let result = self.either(depth + 1);
            self.eat(&[")"]);
            return result;
        }
        let from = self.at;
        while self.peek().is_some_and(|part| !matches!(part, "and" | "&&" | "or" | "||" | "(" | ")" | "not" | "!")) {
            self.at += 1;
        }
        let parts = self.parts.get(from..self.at).unwrap_or_default();
        match parts {
            // An identifier alone takes the qualifiers of the one before.
            [value] if !is_keyword(value) => {
                let (from, to) = self.last?;
                primitive(self.parts.get(from..to).unwrap_or_default(), value, self.probe)
            }
            [qualifiers @ .., value] => {
                self.last = Some((from, self.at.saturating_sub(1)));
                primitive(qualifiers, value, self.probe)
            }
            [] => None,
        }
    }
}

fn is_keyword(part: &str) -> bool {
    matches!(part, "tcp" | "udp" | "icmp" | "icmp6" | "ip" | "ip6" | "arp" | "vlan" | "mpls" | "pppoes" | "sctp")
        || part.contains('[')
}

/// One condition: qualifiers and what they are about.
fn primitive(qualifiers: &[&str], value: &str, probe: &Probe) -> Option<bool> {
    let has = |word: &str| qualifiers.contains(&word) || value == word;
    let carried = match () {
        () if has("tcp") => probe.protocol == Protocol::Tcp,
        () if has("udp") => probe.protocol == Protocol::Udp,
        () if has("icmp") || has("icmp6") => probe.protocol == Protocol::Icmp,
        () if has("arp") || has("sctp") => false,
        () => true,
    };
    if !carried {
        return Some(false);
    }
    // `tcp[13] & 4 != 0` and the like.
    if value.contains('[') || qualifiers.iter().any(|part| part.contains('[')) {
        let of = |name: &str| qualifiers.iter().chain([&value]).any(|part| part.starts_with(name));
        let other = of("tcp[") && probe.protocol != Protocol::Tcp || of("icmp[") && probe.protocol != Protocol::Icmp;
        return if other { Some(false) } else { None };
    }
    if is_keyword(value) {
        return if matches!(value, "vlan" | "mpls" | "pppoes" | "ip" | "ip6") { None } else { Some(true) };
    }
    let ends: &[Place] = match (has("src"), has("dst")) {
        (true, false) => &[probe.from],
        (false, true) => &[probe.to],
        _ => &[probe.from, probe.to],
    };
    if has("ether") || has("net") || has("gateway") || has("less") || has("greater") {
        return None;
    }
    let any = |test: &dyn Fn(&Place) -> Option<bool>| {
        let results: Vec<Option<bool>> = ends.iter().map(test).collect();
        if results.contains(&Some(true)) {
            Some(true)
        } else if results.contains(&None) {
            None
        } else {
            Some(false)
        }
    };
    if has("port") || has("portrange") {
        if probe.protocol == Protocol::Icmp {
            return Some(false);
        }
        let (low, high) = value.split_once('-').unwrap_or((value, value));
        let (Some(low), Some(high)) = (port(low), port(high)) else { return None };
        return any(&|place| place.port.map(|port| (low..=high).contains(&port)));
    }
    let host: IpAddr = value.parse().ok()?;
    any(&|place| place.host.map(|place| place == host))
}

fn port(text: &str) -> Option<u16> {
    match text {
        "domain" => Some(53),
        "http" => Some(80),
        "https" => Some(443),
        _ => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(host: Option<&str>, port: Option<u16>) -> Place {
        Place { host: host.and_then(|host| host.parse().ok()), port }
    }

    #[test]
    fn says_what_a_filter_lets_through() {
        let (gateway, site) = ("198.51.100.5", "192.0.2.10");
        let answer = Probe {
            protocol: Protocol::Tcp,
            from: place(Some(site), Some(443)),
            to: place(Some(gateway), Some(50_000)),
        };
        let icmp = Probe { protocol: Protocol::Icmp, from: place(None, None), to: place(Some(gateway), None) };
        let dns =
            Probe { protocol: Protocol::Udp, from: place(Some(gateway), Some(50_000)), to: place(None, Some(53)) };
        let (yes, no, open) = (Some(true), Some(false), None);
        for (filter, expected) in [
            ("tcp port 443", [yes, no, no]),
            ("host 198.51.100.5", [yes, yes, yes]),
            ("host 192.0.2.10", [yes, open, open]),
            ("dst host 192.0.2.10", [no, no, open]),
            ("src host 198.51.100.5 and tcp", [no, no, no]),
            ("tcp port 80 or 443", [yes, no, no]),
            ("port 53 or (tcp and (port 443 or port 8080))", [yes, no, yes]),
            ("not port 22", [yes, yes, yes]),
            ("not arp and !(udp)", [yes, yes, no]),
            ("tcp[tcpflags] & tcp-syn != 0", [open, no, no]),
            ("icmp or tcp portrange 400-500", [yes, yes, no]),
            ("net 192.0.2.0/24 and tcp", [open, no, no]),
            ("", [open, open, open]),
            ("((((", [open, open, open]),
        ] {
            let got = [&answer, &icmp, &dns].map(|probe| passes(filter, probe));
            assert_eq!(got, expected, "{filter}");
        }
    }
}
