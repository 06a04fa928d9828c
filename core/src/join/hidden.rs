//! Failures behind an encrypted client side.

use crate::sorting::Sorting as _;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use crate::listed::{Map, Set};

use super::clients::granted;
use super::hellos::Hellos;
use super::host::Host;
use super::spans::Spans;
use super::untaken::Untaken;
use super::{Asked, Joined, Loose, Names, Roles, client_exchange, failing, outcome, resolving};
use crate::capture::connection::Connection;
use crate::capture::point::Point;
use crate::exchange::{Answer, Attempt, ReceiveFailure, SecureFailure, WaitFailure};
use crate::time::{Span, Timestamp};

const OTHER_NAME: &str = "The ClientHello upstream names another host than the tunnel: that they belong together is told by the address that DNS gave for the tunnel's host.";
const NAME_CUT: &str =
    "The name in the ClientHello upstream was cut off: that it belongs to this tunnel is told by the address alone.";
/// What a gateway says of a failure it says within this time.
const AT_ONCE: Span = Span::seconds(1);
/// The next SYN or query of a series comes within this time.
const NEAR_END: Span = Span::seconds(10);

/// Failures behind an encrypted client side: attempts for the host of an open tunnel, by its name or by the addresses
/// that DNS gave for it; or DNS itself.
pub fn add(
    points: &[Point],
    (roles, hellos, names, requests): (&Roles, &Hellos<'_>, &Names<'_>, &Asked),
    seen_to: Timestamp,
    loose: &mut [Loose<'_>],
    joined: &mut Joined,
) {
    let reached = reached(points, roles);
    let wanted = wanted(points, roles);
    let mut failed = Failed::new(loose);
    for connection in points.iter().flat_map(|point| &point.connections) {
        let Some(tunnel) = connection.conversation().and_then(|conversation| conversation.tunnel.as_ref()) else {
            continue;
        };
        if !roles.is_inbound(connection) || tunnel.request.is_none() || !granted(tunnel) {
            continue;
        }
        let mut exchange = client_exchange(connection, tunnel);
        let Some(host) = exchange.host.clone() else { continue };
        let (of_host, port) = (names.host(&host), exchange.port);
        let asked = connection.handshake.as_ref().and_then(|handshake| Some(handshake.hello.as_ref()?.random));
        // What was tried before the tunnel was granted did no harm to it.
        let granted = tunnel.response.as_ref().map_or(exchange.begun, |response| response.first.time);
        let end = connection.last.time.plus(Span::seconds(5));
        let sni = connection.handshake.as_ref().and_then(|handshake| handshake.server_name());
        let its = |loose: &Loose<'_>| {
            let attempt = &loose.attempt;
            let by_name =
                attempt.host.as_ref() == Some(&host) || attempt.host.is_some() && attempt.host.as_deref() == sni;
            // A name in the ClientHello that nobody asked for, neither here nor of DNS, on an address that the tunnel's host has.
            let stranger = |name: &str| {
                !wanted.contains(name)
                    && names.of(name).next().is_none()
                    && !hellos.passes(connection)
                    && !hellos.used_another(loose.connection, name)
            };
            let here = |up: &SocketAddr| of_host.has(up.ip()) && Some(up.port()) == port;
            let by_address = match attempt.host.as_deref() {
                None => attempt.upstream.is_some_and(|up| of_host.has(up.ip())),
                Some(name) => attempt.target.is_none() && stranger(name) && attempt.upstream.as_ref().is_some_and(here),
            };
            // What a plain tunnel carries behind the handshake is the client's own affair, and cannot be read.
            let plain = attempt.secure.is_ok() && attempt.tls.as_ref().is_some_and(|tls| tls.random() == asked);
            let ended = attempt.span.map_or(loose.begun, |(_, ended)| ended);
            // A gateway that decrypts checks the certificate before it goes on; alone and unused, it went no further.
            let checked = attempt.secure.failure() == Some(&SecureFailure::Refused)
                && !hellos.used_another(loose.connection, &host);
            let counts = !attempt.unused && !attempt.late || checked || given_up(connection, loose, hellos, &host);
            // A gateway whose client has left gives up for that.
            let stalled = matches!(attempt.receive.failure(), Some(ReceiveFailure::Stalled(_)));
            let client = &connection.client_end;
            let mut ends = client.fin.map(|fin| fin.source).into_iter().chain(client.rst().map(|reset| reset.source));
            let left = stalled && ends.any(|end| end.time < ended);
            !loose.taken
                && ended >= granted
                && counts
                && !left
                && !plain
                && (by_name || by_address)
                && !ends_early(attempt, seen_to)
        };
        for at in failed.of([Some(&host), sni], &of_host, (loose, (exchange.begun, end)), &its) {
            let Some(loose) = loose.get_mut(at) else { continue };
            loose.taken = true;
            if loose.attempt.host.as_ref().is_some_and(|name| *name != host && !wanted.contains(name)) {
                exchange.doubts.push(OTHER_NAME.to_string());
            }
            let tls = loose.attempt.secure.failure().is_some();
            if tls && loose.attempt.host.is_none() && loose.connection.client_end.cut > 0 {
                exchange.doubts.push(NAME_CUT.to_string());
            }
            exchange.attempts.push(loose.attempt.clone());
        }
        if exchange.attempts.is_empty() && !hellos.passes(connection) {
            // Another request for the same name that waits at that time has looked it up, and not this tunnel.
            let asked = of_host.asked_for((&host, requests), None, granted, end);
            let failed = names.failed(&asked, end.min(seen_to));
            let failed =
                failed.filter(|attempt| !ends_early(attempt, seen_to) && !resolving::half_asked(&asked, attempt));
            // A tunnel that has its connection needs no address any more.
            let connected = |attempt: &Attempt| {
                let until = attempt.span.map_or(end, |(begun, _)| begun);
                let stands = |spans: &Spans<()>| spans.touch(exchange.begun, until);
                of_host.each().filter_map(|address| reached.get(&address)).any(stands)
            };
            let decrypts = || hellos.decrypts(connection, Some(&host)).is_some();
            exchange.attempts.extend(failed.filter(|attempt| !connected(attempt) || decrypts()));
        }
        if !exchange.attempts.is_empty() {
            // In a plain tunnel there is no other answer than the one to CONNECT.
            let same =
                |attempt: &Attempt| asked.is_some() && attempt.tls.as_ref().and_then(|tls| tls.random()) == asked;
            if !exchange.attempts.iter().any(same) {
                exchange.answer = Answer::NotSeen;
            }
            joined.unseen = joined.unseen.saturating_sub(1);
            joined.exchanges.push(exchange);
        }
    }
}

