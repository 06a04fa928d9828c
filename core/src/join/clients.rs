//! The client's side of the gateway: requests that are not known to have gone well.

use crate::sorting::Sorting as _;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::cell::OnceCell;
use core::net::IpAddr;

use crate::listed::{Map, Set};

use super::hellos::Hellos;
use super::reset::{self, Hosts};
use super::spans::Spans;
use super::{Joined, Roles, attempt, own_word, pairing};
use crate::capture::connection::{Connection, Speech};
use crate::capture::conversation::path_digest;
use crate::capture::point::Point;
use crate::capture::transaction::{Response, StreamEnd, Transaction};
use crate::exchange::{Answer, Attempt, Exchange, Phase, Signs, Source, Status};
use crate::protocols::http1::flaws::Weight;
use crate::protocols::http1::is_server_error;
use crate::protocols::via;
use crate::report::{Leg, ResetBy};
use crate::time::{Span, Timestamp};

/// A gateway that sends a page of its own while it waits takes at least so long until its last word.
const PAUSE: Span = Span::seconds(1);

/// Requests at the gateway that are not known to have gone well.
pub(super) fn client_side(
    points: &[Point],
    roles: &Roles,
    hellos: &Hellos<'_>,
    hosts: &Hosts<'_>,
    seen_to: Timestamp,
    joined: &mut Joined,
) -> Vec<Exchange> {
    let mut exchanges = Vec::new();
    let mut met = Set::default();
    let accepted = accepted(points);
    let again = OnceCell::new();
    for point in points {
        for connection in &point.connections {
            if !roles.is_inbound(connection) {
                continue;
            }
            // The same connection seen at two places counts once.
            if !met.insert((connection.client, connection.server, connection.opening())) {
                continue;
            }
            if matches!(connection.speech, Speech::Tls) {
                joined.total += u64::from(hello(connection));
                joined.unseen += u64::from(hello(connection));
                // A tunnel whose CONNECT was not captured looks the same.
                let refused = attempt::at_gateway(connection, accepts(&accepted, connection), seen_to);
                if let Some(refused) = refused.filter(|_| !connection.midstream()) {
                    joined.unseen -= 1;
                    exchanges.push(client_refuses(connection, refused));
                }
            }
            let Some(conversation) = connection.conversation() else { continue };
            if conversation.checks_health() {
                let failed = conversation.kept.iter().filter(|transaction| answered_with_error(transaction)).count();
                joined.checks.0 += u64::from(conversation.count);
                joined.checks.1 += failed as u64;
                continue;
            }
            joined.total += u64::from(conversation.count);
            let raced = |transaction: &Transaction| {
                retried(connection, transaction, || again.get_or_init(|| asking(points, roles)))
            };
            let told = conversation
                .kept
                .iter()
                .chain(conversation.open())
                .filter(|transaction| asked_or_failed(transaction) && !raced(transaction));
            exchanges.extend(told.map(|transaction| {
                let mut exchange = client_exchange(connection, transaction);
                if roles.intercepted.has(connection) {
                    exchange.gateway = roles.behind();
                }
                exchange
            }));
            exchanges.extend(conversation.missed().map(|transaction| {
                let mut exchange = client_exchange(connection, transaction);
                exchange.answer = Answer::NotSeen;
                exchange.signs.unread = true;
                exchange
            }));
            if let Some(transaction) = &conversation.tunnel {
                let unseen = u64::from(conversation.tunnel_bytes > 0 && granted(transaction));
                joined.unseen += unseen;
                if let Some(failed) = tunnel(connection, transaction, hellos, hosts, &accepted, seen_to) {
                    joined.unseen -= unseen;
                    exchanges.push(failed);
                }
            }
        }
    }
    exchanges.order_by_key(|exchange| (pairing::window(exchange).0, exchange.begun));
    exchanges
}

fn answered_with_error(transaction: &Transaction) -> bool {
    transaction.response.as_ref().is_some_and(|response| is_server_error(response.status))
}

