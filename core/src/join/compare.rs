//! The engineer's own test next to the failing request: the same site asked without the gateway, or from the gateway's
//! own shell. What differs is said; the test itself is never blamed.

use crate::sorting::Sorting as _;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::SocketAddr;

use crate::listed::{Map, Set};

use super::{Names, Roles, failing};
use crate::capture::connection::{Connection, End, Side};
use crate::capture::point::Point;
use crate::exchange::{Attempt, Event, Exchange, Flow, Source, What};
use crate::protocols::tls::hello::ClientHello;
use crate::report::Leg;
use crate::time::Timestamp;

/// Tests that are kept for one host.
const KEPT: usize = 16;
/// Programs that engineers test with.
const TOOLS: &[&str] = &["curl/", "wget/", "openssl", "httpie/", "python-requests/"];

/// A connection to a site that did not go through the gateway, and went well.
struct Test<'a> {
    connection: &'a Connection,
    /// From the gateway itself.
    own: bool,
    asked: Source,
    answered: Source,
    what: String,
}

/// Compares each failed request with the test of its host that lies nearest in time.
pub fn tests(exchanges: &mut [Exchange], points: &[Point], roles: &Roles, names: &Names<'_>) {
    if exchanges.is_empty() {
        return;
    }
    let connections = || points.iter().flat_map(|point| &point.connections);
    let busy = Busy::new(connections().filter(|connection| roles.is_inbound(connection)));
    let marks = connections().any(|connection| {
        roles.is_own(connection.client.ip()) && connection.conversation().is_some_and(|http| http.marked > 0)
    });
    let mut by_host: Map<String, Vec<Test<'_>>> = Map::default();
    for connection in connections().filter(|connection| !roles.is_inbound(connection)) {
        let own = roles.is_own(connection.client.ip());
        let proxied = own && !by_tool(connection, marks) && busy.at(connection.first.time);
        let aimed_at_us = roles.is_own(connection.server.ip());
        let Some((host, test)) = test(connection, own).filter(|_| !proxied && !aimed_at_us) else { continue };
        let list = by_host.or_default(host);
        if list.len() < KEPT {
            list.push(test);
        }
    }
    if by_host.is_empty() {
        return;
    }
    let mut attempts: Map<(SocketAddr, SocketAddr), &Connection> = Map::default();
    attempts.extend(connections().map(|connection| ((connection.client, connection.server), connection)));
    for exchange in exchanges {
        let Some(host) = exchange.host.clone() else { continue };
        let near = |test: &&Test<'_>| test.asked.time.since(exchange.begun).0.unsigned_abs();
        let Some(test) = by_host.get(&host).and_then(|tests| tests.iter().min_by_key(near)) else { continue };
        let attempt = exchange.attempts.iter().rev().find(|attempt| failing(attempt)).or(exchange.attempts.last());
        let connection = attempt.and_then(|a| attempts.get(&(a.local?, a.upstream?))).copied();
        let told = differences(&host, exchange, test, attempt, connection, names);
        exchange.signs.compared = told;
        exchange.signs.test = events(test);
    }
}

/// When requests of clients may have been under way.
struct Busy(Vec<(Timestamp, Timestamp)>);

impl Busy {
    fn new<'a>(inbound: impl Iterator<Item = &'a Connection>) -> Self {
        // A client that waits when its connection's last packet comes waits on.
        let end = |connection: &Connection| {
            let over = |end: &End| end.fin.is_some() || end.rst().is_some();
            let closed = over(&connection.client_end) || over(&connection.server_end);
            let waits = connection.conversation().is_some_and(|http| http.open().any(|open| open.response.is_none()));
            if waits && !closed { Timestamp(i64::MAX) } else { connection.last.time }
        };
        let mut spans: Vec<_> = inbound.map(|connection| (connection.first.time, end(connection))).collect();
        spans.order();
        // The latest end of any connection up to this one.
        let mut latest = Timestamp(i64::MIN);
        for (_, end) in &mut spans {
            latest = latest.max(*end);
            *end = latest;
        }
        Self(spans)
    }

    fn at(&self, time: Timestamp) -> bool {
        let upper = self.0.partition_point(|(from, _)| *from <= time);
        upper.checked_sub(1).and_then(|at| self.0.get(at)).is_some_and(|(_, latest)| *latest >= time)
    }
}

