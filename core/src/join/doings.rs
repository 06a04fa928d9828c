//! What each host of a capture was seen doing: the ground on which roles are found.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::tables::{HashMap, HashSet};

use super::usage::{blind, host, in_use, went_out};
use crate::capture::connection::Connection;
use crate::capture::point::Point;
use crate::time::Timestamp;

/// What a host was seen doing.
#[derive(Default)]
pub struct Doings {
    /// Requests it served.
    pub served: u64,
    /// Of those, in a form that only proxies get.
    pub for_proxy: u64,
    /// Connections with such requests that no gateway had marked with its `Via`.
    pub by_clients: u64,
    /// Connections that it opened to other hosts.
    pub opened: u64,
    /// Names it looked up.
    pub asked: u64,
    /// Requests it sent that a gateway marked (`Via`, `X-Forwarded-For`).
    pub forwarded: u64,
    /// Answers it gave to requests that the capture does not show: in which form it was asked is not known.
    pub blind: u64,
    /// When it looked up any name: the first so many times.
    pub asked_at: Vec<Timestamp>,
    /// When it was being asked, and when it opened connections: the first so many.
    pub asked_in: Vec<(Timestamp, Timestamp)>,
    pub opened_at: Vec<(Timestamp, IpAddr)>,
    /// Who sent it requests.
    pub asked_by: HashSet<IpAddr>,
    /// Who sent it proxy requests.
    pub proxy_clients: HashSet<IpAddr>,
    /// Hardware addresses that its packets came from.
    pub hardware: HashSet<u64>,
    /// Its packets were sent, not received, by the capturing host.
    pub local: bool,
    /// When it asked DNS for a name that a client wanted of a gateway: the first so many times.
    pub asked_for_client: Vec<Timestamp>,
    /// Answers that gateways give for a failure upstream: 502, 503, 504.
    pub troubles: u64,
    /// It answers DNS questions of others.
    pub dns_server: bool,
}

/// Times kept per host to see whether it goes out while it serves.
pub const TIMES: usize = 2000;

/// Addresses behind one hardware address that are taken for one machine's; behind a router there are more.
const ADDRESSES_OF_ONE: usize = 4;

/// What every host was seen doing.
pub fn collect(points: &[Point]) -> HashMap<IpAddr, Box<Doings>> {
    let mut hosts: HashMap<IpAddr, Box<Doings>> = HashMap::default();
    let wanted = wanted(points);
    for point in points {
        for connection in &point.connections {
            note(&mut hosts, connection);
        }
        for lookup in &point.lookups.list {
            let host = hosts.entry(lookup.asker).or_default();
            host.asked += 1;
            if host.asked_at.len() < TIMES && lookup.for_address() {
                host.asked_at.extend(lookup.first().map(|first| first.time));
            }
            host.local |= lookup.outgoing == Some(true);
            if host.asked_for_client.len() < TIMES && wanted.contains(lookup.name.as_str()) {
                host.asked_for_client.extend(lookup.first().map(|first| first.time));
            }
            if lookup.hardware != 0 {
                host.hardware.insert(lookup.hardware);
            }
            hosts.entry(lookup.server).or_default().dns_server = true;
        }
    }
    hosts
}

/// Addresses of one machine, by what the capture says of them: all that sent from the capturing host are its own;
/// others share a hardware address, or each is its own on one of its interfaces.
pub fn machines(hosts: &HashMap<IpAddr, Box<Doings>>, own: &[Vec<IpAddr>]) -> HashMap<IpAddr, Vec<IpAddr>> {
    let local: Vec<IpAddr> = hosts.iter().filter(|(_, doings)| doings.local).map(|(ip, _)| *ip).collect();
    let mut by_hardware: HashMap<u64, Vec<IpAddr>> = HashMap::default();
    for (ip, doings) in hosts {
        for hardware in &doings.hardware {
            by_hardware.entry(*hardware).or_default().push(*ip);
        }
    }
    let others = |doings: &Doings| {
        let sharing = doings.hardware.iter().filter_map(|hardware| by_hardware.get(hardware));
        sharing.filter(|sharing| sharing.len() <= ADDRESSES_OF_ONE).flatten().copied().collect()
    };
    let of = |ip: &IpAddr, doings: &Doings| -> Vec<IpAddr> {
        let mut all = if doings.local { local.clone() } else { others(doings) };
        all.extend(own.iter().filter(|own| own.contains(ip)).flatten());
        all
    };
    hosts.iter().map(|(ip, doings)| (*ip, of(ip, doings))).collect()
}

/// Host names of requests that are not known to have gone well.
fn wanted(points: &[Point]) -> HashSet<String> {
    let connections = points.iter().flat_map(|point| &point.connections);
    let conversations = connections.filter_map(Connection::conversation);
    let transactions = conversations.flat_map(|c| c.kept.iter().chain(c.open()).chain(c.tunnel.as_deref()));
    let requests = transactions.filter_map(|transaction| transaction.request.as_deref());
    requests.filter_map(host).collect()
}

fn note(hosts: &mut HashMap<IpAddr, Box<Doings>>, connection: &Connection) {
    let (client, server) = (connection.client.ip(), connection.server.ip());
    let conversation = connection.conversation();
    let count = conversation.map_or(0, |conversation| u64::from(conversation.count));
    let for_proxy = conversation.map_or(0, |conversation| u64::from(conversation.for_proxy));
    let outgoing = connection.client_outgoing;
    let host = hosts.entry(server).or_default();
    host.served += count;
    if count > 0 && host.asked_in.len() < TIMES {
        host.asked_in.push(in_use(connection));
    }
    host.for_proxy += for_proxy;
    host.blind += conversation.map_or(0, blind);
    let marked = conversation.is_some_and(|conversation| conversation.via.is_some());
    host.by_clients += u64::from(for_proxy > 0 && !marked);
    let troubles = conversation.into_iter().flat_map(|conversation| &conversation.kept).filter(|transaction| {
        transaction.response.as_ref().is_some_and(|response| (502..=504).contains(&response.status))
    });
    host.troubles += troubles.count() as u64;
    if count > 0 {
        host.asked_by.insert(client);
    }
    if for_proxy > 0 {
        host.proxy_clients.insert(client);
    }
    host.local |= outgoing == Some(false);
    if connection.server_end.hardware != 0 {
        host.hardware.insert(connection.server_end.hardware);
    }
    let host = hosts.entry(client).or_default();
    let opened = (connection.sure || count > 0).then_some(connection.first.time).or_else(|| went_out(connection));
    if let Some(at) = opened.filter(|_| server != client && connection.server.port() != 53) {
        host.opened += 1;
        if host.opened_at.len() < TIMES {
            host.opened_at.push((at, server));
        }
    }
    host.forwarded += conversation.map_or(0, |conversation| u64::from(conversation.marked));
    host.local |= outgoing == Some(true);
    if connection.client_end.hardware != 0 {
        host.hardware.insert(connection.client_end.hardware);
    }
}
