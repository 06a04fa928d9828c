//! Both sides of the gateway → exchanges.
//!
//! A client's request and the attempts that it caused have different addresses: they are joined by time, by the
//! host name and target, and by the addresses that DNS gave for that name.

pub mod attempt;
mod hidden;
mod pairing;
mod resolving;
mod roles;

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use hashbrown::HashSet;

use crate::capture::connection::{Connection, Speech};
use crate::capture::conversation::LARGE_HEAD;
use crate::capture::lookups::Lookup;
use crate::capture::point::Point;
use crate::capture::transaction::Transaction;
use crate::exchange::{Answer, Attempt, ConnectFailure, Exchange, Phase, Status};
use crate::report::Leg;
use crate::time::{Span, Timestamp};
use roles::Roles;

/// Failed name resolution explains answers this long after it: common negative caches keep a minute or more.
const NEGATIVE_CACHE: Span = Span::seconds(300);
/// Ports of services that are no web: a failure there is not the gateway's upstream.
const NEVER_WEB: &[u16] = &[
    22, 23, 25, 53, 88, 110, 123, 135, 139, 143, 161, 389, 445, 465, 514, 587, 636, 993, 995, 1433, 1521, 3268, 3269,
    3306, 3389, 5060, 5061, 5222, 5432, 5671, 5672, 6379, 9100, 11211, 27017,
];

/// What the captures of a case came to.
#[derive(Default)]
pub struct Joined {
    /// Failed exchanges.
    pub exchanges: Vec<Exchange>,
    /// Requests seen.
    pub total: u64,
    /// Tunnels whose inside was not seen.
    pub unseen: u64,
    /// The gateway's addresses.
    pub gateways: Vec<IpAddr>,
}

/// An attempt that waits for its exchange.
struct Loose<'a> {
    attempt: Attempt,
    connection: &'a Connection,
    begun: Timestamp,
    taken: bool,
}

/// Joins everything that was captured.
pub fn join(points: &[Point], preset: Option<IpAddr>) -> Joined {
    let roles = roles::find(points, preset);
    let mut joined = Joined { gateways: roles.gateways.clone(), ..Joined::default() };
    let seen_to = points.iter().filter_map(|point| point.ended).max().unwrap_or_default();
    let mut clients = client_side(points, &roles, seen_to, &mut joined);
    let wanted: HashSet<u16> = clients.iter().filter_map(|exchange| exchange.port).collect();
    let wanted = (!roles.gateways.is_empty()).then_some(&wanted);
    let mut loose = upstream_side(points, &roles, wanted, seen_to);
    let lookups: Vec<&Lookup> = points.iter().flat_map(|point| &point.lookups.list).collect();
    let names = Names::new(points, &lookups, &roles);
    if roles.gateways.is_empty() {
        alone::exchanges(points, &roles, loose, &lookups, &names, seen_to, &mut joined);
        return joined;
    }
    pairing::assign(&mut clients, &mut loose, &names, &roles);
    let visible = upstream_visible(points, &roles);
    for mut exchange in clients {
        decrypted(&mut exchange);
        too_large(&mut exchange);
        resolve(&mut exchange, &names, seen_to);
        exchange.attempts.sort_by_key(|attempt| attempt.span);
        if !failed(&exchange, seen_to) {
            continue;
        }
        if exchange.attempts.is_empty() {
            silence(&mut exchange, points, &roles, visible);
        }
        joined.exchanges.push(exchange);
    }
    hidden::add(points, &roles, &names, seen_to, &mut loose, &mut joined);
    joined
}

mod alone;

/// Requests at the gateway that are not known to have gone well.
fn client_side(points: &[Point], roles: &Roles, seen_to: Timestamp, joined: &mut Joined) -> Vec<Exchange> {
    let mut exchanges = Vec::new();
    let mut met = HashSet::new();
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
            }
            let Some(conversation) = connection.conversation() else { continue };
            joined.total += u64::from(conversation.count);
            let told =
                conversation.kept.iter().chain(conversation.open()).filter(|transaction| asked_or_failed(transaction));
            exchanges.extend(told.map(|transaction| client_exchange(connection, transaction)));
            if let Some(transaction) = &conversation.tunnel {
                let unseen = u64::from(conversation.tunnel_bytes > 0 && granted(transaction));
                joined.unseen += unseen;
                if let Some(failed) = tunnel(connection, transaction, seen_to) {
                    joined.unseen -= unseen;
                    exchanges.push(failed);
                }
            }
        }
    }
    exchanges.sort_by_key(|exchange| exchange.begun);
    exchanges
}

