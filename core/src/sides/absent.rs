//! A connection that another capture does not have at all, though it should: it never came out there.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use super::compare::{Place, Stand};
use super::relation::Relation;
use crate::capture::connection::{Connection, Side};
use crate::capture::filter;
use crate::capture::marks::Kind;
use crate::capture::point::Point;
use crate::exchange::{Between, Flow, Proof, Sighting, Source};
use crate::time::Span;

/// A SYN of another connection this near may be the one that is missed, translated beyond recognition.
const CONFUSED: Span = Span::seconds(1);

/// What the absence of a connection of home at another place proves.
pub fn look(home: Stand<'_>, point: &Point, other: &Point, place: &Place<'_>, relation: &Relation) -> Option<Proof> {
    let connection = home.connection;
    let syns: Vec<Source> =
        connection.marks.iter().filter(|mark| mark.kind == Kind::Syn).map(|mark| mark.source).collect();
    let (first, opener) = (syns.first()?, connection.client.ip());
    // Only failures of the handshake: what was never let through cannot have been answered by the server.
    if connection.syn_ack.is_some() || relation.at_a(opener) != Some(true) || place.lossy {
        return None;
    }
    let covered = syns.iter().filter(|syn| place.covers(home.place.home(syn.time), Span(0))).count();
    if covered == 0 || may_be_there(connection, &syns, other, place, relation) {
        return None;
    }
    let witness = witness(point, other, place, relation, opener, *first)?;
    if !unfiltered(other, connection) {
        return None;
    }
    let names = (home.place.name, place.name);
    let packets = alloc::vec![witness];
    let running = format!("{} was being recorded then and has other packets of {opener}", names.1);
    if let Some((source, _)) = connection.icmp.last() {
        let text = format!(
            "The ICMP error is in {} (packet {}); the SYN did not come out at {}: what lies between the two made the error ({running}).",
            names.0, source.number, names.1
        );
        return Some(Proof { what: Between::IcmpMade, text, packets });
    }
    if let Some(reset) = connection.server_end.rst {
        let text = format!(
            "The RST is in {} (packet {}); neither it nor the SYN is in {}: what lies between the two answered in the server's name ({running}).",
            names.0, reset.source.number, names.1
        );
        return Some(Proof { what: Between::ResetMade, text, packets });
    }
    if connection.server_end.packets > 0 {
        return None;
    }
    let many = if syns.len() == 1 { "The SYN went".to_string() } else { format!("{} SYNs went", syns.len()) };
    let or = if same_way(connection, point, relation) { "" } else { ", or they were sent another way" };
    let text = format!(
        "{many} in at {} (first in packet {}) and none came out at {}: what lies between dropped them{or} ({running}).",
        names.0, first.number, names.1
    );
    Some(Proof { what: Between::SynDropped, text, packets })
}

/// Whether an unpaired SYN there may be this one, with other addresses and numbers.
fn may_be_there(
    connection: &Connection,
    syns: &[Source],
    other: &Point,
    place: &Place<'_>,
    relation: &Relation,
) -> bool {
    let mut paired: Vec<usize> = relation.pairs.iter().map(|pair| pair.b).collect();
    paired.sort_unstable();
    let limit = CONFUSED.0.saturating_add(place.clock.error.0);
    other.connections.iter().enumerate().any(|(at, candidate)| {
        let near =
            |syn: &Source| candidate.syns.iter().any(|theirs| place.home(theirs.time).since(syn.time).0.abs() <= limit);
        candidate.server.port() == connection.server.port()
            && candidate.syn_count > 0
            && syns.iter().any(near)
            && paired.binary_search(&at).is_err()
    })
}

/// A packet of the same host that did come out there, the nearest in time: it shows that the capture has such packets.
fn witness(
    point: &Point,
    other: &Point,
    place: &Place<'_>,
    relation: &Relation,
    opener: IpAddr,
    syn: Source,
) -> Option<Sighting> {
    let apart = |source: &Source| place.home(source.time).since(syn.time).0.abs();
    let connections = relation.pairs.iter().filter_map(|pair| {
        let (ours, theirs) = (point.connections.get(pair.a)?, other.connections.get(pair.b)?);
        let sent = theirs.client_end.packets > 0;
        (ours.client.ip() == opener && sent).then_some(())?;
        let flow = Flow { one: theirs.client, other: theirs.server, packets: theirs.packets };
        Some((theirs.first, flow, format!("{} → {}", theirs.client, theirs.server)))
    });
    let lookups = relation.lookups.iter().filter_map(|(one, to)| {
        let (ours, theirs) = (point.lookups.list.get(*one)?, other.lookups.list.get(*to)?);
        let query = *theirs.queries.first()?;
        (ours.asker == opener).then_some(())?;
        let flow = Flow {
            one: SocketAddr::new(theirs.asker, 0),
            other: SocketAddr::new(theirs.server, 53),
            packets: u64::MAX,
        };
        Some((query, flow, format!("DNS query, {} → {}", theirs.asker, theirs.server)))
    });
    let nearest = connections.chain(lookups).min_by_key(|(source, ..)| apart(source))?;
    let (source, flow, what): (Source, Flow, String) = nearest;
    let text = format!("{}: another packet of the same host, which came out here ({what})", place.name);
    Some(Sighting { source, by_client: true, text, flow })
}

/// Nothing suggests that a capture filter left the connection out: the filter that the file names lets it pass, or its
/// server is in the capture, or several services.
fn unfiltered(other: &Point, connection: &Connection) -> bool {
    if !other.filters.is_empty() {
        let place = |socket: SocketAddr| filter::Place { host: Some(socket.ip()), port: Some(socket.port()) };
        let (from, to) = (filter::Place::default(), place(connection.server));
        let probe = filter::Probe { protocol: filter::Protocol::Tcp, from, to };
        return other.filters.iter().all(|text| filter::passes(text, &probe) == Some(true));
    }
    let mut services: Vec<(IpAddr, u16)> =
        other.connections.iter().map(|other| (other.server.ip(), other.server.port())).collect();
    services.extend(other.lookups.list.iter().map(|lookup| (lookup.server, 53)));
    services.sort_unstable();
    services.dedup();
    let wanted = connection.server;
    let same_port = services.iter().any(|(_, port)| *port == wanted.port());
    let other_ports = services.iter().any(|(_, port)| *port != wanted.port());
    let same_host = services.iter().any(|(host, _)| *host == wanted.ip());
    same_host && same_port || services.len() > 1 && (same_port || same_host || other_ports && services.len() > 2)
}

/// The SYN was sent to the same next hop as connections of that host that did come out.
fn same_way(connection: &Connection, point: &Point, relation: &Relation) -> bool {
    let hop = |connection: &Connection| {
        let sent = connection.marks.iter().find(|mark| mark.side == Side::Client);
        sent.map(|mark| mark.next_hop).filter(|hop| *hop != 0)
    };
    let wanted = hop(connection);
    wanted.is_some()
        && relation.pairs.iter().filter_map(|pair| point.connections.get(pair.a)).any(|other| {
            other.client.ip() == connection.client.ip()
                && (hop(other) == wanted || other.server.ip() == connection.server.ip())
        })
}