/// Whether a request was sent by a program that engineers test with, where the gateway marks what it passes on.
fn by_tool(connection: &Connection, marks: bool) -> bool {
    let Some(http) = connection.conversation() else { return false };
    let agent = http.sample.as_ref().and_then(|sample| field(&sample.fields, "user-agent"));
    let tool = agent.is_some_and(|agent| {
        let agent = agent.to_ascii_lowercase();
        TOOLS.iter().any(|tool| agent.starts_with(tool))
    });
    marks && http.marked == 0 && tool
}

/// A connection as a test, with the host that it was for.
fn test(connection: &Connection, own: bool) -> Option<(String, Test<'_>)> {
    if let Some(sample) = connection.conversation().and_then(|http| http.sample.as_deref()) {
        let (status, answered) = sample.answered.filter(|(status, _)| *status < 500)?;
        let host = sample.host.as_deref().filter(|_| !sample.for_proxy)?;
        let host = super::attempt::host_of("/", Some(host), "GET").0?;
        return Some((
            host,
            Test { connection, own, asked: sample.asked, answered, what: format!("answered {status}") },
        ));
    }
    let handshake = connection.handshake.as_deref().filter(|handshake| handshake.went_through())?;
    connection.conversation().is_none().then_some(())?;
    let host = handshake.host()?.to_string();
    let (asked, answered) = (handshake.client_hello?, handshake.server_hello?);
    Some((host, Test { connection, own, asked, answered, what: "went through the TLS handshake".to_string() }))
}

fn differences(
    host: &str,
    exchange: &Exchange,
    test: &Test<'_>,
    attempt: Option<&Attempt>,
    connection: Option<&Connection>,
    names: &Names<'_>,
) -> Vec<String> {
    let (from, to) = (test.connection.client.ip(), test.connection.server);
    let who =
        if test.own { "from the gateway itself".to_string() } else { format!("without the gateway, from {from}") };
    let mut told = alloc::vec![format!("Asked {who}, {host} at {to} {} (packet {}).", test.what, test.answered.number)];
    let first = told.len();
    match attempt.and_then(|attempt| Some((attempt.local?.ip(), attempt.upstream?))) {
        Some((_, upstream)) if attempt.is_some_and(|attempt| attempt.parent) => {
            told.push(format!("The test went straight to {to}, the gateway to its parent proxy {upstream}."));
        }
        Some((_, upstream)) if upstream.ip() != to.ip() => {
            told.push(format!("The addresses differ: the test went to {}, the gateway to {}.", to.ip(), upstream.ip()));
        }
        Some((_, upstream)) if upstream.port() != to.port() => {
            told.push(format!("The ports differ: the test went to {}, the gateway to {}.", to.port(), upstream.port()));
        }
        Some((local, _)) if local != from => {
            told.push(format!("Both went to {}, from different addresses: {from} and {local}.", to.ip()));
        }
        Some(_) => told.push(format!("Both went from {from} to {}: the path is the same.", to.ip())),
        None if attempt.is_some() => {
            let what = if names.host(host).has(to.ip()) { "another time" } else { "not at all" };
            told.push(format!("The test used the address {}; the gateway's DNS gave it {what}.", to.ip()));
        }
        None => told.push("The gateway was not seen to try at all.".to_string()),
    }
    if let (Some(failed), Some(good)) = (hello(connection, attempt), hello(Some(test.connection), None)) {
        hellos(&failed, &good, &mut told);
    }
    headers(exchange, test.connection, connection, &mut told);
    if let (Some(ours), Some(theirs)) = (connection.and_then(distance), distance(test.connection))
        && ours != theirs
        && attempt.and_then(|attempt| attempt.upstream).map(|upstream| upstream.ip()) == Some(to.ip())
    {
        told.push(format!(
            "The site's packets arrive with different times to live: {theirs} at the test, {ours} here."
        ));
    }
    if told.len() == first + 1 && connection.is_some() {
        told.push("Nothing else that these packets show differs.".to_string());
    }
    told
}

