//! Transparent redirection: a gateway that answers clients in the origin's name (WCCP, TPROXY, an inline bridge).
//!
//! Its two legs go to the same server address. It asks under an address of its own, or under the client's, with the
//! client's port or another one: with the same, only sequence numbers tell both legs apart. That a leg to the origin ends
//! at the gateway is believed where the packets from "the origin" come from the machine that asks the origin: by hardware
//! address, by direction, or because a capture of both interfaces has each leg on one alone.

use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use crate::listed::{Map, Set};

use super::untaken::Untaken;
use super::{Joined, Loose, Roles, client_exchange, failing};
use crate::capture::connection::Connection;
use crate::capture::point::Point;
use crate::capture::transaction::Transaction;
use crate::exchange::{Answer, Event, Flow, What};
use crate::report::Leg;
use crate::time::Span;

/// Connections to one server that are looked at for the other leg of one, the latest first.
const NEAR: usize = 64;
/// An attempt may end this long after the client's connection.
const AFTER: Span = Span::seconds(5);

/// What tells one connection from all others.
type Name = (SocketAddr, SocketAddr, Option<u32>);

fn name(connection: &Connection) -> Name {
    (connection.client, connection.server, connection.opening())
}

/// Connections of clients that end at the gateway though they are addressed to somebody else.
#[derive(Default)]
pub struct Intercepted {
    legs: Set<Name>,
    /// Those whom they address.
    pub servers: Set<IpAddr>,
    /// Those who opened them.
    pub clients: Set<IpAddr>,
    /// The gateway's own addresses; none where it goes out under the clients'.
    pub egress: Set<IpAddr>,
}

impl Intercepted {
    /// Whether nothing is redirected here.
    pub fn is_empty(&self) -> bool {
        self.legs.is_empty()
    }

    /// Whether a connection is a client's that was redirected.
    pub fn has(&self, connection: &Connection) -> bool {
        !self.legs.is_empty() && self.legs.contains(&name(connection))
    }

    fn add(&mut self, outer: &Connection) {
        self.legs.insert(name(outer));
        self.servers.insert(outer.server.ip());
        self.clients.insert(outer.client.ip());
    }
}

/// Finds redirected connections.
pub fn find(points: &[Point]) -> Intercepted {
    let mut found = Intercepted::default();
    for point in points {
        let before = found.legs.len();
        let mut machines: Set<u64> = Set::default();
        let mut ports: Set<u16> = Set::default();
        let mut to_server: Map<SocketAddr, Vec<&Connection>> = Map::default();
        for inner in &point.connections {
            let twin = inner.before.and_then(|at| point.connections.get(at as usize));
            let earlier = to_server.get(&inner.server).into_iter().flatten().rev().take(NEAR).copied();
            let others = earlier.filter(|outer| outer.client != inner.client);
            if let Some(outer) = twin.into_iter().chain(others).find(|outer| both_legs(outer, inner)) {
                found.add(outer);
                if outer.client.ip() != inner.client.ip() {
                    found.egress.insert(inner.client.ip());
                }
                machines.insert(inner.client_end.hardware);
                ports.insert(inner.server.port());
            }
            // One whose request was sent before the capture began appears with its answer.
            let asked = to_server.get(&inner.server).into_iter().flatten().rev().take(NEAR);
            if let Some(attempt) = asked.copied().find(|attempt| inner.midstream() && answered_late(inner, attempt)) {
                found.add(inner);
                found.egress.insert(attempt.client.ip());
                machines.insert(attempt.client_end.hardware);
                ports.insert(inner.server.port());
            }
            // Of one that is older than the capture its requests tell who opened it. Neither leg of another can be one that
            // nobody answered, unless that came before the capture.
            let answered = inner.server_end.packets > 0 || inner.midstream();
            if answered && (inner.sure || inner.conversation().is_some()) {
                to_server.or_default(inner.server).push(inner);
            }
        }
        if found.legs.len() == before {
            continue;
        }
        // What the same machine answers in others' names without asking them ends there as well.
        machines.retain(|machine| *machine != 0);
        let rest = point.connections.iter().filter(|connection| {
            let (client, server) = (&connection.client_end, &connection.server_end);
            let by_machine = machines.contains(&server.hardware) && !machines.contains(&client.hardware);
            let by_direction = client.outgoing == Some(false) && server.outgoing == Some(true);
            (by_machine || by_direction) && ports.contains(&connection.server.port())
        });
        for connection in rest.collect::<Vec<&Connection>>() {
            let own = |socket: SocketAddr| found.egress.contains(&socket.ip());
            if !own(connection.client) && !own(connection.server) {
                found.add(connection);
            }
        }
    }
    found
}

