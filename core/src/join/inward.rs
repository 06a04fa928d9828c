//! Gateways whose server is another program of the same machine, asked under the machine's own address: nothing leaves it.
//!
//! Such hops have ports of their own, which nobody else asks. A 5xx that one of them passed back was made further on.

use crate::sorting::Sorting as _;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use crate::listed::{Map, Set};

use super::{Roles, failing};
use crate::capture::connection::Connection;
use crate::capture::point::Point;
use crate::exchange::Exchange;
use crate::protocols::http1::is_server_error;

/// Connections to one host that are looked at for the other leg of one, the latest first.
const NEAR: usize = 64;

/// Hosts that ask another port of their own for what somebody else just asked them.
pub fn find(points: &[Point]) -> Set<IpAddr> {
    let mut asked: Map<IpAddr, Vec<&Connection>> = Map::default();
    let mut found = Set::default();
    for connection in points.iter().flat_map(|point| &point.connections) {
        let (client, server) = (connection.client.ip(), connection.server.ip());
        let Some(http) = connection.conversation() else { continue };
        if client != server {
            asked.or_default(server).push(connection);
            continue;
        }
        let outers = asked.get(&server).into_iter().flatten().rev().take(NEAR);
        let mut causes = outers.filter(|outer| {
            outer.server.port() != connection.server.port()
                && outer.first.time <= connection.first.time
                && connection.first.time <= outer.last.time
                && outer.conversation().is_some_and(|other| other.paths.iter().any(|path| http.paths.contains(path)))
        });
        if causes.next().is_some() {
            found.insert(server);
        }
    }
    found
}

/// Ports that nobody asks but their own machine, where it has others that are asked from outside: its hops inside.
pub fn hops(points: &[Point], gateways: &Set<IpAddr>) -> Set<SocketAddr> {
    let mut outside: Map<SocketAddr, bool> = Map::default();
    for connection in points.iter().flat_map(|point| &point.connections) {
        let (client, server) = (connection.client.ip(), connection.server);
        if gateways.contains(&server.ip()) && connection.conversation().is_some() {
            *outside.or_default(server) |= client != server.ip();
        }
    }
    let from_outside: Set<IpAddr> = outside.iter().filter(|(_, out)| **out).map(|(socket, _)| socket.ip()).collect();
    let inner = outside.into_iter().filter(|(socket, out)| !out && from_outside.contains(&socket.ip()));
    inner.map(|(socket, _)| socket).collect()
}

/// Takes out hops inside the machine that only passed an error back: what failed further on, in their time, made it.
pub fn pass_on(exchange: &mut Exchange, roles: &Roles) {
    let failed = exchange.attempts.iter().filter(|attempt| failing(attempt));
    let mut failed: Vec<_> = failed.map(|attempt| (attempt.span.map(|(from, _)| from), attempt.upstream)).collect();
    if failed.len() < 2 {
        return;
    }
    failed.order();
    // From each of them on the first that went somewhere else.
    let mut elsewhere = alloc::vec![failed.len(); failed.len()];
    for at in (1..failed.len()).rev() {
        let same = failed.get(at - 1).map(|(_, to)| to) == failed.get(at).map(|(_, to)| to);
        let next = if same { elsewhere.get(at).copied().unwrap_or(at) } else { at };
        if let Some(first) = elsewhere.get_mut(at - 1) {
            *first = next;
        }
    }
    exchange.attempts.retain(|hop| {
        let own = hop.upstream.is_some_and(|upstream| roles.is_own(upstream.ip()));
        let passed = own && hop.status.is_some_and(is_server_error);
        let Some((begun, ended)) = hop.span.filter(|_| passed) else { return true };
        let first = failed.partition_point(|(from, _)| *from < Some(begun));
        let next = elsewhere.get(first).copied().unwrap_or(first);
        let further = |at: usize| failed.get(at).is_some_and(|(from, to)| *from <= Some(ended) && *to != hop.upstream);
        !further(first) && !further(next)
    });
}
