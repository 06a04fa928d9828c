//! Reverse proxies with an address on each side, of which nothing says that they are one machine's.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::listed::{Map, Set};

use super::doings::{Doings, TIMES, during};
use super::roles::NEAR;
use super::usage::{answered, blind, in_trouble, in_use, unasked};
use crate::capture::connection::Connection;
use crate::capture::point::Point;
use crate::time::Timestamp;

/// Whether a connection cannot be of whom another one's loopback address asks: it comes from another machine.
fn foreign(inner: &Connection, outer: &Connection) -> bool {
    let (ours, its) = (outer.server_end.hardware, inner.client_end.hardware);
    outer.server.ip().is_loopback() && (inner.client_outgoing == Some(false) || ours != 0 && its != 0 && ours != its)
}

/// Pairs of addresses of a reverse proxy: one is asked, the other asks on for the same within that time. The same path,
/// or a mark of a gateway, ties both; where the upstream was never asked, that one address goes out, or looks up the
/// name that was wanted, only while the other has a request that failed.
pub(super) fn two_legs(points: &[Point], hosts: &Map<IpAddr, Box<Doings>>) -> Vec<(IpAddr, IpAddr)> {
    let connections = || points.iter().flat_map(|point| &point.connections);
    let mut by_path: Map<u32, Vec<&Connection>> = Map::default();
    for connection in connections() {
        for path in connection.conversation().into_iter().flat_map(|http| &http.paths) {
            let same = by_path.or_default(*path);
            if same.len() < TIMES {
                same.push(connection);
            }
        }
    }
    let nested = |inner: &Connection, outer: &Connection| {
        let apart = inner.client.ip() != outer.client.ip()
            && inner.client.ip() != outer.server.ip()
            && inner.server.ip() != outer.server.ip()
            && inner.server.ip() != outer.client.ip();
        let (from, to) = in_use(outer);
        apart && !foreign(inner, outer) && from <= inner.first.time && inner.first.time <= to
    };
    let mut legs = Set::default();
    for inner in connections() {
        let Some(http) = inner.conversation() else { continue };
        for path in &http.paths {
            let outer = by_path.get(path).into_iter().flatten().take(NEAR).find(|outer| nested(inner, outer));
            legs.extend(outer.map(|outer| (outer.server.ip(), inner.client.ip())));
        }
    }
    // Where requests were not captured, the gateway's own is the one that is answered first.
    let first = |inner: &Connection, outer: &Connection| {
        !unasked(inner) || answered(inner).zip(answered(outer)).is_some_and(|(inner, outer)| inner <= outer)
    };
    if legs.is_empty() {
        let outers: Vec<&Connection> = connections().filter(|connection| in_trouble(connection)).take(NEAR).collect();
        if outers.is_empty() {
            return Vec::new();
        }
        let mut opened: Map<IpAddr, Vec<&Connection>> = Map::default();
        for connection in connections() {
            let its = opened.or_default(connection.client.ip());
            if its.len() < NEAR {
                its.push(connection);
            }
        }
        for (ip, doings) in hosts.iter().filter(|(_, doings)| doings.opened > 0 && doings.served == 0) {
            let its = opened.get(ip).map_or(&[][..], Vec::as_slice);
            let outer = outers.iter().find(|outer| its.iter().all(|inner| nested(inner, outer) && first(inner, outer)));
            legs.extend(outer.filter(|_| !doings.dns_server).map(|outer| (outer.server.ip(), *ip)));
        }
        // It got no further than looking up the name that was wanted.
        let looked_up = |doings: &Doings| doings.served == 0 && !doings.dns_server && !doings.asked_at.is_empty();
        for (ip, doings) in hosts.iter().filter(|(_, doings)| looked_up(doings)) {
            let outer = outers.iter().find(|outer| {
                let within = |at: &Timestamp| during(*at, &[in_use(outer)]);
                // Which name a request wanted that was not captured is not known.
                let blind = outer.conversation().is_some_and(|http| blind(http) > 0);
                let names = if blind { &doings.asked_at } else { &doings.asked_for_client };
                let asked = !names.is_empty() && names.iter().all(within);
                asked && outer.client.ip() != *ip && outer.server.ip() != *ip
            });
            legs.extend(outer.map(|outer| (outer.server.ip(), *ip)));
        }
    }
    legs.into_iter().collect()
}
