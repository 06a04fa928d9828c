//! Which host is the gateway, and under which addresses does it go out?

use crate::sorting::Sorting as _;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::LazyCell;
use core::net::{IpAddr, SocketAddr};

use crate::listed::{Map, Set};

use super::doings::{self, Doings, during};
use super::intercept::{self, Intercepted};
use super::machines::Machines;
use super::spans::Spans;
use super::two_legs::two_legs;
use super::{inward, loops, own, spoofed};
use crate::capture::connection::Connection;
use crate::capture::point::Point;
use crate::time::{Span, Timestamp};

/// Connections compared with one to find its other leg.
pub(super) const NEAR: usize = 256;

/// The gateway's addresses.
#[derive(Default)]
pub struct Roles {
    /// As clients reach it, the busiest first; empty where no client's side was captured.
    pub gateways: Vec<IpAddr>,
    /// The same to be looked up.
    addressed: Set<IpAddr>,
    /// Where it takes requests.
    listening: Set<SocketAddr>,
    /// As it goes out.
    pub egress: Set<IpAddr>,
    /// Nothing but that they go out ties those addresses to it.
    pub guessed: bool,
    /// Those who send it requests.
    pub clients: Set<IpAddr>,
    /// Connections of clients that were redirected to the gateway.
    pub intercepted: Intercepted,
    /// Proxies that the gateway asks: it spoke to them as to proxies.
    pub parents: Set<SocketAddr>,
    /// Hosts that mark the requests they send as forwarded.
    pub forwarders: Set<IpAddr>,
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
        self.is_gateway(address) || self.egress.contains(&address)
    }

    /// Whether clients reach the gateway under an address.
    pub fn is_gateway(&self, address: IpAddr) -> bool {
        self.addressed.contains(&address)
    }

    /// Whether a connection comes from a client of the gateway, and is not the gateway's own to itself.
    pub fn is_inbound(&self, connection: &Connection) -> bool {
        let addressed = self.listening.contains(&connection.server)
            && (!self.is_gateway(connection.client.ip()) || connection.client.ip() == connection.server.ip());
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
    let intercepted = intercept::find(points);
    let circles = loops::circles(points);
    let mut both = Vec::new();
    let mut gateways: Vec<IpAddr> = match preset {
        Some(preset) => alloc::vec![preset],
        None => {
            let opened = LazyCell::new(|| Openings::new(&hosts));
            let proxies = |doings: &Doings| doings.for_proxy > 0 && !behind(doings, &opened);
            let any_proxy = serving.iter().any(|(_, doings)| proxies(doings));
            // In whose name a gateway answers is none itself.
            let named = |ip: &IpAddr| intercepted.servers.contains(ip);
            let gateway = |ip: &IpAddr, doings: &Doings| match any_proxy {
                // One whose clients' requests were not captured may be a proxy as well.
                true => proxies(doings) || doings.blind > 0 && !named(ip) && machines.goes_out(ip, doings),
                false => doings.served > 0 && !named(ip) && machines.goes_out(ip, doings),
            };
            let mut found: Set<IpAddr> =
                serving.iter().filter(|(ip, doings)| gateway(ip, doings)).map(|(ip, _)| **ip).collect();
            if found.is_empty() && intercepted.is_empty() {
                // A reverse proxy with an address on each side.
                both = two_legs(points, &hosts);
                found.extend(both.iter().map(|(served, _)| *served));
            }
            if found.is_empty() && intercepted.is_empty() {
                found.extend(circles.hosts.iter());
                found.extend(spoofed::find(points));
                found.extend(inward::find(points));
            }
            if found.is_empty() && intercepted.is_empty() {
                // The capturing host answers as a gateway without a server does, and opens connections of its own, as
                // health checks are, only not just then.
                let opens = |own: &IpAddr| hosts.get(own).is_some_and(|own| own.opened > 0);
                let here = machines.local_where(opens);
                let checking = LazyCell::new(|| checking(points));
                let checks = |ip: &IpAddr, doings: &Doings| {
                    let mut other = |own: &IpAddr| !doings.callers.asked_by.contains(own) && opens(own);
                    let mut local = || doings.local && machines.any(ip, &here, &mut other);
                    doings.troubles > 0 && (local() || doings.opened > 1 && checking.contains(ip))
                };
                found.extend(serving.iter().filter(|(ip, doings)| checks(ip, doings)).map(|(ip, _)| **ip));
            }
            // A parent proxy is asked by gateways alone: by their own addresses, or only while they were asked.
            let here = machines.local_where(|ip| found.contains(ip));
            // Two are enough: one of them is another one.
            let here = here.get(..2).unwrap_or(&here);
            let mut asked = Spans::default();
            for (ip, doings) in found.iter().filter_map(|ip| hosts.get_key_value(ip)) {
                doings.callers.busy.iter().for_each(|(from, to)| asked.push(*from, *to, (ip, doings)));
            }
            asked.order();
            let parent = |ip: &IpAddr| {
                let Some(doings) = hosts.get(ip) else { return false };
                let gateway = |one: &IpAddr| one != ip && found.contains(one);
                let of_gateway = |client: &IpAddr| gateway(client) || machines.any(client, here, &mut { gateway });
                let callers = &*doings.callers;
                let clients = &callers.proxy_clients;
                // In a loop it goes out as well, but only back to the gateway.
                let elsewhere = doings.asked > 0 || doings.opened_at.iter().any(|(_, to)| !found.contains(to));
                let begun = callers.asked_in.first().map_or(Timestamp::default(), |(from, _)| *from);
                let nested = || {
                    asked.touching(begun, begun).filter(|(other, _)| *other != ip).any(|(_, other)| {
                        let each = |(from, _): &(Timestamp, Timestamp)| during(*from, &other.callers.busy);
                        clients.is_disjoint(&other.callers.proxy_clients) && callers.asked_in.iter().all(each)
                    })
                };
                !clients.is_empty() && (clients.iter().all(of_gateway) || !elsewhere && nested())
            };
            found.iter().copied().filter(|ip| !parent(ip)).collect()
        }
    };
    if gateways.is_empty() {
        gateways.extend(intercepted.egress.iter());
    }
    let addressed: Set<IpAddr> = gateways.iter().copied().collect();
    let served = |ip: &IpAddr| hosts.get(ip).map_or(0, |doings| doings.served);
    gateways.order_by_key(|ip| (core::cmp::Reverse(served(ip)), *ip));
    // A proxy may ask a server on its own address: only where it was spoken to as a proxy does it listen.
    let connections = || points.iter().flat_map(|point| &point.connections);
    let as_proxy: Set<SocketAddr> = connections()
        .filter(|connection| connection.conversation().is_some_and(|conversation| conversation.for_proxy > 0))
        .map(|connection| connection.server)
        .collect();
    let proxies: Set<IpAddr> = as_proxy.iter().map(SocketAddr::ip).collect();
    let mut listening: Set<SocketAddr> = connections()
        .map(|connection| connection.server)
        .filter(|server| addressed.contains(&server.ip()))
        .filter(|server| as_proxy.contains(server) || !proxies.contains(&server.ip()))
        .collect();
    let hops = inward::hops(points, &addressed);
    listening.retain(|server| !hops.contains(server));
    let clients: Set<IpAddr> = connections()
        .filter(|connection| listening.contains(&connection.server))
        .map(|connection| connection.client.ip())
        .filter(|client| !addressed.contains(client))
        .chain(intercepted.clients.iter().copied())
        .collect();
    let its_own = machines.all(&gateways);
    let may = |ip: &IpAddr, doings: &Doings| goes_out(doings) && !clients.contains(ip) && !doings.dns_server;
    let mut egress: Set<IpAddr> = hosts
        .iter()
        .filter(|(ip, doings)| {
            addressed.contains(*ip) || (!doings.asked_for_client.is_empty() || its_own.contains(*ip)) && may(ip, doings)
        })
        .map(|(ip, _)| *ip)
        .collect();
    egress.extend(both.iter().map(|(_, went_out)| *went_out));
    egress.extend(intercepted.egress.iter());
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
    if !addressed.is_disjoint(&circles.hosts) {
        listening.extend(circles.listeners);
    }
    Roles { gateways, addressed, listening, egress, guessed, clients, intercepted, parents, forwarders }
}

