//! Captures without a client's side: what the gateway tried is all there is.

use crate::sorting::Sorting as _;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::OnceCell;
use core::net::IpAddr;

use crate::tables::{HashMap, HashSet};

use super::{
    Joined, Loose, Names, Roles, attempt, client_exchange, clients, doubts, failing, hello, one_leg, outcome,
    unresolved,
};
use crate::capture::connection::Connection;
use crate::capture::conversation::Conversation;
use crate::capture::lookups::Lookup;
use crate::capture::point::Point;
use crate::capture::transaction::Transaction;
use crate::exchange::{Answer, ConnectFailure, Exchange, Phase, SecureFailure};
use crate::protocols::http1::is_server_error;
use crate::time::{Span, Timestamp};

/// Attempts at further addresses of a name follow each other within this time.
const NEXT_ADDRESS: Span = Span::seconds(10);
/// A failed try and the next one of the same request follow each other within this time: HAProxy waits for a second.
const NEXT_TRY: Span = Span::milliseconds(1500);
/// After SYNs without an answer a gateway waits for its own timer before it tries the next address.
const NEXT_AFTER_SILENCE: Span = Span::seconds(64);
/// Connections looked at for one that took over.
const NEARBY: usize = 4096;
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
    let names = host_names(points, lookups);
    let went_well: Vec<&Connection> =
        points.iter().flat_map(|point| &point.connections).filter(|other| went_well(other)).collect();
    // Of those that were asked in vain, which open connections themselves, and to whom: to several, or to this one alone.
    let servers: HashSet<IpAddr> = loose.iter().map(|loose| loose.connection.server.ip()).collect();
    let mut openers: HashMap<IpAddr, Option<IpAddr>> = HashMap::default();
    for connection in points.iter().flat_map(|point| &point.connections) {
        if connection.server.port() != 53 && connection.sure && servers.contains(&connection.client.ip()) {
            let to = connection.server.ip();
            let known = openers.entry(connection.client.ip()).or_insert(Some(to));
            *known = known.filter(|known| *known == to);
        }
    }
    let asked: OnceCell<HashSet<_>> = OnceCell::new();
    let asked = |asker: IpAddr, name: &str| {
        let all = || lookups.iter().map(|lookup| (lookup.asker, lookup.name.as_str())).collect();
        asked.get_or_init(all).contains(&(asker, name))
    };
    // One host's failures that follow each other at once are one exchange: the next address, the next try.
    let mut running: HashMap<(IpAddr, String), (usize, Timestamp)> = HashMap::default();
    let accepted = clients::accepted(points);
    let beside = OnceCell::new();
    let all = loose;
    for loose in &all {
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
        if attempt.status.is_some_and(is_server_error) && passed_on(&all, loose) {
            joined.total = joined.total.saturating_sub(1);
            continue;
        }
        let blurred = attempt.receive.failure().is_some() && loose.connection.server_end.lost > 0;
        if blurred
            || attempt.unused
            || attempt.late
            || !failing(attempt)
            || outcome::unfinished(attempt, seen_to)
            || settled(&went_well, &names, loose)
        {
            continue;
        }
        let inside = listening.asks_on(loose.connection);
        // It was counted.
        let carried = !inside && (attempt.target.is_some() || hello(loose.connection));
        let (initiator, server) = (loose.connection.client.ip(), loose.connection.server);
        let named = attempt.host.clone().or_else(|| named(&names, server.ip()).map(ToString::to_string));
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
struct Listening(HashMap<IpAddr, Vec<(Timestamp, Timestamp)>>);

impl Listening {
    fn new(points: &[Point]) -> Self {
        let mut spans: HashMap<IpAddr, Vec<(Timestamp, Timestamp)>> = HashMap::default();
        let connections = points.iter().flat_map(|point| &point.connections);
        for connection in connections.filter(|connection| connection.conversation().is_none() && hello(connection)) {
            let span = (connection.first.time, connection.last.time);
            spans.entry(connection.server.ip()).or_default().push(span);
        }
        for spans in spans.values_mut() {
            spans.order();
            spans.dedup_by(|next, before| {
                let overlap = next.0 <= before.1;
                before.1 = if overlap { before.1.max(next.1) } else { before.1 };
                overlap
            });
        }
        Self(spans)
    }

    /// Whether a connection was opened by a host while somebody spoke TLS to it.
    fn asks_on(&self, connection: &Connection) -> bool {
        let at = connection.first.time;
        let Some(spans) = self.0.get(&connection.client.ip()) else { return false };
        let upper = spans.partition_point(|(from, _)| *from <= at);
        let within = upper.checked_sub(1).and_then(|before| spans.get(before)).is_some_and(|(_, to)| at <= *to);
        within && connection.server.port() != 53 && connection.client.ip() != connection.server.ip()
    }
}

/// Which name an address was given for, of those that anybody connected to.
fn host_names<'a>(points: &[Point], lookups: &[&'a Lookup]) -> BTreeMap<(IpAddr, IpAddr), &'a str> {
    let mut names = BTreeMap::new();
    if lookups.is_empty() {
        return names;
    }
    let connections = points.iter().flat_map(|point| &point.connections);
    let servers: HashSet<IpAddr> = connections.map(|connection| connection.server.ip()).collect();
    for lookup in lookups {
        for (_, answer) in &lookup.answers {
            for address in answer.addresses.iter().filter(|address| servers.contains(*address)) {
                names.insert((lookup.asker, *address), lookup.name.as_str());
            }
        }
    }
    names
}

