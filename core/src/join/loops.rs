//! Requests that came back to the gateway: one exchange, however often they went round.
//!
//! The gateway's name in `Via` (RFC 9110 section 7.6.3) on a request that it receives says that it has sent that request
//! on before. A gateway that writes no `Via` is told by addresses: it asks itself, or somebody who asks it, for what it
//! was just asked, and the request comes back to the same port. One on another port is another server of that machine.

use crate::sorting::Sorting as _;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use crate::listed::{Map, Set};

use super::pairing::window;
use super::{Joined, Roles, client_exchange};
use crate::capture::connection::Connection;
use crate::capture::point::Point;
use crate::exchange::{Event, Exchange, Source};
use crate::protocols::via;
use crate::time::Timestamp;

/// Rounds of one request whose packets are kept as evidence.
const ROUNDS: usize = 4;
/// Rounds of one request that are known again in a log.
const KNOWN: usize = 1024;

/// Ports at which the rounds of one request came in.
const LISTENERS: usize = 64;
/// Names that one gateway goes by.
const NAMES: usize = 64;
/// Requests, or connections, that are looked at for the one that another came back from.
const NEAR: usize = 256;

/// A request that may come back, and those that were it again.
struct Root {
    at: usize,
    host: Option<String>,
    listener: Option<SocketAddr>,
    ends: Timestamp,
    rounds: usize,
    /// Of those, how many are told of, and the others: whether they are rounds may not be sure yet.
    told: usize,
    rest: Vec<usize>,
    /// When the last of them was over: the next one lies within it.
    last: Timestamp,
    /// Where these came in: the first few.
    listeners: Vec<SocketAddr>,
}

/// Takes requests that came back out of the list: they belong to the request that first caused them.
pub fn fold(exchanges: &mut Vec<Exchange>, points: &[Point], roles: &Roles, joined: &mut Joined) {
    let names = own_names(points, roles);
    let inside = turned_back(points, roles, &names);
    joined.total += inside.len() as u64;
    exchanges.extend(inside);
    exchanges.order_by_key(|exchange| exchange.begun);
    let asked = asked_by(points, |ip| roles.is_own(ip));
    // By target without scheme and host: a gateway may write another host into what it sends on.
    let mut roots: Map<String, Vec<Root>> = Map::default();
    let mut gone: Set<usize> = Set::default();
    for at in 0..exchanges.len() {
        let Some(exchange) = exchanges.get(at) else { continue };
        let listener = exchange.events.iter().find_map(|event| event.flow).map(|flow| flow.other);
        let ends = window(exchange).1;
        let via = &exchange.signs.via;
        let named = via.iter().find(|name| known(&names, name)).cloned();
        let itself = exchange.client.is_some_and(|client| roles.is_own(client));
        let back = itself || exchange.client.is_some_and(|client| asked.contains(&client));
        let family = roots.or_default(path(exchange));
        family.retain(|root| root.ends >= exchange.begun);
        let same = |root: &&mut Root| {
            let here = root.listener.zip(listener).is_some_and(|(one, other)| same_listener(one, other));
            let alike = root.host == exchange.host;
            named.is_some() && alike || back && (here || alike) && exchange.begun <= root.last && ends <= root.last
        };
        let may = named.is_some() || back;
        let Some(root) = family.iter_mut().rev().find(|root| may && same(root)) else {
            let host = exchange.host.clone();
            if family.len() >= NEAR {
                family.remove(0);
            }
            family.push(Root {
                at,
                host,
                listener,
                ends,
                rounds: 0,
                told: 0,
                rest: Vec::new(),
                last: ends,
                listeners: Vec::new(),
            });
            if let (Some(name), Some(exchange)) = (named, exchanges.get_mut(at)) {
                exchange.signs.looped = Some(format!(
                    "The request came back to the gateway: its Via already names {name}, which is the gateway itself."
                ));
            }
            continue;
        };
        root.rounds += 1;
        root.rest.push(at);
        root.last = root.last.min(ends);
        // Asked once by itself, without a mark: that may be an engineer on the gateway, while the page is under way.
        let again = |other: &SocketAddr| listener.is_some_and(|listener| same_listener(*other, listener));
        let returned = root.listeners.iter().any(again) || root.listener.as_ref().is_some_and(again);
        if root.listeners.len() < LISTENERS {
            root.listeners.extend(listener.filter(|listener| !root.listeners.contains(listener)));
        }
        let sure = named.is_some() || returned && (itself && !via.is_empty() || root.rounds > 1);
        if !sure && root.told == 0 {
            continue;
        }
        let times = match root.rounds {
            1 => String::from("once"),
            rounds => format!("{rounds} times"),
        };
        let from = exchange.client.map(|client| client.to_string()).unwrap_or_default();
        let name = named.map(|name| format!(", with the gateway's own name {name} in Via")).unwrap_or_default();
        let told = format!("The request came back to the gateway {times}, from {from}{name}: a loop.");
        let (mut back, mut rounds): (Vec<Event>, Vec<Source>) = (Vec::new(), Vec::new());
        for (number, round) in (root.told..).zip(&root.rest) {
            let events = exchanges.get(*round).map_or(&[][..], |exchange| &exchange.events);
            if number < ROUNDS {
                back.extend_from_slice(events);
            }
            if number < KNOWN {
                rounds.extend(events.first().map(|event| event.source));
            }
        }
        root.told = root.rounds;
        gone.extend(root.rest.drain(..));
        if let Some(outer) = exchanges.get_mut(root.at) {
            if !back.is_empty() {
                outer.events.extend(back);
                outer.events.order_by_key(|event| (event.source.time, event.source.number));
            }
            outer.signs.looped = Some(told);
            outer.signs.rounds.extend(rounds);
        }
    }
    joined.total = joined.total.saturating_sub(gone.len() as u64);
    let mut at = 0;
    exchanges.retain(|_| {
        at += 1;
        !gone.contains(&(at - 1))
    });
}