/// Whether a tunnel came of a CONNECT, and not of an upgrade.
fn granted(transaction: &Transaction) -> bool {
    transaction.request.as_ref().is_none_or(|request| request.method == "CONNECT")
}

/// A gateway that answers 5xx to a good response with a large head has most likely refused that head.
fn too_large(exchange: &mut Exchange) {
    let refused = matches!(&exchange.answer, Answer::Whole(status) if status.code >= 500);
    let Some(attempt) = exchange.attempts.last_mut().filter(|attempt| refused && attempt.head >= LARGE_HEAD) else {
        return;
    };
    let good = attempt.status.is_none_or(|status| status < 500) && !failing(attempt);
    if good {
        attempt.receive = Phase::Failed(crate::exchange::ReceiveFailure::HeaderTooLarge);
        exchange.doubts.push(alloc::format!(
            "The head of the response has at least {} bytes; that the gateway refused it for that is the likeliest reason.",
            attempt.head
        ));
    }
}

/// A tunnel whose gateway failed upstream: what the client received inside of it cannot be seen.
fn decrypted(exchange: &mut Exchange) {
    let tunnel = exchange.attempts.iter().any(|attempt| attempt.tunnel);
    if tunnel && exchange.attempts.iter().any(|attempt| !attempt.tunnel && attempt.connect.failure().is_some()) {
        exchange.answer = Answer::NotSeen;
        exchange.attempts.retain(|attempt| !attempt.tunnel);
    }
}

/// Whether anything can be said of a transaction: its request was captured, or its status speaks for itself.
fn asked_or_failed(transaction: &Transaction) -> bool {
    let failed = transaction.response.as_ref().is_some_and(|response| response.status >= 500);
    transaction.request.is_some() || failed
}

/// Whether TLS was begun on a connection, or in its tunnel.
pub(crate) fn hello(connection: &Connection) -> bool {
    connection.handshake.as_ref().is_some_and(|handshake| handshake.client_hello.is_some())
}

/// A request at the gateway as an exchange.
pub(crate) fn client_exchange(connection: &Connection, transaction: &Transaction) -> Exchange {
    let request = transaction.request.as_deref();
    let (host, port) = request
        .map_or((None, None), |request| attempt::host_of(&request.target, request.host.as_deref(), &request.method));
    let begun = request.map_or(connection.first.time, |request| request.first.time);
    Exchange {
        client: Some(connection.client.ip()),
        gateway: Some(connection.server.ip()),
        begun,
        host,
        port,
        method: request.map(|request| request.method.clone()),
        target: request.map(|request| request.target.clone()),
        answer: answer(connection, transaction),
        attempts: Vec::new(),
        claim: None,
        events: attempt::client_story(connection, transaction),
        outward: false,
        doubts: Vec::new(),
    }
}

/// What the client received.
fn answer(connection: &Connection, transaction: &Transaction) -> Answer {
    let (client, server) = (&connection.client_end, &connection.server_end);
    let first = |end: &crate::capture::connection::End| {
        end.fin.map(|fin| fin.source).into_iter().chain(end.rst.map(|reset| reset.source)).min()
    };
    let (client_end, server_end) = (first(client), first(server));
    let client_first = match (client_end, server_end) {
        (Some(client), Some(server)) => client < server,
        (client, _) => client.is_some(),
    };
    // A client that only closed its own direction still listens.
    let left = client.rst.is_some() || server_end.is_some();
    if let Some(response) = transaction.response.as_deref() {
        let status = Status {
            code: response.status,
            first: response.earlier.map(|(status, _)| status),
            time: response.last.time,
            own_word: response.own_word.clone(),
        };
        return match (response.complete && response.bad_chunk.is_none(), client_first, server_end) {
            (true, ..) => Answer::Whole(status),
            _ if response.gap => Answer::NotSeen,
            (_, true, _) if left => Answer::ClientLeft,
            (_, _, Some(_)) => Answer::Cut(Some(status)),
            // An error page that is under way is an answer, also where the capture ends in it.
            _ if response.status >= 500 => Answer::Whole(status),
            _ => Answer::Pending,
        };
    }
    if transaction.junk.is_some() {
        return Answer::NotHttp;
    }
    // The gateway's bytes that the client acknowledged, but that were not captured, may have held the answer.
    if server.unseen() || server.cut > 0 {
        return Answer::NotSeen;
    }
    match (client_first, server_end) {
        (true, _) if left => Answer::ClientLeft,
        (_, Some(_)) => Answer::Closed,
        _ => Answer::Pending,
    }
}