fn distance(connection: &Connection) -> Option<u8> {
    connection.end(Side::Server).ttl
}

fn hello(connection: Option<&Connection>, attempt: Option<&Attempt>) -> Option<ClientHello> {
    let seen = connection.and_then(|connection| connection.handshake.as_deref()?.hello.as_deref().cloned());
    seen.or_else(|| attempt?.tls.as_deref()?.hello.clone())
}

fn hellos(failed: &ClientHello, good: &ClientHello, told: &mut Vec<String>) {
    let mut differ = |what: &str, good: String, failed: String| {
        if good != failed {
            told.push(format!("The ClientHellos differ in {what}: {good} in the test, {failed} of the gateway."));
        }
    };
    let or_none = |text: String| if text.is_empty() { "none".to_string() } else { text };
    let name = |hello: &ClientHello| or_none(hello.server_name.clone().unwrap_or_default());
    differ("the server name", name(good), name(failed));
    let versions = |hello: &ClientHello| {
        let each: Vec<String> = hello.versions.iter().map(|version| format!("{version:#06x}")).collect();
        or_none(each.join(" "))
    };
    differ("the versions offered", versions(good), versions(failed));
    differ("the application protocols", or_none(good.alpn.join(" ")), or_none(failed.alpn.join(" ")));
    let shares = |hello: &ClientHello| {
        let each: Vec<String> = hello.shares.iter().map(|group| format!("{group:#06x}")).collect();
        or_none(each.join(" "))
    };
    differ("the key shares", shares(good), shares(failed));
    let size = |hello: &ClientHello| format!("{} bytes", hello.size);
    if good.size.abs_diff(failed.size) > 64 {
        differ("size", size(good), size(failed));
    }
    let offered: Set<u16> = failed.ciphers.iter().copied().collect();
    let missing = good.ciphers.iter().filter(|cipher| !offered.contains(*cipher)).count();
    if missing > 0 {
        told.push(format!(
            "The gateway does not offer {missing} of the {} ciphers that the test offers.",
            good.ciphers.len()
        ));
    }
}

/// Request fields, where both requests were captured in the clear and are the first of their connections.
fn headers(exchange: &Exchange, good: &Connection, failed: Option<&Connection>, told: &mut Vec<String>) {
    let sample = |connection: &Connection| {
        let sample = connection.conversation()?.sample.as_deref()?;
        Some(sample.fields.clone())
    };
    let Some(good) = sample(good) else { return };
    let Some(failed) = failed.and_then(sample) else { return };
    let _ = exchange;
    for name in ["host", "user-agent", "accept-encoding", "connection"] {
        match (field(&good, name), field(&failed, name)) {
            (Some(one), Some(other)) if one != other => {
                told.push(format!("The field {name} differs: “{one}” in the test, “{other}” of the gateway."));
            }
            (Some(one), None) => told.push(format!("Only the test sends {name}: “{one}”.")),
            (None, Some(other)) => told.push(format!("Only the gateway sends {name}: “{other}”.")),
            _ => {}
        }
    }
    for name in ["via", "x-forwarded-for", "forwarded"] {
        if let (None, Some(other)) = (field(&good, name), field(&failed, name)) {
            told.push(format!("Only the gateway sends {name}: “{other}”. Some sites and firewalls refuse it."));
        }
    }
}

fn field<'a>(fields: &'a str, name: &str) -> Option<&'a str> {
    fields.lines().filter_map(|line| line.split_once(": ")).find(|(known, _)| *known == name).map(|(_, value)| value)
}

fn events(test: &Test<'_>) -> Vec<Event> {
    let connection = test.connection;
    let flow = Some(Flow { one: connection.client, other: connection.server, packets: connection.packets });
    let whose = if test.own { "test from the gateway itself" } else { "test without the gateway" };
    let event = |source, text: &str| Event {
        source,
        leg: Leg::Upstream,
        sent: test.own,
        what: What::Note(format!("{whose}: {text}")),
        flow,
    };
    alloc::vec![event(test.asked, "the same site is asked"), event(test.answered, &format!("it {}", test.what))]
}
