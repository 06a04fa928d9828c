//! Which host is the gateway, and under which addresses does it go out?

use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use hashbrown::{HashMap, HashSet};

use super::intercept::{self, Intercepted};
use super::{inward, loops, own, spoofed};
use crate::capture::connection::Connection;
use crate::capture::point::Point;
use crate::protocols::http1::is_server_error;
use crate::time::Timestamp;

/// What a host was seen doing.
#[derive(Default)]
struct Doings {
    /// Requests it served.
    served: u64,
    /// Of those, in a form that only proxies get.
    for_proxy: u64,
    /// Connections that it opened to other hosts.
    opened: u64,
    /// Names it looked up.
    asked: u64,
    /// Requests it sent that a gateway marked (`Via`, `X-Forwarded-For`).
    forwarded: u64,
    /// When it was being asked, and when it opened connections: the first so many.
    asked_in: Vec<(Timestamp, Timestamp)>,
    opened_at: Vec<(Timestamp, IpAddr)>,
    /// Who sent it requests.
    asked_by: HashSet<IpAddr>,
    /// Who sent it proxy requests.
    proxy_clients: HashSet<IpAddr>,
    /// Hardware addresses that its packets came from.
    hardware: HashSet<u64>,
    /// Its packets were sent, not received, by the capturing host.
    local: bool,
    /// When it asked DNS for a name that a client wanted of a gateway: the first so many times.
    asked_for_client: Vec<Timestamp>,
    /// Answers that gateways give for a failure upstream: 502, 503, 504.
    troubles: u64,
    /// It answers DNS questions of others.
    dns_server: bool,
}

/// Times kept per host to see whether it goes out while it serves.
const TIMES: usize = 2000;

/// Connections compared with one to find its other leg.
pub(super) const NEAR: usize = 256;

/// Addresses behind one hardware address that are taken for one machine's; behind a router there are more.
const ADDRESSES_OF_ONE: usize = 4;

/// Whether a time lies in one of these spans.
fn during(at: Timestamp, spans: &[(Timestamp, Timestamp)]) -> bool {
    spans.iter().any(|(from, to)| *from <= at && at <= *to)
}