/// A granted tunnel, if its TLS handshake failed.
fn tunnel(connection: &Connection, transaction: &Transaction, seen_to: Timestamp) -> Option<Exchange> {
    let mut attempt = attempt::inside(connection, Leg::Client, seen_to)?;
    let mut exchange = client_exchange(connection, transaction);
    exchange.events.append(&mut attempt.events);
    exchange.events.sort_by_key(|event| (event.source.time, event.source.number));
    attempt.upstream = None;
    attempt.local = None;
    exchange.attempts.push(attempt);
    Some(exchange)
}

/// Attempts of the gateway that failed, or that got an answer worth a look.
fn upstream_side<'a>(
    points: &'a [Point],
    roles: &Roles,
    wanted: Option<&HashSet<u16>>,
    seen_to: Timestamp,
) -> Vec<Loose<'a>> {
    let mut loose = Vec::new();
    for connection in points.iter().flat_map(|point| &point.connections) {
        let (client, server) = (connection.client.ip(), connection.server);
        if roles.is_inbound(connection) || server.port() == 53 || !web(server.port(), connection, wanted) {
            continue;
        }
        // With a known gateway only it, or a client's address in its packets, goes upstream.
        let spoofed = roles.clients.contains(&client) && !roles.egress.contains(&client);
        if !roles.gateways.is_empty() && !roles.egress.contains(&client) && !spoofed {
            continue;
        }
        let mut add = |mut attempt: Attempt| {
            if spoofed
                && !attempt.connect.is_ok()
                && let Phase::Failed(ConnectFailure::Unanswered { tries, .. }) = attempt.connect
            {
                attempt.connect = Phase::Failed(ConnectFailure::NoReturn { spoofed: true, tries });
            }
            let begun = attempt.span.map_or(connection.first.time, |(begun, _)| begun);
            loose.push(Loose { attempt, connection, begun, taken: false });
        };
        match connection.conversation() {
            Some(conversation) if conversation.count > 0 => {
                let told = conversation.kept.iter().chain(conversation.open());
                for transaction in told.filter(|transaction| asked_or_failed(transaction)) {
                    add(attempt::transaction(connection, transaction, seen_to));
                }
                if conversation.tunnel.is_some()
                    && let Some(attempt) = attempt::bare(connection, seen_to)
                {
                    add(attempt);
                }
            }
            _ => {
                if let Some(attempt) = attempt::bare(connection, seen_to) {
                    add(attempt);
                }
            }
        }
    }
    loose.sort_by_key(|loose| loose.begun);
    loose
}

/// Whether a connection to this port may be the gateway's upstream. Without a client's side nothing else tells a
/// gateway's connections from others', so only ports that the web is usually served on count there.
fn web(port: u16, connection: &Connection, wanted: Option<&HashSet<u16>>) -> bool {
    let speaks = matches!(connection.speech, Speech::Http(_) | Speech::Tls);
    if let Some(wanted) = wanted {
        return speaks || wanted.contains(&port) || !NEVER_WEB.contains(&port);
    }
    let usual = matches!(port, 80..=90 | 443 | 444 | 591 | 593 | 3000 | 3128 | 4443 | 5000 | 7443 | 8000..=8999 | 9080 | 9090 | 9443 | 10443);
    speaks || usual
}

/// What DNS said of names, for the gateway.
struct Names<'a> {
    by_name: BTreeMap<&'a str, Vec<&'a Lookup>>,
    /// Who tried a DNS server over TCP in vain.
    tcp_failed: HashSet<(IpAddr, IpAddr)>,
}

