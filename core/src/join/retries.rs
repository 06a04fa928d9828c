//! Whether another try made up for a failure, where the client's side was not captured: failover, retry, happy eyeballs.

use crate::sorting::Sorting as _;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use crate::listed::Map;

use super::Loose;
use super::spans::Spans;
use crate::capture::connection::Connection;
use crate::capture::conversation::wanted;
use crate::capture::lookups::Lookup;
use crate::capture::point::Point;
use crate::capture::transaction::Response;
use crate::exchange::ConnectFailure;
use crate::protocols::http1::is_server_error;
use crate::time::{Span, Timestamp};

/// Attempts at further addresses of a name follow each other within this time.
const NEXT_ADDRESS: Span = Span::seconds(10);
/// A failed try and the next one of the same request follow each other within this time: HAProxy waits for a second.
pub(super) const NEXT_TRY: Span = Span::milliseconds(1500);

/// Which name an address was given for.
#[derive(Default)]
pub(super) struct HostNames<'a> {
    /// To whom, and which address.
    told: Map<(IpAddr, IpAddr), &'a str>,
    /// Whoever asked: of several, who has the lowest address.
    of: Map<IpAddr, Option<(IpAddr, &'a str)>>,
}

impl<'a> HostNames<'a> {
    /// Of addresses that anybody connected to.
    pub(super) fn new(points: &[Point], lookups: &[&'a Lookup]) -> Self {
        let mut names = Self::default();
        if !lookups.is_empty() {
            let connections = points.iter().flat_map(|point| &point.connections);
            names.of.extend(connections.map(|connection| (connection.server.ip(), None)));
        }
        for lookup in lookups {
            for address in lookup.answers.iter().flat_map(|(_, answer)| &answer.addresses) {
                let Some(known) = names.of.get_mut(address) else { continue };
                if known.is_none_or(|(asker, _)| lookup.asker <= asker) {
                    *known = Some((lookup.asker, lookup.name.as_str()));
                }
                names.told.insert((lookup.asker, *address), lookup.name.as_str());
            }
        }
        names
    }

    /// As this host was told.
    pub(super) fn told(&self, asker: IpAddr, address: IpAddr) -> Option<&'a str> {
        self.told.get(&(asker, address)).copied()
    }

    /// Whoever was told: a host asks over one protocol and connects over both.
    pub(super) fn of(&self, address: IpAddr) -> Option<&'a str> {
        if address.is_loopback() {
            return Some("localhost");
        }
        self.of.get(&address).copied().flatten().map(|(_, name)| name)
    }
}

/// Where a connection that takes over from one that failed is looked for.
#[derive(PartialEq, Eq, Hash)]
enum Place<'a> {
    /// Opened by the same host, to anybody.
    By(IpAddr),
    /// To the same server, by the same host.
    Server(IpAddr, SocketAddr),
    /// To an address of the same name, on the same port, by the same host.
    Name(IpAddr, &'a str, u16),
    /// The same by any host of this IP version, where the one that failed was of the other.
    Version(bool, &'a str, u16),
}

/// Connections that went well, where one that failed may have been made up for on them; the same request that was asked again is
/// found by what it asks for, which one connection may be asked very many times.
pub(super) struct Others<'a> {
    names: &'a HostNames<'a>,
    connections: Map<Place<'a>, Spans<&'a Connection>>,
    /// When a host asked for this in a way that took over.
    again: Map<(IpAddr, u32), Vec<Timestamp>>,
}

