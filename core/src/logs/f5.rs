//! F5 BIG-IP: what a Request Logging profile writes. Its layout is the site's own template; read are templates of
//! `name="value"` pairs, as F5's own (Telemetry Streaming, Analytics iApp), by the names of the variables.

use core::net::SocketAddr;

use super::common::token;
use super::fields::{address, clf_time, number, status, target};
use super::meaning::{Meaning, phase};
use super::{Clock, Layout, LogFormat, Parsed, Record, Sent, Vote};
use crate::categories::Id::*;
use crate::products::Id as Product;
use crate::report::{
    Confidence::*,
    GeneratedBy::{Origin, Unknown},
};
use crate::time::{Span, Timestamp};

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "f5",
    title: "F5 BIG-IP request log",
    product: Some(Product::F5),
    docs: "F5 BIG-IP, Request Logging profile, parameters; Telemetry Streaming, request logging template",
    recognise,
    parse,
    clock: Clock::Known,
    missing: "BIG-IP resets instead of answering where a server fails: the cause of each RST is in /var/log/ltm \
              (`tmsh modify sys db tm.rstcause.log value enable`).",
    samples: &[
        r#"event_source="request_logging",hostname="bigip1.example.com",client_ip="192.0.2.7",server_ip="192.0.2.10",server_port="80",http_method="GET",http_uri="/502",http_statcode="503",http_host="www.example.com",response_ms="504",response_size="157",virtual_name="/Common/vs_www",virtual_pool_name="/Common/pool_www",date_ncsa="10/Mar/2026:08:00:01 +0000""#,
    ],
};

#[derive(Default)]
struct Found<'a> {
    time: Option<Timestamp>,
    client: &'a str,
    server: &'a str,
    port: &'a str,
    method: &'a str,
    uri: &'a str,
    host: &'a str,
    request: &'a str,
    status: &'a str,
    took: &'a str,
    size: &'a str,
    pool: &'a str,
    agent: &'a str,
    own: bool,
}

/// `name="value"` or `name=value`, with commas or blanks between.
fn read(line: &str) -> Option<Found<'_>> {
    let mut found = Found::default();
    let mut rest = line;
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_matches([',', ' ', '\t']);
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return None;
        }
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => after.split_once([',', ' ']).unwrap_or((after, "")),
        };
        rest = next;
        let is = |of: &[&str]| of.iter().any(|of| name.eq_ignore_ascii_case(of));
        found.own |= is(&["virtual_name", "virtual_pool_name", "virtual_ip"]);
        let slot = if is(&["client_ip"]) {
            &mut found.client
        } else if is(&["server_ip"]) {
            &mut found.server
        } else if is(&["server_port"]) {
            &mut found.port
        } else if is(&["http_method"]) {
            &mut found.method
        } else if is(&["http_uri", "http_path"]) {
            &mut found.uri
        } else if is(&["http_host", "host"]) {
            &mut found.host
        } else if is(&["http_request"]) {
            &mut found.request
        } else if is(&["http_statcode", "http_status"]) {
            &mut found.status
        } else if is(&["response_ms", "response_msecs"]) {
            &mut found.took
        } else if is(&["response_size"]) {
            &mut found.size
        } else if is(&["virtual_pool_name"]) {
            &mut found.pool
        } else if is(&["user_agent", "http_user_agent"]) {
            &mut found.agent
        } else {
            if is(&["date_ncsa", "event_timestamp", "time_unix", "date_http", "timestamp"]) {
                found.time = found.time.or_else(|| when(value));
            }
            continue;
        };
        if slot.is_empty() {
            *slot = value;
        }
    }
    (found.own && status(found.status).is_some()).then_some(found)
}

fn when(text: &str) -> Option<Timestamp> {
    let seconds = || number(text).filter(|_| text.len() == 10).and_then(|n| i64::try_from(n).ok());
    clf_time(text)
        .or_else(|| Timestamp::parse_rfc3339(text))
        .or_else(|| seconds().map(|seconds| Timestamp::from_parts(seconds, 0)))
}

fn recognise(line: &str) -> Vote {
    if read(line).is_some() { Vote::Own } else { Vote::No }
}

fn parse<'a>(line: &'a str, layout: &mut Layout) -> Parsed<'a> {
    let Some(found) = read(line) else { return Parsed::Bad { at: 0, field: "virtual server and status" } };
    let Some(time) = found.time.or(layout.received) else { return Parsed::Bad { at: 0, field: "time" } };
    let code = status(found.status).flatten();
    let mut words = found.request.split(' ').filter(|word| !word.is_empty());
    let (method, wanted) = (words.next().unwrap_or(found.method), words.next().unwrap_or(found.uri));
    let place = target(wanted).or_else(|| target(found.host)).unwrap_or_default();
    let port = number(found.port).and_then(|port| u16::try_from(port).ok());
    let upstream = address(found.server).zip(port).map(SocketAddr::from);
    let known = |text: &&'a str| !text.is_empty();
    Parsed::Record(Record {
        time,
        elapsed: number(found.took).and_then(|n| i64::try_from(n).ok()).map(Span::milliseconds),
        client: address(found.client),
        method: Some(method).filter(known),
        target: Some(wanted).filter(known),
        host: Some(place.host).filter(known),
        port: place.port,
        status: code,
        attempted: upstream.is_some(),
        upstream,
        pool: found.pool,
        agent: found.agent,
        sent: number(found.size).map_or(Sent::Unsaid, Sent::Whole),
        token: token(code),
        failure: match code {
            Some(500..) if upstream.is_some() => Some(FROM_SERVER),
            Some(500..) => Some(OWN),
            _ => None,
        },
        ..Record::default()
    })
}

const FROM_SERVER: Meaning = Meaning::is(
    Likely,
    &[&[OriginError]],
    Origin,
    "a server was chosen: BIG-IP makes no 5xx of its own unless an iRule or a fallback does",
);
const OWN: Meaning = Meaning::open(
    &[&[NoHealthyUpstream, PolicyDenied, NoAttempt], phase::CONNECT],
    Unknown,
    "no server stands beside this status: an iRule, a policy or a fallback host made it",
);
