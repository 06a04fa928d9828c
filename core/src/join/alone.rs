//! Captures without a client's side: what the gateway tried is all there is.

use alloc::collections::BTreeMap;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::{Joined, Loose, Roles, attempt, client_exchange, failing, hello, one_leg, plain_name};
use crate::capture::lookups::Lookup;
use crate::capture::point::Point;
use crate::exchange::{Answer, Attempt, Exchange, Phase, ReceiveFailure, WaitFailure};
use crate::time::{Span, Timestamp};

/// Attempts at further addresses of a name follow each other within this time.
const NEXT_ADDRESS: Span = Span::seconds(2);
/// Lookups of a name within this time belong together: A, AAAA, the next server, a suffix.
const TOGETHER: Span = Span::seconds(30);

/// Makes an exchange of each upstream failure that nothing made up for.
pub fn exchanges(
    points: &[Point],
    roles: &Roles,
    loose: Vec<Loose<'_>>,
    lookups: &[&Lookup],
    seen_to: Timestamp,
    joined: &mut Joined,
) {
    for connection in points.iter().flat_map(|point| &point.connections) {
        if let Some(conversation) = connection.conversation() {
            joined.total += u64::from(conversation.count);
            joined.unseen += u64::from(conversation.tunnel_bytes > 0);
        } else if hello(connection) {
            joined.total += 1;
            joined.unseen += 1;
        }
    }
    let names = host_names(lookups);
    for loose in &loose {
        let attempt = &loose.attempt;
        let blurred = attempt.receive.failure().is_some() && loose.connection.server_end.lost > 0;
        if blurred || !failing(attempt) || settled(points, &names, loose) || unfinished(attempt) {
            continue;
        }
        let carried = attempt.target.is_some() || attempt.secure.failure().is_some();
        joined.total += u64::from(!carried);
        joined.unseen -= u64::from(attempt.secure.failure().is_some()).min(joined.unseen);
        joined.exchanges.push(exchange(loose, &names, roles));
    }
    let mut groups: BTreeMap<(IpAddr, &str), Vec<&Lookup>> = BTreeMap::new();
    for lookup in lookups.iter().filter(|lookup| lookup.for_address() && plain_name(&lookup.name)) {
        groups.entry((lookup.asker, &lookup.name)).or_default().push(lookup);
    }
    for ((asker, name), group) in &groups {
        if suffixed(name, lookups) || group.iter().any(|lookup| lookup.succeeded()) {
            continue;
        }
        for together in group.chunk_by(|one, next| apart(one, next) < TOGETHER) {
            let last = together.iter().filter_map(|lookup| lookup.queries.last().map(|query| query.time)).max();
            let waited = last.map_or(seen_to, |last| seen_to.min(last.plus(Span::seconds(5))));
            if let Some(attempt) = attempt::resolve(together, waited) {
                let only_ipv6 = together.iter().all(|lookup| lookup.kind == crate::protocols::dns::kind::AAAA);
                if only_ipv6 && attempt.resolve.failure() == Some(&crate::exchange::ResolveFailure::NoData) {
                    // Who asks for AAAA alone has other ways; no A was refused.
                    continue;
                }
                let unanswered = matches!(
                    attempt.resolve.failure(),
                    Some(crate::exchange::ResolveFailure::NoResponse { tries: 0..=1, .. })
                );
                if unanswered {
                    // One query at the end of a capture: its answer may have come later.
                    continue;
                }
                joined.total += 1;
                joined.exchanges.push(Exchange {
                    client: None,
                    gateway: Some(*asker),
                    begun: attempt.span.map_or(seen_to, |(begun, _)| begun),
                    host: Some((*name).to_string()),
                    port: None,
                    method: None,
                    target: None,
                    answer: Answer::NotSeen,
                    attempts: alloc::vec![attempt],
                    claim: None,
                    events: Vec::new(),
                    outward: false,
                    doubts: Vec::new(),
                });
            }
        }
    }
}

fn apart(one: &Lookup, next: &Lookup) -> Span {
    match (one.first(), next.first()) {
        (Some(one), Some(next)) => next.time.since(one.time),
        _ => Span(i64::MAX),
    }
}