/// Hosts all of whose connections go to where the web may be served, and were refused, left unanswered or closed without
/// a request of anybody's in them: health checks from the address that answers clients.
fn checking(points: &[Point]) -> Set<IpAddr> {
    let connections = || points.iter().flat_map(|point| &point.connections);
    let check = |connection: &Connection| {
        let web = !super::upstream::NEVER_WEB.contains(&connection.server.port());
        web && connection.opening().is_some() && connection.client_end.position == 0
    };
    let others: Set<IpAddr> =
        connections().filter(|connection| !check(connection)).map(|connection| connection.client.ip()).collect();
    connections().map(|connection| connection.client.ip()).filter(|ip| !others.contains(ip)).collect()
}

/// Addresses of the other IP version that open connections to what DNS had told the gateway just before: where nothing
/// else ties them to it, and none of that version is known to be its own.
fn other_family(
    points: &[Point],
    hosts: &Map<IpAddr, Box<Doings>>,
    egress: &Set<IpAddr>,
    may: impl Fn(&IpAddr, &Doings) -> bool,
) -> Vec<IpAddr> {
    let mut told: Map<IpAddr, Vec<Timestamp>> = Map::default();
    let lookups = points.iter().flat_map(|point| &point.lookups.list);
    for (source, answer) in lookups.filter(|lookup| egress.contains(&lookup.asker)).flat_map(|lookup| &lookup.answers) {
        for address in &answer.addresses {
            let times = told.or_default(*address);
            if times.len() < doings::TIMES {
                times.push(source.time);
            }
        }
    }
    told.values_mut().for_each(|times| times.order());
    let follows = |(at, to): &(Timestamp, IpAddr)| {
        let times = told.get(to).map_or(&[][..], Vec::as_slice);
        let last = times.partition_point(|told| told <= at).checked_sub(1).and_then(|last| times.get(last));
        last.is_some_and(|told| at.since(*told) <= USED)
    };
    let versions = [false, true].map(|ipv6| egress.iter().any(|own| own.is_ipv6() == ipv6));
    let known = |ip: &IpAddr| versions.get(usize::from(ip.is_ipv6())) == Some(&true);
    let of = |ip: &IpAddr, doings: &Doings| {
        !known(ip) && may(ip, doings) && !doings.opened_at.is_empty() && doings.opened_at.iter().all(follows)
    };
    hosts.iter().filter(|(ip, doings)| of(ip, doings)).map(|(ip, _)| *ip).collect()
}