impl<'a> Others<'a> {
    pub(super) fn new(points: &'a [Point], names: &'a HostNames<'a>, failed: &[Loose<'a>]) -> Self {
        let mut others = Self { names, connections: Map::default(), again: Map::default() };
        for loose in failed {
            let connection = loose.connection;
            if let Some(request) = asked(loose) {
                others.again.insert((connection.client.ip(), request), Vec::new());
                others.connections.insert(Place::By(connection.client.ip()), Spans::default());
            } else {
                let places = others.places(connection, !connection.client.is_ipv4());
                others.connections.extend(places.into_iter().flatten().map(|place| (place, Spans::default())));
            }
        }
        for connection in points.iter().flat_map(|point| &point.connections) {
            if others.connections.is_empty() || !went_well(connection) {
                continue;
            }
            let client = connection.client.ip();
            let places = others.places(connection, connection.client.is_ipv4());
            for place in places.into_iter().flatten().chain([Place::By(client)]) {
                if let Some(spans) = others.connections.get_mut(&place) {
                    spans.push(connection.first.time, connection.last.time, connection);
                }
            }
            let Some(http) = connection.conversation() else { continue };
            let mut note = |(at, what)| {
                if let Some(times) = others.again.get_mut(&(client, what)) {
                    times.push(at);
                }
            };
            if unheard(connection) { http.sent().for_each(note) } else { http.answered_well().for_each(&mut note) }
        }
        others.connections.values_mut().for_each(Spans::order);
        others.again.values_mut().for_each(|times| times.order());
        others
    }

    /// Where the connection stands; or, with the other version, where those stand that take over from it.
    fn places(&self, connection: &Connection, version: bool) -> [Option<Place<'a>>; 3] {
        let (client, server) = (connection.client.ip(), connection.server);
        let name = self.names.of(server.ip());
        [
            Some(Place::Server(client, server)),
            name.map(|name| Place::Name(client, name, server.port())),
            name.map(|name| Place::Version(version, name, server.port())),
        ]
    }

    /// Whether another try made up for this failure.
    pub(super) fn settle(&self, loose: &Loose<'_>) -> bool {
        let (attempt, failed) = (&loose.attempt, loose.connection);
        let ended = attempt.span.map_or(loose.begun, |(_, ended)| ended);
        let connecting = attempt.connect.failure().is_some();
        // What was asked is known: only the same request, asked again at once, is another try of it.
        if let Some(request) = asked(loose) {
            let failed_at = attempt.events.iter().map(|event| event.source.time).max().unwrap_or(ended);
            let until = failed_at.plus(NEXT_TRY);
            let client = failed.client.ip();
            let times = self.again.get(&(client, request)).map_or(&[][..], Vec::as_slice);
            let again = times.get(times.partition_point(|at| *at <= loose.begun)).is_some_and(|at| *at <= until);
            // Where so many followed that this is not known any more, it may have been.
            let forgot = |other: &&Connection| {
                let http = other.conversation().filter(|_| !unheard(other));
                http.and_then(|http| http.remembers_from()).is_some_and(|from| from > until)
            };
            let theirs = self.connections.get(&Place::By(client));
            return again || theirs.is_some_and(|theirs| theirs.touching(loose.begun, until).any(forgot));
        }
        // A refused connect is followed at once; one without an answer by its timer.
        let refused = connecting && !matches!(attempt.connect.failure(), Some(ConnectFailure::Unanswered { .. }));
        let until = ended.plus(if refused { NEXT_TRY } else { NEXT_ADDRESS });
        let from = if connecting { loose.begun } else { ended };
        let places = self.places(failed, !failed.client.is_ipv4());
        places.iter().flatten().filter_map(|place| self.connections.get(place)).any(|spans| {
            let other = |other: &&Connection| !core::ptr::eq(*other, failed);
            // Another address that is in use by then is what a client falls back on.
            let elsewhere = |other: &&Connection| connecting && other.server.ip() != failed.server.ip();
            spans.beginning(from, until).any(other) || spans.touching(from, until).any(elsewhere)
        })
    }
}

/// What an attempt asked for, where that is known.
fn asked(loose: &Loose<'_>) -> Option<u32> {
    let connecting = loose.attempt.connect.failure().is_some();
    loose.transaction.filter(|_| !connecting)?.request.as_deref().map(wanted)
}

/// Whether something was answered on a connection.
pub(super) fn went_well(connection: &Connection) -> bool {
    let good = |response: Option<&Response>| response.is_some_and(|answer| !is_server_error(answer.status));
    let http = connection.conversation().is_some_and(|http| {
        http.healthy > 0 || http.tunnel.is_some() || http.open().any(|open| good(open.response.as_deref()))
    });
    let tls = connection.handshake.as_ref().is_some_and(|handshake| handshake.went_through());
    let said = connection.server_end.bytes + connection.server_end.cut > 0;
    unheard(connection) || http || tls || connection.conversation().is_none() && said
}

/// Where what came back was not captured, the gateway's acknowledgements say that something did, more than a FIN.
fn unheard(connection: &Connection) -> bool {
    connection.server_end.packets == 0 && connection.server_end.acked > 1
}
