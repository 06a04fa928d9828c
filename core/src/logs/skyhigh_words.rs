//! What the status, the block id and the block reason of Skyhigh (McAfee) Web Gateway say of a failure, in whatever layout
//! they stand.
//!
//! The gateway answers every upstream failure with 502; which one it was stands on the block page only: Host Not
//! Resolvable, Cannot Connect, Bad Response. Where a site logs that name as the block reason, the line says it too.

use super::fields::target;
use super::meaning::{Meaning, phase};
use super::{Parsed, Record, Tunnel};
use crate::categories::Id::{self, *};
use crate::protocols::http1::is_server_error;
use crate::report::{Confidence::*, GeneratedBy};
use crate::time::Timestamp;

/// One line, whatever its layout.
#[derive(Default)]
pub struct Line<'a> {
    /// What is taken over as it is: client, agent, bytes.
    pub record: Record<'a>,
    /// When.
    pub time: Option<Timestamp>,
    /// Status sent to the client; `Some(None)` for none.
    pub status: Option<Option<u16>>,
    /// The status that the server sent, where it is logged.
    pub origin: Option<u16>,
    /// Method.
    pub method: Option<&'a str>,
    /// Target as the client wrote it.
    pub wanted: Option<&'a str>,
    /// Host and port, where they have fields of their own.
    pub host: Option<&'a str>,
    /// See `host`.
    pub port: Option<u16>,
    /// Scheme, where it has a field of its own.
    pub scheme: &'a str,
    /// Id of the rule's block; empty where it is not logged.
    pub block: &'a str,
    /// Name of the block page or rule; empty where it is not logged.
    pub reason: &'a str,
    /// The server that the gateway went to.
    pub server: Option<core::net::IpAddr>,
}

/// The record of a line.
#[must_use]
pub fn record<'a>(line: Line<'a>) -> Parsed<'a> {
    let (Some(time), Some(code)) = (line.time, line.status) else {
        return Parsed::Bad { at: 0, field: "time and status" };
    };
    let place = line.wanted.and_then(target).unwrap_or_default();
    let connect = line.method == Some("CONNECT");
    let inside = !connect && (place.scheme == "https" || line.scheme == "https");
    let failure = meaning(&line, code, connect || inside);
    let known = |host: &&str| !host.is_empty() && *host != "-";
    let port = line.port.or(place.port).or(connect.then_some(443));
    let upstream = line.server.zip(port).map(|(ip, port)| core::net::SocketAddr::new(ip, port));
    Parsed::Record(Record {
        time,
        method: line.method,
        target: line.wanted,
        host: line.host.filter(known).or(Some(place.host).filter(known)),
        port,
        status: code,
        attempted: upstream.is_some(),
        upstream,
        tunnel: match code {
            Some(200) if connect => Tunnel::Granted,
            _ if inside => Tunnel::Inside,
            _ => Tunnel::Plain,
        },
        token: token(code),
        failure,
        ..line.record
    })
}

fn meaning(line: &Line<'_>, code: Option<u16>, secure: bool) -> Option<Meaning> {
    let rule = !matches!(line.block, "" | "0" | "-");
    let page = page(line.reason);
    Some(match code {
        None => NO_STATUS,
        Some(code) if !is_server_error(code) => return None,
        Some(code) if line.origin == Some(code) => FROM_SERVER,
        Some(_) if page.is_some() => return page,
        Some(_) if rule || !matches!(line.reason, "" | "-") => BY_RULE,
        // The name had an address, unless the client brought one (a transparent proxy): what comes after is likelier.
        Some(502) if line.server.is_some() && secure => SECURE_502_AT,
        Some(502) if line.server.is_some() => PLAIN_502_AT,
        Some(502) if secure => SECURE_502,
        Some(502) => PLAIN_502,
        Some(_) => PASSED_ON,
    })
}