/// Attempts that failed, by the name and by the address that was tried.
#[derive(Default)]
struct Failed {
    by_name: Map<String, Untaken>,
    by_address: Map<IpAddr, Untaken>,
}

impl Failed {
    fn new(loose: &[Loose<'_>]) -> Self {
        let mut failed = Self::default();
        for (at, loose) in loose.iter().enumerate().filter(|(_, loose)| !loose.taken && failing(&loose.attempt)) {
            if let Some(name) = &loose.attempt.host {
                failed.by_name.or_default(name.clone()).push(at);
            }
            if let Some(address) = loose.attempt.upstream {
                failed.by_address.or_default(address.ip()).push(at);
            }
        }
        failed
    }

    /// Those with one of these names, or at an address of this host, that begin in a time and fit.
    fn of(
        &mut self,
        names: [Option<&str>; 2],
        host: &Host<'_>,
        (loose, time): (&[Loose<'_>], (Timestamp, Timestamp)),
        fits: &dyn Fn(&Loose<'_>) -> bool,
    ) -> Vec<usize> {
        let mut found = Vec::new();
        for name in names.into_iter().flatten() {
            found.extend(self.by_name.get_mut(name).map(|its| its.within(loose, time, fits)).unwrap_or_default());
        }
        for address in host.each() {
            found
                .extend(self.by_address.get_mut(&address).map(|its| its.within(loose, time, fits)).unwrap_or_default());
        }
        found.order();
        found.dedup();
        found
    }
}

/// Hosts that clients ask the gateway for, in tunnels and by their ClientHellos too.
fn wanted(points: &[Point], roles: &Roles) -> Set<String> {
    let inbound = points.iter().flat_map(|point| &point.connections).filter(|connection| roles.is_inbound(connection));
    let asked = inbound.flat_map(|connection| {
        let http = connection.conversation();
        let requests =
            http.into_iter().flat_map(|http| http.kept.iter().chain(http.open()).chain(http.tunnel.as_deref()));
        let hosts = requests.filter_map(|transaction| client_exchange(connection, transaction).host);
        let sni = connection.handshake.as_ref().and_then(|handshake| handshake.server_name());
        hosts.chain(sni.map(ToString::to_string))
    });
    asked.collect()
}

/// When the gateway had connections to whom.
fn reached(points: &[Point], roles: &Roles) -> Map<IpAddr, Spans<()>> {
    let mut reached: Map<IpAddr, Spans<()>> = Map::default();
    for connection in points.iter().flat_map(|point| &point.connections) {
        let out = roles.egress.contains(&connection.client.ip()) && !roles.is_inbound(connection);
        if out && connection.server_end.bytes > 0 {
            let of_server = reached.or_default(connection.server.ip());
            of_server.push(connection.first.time, connection.last.time, ());
        }
    }
    reached.values_mut().for_each(Spans::order);
    reached
}

/// A question of the gateway that got no answer was the client's: the client had asked, and was told something, or was
/// left, only and at once when the gateway gave up. What is said is encrypted; that it is said then is not.
fn given_up(tunnel: &Connection, loose: &Loose<'_>, hellos: &Hellos<'_>, host: &str) -> bool {
    let asked = |connection: &Connection| connection.handshake.as_ref().and_then(|handshake| handshake.asked);
    let (Some(WaitFailure::Timeout(wait)), Some(theirs), Some(ours)) =
        (loose.attempt.wait.failure(), asked(tunnel), asked(loose.connection))
    else {
        return false;
    };
    let gave_up = ours.last.time.plus(*wait);
    let reply = tunnel.handshake.as_ref().and_then(|handshake| handshake.reply);
    let server = &tunnel.server_end;
    let end = server.fin.map(|fin| fin.source).into_iter().chain(server.rst().map(|reset| reset.source));
    let told = reply.into_iter().chain(end).map(|source| source.time).min();
    let at_once = told.is_some_and(|told| told.since(gave_up).0.abs() <= AT_ONCE.0);
    !ours.again
        && theirs.first.time <= ours.first.time.plus(AT_ONCE)
        && at_once
        && !hellos.used_another(loose.connection, host)
}

/// A failure that is only the capture's end.
fn ends_early(attempt: &Attempt, seen_to: Timestamp) -> bool {
    let near = attempt.span.is_none_or(|(_, ended)| seen_to.since(ended) < NEAR_END);
    near && outcome::unfinished(attempt, seen_to)
}
