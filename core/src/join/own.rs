//! The capturing machine's own addresses, where a file was recorded on several of its interfaces (pcapng): on each of
//! them it takes part in everything.
//!
//! Interfaces on which the same connection is seen belong to different machines, or to a device that passes packets on:
//! nothing follows then.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::capture::connection::Connection;
use crate::capture::point::Point;

/// Connections of a capture that are looked at.
const LOOKED_AT: usize = 4096;

/// What is common to the connections on one interface.
struct Common {
    /// Addresses that have a part in all of them.
    shared: Vec<IpAddr>,
    /// It opened all of them; `None` where there are several.
    opener: Option<IpAddr>,
}

/// The addresses of the capturing machine, one of each of its interfaces and IP versions; empty where nothing tells.
pub fn addresses(point: &Point) -> Vec<IpAddr> {
    if !point.own.is_empty() {
        return point.own.clone();
    }
    let connections = || point.connections.iter().take(LOOKED_AT);
    if connections().any(|connection| connection.interfaces.count_ones() > 1) {
        return Vec::new();
    }
    let mut common: BTreeMap<(u8, bool), Common> = BTreeMap::new();
    for connection in connections() {
        let ends = [connection.client.ip(), connection.server.ip()];
        let key = (connection.interfaces, connection.client.is_ipv4());
        let of = common.entry(key).or_insert_with(|| Common { shared: ends.to_vec(), opener: Some(ends[0]) });
        of.shared.retain(|address| ends.contains(address));
        of.opener = of.opener.filter(|opener| *opener == ends[0]);
    }
    if common.keys().all(|(interface, _)| common.keys().next().is_some_and(|(first, _)| first == interface)) {
        return Vec::new();
    }
    let found: Vec<(u8, IpAddr)> = common
        .iter()
        .filter_map(|((interface, v4), common)| {
            let own = match (common.shared.as_slice(), common.opener) {
                ([one], _) => *one,
                // One peer alone: its own end is the one that is asked where others are asked meanwhile, else the one
                // that asks.
                ([one, other], Some(opener)) => {
                    let here = |connection: &&Connection| {
                        connection.interfaces == *interface && connection.client.is_ipv4() == *v4
                    };
                    let there = || connections().filter(|connection| connection.interfaces != *interface);
                    let outer = connections().filter(here).take(super::roles::NEAR).any(|outer| {
                        let within = |inner: &Connection| {
                            outer.first.time <= inner.first.time && inner.first.time <= outer.last.time
                        };
                        there().any(within)
                    });
                    if (*one == opener) == outer { *other } else { *one }
                }
                _ => return None,
            };
            Some((*interface, own))
        })
        .collect();
    let several = found.iter().any(|(interface, _)| found.first().is_some_and(|(first, _)| first != interface));
    if several { found.into_iter().map(|(_, own)| own).collect() } else { Vec::new() }
}