/// Requests of the gateway that another port of its own answered with an error, as the gateway: with the gateway's name in
/// the `Via` of both. It listens there, though no client asked it there.
fn turned_back(points: &[Point], roles: &Roles, names: &[String]) -> Vec<Exchange> {
    let own = |list: Option<&str>| list.is_some_and(|list| via::names(list).any(|name| known(names, name)));
    let connections = points.iter().flat_map(|point| &point.connections);
    let told = connections.filter_map(|connection| Some((connection, connection.conversation()?)));
    let inner = told.filter(|(connection, _)| {
        roles.is_own(connection.client.ip()) && roles.is_own(connection.server.ip()) && !roles.is_inbound(connection)
    });
    let all = inner.flat_map(|(connection, http)| http.kept.iter().map(move |transaction| (connection, transaction)));
    all.filter(|(_, transaction)| {
        let asked = transaction.request.as_ref().and_then(|request| request.via.as_deref());
        let answered = transaction.response.as_ref().and_then(|response| response.odd.via.as_deref());
        own(asked) && own(answered)
    })
    .map(|(connection, transaction)| client_exchange(connection, transaction))
    .collect()
}

/// Whether a name is one of these.
fn known(names: &[String], name: &str) -> bool {
    names.iter().any(|own| via::same(own, name))
}

/// The target without scheme and host.
fn path(exchange: &Exchange) -> String {
    let target = exchange.target.as_deref().unwrap_or_default();
    let path = match target.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/"),
        None => target,
    };
    path.to_string()
}

/// One program listens on both: the same socket, or the same port by way of the loopback address.
fn same_listener(one: SocketAddr, other: SocketAddr) -> bool {
    one == other || one.port() == other.port() && (one.ip().is_loopback() || other.ip().is_loopback())
}

/// Whom hosts of a kind sent requests.
fn asked_by(points: &[Point], kind: impl Fn(IpAddr) -> bool) -> Set<IpAddr> {
    let connections = points.iter().flat_map(|point| &point.connections);
    let theirs = connections.filter(|connection| connection.conversation().is_some() && kind(connection.client.ip()));
    theirs.map(|connection| connection.server.ip()).collect()
}

/// Where requests came back to, by addresses alone.
#[derive(Default)]
pub struct Circles {
    /// Hosts to which a client's request came back twice, once within the other: gateways, though nothing of theirs may go
    /// anywhere else.
    pub hosts: Set<IpAddr>,
    /// Where it came in.
    pub listeners: Set<SocketAddr>,
}