/// A client asks again within this time where the connection that it asked on was closed.
const ASKS_AGAIN: Span = Span::seconds(10);

/// Connections of clients on which a path was asked for.
type Asking<'a> = Map<(IpAddr, u32), Spans<&'a Connection>>;

fn asking<'a>(points: &'a [Point], roles: &Roles) -> Asking<'a> {
    let mut asking = Asking::default();
    let inbound = points.iter().flat_map(|point| &point.connections).filter(|connection| roles.is_inbound(connection));
    for (connection, http) in inbound.filter_map(|connection| Some((connection, connection.conversation()?))) {
        for path in &http.paths {
            let of = asking.or_default((connection.client.ip(), *path));
            of.push(connection.first.time, connection.last.time, connection);
        }
    }
    asking.values_mut().for_each(Spans::order);
    asking
}

/// A client that asked on a kept-alive connection just as the gateway closed it, and then asked on another one: the first
/// request never reached the gateway, and the second one is it (RFC 9112 section 9.3.1).
fn retried<'a>(connection: &Connection, transaction: &Transaction, asking: impl FnOnce() -> &'a Asking<'a>) -> bool {
    let Some(request) = transaction.request.as_deref().filter(|_| transaction.index > 0) else { return false };
    let crossed = connection.server_end.fin.is_some_and(|fin| fin.received < request.end);
    if !crossed || transaction.response.is_some() || transaction.junk.is_some() || transaction.partial.is_some() {
        return false;
    }
    let (asked, until) = (request.first.time, request.first.time.plus(ASKS_AGAIN));
    let Some(others) = asking().get(&(connection.client.ip(), path_digest(&request.target))) else { return false };
    others.touching(asked, until).any(|other| !core::ptr::eq(*other, connection) && other.last.time > asked)
}

/// Whether a tunnel came of a CONNECT, and not of an upgrade.
pub(super) fn granted(transaction: &Transaction) -> bool {
    transaction.request.as_ref().is_none_or(|request| request.method == "CONNECT")
}

/// Whether anything can be said of a transaction: its request was captured, or its status speaks for itself.
pub(super) fn asked_or_failed(transaction: &Transaction) -> bool {
    let failed = transaction.response.as_ref().is_some_and(|response| is_server_error(response.status));
    transaction.request.is_some() || failed
}

/// Whether TLS was begun on a connection, or in its tunnel.
pub(crate) fn hello(connection: &Connection) -> bool {
    connection.handshake.as_ref().is_some_and(|handshake| handshake.client_hello.is_some())
}

const DEAF: &str = "Nothing that the client received was captured: that there was no answer before it left is told by its acknowledgements alone.";

/// A request at the gateway as an exchange.
pub(crate) fn client_exchange(connection: &Connection, transaction: &Transaction) -> Exchange {
    let request = transaction.request.as_deref();
    let (host, port) = request
        .map_or((None, None), |request| attempt::host_of(&request.target, request.host.as_deref(), &request.method));
    let begun = request.map_or(connection.first.time, |request| request.first.time);
    let response = transaction.response.as_deref();
    let answer = answer(connection, transaction);
    let deaf = matches!(answer, Answer::ClientLeft(_)) && connection.server_end.packets == 0;
    let signs = Signs {
        late: request.is_none() && response.is_some(),
        unread: request.is_some() && response.is_none() && answer == Answer::NotSeen,
        client_full: full(connection).filter(|_| matches!(answer, Answer::Cut(_))),
        head_cut: response.is_some_and(|response| response.gap) && connection.server_end.cut > 0,
        ..signs(transaction, begun)
    };
    Exchange {
        client: Some(connection.real_client().ip()),
        gateway: Some(connection.server.ip()),
        begun,
        host,
        port,
        method: request.map(|request| request.method.to_string()),
        target: request.and_then(|request| request.whole_target().map(ToString::to_string)),
        answer,
        attempts: Vec::new(),
        client_secure: Phase::NotSeen,
        claim: None,
        events: attempt::client_story(connection, transaction),
        outward: false,
        signs: signs.into(),
        names: Default::default(),
        doubts: deaf.then(|| DEAF.to_string()).into_iter().collect(),
    }
}

