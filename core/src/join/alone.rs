//! Captures without a client's side: what the gateway tried is all there is.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::OnceCell;
use core::net::{IpAddr, SocketAddr};

use crate::listed::{Map, Set};

use super::retries::{HostNames, NEXT_TRY, Others};
use super::{
    Joined, Loose, Names, Roles, attempt, client_exchange, clients, doings, doubts, failing, hello, one_leg, outcome,
    unresolved,
};
use crate::capture::connection::Connection;
use crate::capture::lookups::Lookup;
use crate::capture::point::Point;
use crate::exchange::{Answer, ConnectFailure, Exchange, Phase, SecureFailure};
use crate::protocols::http1::is_server_error;
use crate::time::{Span, Timestamp};

/// Tries looked at for one that an error was passed on from.
const NEARBY: usize = 4096;
/// After SYNs without an answer a gateway waits for its own timer before it tries the next address.
const NEXT_AFTER_SILENCE: Span = Span::seconds(64);

/// Makes an exchange of each upstream failure that nothing made up for.
pub fn exchanges(
    points: &[Point],
    roles: &Roles,
    loose: Vec<Loose<'_>>,
    lookups: &[&Lookup],
    dns: &Names<'_>,
    seen_to: Timestamp,
    joined: &mut Joined,
) {
    // What a host asks while somebody asks it in TLS is one exchange with that, as far as can be told.
    let listening = Listening::new(points);
    for connection in points.iter().flat_map(|point| &point.connections) {
        if listening.asks_on(connection) {
            continue;
        }
        if let Some(conversation) = connection.conversation() {
            joined.total += u64::from(conversation.count);
            joined.unseen += u64::from(conversation.tunnel_bytes > 0);
        } else if hello(connection) {
            joined.total += 1;
            joined.unseen += 1;
        }
    }
    let names = HostNames::new(points, lookups);
    let others = Others::new(points, &names, &loose);
    let passing = Passing::new(&loose);
    // Of those that were asked in vain, which open connections themselves, and to whom: to several, or to this one alone.
    let servers: Set<IpAddr> = loose.iter().map(|loose| loose.connection.server.ip()).collect();
    let mut openers: Map<IpAddr, Option<IpAddr>> = Map::default();
    for connection in points.iter().flat_map(|point| &point.connections) {
        if connection.server.port() != 53 && connection.sure && servers.contains(&connection.client.ip()) {
            let to = connection.server.ip();
            let known = openers.or_insert_with(connection.client.ip(), || Some(to));
            *known = known.filter(|known| *known == to);
        }
    }
    let asked: OnceCell<Set<_>> = OnceCell::new();
    let asked = |asker: IpAddr, name: &str| {
        let all = || lookups.iter().map(|lookup| (lookup.asker, lookup.name.as_str())).collect();
        asked.get_or_init(all).contains(&(asker, name))
    };
    // One host's failures that follow each other at once are one exchange: the next address, the next try.
    let mut running: Map<(IpAddr, String), (usize, Timestamp)> = Map::default();
    let accepted = clients::accepted(points);
    let beside = OnceCell::new();
    for loose in &loose {
        let attempt = &loose.attempt;
        // Who recorded this was asked itself, or asks others: it is the gateway, and no upstream of one.
        let (here, there) = (loose.connection.client.ip(), loose.connection.server.ip());
        let recorded = here != there && loose.connection.client_outgoing == Some(false);
        let opener = here != there && openers.get(&there).is_some_and(|to| *to != Some(here) && *to != Some(there));
        // In the middle of a connection it may be a tunnel whose CONNECT was not captured.
        if let Some(refused) = ((recorded || opener) && !loose.connection.midstream())
            .then(|| attempt::at_gateway(loose.connection, clients::accepts(&accepted, loose.connection), seen_to))
            .flatten()
        {
            let mut exchange = clients::client_refuses(loose.connection, refused);
            if !recorded {
                exchange.doubts.push(super::hellos::listener());
            }
            joined.unseen = joined.unseen.saturating_sub(1);
            joined.exchanges.push(exchange);
            continue;
        }
        // What the gateway itself does not take from those who ask it, old versions and scanners, is no failure.
        let turned_away = matches!(attempt.secure.failure(), Some(SecureFailure::Alert { ours: false, .. }));
        if (recorded || opener) && turned_away {
            continue;
        }
        let upstream = || exchange(loose, &names, &asked, roles);
        if !failing(attempt)
            && let Some(exchange) = left(loose, upstream, roles)
        {
            joined.exchanges.push(exchange);
            continue;
        }
        // Who answered had asked for the same itself meanwhile, in vain: that is told.
        if attempt.status.is_some_and(is_server_error) && passing.on(loose) {
            joined.total = joined.total.saturating_sub(1);
            continue;
        }
        let blurred = attempt.receive.failure().is_some() && loose.connection.server_end.lost > 0;
        if blurred
            || attempt.unused
            || attempt.late
            || !failing(attempt)
            || outcome::unfinished(attempt, seen_to)
            || others.settle(loose)
        {
            continue;
        }
        let inside = listening.asks_on(loose.connection);
        // It was counted.
        let carried = !inside && (attempt.target.is_some() || hello(loose.connection));
        let (initiator, server) = (loose.connection.client.ip(), loose.connection.server);
        let named = attempt.host.clone().or_else(|| names.of(server.ip()).map(ToString::to_string));
        let key = (initiator, named.unwrap_or_else(|| server.to_string()));
        let ended = attempt.span.map_or(loose.begun, |(_, ended)| ended);
        let before = running.get(&key).and_then(|(at, before)| Some((joined.exchanges.get_mut(*at)?, *before)));
        let same = before.filter(|(exchange, before)| {
            let last = exchange.attempts.last();
            let other = last.is_some_and(|last| last.upstream.map(|up| up.ip()) != Some(server.ip()));
            let silent = last.is_some_and(|l| matches!(l.connect.failure(), Some(ConnectFailure::Unanswered { .. })));
            let patience = if other && silent { NEXT_AFTER_SILENCE } else { NEXT_TRY };
            // A request of its own is another try only of one that was cut off without a byte.
            let cut_off = last.is_some_and(|last| last.wait.failure().is_some() && last.target == attempt.target);
            (attempt.target.is_none() || cut_off)
                && attempt.status.is_none()
                && loose.begun >= *before
                && loose.begun.since(*before) < patience
        });
        let same = same.map(|(exchange, _)| exchange);
        match same {
            Some(exchange) => {
                exchange.attempts.push(attempt.clone());
                if let Some((_, before)) = running.get_mut(&key) {
                    *before = ended;
                }
                joined.total -= u64::from(carried).min(joined.total);
            }
            None => {
                joined.total += u64::from(!carried && !inside);
                joined.unseen -= u64::from(inside || hello(loose.connection)).min(joined.unseen);
                running.insert(key, (joined.exchanges.len(), ended));
                let mut exchange = exchange(loose, &names, &asked, roles);
                let beside = beside.get_or_init(|| doubts::Beside::new(points));
                doubts::say(&mut exchange, loose, beside, &names, roles, seen_to);
                joined.exchanges.push(exchange);
            }
        }
    }
    unresolved::add(lookups, dns, seen_to, joined);
}

