//! Which host is the gateway, and under which addresses does it go out?

use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use hashbrown::{HashMap, HashSet};

use crate::capture::connection::Connection;
use crate::capture::point::Point;
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
    opened_at: Vec<Timestamp>,
    /// Who sent it proxy requests.
    proxy_clients: HashSet<IpAddr>,
    /// Hardware addresses that its packets came from.
    hardware: HashSet<u64>,
    /// Its packets were sent, not received, by the capturing host.
    local: bool,
    /// It asked DNS for a name that a client wanted of a gateway.
    asked_for_client: bool,
    /// It answers DNS questions of others.
    dns_server: bool,
}

/// Times kept per host to see whether it goes out while it serves.
const TIMES: usize = 2000;

impl Doings {
    /// A gateway opens connections while it has a request to answer; a host that serves and browses does so by chance.
    fn out_while_serving(&self) -> bool {
        self.opened_at.iter().any(|at| self.asked_in.iter().any(|(from, to)| from <= at && at <= to))
    }
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
    /// Hosts that mark the requests they send as forwarded.
    pub forwarders: HashSet<IpAddr>,
}

impl Roles {
    /// Whether a connection comes from a client of the gateway, and is not the gateway's own to itself.
    pub fn is_inbound(&self, connection: &Connection) -> bool {
        self.listening.contains(&connection.server)
            && (!self.gateways.contains(&connection.client.ip()) || connection.client.ip() == connection.server.ip())
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
            host.asked_for_client |= wanted.contains(lookup.name.as_str());
            if lookup.hardware != 0 {
                host.hardware.insert(lookup.hardware);
            }
            hosts.entry(lookup.server).or_default().dns_server = true;
        }
    }
    let goes_out = |doings: &Doings| doings.opened > 0 || doings.asked > 0;
    let mut gateways: Vec<IpAddr> = match preset {
        Some(preset) => alloc::vec![preset],
        None => {
            let proxies = |doings: &Doings| doings.for_proxy > 0;
            let any_proxy = hosts.values().any(proxies);
            let gateway = |doings: &Doings| match any_proxy {
                true => proxies(doings),
                false => doings.served > 0 && goes_out(doings) && doings.out_while_serving(),
            };
            let found: HashSet<IpAddr> =
                hosts.iter().filter(|(_, doings)| gateway(doings)).map(|(ip, _)| *ip).collect();
            // A parent proxy is asked by gateways alone.
            let parent = |ip: &IpAddr| {
                let asked_by = hosts.get(ip).map(|doings| &doings.proxy_clients);
                asked_by.is_some_and(|clients| {
                    !clients.is_empty() && clients.iter().all(|client| client != ip && found.contains(client))
                })
            };
            found.iter().copied().filter(|ip| !parent(ip)).collect()
        }
    };
    let served = |ip: &IpAddr| hosts.get(ip).map_or(0, |doings| doings.served);
    gateways.sort_by_key(|ip| (core::cmp::Reverse(served(ip)), *ip));
    // A proxy may ask a server on its own address: only where it was spoken to as a proxy does it listen.
    let connections = || points.iter().flat_map(|point| &point.connections);
    let as_proxy: HashSet<SocketAddr> = connections()
        .filter(|connection| connection.conversation().is_some_and(|conversation| conversation.for_proxy > 0))
        .map(|connection| connection.server)
        .collect();
    let listening: HashSet<SocketAddr> = connections()
        .map(|connection| connection.server)
        .filter(|server| gateways.contains(&server.ip()))
        .filter(|server| as_proxy.contains(server) || !as_proxy.iter().any(|proxy| proxy.ip() == server.ip()))
        .collect();
    let clients: HashSet<IpAddr> = connections()
        .filter(|connection| listening.contains(&connection.server))
        .map(|connection| connection.client.ip())
        .filter(|client| !gateways.contains(client))
        .collect();
    let of_gateways = |pick: fn(&Doings) -> &HashSet<u64>| -> HashSet<u64> {
        gateways.iter().filter_map(|ip| hosts.get(ip)).flat_map(|doings| pick(doings).iter().copied()).collect()
    };
    let hardware = of_gateways(|doings| &doings.hardware);
    let may = |ip: &IpAddr, doings: &Doings| goes_out(doings) && !clients.contains(ip) && !doings.dns_server;
    let mut egress: HashSet<IpAddr> = hosts
        .iter()
        .filter(|(ip, doings)| {
            let same_machine = doings.local || doings.hardware.iter().any(|mac| hardware.contains(mac));
            gateways.contains(*ip) || may(ip, doings) && (same_machine || doings.asked_for_client)
        })
        .map(|(ip, _)| *ip)
        .collect();
    // Nothing ties an address to the gateway, but whatever goes out here is most likely it.
    if !egress.iter().any(|ip| hosts.get(ip).is_some_and(goes_out)) {
        egress.extend(hosts.iter().filter(|(ip, doings)| may(ip, doings)).map(|(ip, _)| *ip));
    }
    let forwarders = hosts.iter().filter(|(_, doings)| doings.forwarded > 0).map(|(ip, _)| *ip).collect();
    Roles { gateways, listening, egress, clients, forwarders }
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
    if for_proxy > 0 {
        host.proxy_clients.insert(client);
    }
    host.local |= outgoing == Some(false);
    if connection.server_end.hardware != 0 {
        host.hardware.insert(connection.server_end.hardware);
    }
    let host = hosts.entry(client).or_default();
    if server != client && connection.server.port() != 53 && connection.sure {
        host.opened += 1;
        if host.opened_at.len() < TIMES {
            host.opened_at.push(connection.first.time);
        }
    }
    let transactions = conversation.into_iter().flat_map(|c| c.kept.iter().chain(c.open()).chain(&c.tunnel));
    let marked = transactions.filter(|t| t.request.as_ref().is_some_and(|request| request.forwarded)).count();
    host.forwarded += marked as u64;
    host.local |= outgoing == Some(true);
    if connection.client_end.hardware != 0 {
        host.hardware.insert(connection.client_end.hardware);
    }
}