/// When connections were opened, by whomever, and by each host.
struct Openings {
    all: Vec<Timestamp>,
    by_host: Vec<(IpAddr, Timestamp)>,
}

impl Openings {
    fn new(hosts: &Map<IpAddr, Box<Doings>>) -> Self {
        let each = hosts.iter().flat_map(|(ip, doings)| doings.opened_at.iter().map(|(at, _)| (*ip, *at)));
        let mut by_host: Vec<_> = each.collect();
        let mut all: Vec<Timestamp> = by_host.iter().map(|(_, at)| *at).collect();
        all.order();
        by_host.order();
        Self { all, by_host }
    }

    /// Whether nobody but these hosts opened any between these times.
    fn only(&self, hosts: &Set<IpAddr>, from: Timestamp, to: Timestamp) -> bool {
        let all = self.all.partition_point(|at| *at <= to).saturating_sub(self.all.partition_point(|at| *at < from));
        let of = |ip: &IpAddr| {
            let upper = self.by_host.partition_point(|one| *one <= (*ip, to));
            upper.saturating_sub(self.by_host.partition_point(|one| *one < (*ip, from)))
        };
        hosts.iter().map(of).sum::<usize>() == all
    }
}

/// Whether a proxy stands behind a gateway: all that it is asked carries a gateway's `Via`, and nothing that goes out
/// meanwhile may be its own doing.
fn behind(doings: &Doings, opened: &Openings) -> bool {
    if doings.by_clients > 0 || !doings.opened_at.is_empty() || doings.asked > 0 {
        return false;
    }
    let busy = &doings.callers.busy;
    let span = busy.first().zip(busy.last());
    span.is_none_or(|((from, _), (_, to))| opened.only(&doings.callers.proxy_clients, *from, *to))
}