/// Addresses of one machine, by what the capture says of them: all that sent from the capturing host are its own;
/// others share a hardware address, or each is its own on one of its interfaces.
fn machines(hosts: &HashMap<IpAddr, Doings>, own: &[Vec<IpAddr>]) -> HashMap<IpAddr, Vec<IpAddr>> {
    let local: Vec<IpAddr> = hosts.iter().filter(|(_, doings)| doings.local).map(|(ip, _)| *ip).collect();
    let mut by_hardware: HashMap<u64, Vec<IpAddr>> = HashMap::new();
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

/// The gateway's addresses.
#[derive(Default)]
pub struct Roles {
    /// As clients reach it, the busiest first; empty where no client's side was captured.
    pub gateways: Vec<IpAddr>,
    /// Where it takes requests.
    listening: HashSet<SocketAddr>,
    /// As it goes out.
    pub egress: HashSet<IpAddr>,
    /// Those who send it requests.
    pub clients: HashSet<IpAddr>,
    /// Connections of clients that were redirected to the gateway.
    pub intercepted: Intercepted,
    /// Proxies that the gateway asks: it spoke to them as to proxies.
    pub parents: HashSet<SocketAddr>,
    /// Hosts that mark the requests they send as forwarded.
    pub forwarders: HashSet<IpAddr>,
}

impl Roles {
    /// Whether the requests on a connection are exchanges: those of clients, or all where no gateway is known.
    pub fn counts(&self, connection: &Connection) -> bool {
        self.unknown() || self.is_inbound(connection)
    }

    /// Whether no gateway was found.
    pub fn unknown(&self) -> bool {
        self.gateways.is_empty() && self.intercepted.is_empty()
    }

    /// The address of a gateway that clients do not address: as it goes out; `None` where it uses the clients'.
    pub fn behind(&self) -> Option<IpAddr> {
        self.gateways.first().copied()
    }

    /// Whether an address is the gateway's: as clients reach it, or as it goes out.
    pub fn is_own(&self, address: IpAddr) -> bool {
        self.gateways.contains(&address) || self.egress.contains(&address)
    }

    /// Whether a connection comes from a client of the gateway, and is not the gateway's own to itself.
    pub fn is_inbound(&self, connection: &Connection) -> bool {
        let addressed = self.listening.contains(&connection.server)
            && (!self.gateways.contains(&connection.client.ip()) || connection.client.ip() == connection.server.ip());
        addressed || self.intercepted.has(connection)
    }
}

/// Finds the gateway in what the hosts do: it serves requests and goes out itself.
pub fn find(points: &[Point], preset: Option<IpAddr>) -> Roles {
    let mut hosts: HashMap<IpAddr, Doings> = HashMap::new();
    let wanted = wanted(points);
    for point in points {
        for connection in &point.connections {
            note(&mut hosts, connection);
        }
        for lookup in &point.lookups.list {
            let host = hosts.entry(lookup.asker).or_default();
            host.asked += 1;
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
    let goes_out = |doings: &Doings| doings.opened > 0 || doings.asked > 0;
    let machines = machines(&hosts, &points.iter().map(own::addresses).collect::<Vec<_>>());
    // A gateway opens connections, or looks up the name that it was asked for, while it has a request to answer; a host
    // that serves and browses does so by chance.
    let out_while_serving = |ip: &IpAddr, doings: &Doings| {
        let machine = machines.get(ip).into_iter().flatten().filter(|own| !doings.asked_by.contains(*own));
        let machine = machine.filter_map(|own| hosts.get(own));
        // To its own clients a gateway opens nothing.
        let out = |(at, to): &(Timestamp, IpAddr)| !doings.asked_by.contains(to) && during(*at, &doings.asked_in);
        let looked_up = |at: &Timestamp| during(*at, &doings.asked_in);
        machine.chain([doings]).any(|own| own.opened_at.iter().any(out) || own.asked_for_client.iter().any(looked_up))
    };
    let intercepted = intercept::find(points);
    let circles = loops::circles(points);
    let mut legs = Vec::new();
    let mut gateways: Vec<IpAddr> = match preset {
        Some(preset) => alloc::vec![preset],
        None => {
            let proxies = |doings: &Doings| doings.for_proxy > 0;
            let any_proxy = hosts.values().any(proxies);
            let gateway = |ip: &IpAddr, doings: &Doings| match any_proxy {
                true => proxies(doings),
                false => doings.served > 0 && !intercepted.servers.contains(ip) && out_while_serving(ip, doings),
            };
            let mut found: HashSet<IpAddr> =
                hosts.iter().filter(|(ip, doings)| gateway(ip, doings)).map(|(ip, _)| *ip).collect();
            if found.is_empty() && intercepted.is_empty() {
                // A reverse proxy with an address on each side.
                legs = two_legs(points, &hosts);
                found.extend(legs.iter().map(|(served, _)| *served));
            }
            if found.is_empty() && intercepted.is_empty() {
                found.clone_from(&circles.hosts);
                found.extend(spoofed::find(points));
                found.extend(inward::find(points));
            }
            if found.is_empty() && intercepted.is_empty() {
                // The capturing host answers as a gateway without a server does, and opens connections of its own, as
                // health checks are, only not just then.
                let opens = |own: &IpAddr| hosts.get(own).is_some_and(|own| own.opened > 0);
                let checks = |ip: &IpAddr, doings: &Doings| {
                    let machine = machines.get(ip).into_iter().flatten().filter(|own| !doings.asked_by.contains(*own));
                    doings.local && doings.troubles > 0 && machine.into_iter().any(opens)
                };
                found.extend(hosts.iter().filter(|(ip, doings)| checks(ip, doings)).map(|(ip, _)| *ip));
            }
            // A parent proxy is asked by gateways alone: by their own addresses, or only while they were asked.
            let parent = |ip: &IpAddr| {
                let Some(doings) = hosts.get(ip) else { return false };
                let of_gateway = |client: &IpAddr| {
                    let machine = machines.get(client).into_iter().flatten().chain([client]);
                    machine.into_iter().any(|one| one != ip && found.contains(one))
                };
                let clients = &doings.proxy_clients;
                // In a loop it goes out as well, but only back to the gateway.
                let elsewhere = doings.asked > 0 || doings.opened_at.iter().any(|(_, to)| !found.contains(to));
                let nested = !elsewhere
                    && found.iter().filter(|other| *other != ip).filter_map(|other| hosts.get(other)).any(|other| {
                        let each = |(from, _): &(Timestamp, Timestamp)| during(*from, &other.asked_in);
                        clients.is_disjoint(&other.proxy_clients) && doings.asked_in.iter().all(each)
                    });
                !clients.is_empty() && (clients.iter().all(of_gateway) || nested)
            };
            found.iter().copied().filter(|ip| !parent(ip)).collect()
        }
    };
    if gateways.is_empty() {
        gateways.extend(&intercepted.egress);
    }
    let served = |ip: &IpAddr| hosts.get(ip).map_or(0, |doings| doings.served);
    gateways.sort_by_key(|ip| (core::cmp::Reverse(served(ip)), *ip));
    // A proxy may ask a server on its own address: only where it was spoken to as a proxy does it listen.
    let connections = || points.iter().flat_map(|point| &point.connections);
    let as_proxy: HashSet<SocketAddr> = connections()
        .filter(|connection| connection.conversation().is_some_and(|conversation| conversation.for_proxy > 0))
        .map(|connection| connection.server)
        .collect();
    let mut listening: HashSet<SocketAddr> = connections()
        .map(|connection| connection.server)
        .filter(|server| gateways.contains(&server.ip()))
        .filter(|server| as_proxy.contains(server) || !as_proxy.iter().any(|proxy| proxy.ip() == server.ip()))
        .collect();
    for hop in inward::hops(points, &gateways) {
        listening.remove(&hop);
    }
    let clients: HashSet<IpAddr> = connections()
        .filter(|connection| listening.contains(&connection.server))
        .map(|connection| connection.client.ip())
        .filter(|client| !gateways.contains(client))
        .chain(intercepted.clients.iter().copied())
        .collect();
    let its_own: HashSet<IpAddr> = gateways.iter().filter_map(|ip| machines.get(ip)).flatten().copied().collect();
    let may = |ip: &IpAddr, doings: &Doings| goes_out(doings) && !clients.contains(ip) && !doings.dns_server;
    let mut egress: HashSet<IpAddr> = hosts
        .iter()
        .filter(|(ip, doings)| {
            gateways.contains(*ip) || may(ip, doings) && (its_own.contains(*ip) || !doings.asked_for_client.is_empty())
        })
        .map(|(ip, _)| *ip)
        .collect();
    egress.extend(legs.iter().map(|(_, went_out)| *went_out));
    egress.extend(&intercepted.egress);
    // Nothing ties an address to the gateway, but whatever goes out here is most likely it.
    if intercepted.is_empty() && !egress.iter().any(|ip| hosts.get(ip).is_some_and(goes_out)) {
        egress.extend(hosts.iter().filter(|(ip, doings)| may(ip, doings)).map(|(ip, _)| *ip));
    }
    let forwarders = hosts.iter().filter(|(_, doings)| doings.forwarded > 0).map(|(ip, _)| *ip).collect();
    let parents = as_proxy.iter().filter(|server| !listening.contains(*server)).copied().collect();
    let back = circles.listeners.into_iter().filter(|_| gateways.iter().any(|ip| circles.hosts.contains(ip)));
    listening.extend(back);
    Roles { gateways, listening, egress, clients, intercepted, parents, forwarders }
}

/// Pairs of addresses of a reverse proxy: one is asked, the other asks on for the same within that time. The same path,
/// or a mark of a gateway, ties both; where the upstream was never asked, that one address goes out, or looks up the
/// name that was wanted, only while the other has a request that failed.
fn two_legs(points: &[Point], hosts: &HashMap<IpAddr, Doings>) -> Vec<(IpAddr, IpAddr)> {
    let connections = || points.iter().flat_map(|point| &point.connections);
    let mut by_path: HashMap<u32, Vec<&Connection>> = HashMap::new();
    for connection in connections() {
        for path in connection.conversation().into_iter().flat_map(|http| &http.paths) {
            let same = by_path.entry(*path).or_default();
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
        apart && outer.first.time <= inner.first.time && inner.first.time <= outer.last.time
    };
    let mut legs = HashSet::new();
    for inner in connections() {
        let Some(http) = inner.conversation() else { continue };
        for path in &http.paths {
            let outer = by_path.get(path).into_iter().flatten().take(NEAR).find(|outer| nested(inner, outer));
            legs.extend(outer.map(|outer| (outer.server.ip(), inner.client.ip())));
        }
    }
    if legs.is_empty() {
        let failed = |connection: &&Connection| {
            connection.conversation().is_some_and(|http| {
                http.kept.iter().any(|t| t.response.as_ref().is_some_and(|response| is_server_error(response.status)))
            })
        };
        let outers: Vec<&Connection> = connections().filter(failed).take(NEAR).collect();
        for (ip, doings) in hosts.iter().filter(|(_, doings)| doings.opened > 0 && doings.served == 0) {
            let its: Vec<&Connection> = connections().filter(|c| c.client.ip() == *ip).take(NEAR).collect();
            let outer = outers.iter().find(|outer| its.iter().all(|inner| nested(inner, outer)));
            legs.extend(outer.filter(|_| !doings.dns_server).map(|outer| (outer.server.ip(), *ip)));
        }
        // It got no further than looking up the name that was wanted.
        let looked_up =
            |doings: &Doings| doings.served == 0 && !doings.dns_server && !doings.asked_for_client.is_empty();
        for (ip, doings) in hosts.iter().filter(|(_, doings)| looked_up(doings)) {
            let outer = outers.iter().find(|outer| {
                let within = |at: &Timestamp| outer.first.time <= *at && *at <= outer.last.time;
                outer.client.ip() != *ip && outer.server.ip() != *ip && doings.asked_for_client.iter().all(within)
            });
            legs.extend(outer.map(|outer| (outer.server.ip(), *ip)));
        }
    }
    legs.into_iter().collect()
}

/// Host names of requests that are not known to have gone well.
fn wanted(points: &[Point]) -> HashSet<String> {
    let connections = points.iter().flat_map(|point| &point.connections);
    let conversations = connections.filter_map(Connection::conversation);
    let transactions = conversations.flat_map(|c| c.kept.iter().chain(c.open()).chain(&c.tunnel));
    let requests = transactions.filter_map(|transaction| transaction.request.as_deref());
    requests
        .filter_map(|request| super::attempt::host_of(&request.target, request.host.as_deref(), &request.method).0)
        .collect()
}

fn note(hosts: &mut HashMap<IpAddr, Doings>, connection: &Connection) {
    let (client, server) = (connection.client.ip(), connection.server.ip());
    let conversation = connection.conversation();
    let count = conversation.map_or(0, |conversation| u64::from(conversation.count));
    let for_proxy = conversation.map_or(0, |conversation| u64::from(conversation.for_proxy));
    let outgoing = connection.client_outgoing;
    let host = hosts.entry(server).or_default();
    host.served += count;
    if count > 0 && host.asked_in.len() < TIMES {
        host.asked_in.push((connection.first.time, connection.last.time));
    }
    host.for_proxy += for_proxy;
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
    if server != client && connection.server.port() != 53 && (connection.sure || count > 0) {
        host.opened += 1;
        if host.opened_at.len() < TIMES {
            host.opened_at.push((connection.first.time, server));
        }
    }
    host.forwarded += conversation.map_or(0, |conversation| u64::from(conversation.marked));
    host.local |= outgoing == Some(true);
    if connection.client_end.hardware != 0 {
        host.hardware.insert(connection.client_end.hardware);
    }
}