/// Where the client's window closed, if it was closed for long when the gateway ended the connection.
fn full(connection: &Connection) -> Option<Source> {
    let server = &connection.server_end;
    let end = server.fin.map(|fin| fin.source).into_iter().chain(server.rst().map(|reset| reset.source)).min()?;
    attempt::window_closed(connection, end)
}

/// What the messages themselves say: who passed the request on, and what the gateway's answer says of its failure.
fn signs(transaction: &Transaction, begun: Timestamp) -> Signs {
    let via = transaction.request.as_ref().and_then(|request| request.via.as_deref());
    let word = transaction.response.as_ref().and_then(|response| {
        let told = response.odd.proxy_status.as_deref().and_then(|list| own_word::proxy_status(list, response.status));
        let page = response.odd.own_word.as_deref().filter(|word| word.starts_with("ERR_"));
        let took = response.first.time.since(begun);
        let own = || own_word::squid(page?, took);
        told.or_else(own).or_else(|| own_word::passed_on(response.odd.others_word.as_deref()?, took))
    });
    let via = via.map(|list| via::names(list).map(ToString::to_string).collect()).unwrap_or_default();
    let marks = transaction.response.as_deref().map(Response::marks).unwrap_or_default();
    let forwarded = transaction.request.as_ref().is_some_and(|request| request.forwarded);
    Signs { via, forwarded, word, marks, ..Signs::default() }
}

/// What the client received.
fn answer(connection: &Connection, transaction: &Transaction) -> Answer {
    let (client, server) = (&connection.client_end, &connection.server_end);
    let first = |end: &crate::capture::connection::End| {
        end.fin.map(|fin| fin.source).into_iter().chain(end.rst().map(|reset| reset.source)).min()
    };
    let (client_end, server_end) = (first(client), first(server));
    let client_first = match (client_end, server_end) {
        (Some(client), Some(server)) => client < server,
        (client, _) => client.is_some(),
    };
    // A client that only closed its own direction still listens.
    let left = client.rst().is_some() || server_end.is_some();
    let reset = transaction.ended.as_deref().and_then(|end| match end {
        StreamEnd::Reset { by_server, .. } => Some(*by_server),
        StreamEnd::Goaway { .. } => None,
    });
    if transaction.flaw.as_ref().is_some_and(|flaw| flaw.weight == Weight::Fatal) {
        return Answer::NotHttp;
    }
    if let Some(response) = transaction.response.as_deref() {
        let status = Status {
            code: response.status,
            first: response.odd.earlier.map(|(status, _)| status),
            unsure: response.until_close
                && response.odd.earlier.is_some_and(|(_, at)| response.first.time.since(at.time) < PAUSE),
            time: response.last.time,
            own_word: response.odd.own_word.clone(),
        };
        let gone = attempt::gone_before(connection, response);
        return match (response.complete && response.odd.bad_chunk.is_none(), client_first, server_end) {
            _ if gone => Answer::ClientLeft(None),
            (true, ..) => Answer::Whole(status),
            _ if reset == Some(true) => Answer::Cut(Some(status)),
            _ if reset == Some(false) => Answer::ClientLeft(Some(status)),
            _ if response.gap || server.awaited() => Answer::NotSeen,
            (_, true, _) if left => Answer::ClientLeft(Some(status)),
            (_, _, Some(_)) => Answer::Cut(Some(status)),
            // An error page that is under way is an answer, also where the capture ends in it.
            _ if is_server_error(response.status) => Answer::Whole(status),
            _ => Answer::Pending,
        };
    }
    if transaction.junk.is_some() {
        return Answer::NotHttp;
    }
    if let Some(by_gateway) = reset {
        return if by_gateway { Answer::Closed } else { Answer::ClientLeft(None) };
    }
    // The gateway's bytes that the client acknowledged, but that were not captured, may have held the answer.
    let asked = transaction.request.as_ref().map(|request| request.first);
    let spoke = server.last_data.zip(asked).is_none_or(|(data, asked)| data > asked);
    if server.unseen() || server.cut > 0 && spoke {
        return Answer::NotSeen;
    }
    match (client_first, server_end) {
        (true, _) if left => Answer::ClientLeft(None),
        (_, Some(_)) => Answer::Closed,
        _ => Answer::Pending,
    }
}