/// A name that was tried with a search suffix, while another form of it resolves.
fn suffixed(name: &str, lookups: &[&Lookup]) -> bool {
    lookups.iter().any(|other| {
        other.succeeded()
            && (name.strip_prefix(other.name.as_str()).is_some_and(|rest| rest.starts_with('.'))
                || other.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
    })
}

/// Which name an address was given for.
fn host_names<'a>(lookups: &[&'a Lookup]) -> BTreeMap<(IpAddr, IpAddr), &'a str> {
    let mut names = BTreeMap::new();
    for lookup in lookups {
        for (_, answer) in &lookup.answers {
            for address in &answer.addresses {
                names.insert((lookup.asker, *address), lookup.name.as_str());
            }
        }
    }
    names
}

/// Whether another address of the same host took over: happy eyeballs, or failover.
fn settled(points: &[Point], names: &BTreeMap<(IpAddr, IpAddr), &str>, loose: &Loose<'_>) -> bool {
    if loose.attempt.connect.failure().is_none() {
        return false;
    }
    let (asker, dead) = (loose.connection.client.ip(), loose.connection.server);
    let name = named(names, dead.ip());
    let until = loose.connection.last.time.plus(NEXT_ADDRESS);
    points.iter().flat_map(|point| &point.connections).any(|other| {
        let server = other.server;
        let same_host = other.client.ip() == asker || other.client.is_ipv4() != loose.connection.client.is_ipv4();
        same_host
            && server.port() == dead.port()
            && other.server_end.bytes > 0
            && other.last.time >= loose.begun
            && other.first.time <= until
            && (server.ip() == dead.ip() || name.is_some() && named(names, server.ip()) == name)
    })
}

/// The name that an address was given for, whoever asked: a host asks over one protocol and connects over both.
fn named<'a>(names: &BTreeMap<(IpAddr, IpAddr), &'a str>, address: IpAddr) -> Option<&'a str> {
    if address.is_loopback() {
        return Some("localhost");
    }
    names.iter().find(|((_, given), _)| *given == address).map(|(_, name)| *name)
}

/// A failure that is only the capture's end, or a wait too short to be one.
fn unfinished(attempt: &Attempt) -> bool {
    match (&attempt.connect, &attempt.wait, &attempt.receive) {
        (Phase::Failed(crate::exchange::ConnectFailure::Unanswered { tries, .. }), ..) => *tries < 2,
        (_, Phase::Failed(WaitFailure::Timeout(wait)), _) => *wait < Span::seconds(3),
        (_, _, Phase::Failed(ReceiveFailure::Stalled(wait))) => *wait < Span::seconds(3),
        _ => false,
    }
}

fn exchange(loose: &Loose<'_>, names: &BTreeMap<(IpAddr, IpAddr), &str>, roles: &Roles) -> Exchange {
    let connection = loose.connection;
    let attempt = &loose.attempt;
    let initiator = connection.client.ip();
    let transaction =
        connection.conversation().and_then(|conversation| {
            conversation.kept.iter().chain(conversation.open()).find(|transaction| {
                transaction.request.as_ref().is_some_and(|request| request.first.time == loose.begun)
            })
        });
    // A 5xx on one leg: whose it is only a gateway's mark in the request tells.
    let judged = attempt.status.is_some_and(|status| status >= 500) && attempt.receive.failure().is_none();
    if let (true, Some(transaction), false) = (judged, transaction, roles.forwarders.contains(&initiator)) {
        let mut exchange = client_exchange(connection, transaction);
        exchange.gateway = None;
        exchange.doubts.push(one_leg());
        return exchange;
    }
    let named = names.get(&(initiator, connection.server.ip())).map(|name| (*name).to_string());
    let request = transaction.and_then(|transaction| transaction.request.as_deref());
    Exchange {
        client: None,
        gateway: Some(initiator),
        begun: loose.begun,
        host: attempt.host.clone().or(named),
        port: Some(connection.server.port()),
        method: request.map(|request| request.method.clone()),
        target: request.map(|request| request.target.clone()),
        answer: Answer::NotSeen,
        attempts: alloc::vec![attempt.clone()],
        claim: None,
        events: Vec::new(),
        outward: false,
        doubts: Vec::new(),
    }
}