impl<'a> Names<'a> {
    fn new(points: &[Point], lookups: &[&'a Lookup], roles: &Roles) -> Self {
        let refused = |connection: &&Connection| {
            let tried = connection.server_end.rst.is_some() || connection.syn_count > 1 || !connection.icmp.is_empty();
            connection.server.port() == 53 && connection.syn_ack.is_none() && tried
        };
        let connections = points.iter().flat_map(|point| &point.connections);
        let tcp_failed = connections.filter(refused).map(|c| (c.client.ip(), c.server.ip())).collect();
        let mut by_name: BTreeMap<&str, Vec<&Lookup>> = BTreeMap::new();
        for lookup in lookups.iter().filter(|lookup| roles.egress.contains(&lookup.asker)) {
            by_name.entry(&lookup.name).or_default().push(lookup);
        }
        Self { by_name, tcp_failed }
    }

    /// Whether TCP to a DNS server was tried and failed.
    fn tcp_failed(&self, asker: IpAddr, server: IpAddr) -> bool {
        self.tcp_failed.contains(&(asker, server))
    }

    /// Lookups of a host, or of it with a search suffix where it is a single label.
    fn of(&self, host: &str) -> impl Iterator<Item = &'a Lookup> {
        let exact = self.by_name.get(host);
        let suffixed = (exact.is_none() && !host.contains('.'))
            .then(|| {
                let from = alloc::format!("{host}.");
                let name = from.clone();
                self.by_name
                    .range::<str, _>((core::ops::Bound::Included(name.as_str()), core::ops::Bound::Unbounded))
                    .take_while(move |(name, _)| name.starts_with(&from))
                    .flat_map(|(_, list)| list.iter())
            })
            .into_iter()
            .flatten();
        exact.into_iter().flatten().chain(suffixed).copied()
    }

    fn addresses(&self, host: &str) -> Vec<IpAddr> {
        let answers = self.of(host).flat_map(|lookup| &lookup.answers);
        let mut addresses: Vec<IpAddr> = answers.flat_map(|(_, answer)| answer.addresses.iter().copied()).collect();
        if let Ok(address) = host.parse() {
            addresses.push(address);
        }
        addresses
    }
}

/// Adds failed name resolution as the first attempt, or what DNS said to the story of the others.
fn resolve(exchange: &mut Exchange, names: &Names<'_>, seen_to: Timestamp) {
    let Some(host) = exchange.host.as_deref() else { return };
    if host.parse::<IpAddr>().is_ok() {
        return;
    }
    let (from, to) = pairing::window(exchange);
    let within = |lookup: &&Lookup| lookup.first().is_some_and(|first| first.time >= from && first.time <= to);
    let all: Vec<&Lookup> = names.of(host).filter(|lookup| lookup.for_address()).collect();
    let mut asked: Vec<&Lookup> = all.iter().copied().filter(within).collect();
    let mut cached = false;
    if asked.is_empty() && exchange.attempts.is_empty() {
        // Nothing was asked for this request: the answer of an earlier one may have been kept.
        let earlier = |lookup: &&Lookup| {
            lookup.first().is_some_and(|first| first.time < from && from.since(first.time) < NEGATIVE_CACHE)
        };
        asked = all.iter().copied().filter(earlier).collect();
        cached = !asked.is_empty();
    }
    let waited = to.min(seen_to);
    match resolving::resolve(&asked, waited, |asker, server| names.tcp_failed(asker, server)) {
        Some(attempt) if exchange.attempts.is_empty() => {
            if cached {
                exchange.doubts.push(
                    "The name was not looked up for this request; the gateway seems to have kept the answer to an earlier one."
                        .to_string(),
                );
            }
            exchange.attempts.push(attempt);
        }
        Some(_) => {}
        None => {
            let took = asked
                .iter()
                .filter_map(|lookup| Some(lookup.answers.first()?.0.time.since(lookup.first()?.time)))
                .max();
            let good = asked.iter().copied().filter(|lookup| lookup.succeeded());
            let story = resolving::lookup_story(good);
            if let (Some(first), false) = (exchange.attempts.first_mut(), story.is_empty()) {
                let mut events = story;
                events.append(&mut first.events);
                first.events = events;
                for attempt in &mut exchange.attempts {
                    attempt.resolve = Phase::Ok(took);
                }
            }
        }
    }
}

