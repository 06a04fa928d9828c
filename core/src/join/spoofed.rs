//! Reverse proxies that ask in the client's name (`source 0.0.0.0 usesrc clientip`, `proxy_bind $remote_addr transparent`):
//! nothing goes out under an address of theirs, so what comes from the client's address tells.
//!
//! A packet with the client's address that the gateway's machine sends is the gateway's: by direction, or by hardware
//! address. A router sends such packets as well, but it has received them before.

use alloc::vec::Vec;
use core::net::IpAddr;

use crate::listed::{Map, Set};

use crate::capture::connection::Connection;
use crate::capture::point::Point;
use crate::protocols::http1::is_server_error;

/// Connections of one client that are looked at for the other leg, the latest first.
const NEAR: usize = 64;

/// Hosts that were asked, and asked on in the name of who had asked them.
pub fn find(points: &[Point]) -> Set<IpAddr> {
    let mut found = Set::default();
    for point in points {
        let mut asked: Map<IpAddr, Vec<&Connection>> = Map::default();
        for connection in &point.connections {
            let outers = asked.get(&connection.client.ip()).into_iter().flatten().rev().take(NEAR);
            found.extend(outers.copied().find(|outer| both_legs(outer, connection)).map(|outer| outer.server.ip()));
            if connection.conversation().is_some() {
                asked.or_default(connection.client.ip()).push(connection);
            }
        }
    }
    found
}

/// Whether one is a client's connection, and the other what the gateway opened in its name.
fn both_legs(outer: &Connection, inner: &Connection) -> bool {
    let nested = outer.first.time <= inner.first.time && inner.first.time <= outer.last.time;
    // It takes the client's connection before it opens its own; one that is older than the capture it had taken.
    let accepted = outer.syn_ack.is_some_and(|syn_ack| syn_ack <= inner.first) || outer.midstream();
    if !nested || !accepted || outer.server.ip() == inner.server.ip() || inner.server.port() == 53 {
        return false;
    }
    let (client, server, ours) = (&outer.client_end, &outer.server_end, &inner.client_end);
    let by_direction = client.outgoing == Some(false) && server.outgoing == Some(true) && ours.outgoing == Some(true);
    let known = client.hardware != 0 && server.hardware != 0;
    let by_machine = known && server.hardware == ours.hardware && client.hardware != ours.hardware;
    (by_direction || by_machine) && same_request(outer, inner)
}

/// Both carry the same path; or the second carries nothing, and what the client asked for failed.
fn same_request(outer: &Connection, inner: &Connection) -> bool {
    let Some(http) = outer.conversation() else { return false };
    let failed = || {
        let answers = http.kept.iter().filter_map(|transaction| transaction.response.as_ref());
        answers.into_iter().any(|response| is_server_error(response.status))
    };
    match inner.conversation() {
        Some(other) => other.paths.iter().any(|path| http.paths.contains(path)),
        None => failed(),
    }
}