/// A granted tunnel, if its TLS handshake failed.
fn tunnel(
    connection: &Connection,
    transaction: &Transaction,
    hellos: &Hellos<'_>,
    hosts: &Hosts<'_>,
    accepted: &Accepted<'_>,
    seen_to: Timestamp,
) -> Option<Exchange> {
    let mut exchange = client_exchange(connection, transaction);
    let mut add = |attempt: &mut Attempt| {
        exchange.events.append(&mut attempt.events);
        exchange.events.order_by_key(|event| (event.source.time, event.source.number));
    };
    // In a tunnel the client plays the gateway, unless the gateway decrypts and plays the server.
    if let Some(mut refused) = attempt::at_gateway(connection, accepts(accepted, connection), seen_to)
        && let Some(shown) = hellos.decrypts(connection, exchange.host.as_deref())
    {
        add(&mut refused);
        exchange.client_secure = refused.secure;
        exchange.events.push(shown);
        exchange.doubts.append(&mut refused.doubts);
        return Some(exchange);
    }
    let mut attempt = attempt::inside(connection, Leg::Client, seen_to)?;
    add(&mut attempt);
    reset::judge(connection, hosts, &mut attempt);
    // These packets are the gateway's own; whether the server's RST is behind this one, they cannot tell.
    if attempt.reset_by == Some(ResetBy::UpstreamHost) {
        attempt.reset_by = Some(ResetBy::Unknown);
        attempt.signs = alloc::vec!["it is the gateway's, which may have passed on one of the server's".into()];
    }
    attempt.upstream = None;
    attempt.local = None;
    attempt.left = hellos.beside(connection, &attempt);
    exchange.attempts.push(attempt);
    Some(exchange)
}

/// Clients, and the names whose certificates they took.
pub(super) type Accepted<'a> = Set<(IpAddr, &'a str)>;

/// Who went on after the handshake, with which name: on a connection of its own, or in a tunnel.
pub(super) fn accepted(points: &[Point]) -> Accepted<'_> {
    let connections = points.iter().flat_map(|point| &point.connections);
    let named = connections.filter_map(|connection| {
        let handshake = connection.handshake.as_deref().filter(|handshake| handshake.asked.is_some())?;
        Some((connection.client.ip(), handshake.server_name()?))
    });
    named.collect()
}

/// Whether the client of this connection took a certificate for the same name on another one.
pub(super) fn accepts(accepted: &Accepted<'_>, connection: &Connection) -> bool {
    let name = connection.handshake.as_ref().and_then(|handshake| handshake.server_name());
    name.is_some_and(|name| accepted.contains(&(connection.client.ip(), name)))
}

/// A client that refused the certificate of a gateway that is the TLS server itself.
pub(super) fn client_refuses(connection: &Connection, attempt: Attempt) -> Exchange {
    Exchange {
        client: Some(connection.client.ip()),
        gateway: Some(connection.server.ip()),
        begun: connection.first.time,
        host: attempt.host,
        port: Some(connection.server.port()),
        method: None,
        target: None,
        answer: Answer::NotSeen,
        attempts: Vec::new(),
        claim: None,
        client_secure: attempt.secure,
        events: attempt.events,
        outward: false,
        signs: Default::default(),
        names: Default::default(),
        doubts: attempt.doubts,
    }
}