/// Whether this exchange failed, as far as its sides show.
fn failed(exchange: &Exchange, seen_to: Timestamp) -> bool {
    let quoted = |status: &Status| {
        status.first.is_some() && exchange.attempts.iter().any(|attempt| attempt.quoted_status == Some(status.code))
    };
    let broken = exchange.attempts.iter().any(|attempt| attempt.secure.failure().is_some() && attempt.tunnel);
    match &exchange.answer {
        // What the client received as a second status had come from upstream: text in a body.
        Answer::Whole(status) if quoted(status) => broken,
        Answer::Whole(status) => status.code >= 500 || broken || own_failure(status),
        Answer::Cut(_) | Answer::Closed | Answer::NotHttp | Answer::ClientLeft => true,
        Answer::NotSeen => broken || exchange.attempts.iter().any(|attempt| attempt.connect.failure().is_some()),
        // The capture ends before the answer: only an attempt that has plainly failed makes it a failure.
        Answer::Pending => exchange.attempts.last().is_some_and(|attempt| hopeless(attempt, seen_to)),
    }
}

/// An error page of the gateway under another status, unless it is an answer of its policy.
fn own_failure(status: &Status) -> bool {
    let word = status.own_word.as_deref().unwrap_or_default();
    let policy = ["ACCESS_DENIED", "AUTH", "FORWARDING_DENIED", "INVALID_REQ", "INVALID_URL", "TOO_BIG"];
    word.starts_with("ERR_") && !policy.iter().any(|part| word.contains(part)) && status.code >= 400
}

/// An attempt that will not succeed any more, though the gateway has not given up yet.
fn hopeless(attempt: &Attempt, seen_to: Timestamp) -> bool {
    let refused = matches!(
        attempt.connect.failure(),
        Some(ConnectFailure::Unanswered { tries: 3.., .. } | ConnectFailure::NoReturn { tries: 3.., .. })
    );
    let long = Span::seconds(60);
    let waiting = matches!(attempt.wait.failure(), Some(crate::exchange::WaitFailure::Timeout(wait)) if *wait > long);
    // Ended for good, and nothing was tried or answered for a while.
    let ended = failing(attempt)
        && !attempt.open
        && !matches!(attempt.connect.failure(), Some(ConnectFailure::Unanswered { .. }));
    let quiet = attempt.span.is_some_and(|(_, ended)| seen_to.since(ended) > Span::seconds(5));
    refused || waiting || ended && quiet
}

/// Whether these captures show how the gateway goes out at all.
fn upstream_visible(points: &[Point], roles: &Roles) -> bool {
    let outward =
        |connection: &Connection| roles.egress.contains(&connection.client.ip()) && !roles.is_inbound(connection);
    points.iter().any(|point| {
        point.connections.iter().any(outward) || point.lookups.list.iter().any(|l| roles.egress.contains(&l.asker))
    })
}

/// No attempt was found for a failed exchange: says what that means.
fn silence(exchange: &mut Exchange, points: &[Point], roles: &Roles, visible: bool) {
    let (from, to) = pairing::window(exchange);
    let busy = points.iter().flat_map(|point| &point.connections).any(|connection| {
        let during = connection.first.time <= to && connection.last.time >= from;
        let outward = roles.egress.contains(&connection.client.ip()) && !roles.is_inbound(connection);
        during && outward && connection.server.port() != 53 && connection.client_end.bytes > 0
    });
    let doubt = if !visible {
        "These captures show only the client's side of the gateway: what it did upstream cannot be seen."
    } else if busy {
        "The gateway had other connections in use at that time; which of them carried this request cannot be told."
    } else {
        exchange.outward = true;
        return;
    };
    exchange.doubts.push(doubt.to_string());
}

/// Whether a phase of an attempt failed, or the upstream answered 5xx.
pub(crate) fn failing(attempt: &Attempt) -> bool {
    attempt.resolve.failure().is_some()
        || attempt.connect.failure().is_some()
        || attempt.secure.failure().is_some()
        || attempt.send.failure().is_some()
        || attempt.wait.failure().is_some()
        || attempt.receive.failure().is_some()
        || attempt.status.is_some_and(|status| status >= 500)
}

/// A name as it may be looked up by itself, for captures without a client's side.
pub(crate) fn plain_name(name: &str) -> bool {
    let local = ["wpad", "isatap", "_", "local", "localdomain", "arpa", "lan", "home"];
    let labels: Vec<&str> = name.split('.').collect();
    let odd = |label: &&str| label.is_empty() || label.starts_with('_');
    labels.len() > 1
        && !labels.iter().any(odd)
        && !labels.first().is_some_and(|first| local.contains(first))
        && !labels.last().is_some_and(|last| local.contains(last))
}

/// Text for a doubt that several places need.
pub(crate) fn one_leg() -> String {
    "Only one side was captured: whether a gateway or the origin made this answer cannot be told.".to_string()
}