/// The names of the block pages for failures upstream.
fn page(reason: &str) -> Option<Meaning> {
    let is = |words: &[&str]| {
        words.iter().any(|word| {
            reason.len() >= word.len()
                && reason.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
        })
    };
    if is(&["Not Resolvable", "NotResolvable"]) {
        return Some(RESOLVE);
    }
    if is(&["Cannot Connect", "CannotConnect"]) {
        return Some(CONNECT);
    }
    is(&["Bad Response", "BadResponse"]).then_some(RESPONSE)
}

/// The statuses that are explained, as texts.
fn token(code: Option<u16>) -> &'static str {
    match code {
        Some(500) => "500",
        Some(502) => "502",
        Some(503) => "503",
        Some(504) => "504",
        _ => "",
    }
}

/// The last of every list: the gateway passes a server's own status on.
const PASSED: &[Id] = &[OriginError, ParentProxyError];

const WHY_502: &str = "Web Gateway answers every upstream failure with 502, and only its block page says which: Host Not \
                       Resolvable (DNS), Cannot Connect (TCP) or Bad Response (no or no valid answer within the timeout)";

const PLAIN_502: Meaning = Meaning::open(
    &[phase::RESOLVE, phase::CONNECT, phase::SEND, phase::WAIT, phase::RECEIVE, PASSED],
    GeneratedBy::Unknown,
    WHY_502,
);

const PLAIN_502_AT: Meaning = Meaning::open(
    &[phase::CONNECT, phase::SEND, phase::WAIT, phase::RECEIVE, PASSED, phase::RESOLVE],
    GeneratedBy::Unknown,
    WHY_502,
);

const SECURE_502_AT: Meaning = Meaning::open(
    &[phase::CONNECT, phase::SECURE, phase::SEND, phase::WAIT, phase::RECEIVE, PASSED, phase::RESOLVE],
    GeneratedBy::Unknown,
    WHY_502,
);

const SECURE_502: Meaning = Meaning::open(
    &[phase::RESOLVE, phase::CONNECT, phase::SECURE, phase::SEND, phase::WAIT, phase::RECEIVE, PASSED],
    GeneratedBy::Unknown,
    WHY_502,
);

const RESOLVE: Meaning = Meaning::open(
    &[phase::RESOLVE],
    GeneratedBy::Gateway,
    "the block page is Host Not Resolvable: DNS gave the gateway no address; the line does not say what it answered",
);

const CONNECT: Meaning = Meaning::open(
    &[phase::CONNECT],
    GeneratedBy::Gateway,
    "the block page is Cannot Connect: the TCP connection to the server was not made; the line does not say how it failed",
);

const RESPONSE: Meaning = Meaning::open(
    &[phase::WAIT, phase::RECEIVE, phase::SEND],
    GeneratedBy::Gateway,
    "the block page is Bad Response: what the server sent is no valid response, or nothing came within the timeout",
);

const BY_RULE: Meaning = Meaning::is(
    Possible,
    &[&[PolicyDenied], phase::RESOLVE, phase::CONNECT, phase::SECURE, phase::SEND, phase::WAIT, phase::RECEIVE],
    GeneratedBy::Gateway,
    "a rule of the gateway blocked the request (its block id is not 0, or it has a block reason)",
);

const PASSED_ON: Meaning = Meaning::is(
    Likely,
    &[PASSED, &[PolicyDenied]],
    GeneratedBy::Origin,
    "Web Gateway answers upstream failures with 502: another 5xx was sent by the server or a proxy behind the gateway",
);

const FROM_SERVER: Meaning = Meaning::is(
    Likely,
    &[PASSED],
    GeneratedBy::Origin,
    "the server sent this status to the gateway, which passed it on",
);

const NO_STATUS: Meaning = Meaning::open(
    &[&[ClientAbort], phase::WAIT, phase::RECEIVE],
    GeneratedBy::Unknown,
    "no status was sent to the client; the line does not say who gave up",
);
