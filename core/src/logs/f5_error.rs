//! F5 BIG-IP: /var/log/ltm, of which the lines about resets are read (`tm.rstcause.log`): `01230140:3: RST sent from A:port
//! to B:port, [0x…] cause`. BIG-IP resets a connection where others answer 502 to 504.
//!
//! A RST goes to the client, from the virtual server's address, or to the server. Many of them are no failure: see
//! [`CAUSES`]. The lines name no request.

use core::net::SocketAddr;

use super::fields::host_port;
use super::meaning::Meaning;
use super::{Clock, Layout, LogFormat, Parsed, Record, Vote};
use crate::categories::Id::*;
use crate::products::Id as Product;
use crate::report::{
    Confidence::*,
    GeneratedBy::{Gateway, Unknown},
};

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "f5-error",
    title: "F5 BIG-IP ltm log",
    product: Some(Product::F5),
    docs: "F5, K13223: Configuring the BIG-IP system to log TCP RST packets",
    recognise,
    parse,
    clock: Clock::Known,
    missing: "The ltm log names the cause of a RST and its addresses, not the request: a capture with the cause inside the RST \
              (`tmsh modify sys db tm.rstcause.pkt value enable`) ties both together.",
    samples: &[
        "2026-03-10T08:00:01+00:00 bigip1 err tmm1[18397]: 01230140:3: RST sent from 203.0.113.5:443 to 192.0.2.7:51234, [0x273e3e9:1126] No available pool member",
        "2026-03-10T08:00:02+00:00 bigip1 err tmm[18397]: 01230140:3: RST sent from 203.0.113.5:443 to 192.0.2.7:51235, [0x2a1b2c3:1220] TCP retransmit timeout",
        "Mar 10 08:00:03 bigip1 notice mcpd[7012]: 01070638:5: Pool /Common/pool_www member /Common/192.0.2.10:80 monitor status down.",
    ],
};

/// The message's number and what follows: `01230140:3: RST sent …`.
fn message(line: &str) -> Option<(&str, &str)> {
    let (word, after) = line.split_once(' ')?;
    let (number, rest) = word.split_once(':')?;
    let code = number.len() == 8 && number.bytes().all(|b| b.is_ascii_hexdigit());
    let level = matches!(rest.as_bytes(), [b'0'..=b'9', b':']);
    (code && level).then_some((number, after))
}

/// `203.0.113.5:443 to 192.0.2.7:51234, [0x273e3e9:1126] No available pool member`
fn reset(text: &str) -> Option<(SocketAddr, SocketAddr, &str)> {
    let (from, rest) = text.strip_prefix("RST sent from ")?.split_once(" to ")?;
    let (to, rest) = rest.split_once(", ")?;
    let cause = rest.split_once("] ").map_or(rest, |(_, cause)| cause);
    let end = |text: &str| host_port(text).and_then(|(ip, port)| Some(SocketAddr::new(ip, port?)));
    Some((end(from)?, end(to)?, cause))
}

fn recognise(line: &str) -> Vote {
    if message(line).is_some() { Vote::Own } else { Vote::No }
}

fn parse<'a>(line: &'a str, layout: &mut Layout) -> Parsed<'a> {
    let Some((_, text)) = message(line) else { return Parsed::Bad { at: 0, field: "message number" } };
    let Some((from, to, cause)) = reset(text) else { return Parsed::Skip };
    let Some(time) = layout.received else { return Parsed::Bad { at: 0, field: "time" } };
    let Some(failure) = CAUSES.iter().find(|(words, _)| cause.contains(words)).map(|(_, meaning)| *meaning) else {
        return Parsed::Skip;
    };
    let Some(failure) = failure else { return Parsed::NoRequest(time) };
    // A port above the registered ones is the opener's: the client's, or BIG-IP's own towards the server. What the server
    // is sent only ends its side of the same failure.
    if to.port() < from.port() {
        return Parsed::NoRequest(time);
    }
    Parsed::Record(Record {
        time,
        client: Some(to.ip()),
        port: Some(from.port()),
        token: cause,
        failure: Some(failure),
        ..Record::default()
    })
}

/// What is in a cause's text, and what it means; the first that fits counts. `None`: nobody waited for an answer (an idle
/// or half-open connection, a port that is closed), the other end reset first, or a rule rejects such connections.
const CAUSES: &[(&str, Option<Meaning>)] = &[
    ("No available pool member", Some(NO_MEMBER)),
    ("No local listener", None),
    ("No flow found for ACK", None),
    ("Flow expired", None),
    ("Port denied", None),
    ("Unable to obtain local port", Some(NO_PORT)),
    ("No route to host", Some(NO_ROUTE)),
    ("Connect timeout", Some(CONNECT_TIMED_OUT)),
    ("TCP retransmit timeout", Some(RETRANSMITTED)),
    ("TCP RST from remote system", None),
    // A client that opens a connection and says nothing runs into it as well.
    ("SSL handshake timeout exceeded", None),
    ("HTTP internal error", Some(INVALID)),
    ("Bad response", Some(INVALID)),
    ("iRule execution", None),
    ("RST from BIG-IP internal Linux host", None),
];

const NO_MEMBER: Meaning = Meaning::is(
    Proven,
    &[&[NoHealthyUpstream]],
    Gateway,
    "no pool member was available: all are down by their monitors, disabled, or at their limits",
);
const NO_PORT: Meaning = Meaning::is(
    Likely,
    &[&[EphemeralPortExhaustion]],
    Gateway,
    "BIG-IP had no port left for its connection to the server (SNAT exhaustion)",
);
const NO_ROUTE: Meaning = Meaning::is(
    Likely,
    &[&[TcpIcmpUnreachable, LocalEgressDenied]],
    Gateway,
    "BIG-IP has no route to the server, or its ARP got no answer",
);
const CONNECT_TIMED_OUT: Meaning = Meaning::is(
    Likely,
    &[&[TcpSynUnanswered, ReturnPath]],
    Gateway,
    "the connection to the server was not set up in time: nothing came back for its SYNs",
);
const RETRANSMITTED: Meaning = Meaning::open(
    &[&[TcpSynUnanswered, RequestUnacked, PmtuBlackhole, ReturnPath, ClientAbort]],
    Unknown,
    "what BIG-IP sent was not acknowledged, again and again; the line does not say on which side, or whether it was a SYN",
);
const INVALID: Meaning = Meaning::open(
    &[&[ResponseInvalid, ResponseHeaderTooLarge, ProxyOverload]],
    Gateway,
    "BIG-IP's HTTP profile could not go on with the exchange: an invalid or too large response, or an error of its own",
);