/// Finds hosts that ask themselves, or somebody who asks them, for what they were just asked.
pub fn circles(points: &[Point]) -> Circles {
    let connections = || points.iter().flat_map(|point| &point.connections);
    fn paths(connection: &Connection) -> impl Iterator<Item = u32> {
        connection.conversation().into_iter().flat_map(|http| &http.paths).copied()
    }
    // Whom those ask who were asked themselves.
    let (mut asked, mut asks) = (Set::default(), Set::default());
    for connection in connections().filter(|connection| paths(connection).next().is_some()) {
        asked.insert(connection.server.ip());
    }
    for connection in connections().filter(|connection| asked.contains(&connection.client.ip())) {
        asks.insert((connection.client.ip(), connection.server.ip()));
    }
    let turns = |back: &&Connection| asks.contains(&(back.server.ip(), back.client.ip()));
    let mut to: Map<(u16, u32), Vec<&Connection>> = Map::default();
    for back in connections().filter(turns) {
        to.extend(paths(back).map(|path| ((back.server.port(), path), Vec::new())));
    }
    let none = to.is_empty();
    for connection in connections().filter(|_| !none) {
        for path in paths(connection) {
            if let Some(known) = to.get_mut(&(connection.server.port(), path)) {
                known.push(connection);
            }
        }
    }
    to.values_mut().for_each(|known| known.order_by_key(|connection| connection.first.time));
    let mut returned: Map<(SocketAddr, SocketAddr), Vec<&Connection>> = Map::default();
    for back in connections().filter(turns) {
        for path in paths(back) {
            let others = to.get(&(back.server.port(), path)).map_or(&[][..], Vec::as_slice);
            let earlier = others.partition_point(|outer| outer.first.time <= back.first.time);
            let earlier = others.get(..earlier).unwrap_or_default().iter().rev().take(NEAR);
            let outer = earlier.copied().find(|outer| {
                let (client, server) = (outer.client.ip(), outer.server.ip());
                // Whom the host does not ask itself is a client, and no part of the circle.
                let outside = client != server && !client.is_loopback() && !asks.contains(&(server, client));
                let from = back.client.ip();
                let turned = from == server || from.is_loopback() || asks.contains(&(server, from));
                outside && turned && spans(outer, back) && same_listener(outer.server, back.server)
            });
            if let Some(outer) = outer {
                let backs = returned.or_default((outer.client, outer.server));
                if backs.len() < NEAR {
                    backs.push(back);
                }
            }
        }
    }
    let mut found = Circles::default();
    for ((_, server), backs) in returned {
        if backs.iter().zip(backs.iter().skip(1)).any(|(outer, inner)| spans(outer, inner)) {
            found.hosts.insert(server.ip());
            found.listeners.extend(backs.iter().map(|back| back.server));
        }
    }
    found
}

/// Whether one connection lives while the other does.
fn spans(outer: &Connection, inner: &Connection) -> bool {
    outer.first.time <= inner.first.time && inner.last.time <= outer.last.time
}

/// The names that the gateway writes into `Via`: the last one of a request that it sends, where the request that it
/// received for the same at that time does not have it. A gateway that writes none may pass on another's.
fn own_names(points: &[Point], roles: &Roles) -> Vec<String> {
    let connections = || points.iter().flat_map(|point| &point.connections);
    let mut received: Map<u32, Vec<&Connection>> = Map::default();
    for connection in connections().filter(|connection| roles.is_inbound(connection)) {
        for path in connection.conversation().into_iter().flat_map(|http| &http.paths) {
            let same = received.or_default(*path);
            if same.len() < super::roles::NEAR {
                same.push(connection);
            }
        }
    }
    let mut names: Vec<String> = Vec::new();
    for sent in connections() {
        if names.len() == NAMES {
            break;
        }
        let Some(http) = sent.conversation() else { continue };
        let Some(name) = http.via.as_deref().and_then(|list| via::names(list).last()) else { continue };
        if !roles.is_own(sent.client.ip()) || known(&names, name) {
            continue;
        }
        let without = |inbound: &&Connection| {
            let list = inbound.conversation().and_then(|http| http.via.as_deref()).unwrap_or_default();
            let during = inbound.first.time <= sent.first.time && sent.first.time <= inbound.last.time;
            during && !core::ptr::eq(*inbound, sent) && !via::names(list).any(|other| via::same(other, name))
        };
        let caused = http.paths.iter().filter_map(|path| received.get(path)).flatten().any(without);
        if caused {
            names.push(name.to_string());
        }
    }
    names
}