/// When hosts were spoken to in TLS: spans that do not overlap, in order.
struct Listening(Map<IpAddr, Vec<(Timestamp, Timestamp)>>);

impl Listening {
    fn new(points: &[Point]) -> Self {
        let mut spans: Map<IpAddr, Vec<(Timestamp, Timestamp)>> = Map::default();
        let connections = points.iter().flat_map(|point| &point.connections);
        for connection in connections.filter(|connection| connection.conversation().is_none() && hello(connection)) {
            let span = (connection.first.time, connection.last.time);
            spans.or_default(connection.server.ip()).push(span);
        }
        for spans in spans.values_mut() {
            doings::merge(spans);
        }
        Self(spans)
    }

    /// Whether a connection was opened by a host while somebody spoke TLS to it.
    fn asks_on(&self, connection: &Connection) -> bool {
        let at = connection.first.time;
        let spans = self.0.get(&connection.client.ip());
        spans.is_some_and(|spans| doings::during(at, spans))
            && connection.server.port() != 53
            && connection.client.ip() != connection.server.ip()
    }
}

/// What hosts asked for in vain, and of whom: when they began to.
struct Passing<'a>(Map<(IpAddr, &'a str), Vec<(Timestamp, SocketAddr)>>);

impl<'a> Passing<'a> {
    /// In the order of their beginning.
    fn new(all: &'a [Loose<'_>]) -> Self {
        let mut passing: Map<(IpAddr, &str), Vec<_>> = Map::default();
        for loose in all.iter().filter(|loose| failing(&loose.attempt)) {
            if let Some(target) = loose.attempt.target.as_deref() {
                let tries = passing.or_default((loose.connection.client.ip(), target));
                tries.push((loose.begun, loose.connection.server));
            }
        }
        Self(passing)
    }

    /// Whether an error only passes on what the server itself got, of another one, for the same.
    fn on(&self, loose: &Loose<'_>) -> bool {
        let (server, attempt) = (loose.connection.server, &loose.attempt);
        let answered = attempt.events.iter().map(|event| event.source.time).max();
        let its = attempt.target.as_deref().and_then(|target| self.0.get(&(server.ip(), target)));
        let Some((tries, answered)) = its.zip(answered) else { return false };
        let from = tries.partition_point(|(begun, _)| *begun <= loose.begun);
        let meanwhile = tries.iter().skip(from).take(NEARBY).take_while(|(begun, _)| *begun <= answered);
        meanwhile.into_iter().any(|(_, other)| *other != server)
    }
}