/// Whether one is a client's connection, redirected, and the other what the gateway opened for it.
fn both_legs(outer: &Connection, inner: &Connection) -> bool {
    let nested = outer.first.time <= inner.first.time && inner.first.time <= outer.last.time;
    // Address translation keeps the numbers; a gateway has its own.
    let opened = outer.opening().is_some() || outer.syn_ack.is_some() || outer.midstream();
    let apart = opened && inner.opening().is_some() && outer.opening() != inner.opening();
    // It takes the client's connection before it opens its own; a firewall that only changes the numbers does not.
    let accepted = outer.syn_ack.is_some_and(|syn_ack| syn_ack <= inner.first) || outer.midstream();
    if !nested || !apart || !accepted {
        return false;
    }
    let same_ports = outer.client == inner.client;
    let (client, server, ours) = (&outer.client_end, &outer.server_end, &inner.client_end);
    let directed = client.outgoing.is_some() || ours.outgoing.is_some();
    let by_direction = client.outgoing == Some(false) && server.outgoing == Some(true) && ours.outgoing == Some(true);
    let known = client.hardware != 0 && server.hardware != 0 && ours.hardware != 0;
    let by_machine = known && server.hardware == ours.hardware && client.hardware != ours.hardware;
    // Two networks of clients have an interface each as well; but one server is equally far from both.
    let distance = inner.server_end.ttl.or(inner.server_end.rst().map(|reset| reset.ttl));
    let farther = distance.is_some_and(|ttl| Some(ttl) != server.ttl);
    let by_interface = client.interface == server.interface
        && client.interface != ours.interface
        && outer.copies == 0
        && (same_ports || farther);
    if by_direction || by_machine {
        return true;
    }
    if outer.client.ip() == inner.client.ip() && !same_ports {
        // A browser opens several connections at a time: only the gateway's marks make one the other leg of another.
        return passed_on(outer, inner);
    }
    if !directed && by_interface {
        return true;
    }
    // Nothing but the packets themselves: the first connection goes on while the second lives.
    let over = [client.fin.map(|fin| fin.source), server.fin.map(|fin| fin.source), client.rst().map(|rst| rst.source)];
    let goes_on = over.into_iter().flatten().min().is_none_or(|over| over.time >= inner.first.time);
    let asked = client.first_data.is_some_and(|data| data.time <= inner.first.time);
    // Under an address of its own: what answers the client in the server's name is another distance away than the server.
    let another = outer.client.ip() != inner.client.ip() && farther && server.ttl.is_some();
    (same_ports || another) && !directed && !known && goes_on && asked && outer.last.time > inner.first.time
}

/// Whether a connection of which only the answer was captured is a client's, redirected, and another one, opened before that
/// answer, the gateway's to the same server: the answer comes from the gateway's machine, and from another distance.
fn answered_late(outer: &Connection, inner: &Connection) -> bool {
    let (client, server, ours) = (&outer.client_end, &outer.server_end, &inner.client_end);
    let first = server.first_data.is_some_and(|data| client.first_data.is_none_or(|asked| data < asked));
    let meanwhile = inner.first.time <= outer.first.time && outer.first.time <= inner.last.time.plus(AFTER);
    let apart = ![outer.client.ip(), outer.server.ip()].contains(&inner.client.ip());
    let by_direction = server.outgoing == Some(true) && ours.outgoing == Some(true);
    let known = client.hardware != 0 && server.hardware != 0;
    let by_machine = known && server.hardware == ours.hardware && client.hardware != ours.hardware;
    let farther = inner.server_end.ttl.is_some_and(|ttl| server.ttl.is_some_and(|other| other != ttl));
    first && meanwhile && apart && farther && (by_direction || by_machine)
}

/// Whether the second carries the first one's request as a gateway passes it on: marked, and from another distance.
fn passed_on(outer: &Connection, inner: &Connection) -> bool {
    let (Some(asked), Some(sent)) = (outer.conversation(), inner.conversation()) else { return false };
    let marked = sent.marked > 0 && asked.marked == 0;
    let (client, ours) = (outer.client_end.ttl, inner.client_end.ttl);
    marked && client.is_some() && client != ours && sent.paths.iter().any(|path| asked.paths.contains(path))
}

/// Failures behind redirected connections that are encrypted: what the client got is not seen.
pub(super) fn hidden(points: &[Point], roles: &Roles, loose: &mut [Loose<'_>], joined: &mut Joined) {
    let mut failed: Map<SocketAddr, Untaken> = Map::default();
    for (at, loose) in loose.iter().enumerate().filter(|(_, loose)| !loose.taken && failing(&loose.attempt)) {
        if let Some(server) = loose.attempt.upstream.filter(|_| !roles.intercepted.is_empty()) {
            failed.or_default(server).push(at);
        }
    }
    let connections = points.iter().flat_map(|point| &point.connections);
    for connection in connections.filter(|connection| roles.intercepted.has(connection)) {
        let Some(handshake) = connection.handshake.as_ref().filter(|_| connection.conversation().is_none()) else {
            continue;
        };
        let Some(hello) = handshake.client_hello else { continue };
        let (begun, end) = (connection.first.time, connection.last.time.plus(AFTER));
        let mut exchange = client_exchange(connection, &Transaction::default());
        let its = failed.get_mut(&connection.server).map(|its| its.within(loose, (begun, end), &|_| true));
        for at in its.unwrap_or_default() {
            let Some(loose) = loose.get_mut(at) else { continue };
            loose.taken = true;
            exchange.attempts.push(loose.attempt.clone());
        }
        if exchange.attempts.is_empty() {
            continue;
        }
        let flow = Flow { one: connection.client, other: connection.server, packets: connection.packets };
        let what = What::Tls("ClientHello".into());
        exchange.events.insert(0, Event { source: hello, leg: Leg::Client, sent: false, what, flow: Some(flow) });
        exchange.begun = hello.time;
        exchange.gateway = roles.behind();
        exchange.host = handshake.server_name().map(str::to_ascii_lowercase);
        exchange.port = Some(connection.server.port());
        exchange.answer = Answer::NotSeen;
        joined.unseen = joined.unseen.saturating_sub(1);
        joined.exchanges.push(exchange);
    }
}