/// Whether something was answered on a connection.
pub(super) fn went_well(connection: &Connection) -> bool {
    let good = |open: &Transaction| open.response.as_deref().is_some_and(|answer| !is_server_error(answer.status));
    let http = connection
        .conversation()
        .is_some_and(|http| http.healthy > 0 || http.tunnel.is_some() || http.open().any(good));
    let tls = connection.handshake.as_ref().is_some_and(|handshake| handshake.went_through());
    let said = connection.server_end.bytes + connection.server_end.cut > 0;
    unheard(connection) || http || tls || connection.conversation().is_none() && said
}

/// Where what came back was not captured, the gateway's acknowledgements say that something did, more than a FIN.
fn unheard(connection: &Connection) -> bool {
    connection.server_end.packets == 0 && connection.server_end.acked > 1
}

/// Whether another try made up for it: failover, retry, happy eyeballs.
fn settled(went_well: &[&Connection], names: &BTreeMap<(IpAddr, IpAddr), &str>, loose: &Loose<'_>) -> bool {
    let (asker, dead) = (loose.connection.client.ip(), loose.connection.server);
    let name = named(names, dead.ip());
    let attempt = &loose.attempt;
    let ended = attempt.span.map_or(loose.begun, |(_, ended)| ended);
    let connecting = attempt.connect.failure().is_some();
    let refused = connecting && !matches!(attempt.connect.failure(), Some(ConnectFailure::Unanswered { .. }));
    let request = transaction_of(loose).and_then(|transaction| transaction.request.as_deref());
    // What was asked is known: only the same request, asked again at once, is another try of it.
    if let Some(request) = request.filter(|_| !connecting) {
        let failed = attempt.events.iter().map(|event| event.source.time).max().unwrap_or(ended);
        let until = failed.plus(NEXT_TRY);
        let upper = went_well.partition_point(|other| other.first.time <= until);
        return went_well.get(..upper).unwrap_or_default().iter().rev().take(NEARBY).any(|other| {
            let again = |http: &Conversation| match unheard(other) {
                true => http.sent_again(request, request.first.time, until),
                false => http.answered_well(request, request.first.time, until),
            };
            other.client.ip() == asker && other.last.time >= loose.begun && other.conversation().is_some_and(again)
        });
    }
    // A refused connect is followed at once; one without an answer by its timer.
    let until = ended.plus(if refused { NEXT_TRY } else { NEXT_ADDRESS });
    // In order of their beginning: those that began too late to take over are not looked at.
    let upper = went_well.partition_point(|other| other.first.time <= until);
    went_well.get(..upper).unwrap_or_default().iter().rev().take(NEARBY).any(|other| {
        let server = other.server;
        let same_host = other.client.ip() == asker || other.client.is_ipv4() != loose.connection.client.is_ipv4();
        let same_name = name.is_some() && named(names, server.ip()) == name;
        let later = match connecting {
            // Another address that is in use by then is what a client falls back on.
            true if server.ip() != dead.ip() => other.last.time >= loose.begun,
            true => other.first.time >= loose.begun,
            false => other.first.time >= ended,
        };
        same_host
            && later
            && !core::ptr::eq(*other, loose.connection)
            && server.port() == dead.port()
            && (server.ip() == dead.ip() || same_name)
    })
}

/// Whether an error only passes on what the server itself got, of another one, for the same.
fn passed_on(all: &[Loose<'_>], loose: &Loose<'_>) -> bool {
    let (server, attempt) = (loose.connection.server, &loose.attempt);
    let Some(answered) = attempt.events.iter().map(|event| event.source.time).max() else { return false };
    let from = all.partition_point(|other| other.begun <= loose.begun);
    let meanwhile = all.iter().skip(from).take(NEARBY).take_while(|other| other.begun <= answered);
    meanwhile
        .filter(|other| other.connection.client.ip() == server.ip() && other.connection.server != server)
        .any(|other| attempt.target.is_some() && other.attempt.target == attempt.target && failing(&other.attempt))
}

/// The name that an address was given for, whoever asked: a host asks over one protocol and connects over both.
pub(super) fn named<'a>(names: &BTreeMap<(IpAddr, IpAddr), &'a str>, address: IpAddr) -> Option<&'a str> {
    if address.is_loopback() {
        return Some("localhost");
    }
    names.iter().find(|((_, given), _)| *given == address).map(|(_, name)| *name)
}

/// The request that an attempt was.
pub(super) fn transaction_of<'a>(loose: &Loose<'a>) -> Option<&'a Transaction> {
    let attempt = &loose.attempt;
    let conversation = loose.connection.conversation()?;
    conversation.kept.iter().chain(conversation.open()).find(|transaction| {
        transaction.request.as_ref().map_or(attempt.target.is_none(), |request| {
            request.first.time == loose.begun && attempt.target.as_deref() == request.whole_target()
        })
    })
}

/// Whoever asked closed in the middle of a good answer.
fn left(loose: &Loose<'_>, upstream: impl FnOnce() -> Exchange, roles: &Roles) -> Option<Exchange> {
    let connection = loose.connection;
    let server = &connection.server_end;
    if server.lost + server.cut > 0 || server.unseen() {
        return None;
    }
    let transaction = transaction_of(loose).filter(|transaction| transaction.request.is_some())?;
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

fn exchange(
    loose: &Loose<'_>,
    names: &BTreeMap<(IpAddr, IpAddr), &str>,
    asked: &dyn Fn(IpAddr, &str) -> bool,
    roles: &Roles,
) -> Exchange {
    let connection = loose.connection;
    let attempt = &loose.attempt;
    let initiator = connection.client.ip();
    let transaction = transaction_of(loose);
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
    let named = names.get(&(initiator, connection.server.ip())).map(|name| (*name).to_string());
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
