//! Which host is the gateway, and under which addresses does it go out?

use crate::sorting::Sorting as _;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::LazyCell;
use core::net::{IpAddr, SocketAddr};

use crate::tables::{HashMap, HashSet};

use super::doings::{self, Doings, Machines};
use super::intercept::{self, Intercepted};
use super::two_legs::two_legs;
use super::{inward, loops, own, spoofed};
use crate::capture::connection::Connection;
use crate::capture::point::Point;
use crate::time::{Span, Timestamp};

/// Connections compared with one to find its other leg.
pub(super) const NEAR: usize = 256;

/// Whether a time lies in one of these spans.
pub(super) fn during(at: Timestamp, spans: &[(Timestamp, Timestamp)]) -> bool {
    spans.iter().any(|(from, to)| *from <= at && at <= *to)
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
    /// Nothing but that they go out ties those addresses to it.
    pub guessed: bool,
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

/// An address that DNS gave is used within this time, where a gateway asks anew for each host.
const USED: Span = Span::seconds(60);

/// Finds the gateway in what the hosts do: it serves requests and goes out itself.
pub fn find(points: &[Point], preset: Option<IpAddr>) -> Roles {
    let hosts = doings::collect(points);
    // Few of them answer anybody.
    let serving: Vec<(&IpAddr, &Doings)> =
        hosts.iter().filter(|(_, doings)| doings.serves()).map(|(ip, doings)| (ip, &**doings)).collect();
    let goes_out = |doings: &Doings| doings.opened > 0 || doings.asked > 0;
    let machines = Machines::new(&hosts, points.iter().map(own::addresses).collect());
    // A gateway opens connections, or looks up the name that it was asked for, while it has a request to answer; a host
    // that serves and browses does so by chance.
    let out_while_serving = |ip: &IpAddr, doings: &Doings| {
        let callers = &*doings.callers;
        // To its own clients a gateway opens nothing.
        let out = |(at, to): &(Timestamp, IpAddr)| !callers.asked_by.contains(to) && during(*at, &callers.asked_in);
        let looked_up = |at: &Timestamp| during(*at, &callers.asked_in);
        // Which name a request wanted that was not captured is not known: any may be it.
        let blind = doings.blind > 0;
        let goes_out = |own: &Doings| {
            let names = if blind { &own.asked_at } else { &own.asked_for_client };
            own.opened_at.iter().any(out) || names.iter().any(looked_up)
        };
        let mut other =
            |own: &IpAddr| !callers.asked_by.contains(own) && hosts.get(own).is_some_and(|own| goes_out(own));
        goes_out(doings) || machines.any(ip, &mut other)
    };
    let intercepted = intercept::find(points);
    let circles = loops::circles(points);
    let mut both = Vec::new();
    let mut gateways: Vec<IpAddr> = match preset {
        Some(preset) => alloc::vec![preset],
        None => {
            let proxies = |doings: &Doings| doings.for_proxy > 0 && !behind(doings, &hosts);
            let any_proxy = serving.iter().any(|(_, doings)| proxies(doings));
            // In whose name a gateway answers is none itself.
            let named = |ip: &IpAddr| intercepted.servers.contains(ip);
            let gateway = |ip: &IpAddr, doings: &Doings| match any_proxy {
                // One whose clients' requests were not captured may be a proxy as well.
                true => proxies(doings) || doings.blind > 0 && !named(ip) && out_while_serving(ip, doings),
                false => doings.served > 0 && !named(ip) && out_while_serving(ip, doings),
            };
            let mut found: HashSet<IpAddr> =
                serving.iter().filter(|(ip, doings)| gateway(ip, doings)).map(|(ip, _)| **ip).collect();
            if found.is_empty() && intercepted.is_empty() {
                // A reverse proxy with an address on each side.
                both = two_legs(points, &hosts);
                found.extend(both.iter().map(|(served, _)| *served));
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
                let checking = LazyCell::new(|| checking(points));
                let checks = |ip: &IpAddr, doings: &Doings| {
                    let mut other = |own: &IpAddr| !doings.callers.asked_by.contains(own) && opens(own);
                    let mut local = || doings.local && machines.any(ip, &mut other);
                    doings.troubles > 0 && (local() || doings.opened > 1 && checking.contains(ip))
                };
                found.extend(serving.iter().filter(|(ip, doings)| checks(ip, doings)).map(|(ip, _)| **ip));
            }
            // A parent proxy is asked by gateways alone: by their own addresses, or only while they were asked.
            let parent = |ip: &IpAddr| {
                let Some(doings) = hosts.get(ip) else { return false };
                let gateway = |one: &IpAddr| one != ip && found.contains(one);
                let of_gateway = |client: &IpAddr| gateway(client) || machines.any(client, &mut { gateway });
                let callers = &*doings.callers;
                let clients = &callers.proxy_clients;
                // In a loop it goes out as well, but only back to the gateway.
                let elsewhere = doings.asked > 0 || doings.opened_at.iter().any(|(_, to)| !found.contains(to));
                let nested = !elsewhere
                    && found.iter().filter(|other| *other != ip).filter_map(|other| hosts.get(other)).any(|other| {
                        let each = |(from, _): &(Timestamp, Timestamp)| during(*from, &other.callers.asked_in);
                        clients.is_disjoint(&other.callers.proxy_clients) && callers.asked_in.iter().all(each)
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
    gateways.order_by_key(|ip| (core::cmp::Reverse(served(ip)), *ip));
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
    let mut its_own = HashSet::default();
    for ip in &gateways {
        machines.any(ip, &mut |own| {
            its_own.insert(*own);
            false
        });
    }
    let may = |ip: &IpAddr, doings: &Doings| goes_out(doings) && !clients.contains(ip) && !doings.dns_server;
    let mut egress: HashSet<IpAddr> = hosts
        .iter()
        .filter(|(ip, doings)| {
            gateways.contains(*ip) || (!doings.asked_for_client.is_empty() || its_own.contains(*ip)) && may(ip, doings)
        })
        .map(|(ip, _)| *ip)
        .collect();
    egress.extend(both.iter().map(|(_, went_out)| *went_out));
    egress.extend(&intercepted.egress);
    let others = other_family(points, &hosts, &egress, may);
    egress.extend(others);
    // Nothing ties an address to the gateway, but whatever goes out here is most likely it.
    let guessed =
        intercepted.is_empty() && !egress.iter().any(|ip| hosts.get(ip).is_some_and(|doings| goes_out(doings)));
    if guessed {
        egress.extend(hosts.iter().filter(|(ip, doings)| may(ip, doings)).map(|(ip, _)| *ip));
    }
    let forwarders = hosts.iter().filter(|(_, doings)| doings.forwarded > 0).map(|(ip, _)| *ip).collect();
    let parents = as_proxy.iter().filter(|server| !listening.contains(*server)).copied().collect();
    let back = circles.listeners.into_iter().filter(|_| gateways.iter().any(|ip| circles.hosts.contains(ip)));
    listening.extend(back);
    Roles { gateways, listening, egress, guessed, clients, intercepted, parents, forwarders }
}

/// Hosts all of whose connections go to where the web may be served, and were refused, left unanswered or closed without
/// a request of anybody's in them: health checks from the address that answers clients.
fn checking(points: &[Point]) -> HashSet<IpAddr> {
    let connections = || points.iter().flat_map(|point| &point.connections);
    let check = |connection: &Connection| {
        let web = !super::upstream::NEVER_WEB.contains(&connection.server.port());
        web && connection.opening().is_some() && connection.client_end.position == 0
    };
    let others: HashSet<IpAddr> =
        connections().filter(|connection| !check(connection)).map(|connection| connection.client.ip()).collect();
    connections().map(|connection| connection.client.ip()).filter(|ip| !others.contains(ip)).collect()
}

/// Addresses of the other IP version that open connections to what DNS had told the gateway just before: where nothing
/// else ties them to it, and none of that version is known to be its own.
fn other_family(
    points: &[Point],
    hosts: &HashMap<IpAddr, Box<Doings>>,
    egress: &HashSet<IpAddr>,
    may: impl Fn(&IpAddr, &Doings) -> bool,
) -> Vec<IpAddr> {
    let mut told: HashMap<IpAddr, Vec<Timestamp>> = HashMap::default();
    let lookups = points.iter().flat_map(|point| &point.lookups.list);
    for (source, answer) in lookups.filter(|lookup| egress.contains(&lookup.asker)).flat_map(|lookup| &lookup.answers) {
        for address in &answer.addresses {
            let times = told.entry(*address).or_default();
            if times.len() < doings::TIMES {
                times.push(source.time);
            }
        }
    }
    let follows = |(at, to): &(Timestamp, IpAddr)| {
        told.get(to).into_iter().flatten().any(|told| *told <= *at && at.since(*told) <= USED)
    };
    let known = |ip: &IpAddr| egress.iter().any(|own| own.is_ipv6() == ip.is_ipv6());
    let of = |ip: &IpAddr, doings: &Doings| {
        !known(ip) && may(ip, doings) && !doings.opened_at.is_empty() && doings.opened_at.iter().all(follows)
    };
    hosts.iter().filter(|(ip, doings)| of(ip, doings)).map(|(ip, _)| *ip).collect()
}

/// Whether a proxy stands behind a gateway: all that it is asked carries a gateway's `Via`, and nothing that goes out
/// meanwhile may be its own doing.
fn behind(doings: &Doings, hosts: &HashMap<IpAddr, Box<Doings>>) -> bool {
    if doings.by_clients > 0 || !doings.opened_at.is_empty() || doings.asked > 0 {
        return false;
    }
    let whole = (Timestamp(i64::MAX), Timestamp(i64::MIN));
    let (from, to) = doings.callers.asked_in.iter().fold(whole, |all, one| (all.0.min(one.0), all.1.max(one.1)));
    let goes_out = |other: &Doings| other.opened_at.iter().any(|(at, _)| from <= *at && *at <= to);
    !hosts.iter().any(|(ip, other)| !doings.callers.proxy_clients.contains(ip) && goes_out(other))
}
