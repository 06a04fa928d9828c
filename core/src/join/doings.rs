//! What each host of a capture was seen doing: the ground on which roles are found.

use crate::sorting::Sorting as _;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use once_cell::race::OnceBox;

use crate::listed::{Map, Set};
use crate::sparing::{self, Nothing, Seldom};

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
    /// When it opened connections: the first so many.
    pub opened_at: Vec<(Timestamp, IpAddr)>,
    /// Who asked it: few hosts are asked.
    pub callers: Seldom<Callers>,
    /// Hardware addresses that its packets came from: the first few.
    pub hardware: Vec<u64>,
    /// Its packets were sent, not received, by the capturing host.
    pub local: bool,
    /// When it asked DNS for a name that a client wanted of a gateway: the first so many times.
    pub asked_for_client: Vec<Timestamp>,
    /// Answers that gateways give for a failure upstream: 502, 503, 504.
    pub troubles: u64,
    /// It answers DNS questions of others.
    pub dns_server: bool,
}

/// Who asked a host, and when.
#[derive(Default)]
pub struct Callers {
    /// When it was being asked: the first so many times.
    pub asked_in: Vec<(Timestamp, Timestamp)>,
    /// The same in order, and apart from each other.
    pub busy: Vec<(Timestamp, Timestamp)>,
    /// Who sent it requests.
    pub asked_by: Set<IpAddr>,
    /// Who sent it proxy requests.
    pub proxy_clients: Set<IpAddr>,
}

impl Nothing for Callers {
    #[inline(never)]
    fn nothing() -> &'static Self {
        static NOTHING: OnceBox<Callers> = OnceBox::new();
        NOTHING.get_or_init(Box::default)
    }
}

impl Doings {
    /// Whether it was asked anything, or answered somebody.
    pub fn serves(&self) -> bool {
        self.served + self.for_proxy + self.blind + self.troubles > 0
    }

    fn came_from(&mut self, hardware: u64) {
        if hardware != 0 && self.hardware.len() < HARDWARE && !self.hardware.contains(&hardware) {
            sparing::push(&mut self.hardware, hardware);
        }
    }
}

/// Times kept per host to see whether it goes out while it serves.
pub const TIMES: usize = 2000;

/// Hardware addresses of one host that are kept: behind two routers it has two.
const HARDWARE: usize = 16;

/// What every host was seen doing.
pub fn collect(points: &[Point]) -> Map<IpAddr, Box<Doings>> {
    let mut hosts: Map<IpAddr, Box<Doings>> = Map::default();
    let wanted = wanted(points);
    for point in points {
        for connection in &point.connections {
            note(&mut hosts, connection);
        }
        for lookup in &point.lookups.list {
            let host = hosts.or_default(lookup.asker);
            host.asked += 1;
            if host.asked_at.len() < TIMES && lookup.for_address() {
                host.asked_at.extend(lookup.first().map(|first| first.time));
            }
            host.local |= lookup.outgoing == Some(true);
            if host.asked_for_client.len() < TIMES && wanted.contains(lookup.name.as_str()) {
                host.asked_for_client.extend(lookup.first().map(|first| first.time));
            }
            host.came_from(lookup.hardware);
            hosts.or_default(lookup.server).dns_server = true;
        }
    }
    for host in hosts.values_mut().filter(|host| !host.callers.asked_in.is_empty()) {
        let mut busy = host.callers.asked_in.clone();
        merge(&mut busy);
        host.callers.busy = busy;
    }
    hosts
}

/// Whether a time lies in one of these spans, which are in order and apart from each other.
pub fn during(at: Timestamp, spans: &[(Timestamp, Timestamp)]) -> bool {
    let upper = spans.partition_point(|(from, _)| *from <= at);
    upper.checked_sub(1).and_then(|before| spans.get(before)).is_some_and(|(_, to)| at <= *to)
}

/// Puts spans in order, and makes one of those that overlap.
pub fn merge(spans: &mut Vec<(Timestamp, Timestamp)>) {
    spans.order();
    spans.dedup_by(|next, before| {
        let overlap = next.0 <= before.1;
        before.1 = if overlap { before.1.max(next.1) } else { before.1 };
        overlap
    });
}

/// Host names of requests that are not known to have gone well.
fn wanted(points: &[Point]) -> Set<String> {
    let connections = points.iter().flat_map(|point| &point.connections);
    let conversations = connections.filter_map(Connection::conversation);
    let transactions = conversations.flat_map(|c| c.kept.iter().chain(c.open()).chain(c.tunnel.as_deref()));
    let requests = transactions.filter_map(|transaction| transaction.request.as_deref());
    requests.filter_map(host).collect()
}

fn note(hosts: &mut Map<IpAddr, Box<Doings>>, connection: &Connection) {
    let (client, server) = (connection.client.ip(), connection.server.ip());
    let conversation = connection.conversation();
    let count = conversation.map_or(0, |conversation| u64::from(conversation.count));
    let for_proxy = conversation.map_or(0, |conversation| u64::from(conversation.for_proxy));
    let outgoing = connection.client_outgoing;
    let host = hosts.or_default(server);
    host.served += count;
    if count > 0 && host.callers.asked_in.len() < TIMES {
        host.callers.asked_in.push(in_use(connection));
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
        host.callers.asked_by.insert(client);
    }
    if for_proxy > 0 {
        host.callers.proxy_clients.insert(client);
    }
    host.local |= outgoing == Some(false);
    host.came_from(connection.server_end.hardware);
    let host = hosts.or_default(client);
    let opened = (connection.sure || count > 0).then_some(connection.first.time).or_else(|| went_out(connection));
    if let Some(at) = opened.filter(|_| server != client && connection.server.port() != 53) {
        host.opened += 1;
        if host.opened_at.len() < TIMES {
            sparing::push(&mut host.opened_at, (at, server));
        }
    }
    host.forwarded += conversation.map_or(0, |conversation| u64::from(conversation.marked));
    host.local |= outgoing == Some(true);
    host.came_from(connection.client_end.hardware);
}