/// Whoever asked closed in the middle of a good answer.
fn left(loose: &Loose<'_>, upstream: impl FnOnce() -> Exchange, roles: &Roles) -> Option<Exchange> {
    let connection = loose.connection;
    let server = &connection.server_end;
    if server.lost + server.cut > 0 || server.unseen() {
        return None;
    }
    let transaction = loose.transaction.filter(|transaction| transaction.request.is_some())?;
    let mut exchange = client_exchange(connection, transaction);
    let Answer::ClientLeft(Some(status)) = &exchange.answer else { return None };
    if is_server_error(status.code) || transaction.response.as_ref().is_none_or(|response| response.until_close) {
        return None;
    }
    // A gateway's mark in the request: it is the gateway that asked, and what its client got is not seen.
    if roles.forwarders.contains(&connection.client.ip()) {
        exchange = Exchange { answer: Answer::ClientLeft(None), ..upstream() };
    } else {
        exchange.gateway = None;
    }
    exchange.doubts.push(LEFT.to_string());
    Some(exchange)
}

const LEFT: &str = "Only one side was captured: if this is the gateway's, it may have broken off by itself and not because its client had left.";

fn exchange(loose: &Loose<'_>, names: &HostNames<'_>, asked: &dyn Fn(IpAddr, &str) -> bool, roles: &Roles) -> Exchange {
    let connection = loose.connection;
    let attempt = &loose.attempt;
    let initiator = connection.client.ip();
    let transaction = loose.transaction;
    // A 5xx on one leg: whose it is only a gateway's mark in the request tells.
    let judged = attempt.status.is_some_and(is_server_error) && attempt.receive.failure().is_none();
    let marked =
        transaction.and_then(|transaction| transaction.request.as_ref()).is_some_and(|request| request.forwarded);
    // A gateway that uses its clients' addresses makes them look like it: the request itself must show it.
    if let (true, Some(transaction), false) = (judged, transaction, marked && roles.forwarders.contains(&initiator)) {
        let mut exchange = client_exchange(connection, transaction);
        exchange.gateway = None;
        exchange.doubts.push(one_leg());
        return exchange;
    }
    let named = names.told(initiator, connection.server.ip()).map(ToString::to_string);
    // With an encrypted ClientHello inside, or GREASE, the name outside is the host's only if it was looked up.
    let outer = connection.handshake.as_ref().and_then(|handshake| handshake.server_name());
    let outer = outer.filter(|outer| asked(initiator, outer)).map(ToString::to_string);
    let request = transaction.and_then(|transaction| transaction.request.as_deref());
    Exchange {
        client: None,
        gateway: Some(initiator),
        begun: loose.begun,
        host: attempt.host.clone().or(outer).or(named),
        port: Some(connection.server.port()),
        method: request.map(|request| request.method.to_string()),
        target: request.and_then(|request| request.whole_target().map(ToString::to_string)),
        answer: Answer::NotSeen,
        attempts: alloc::vec![attempt.clone()],
        client_secure: Phase::NotSeen,
        claim: None,
        events: Vec::new(),
        outward: false,
        signs: Default::default(),
        names: Default::default(),
        doubts: Vec::new(),
    }
}
