//! Cisco Secure Web Appliance: the log of its L4 Traffic Monitor, which watches all ports and resets connections to
//! addresses on its lists. What it blocks may be the proxy's own connection: the access log then shows 504.
//!
//! `noted` connections passed; `blocked` ones got a RST, as Cisco's article on 502 and 504 says.

use core::net::IpAddr;

use super::fields::{address, number};
use super::{Clock, Layout, LogFormat, Parsed, Vote, asyncos};
use crate::devices::{Action, Ruling};
use crate::products::Id as Product;
use crate::time::{Span, Timestamp};

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "cisco-wsa-l4tm",
    title: "The appliance's L4 Traffic Monitor",
    product: Some(Product::CiscoWsa),
    docs: "AsyncOS for Cisco Web Security Appliances, User Guide, Traffic Monitor Logs",
    recognise: |line| match read(line, None) {
        Some(_) => Vote::Own,
        None => Vote::No,
    },
    parse,
    clock: Clock::Local,
    missing: "",
    samples: &[
        "Mon May 04 12:59:59 2020 Info: Firewall noted TCP data from 10.0.0.15 to 61.79.37.205(www.xxxxxxx7.com):1283.",
        "04 May 2020 12:59:59 (GMT+5:00) Info: Firewall blocked TCP data from 10.0.0.3:1148 to 96.246.56.182.",
        "04 May 2020 12:59:57 (GMT-1:00) Info: Address 143.164.34.50 discovered for www.xxxxxxx4.com (www.xxxxxxx4.com) added to firewall greylist.",
    ],
};

fn parse<'a>(line: &'a str, layout: &mut Layout) -> Parsed<'a> {
    if let Some((ruling, zone)) = read(line, layout.zone) {
        layout.zone = zone;
        return Parsed::Ruling(ruling);
    }
    if asyncos::notice(line, layout) { Parsed::Skip } else { Parsed::Bad { at: 0, field: "Info: Firewall …" } }
}

/// The ruling of a line, and the zone of its time where that is known.
fn read(line: &str, zone: Option<Span>) -> Option<(Ruling<'_>, Option<Span>)> {
    let at = memchr::memmem::find(line.as_bytes(), b" Info: ")?;
    let text = line.get(at + 7..)?.trim_end().trim_end_matches('.');
    let mut ruling = match text.split_once(' ')? {
        ("Firewall", said) => blocked(said)?,
        ("Address", said) => listed(said)?,
        _ => return None,
    };
    let (time, own) = asyncos::time(line.get(..at)?)?;
    let zone = own.or(zone);
    ruling.time = zone.map_or(time, |zone| time.plus(Span(zone.0.saturating_neg())));
    Some((ruling, zone))
}

/// `blocked TCP data from 10.0.0.3:1148 to 96.246.56.182(www.example.com):1283`
fn blocked(said: &str) -> Option<Ruling<'_>> {
    let (verb, rest) = said.split_once(' ')?;
    let action = match verb {
        "blocked" => Action::Reset,
        "noted" => Action::Passed,
        _ => return None,
    };
    let (from, to) = rest.strip_prefix("TCP data from ")?.split_once(" to ")?;
    let (source, _, source_port) = end(from)?;
    let (destination, name, destination_port) = end(to)?;
    Some(Ruling {
        action,
        source: Some(source),
        source_port,
        destination: Some(destination),
        destination_port,
        name,
        own: true,
        ..Ruling::default()
    })
}

/// `143.164.34.50 discovered for www.example.com (www.example.com) added to firewall greylist`
fn listed(said: &str) -> Option<Ruling<'_>> {
    let (ip, rest) = said.split_once(" discovered for ")?;
    let name = rest.split([' ', '(']).next().filter(|name| !name.is_empty());
    let destination = Some(address(ip)?);
    Some(Ruling { action: Action::Named, destination, name, own: true, time: Timestamp(0), ..Ruling::default() })
}

/// `61.79.37.205`, `10.0.0.3:1148`, `61.79.37.205(www.example.com):1283`
fn end(text: &str) -> Option<(IpAddr, Option<&str>, Option<u16>)> {
    let (text, name, behind) = match text.split_once('(') {
        Some((ip, rest)) => {
            let (name, behind) = rest.split_once(')')?;
            (ip, Some(name), behind)
        }
        None => (text, None, ""),
    };
    let port = |text: &str| number(text).and_then(|port| u16::try_from(port).ok());
    match behind.strip_prefix(':') {
        Some(behind) => Some((address(text)?, name, port(behind))),
        None => super::fields::host_port(text).map(|(ip, port)| (ip, name, port)),
    }
}
