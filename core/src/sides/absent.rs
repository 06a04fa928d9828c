//! A connection that another capture does not have at all, though it should: it never came out there.

use crate::sorting::Sorting as _;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::listed::{Map, Set};

use super::relation::Relation;
use super::stand::{Place, Stand};
use crate::capture::connection::{Connection, Side};
use crate::capture::filter;
use crate::capture::link::kind;
use crate::capture::marks::{Kind, Mark};
use crate::capture::point::Point;
use crate::exchange::{Between, Flow, Proof, Sighting, Source};
use crate::time::{Span, Timestamp};

/// Packets of one host that are kept as witnesses.
const WITNESSES: usize = 4096;
/// A SYN of another connection this near may be the one that is missed, translated beyond recognition.
const CONFUSED: Span = Span::seconds(1);

/// A packet that came out at the other place.
type Witness = (Source, Flow, String);

/// What is needed to judge absences at one other place, gathered once.
pub struct Absences<'a> {
    other: &'a Point,
    place: &'a Place<'a>,
    relation: &'a Relation,
    /// SYNs there that no connection of home is paired with: where to, and the time by home's clock.
    unpaired: Vec<(SocketAddr, Timestamp)>,
    /// Servers have the same addresses at both places.
    same_servers: bool,
    /// Pairs by the opener's address at home.
    openers: Map<IpAddr, Openings>,
    /// What the other capture's servers serve, in order.
    services: Vec<(IpAddr, u16)>,
    /// Both are interfaces of one machine, all of which were recorded.
    all: bool,
}

/// What came out there of one host.
#[derive(Default)]
struct Openings {
    /// By the time at home's clock.
    witnesses: Vec<(Timestamp, Witness)>,
    /// The next hops that its packets were sent to, and the servers.
    hops: Set<u64>,
    servers: Set<IpAddr>,
}

impl<'a> Absences<'a> {
    /// Gathers them.
    pub fn new(home: &Point, other: &'a Point, place: &'a Place<'a>, relation: &'a Relation) -> Self {
        let paired: Set<usize> = relation.pairs.iter().map(|pair| pair.b).collect();
        let left = other.connections.iter().enumerate().filter(|(at, _)| !paired.contains(at));
        let same_servers = relation.pairs.iter().all(|pair| {
            let (ours, theirs) = (home.connections.get(pair.a), other.connections.get(pair.b));
            ours.map(|ours| ours.server) == theirs.map(|theirs| theirs.server)
        });
        let mut unpaired: Vec<(SocketAddr, Timestamp)> = left
            .flat_map(|(_, connection)| {
                let to = called(connection.server, same_servers);
                connection.syns().into_iter().map(move |syn| (to, place.home(syn.time)))
            })
            .collect();
        unpaired.order();
        let mut openers: Map<IpAddr, Openings> = Map::default();
        for pair in &relation.pairs {
            let (Some(ours), Some(theirs)) = (home.connections.get(pair.a), other.connections.get(pair.b)) else {
                continue;
            };
            if theirs.client_end.packets == 0 {
                continue;
            }
            let openings = openers.or_default(ours.client.ip());
            openings.hops.extend(next_hop(ours));
            openings.servers.insert(ours.server.ip());
            let flow = Flow { one: theirs.client, other: theirs.server, packets: theirs.packets };
            openings.add(place, (theirs.first, flow, format!("{} → {}", theirs.client, theirs.server)));
        }
        for (one, to) in &relation.lookups {
            let (Some(ours), Some(theirs)) = (home.lookups.list.get(*one), other.lookups.list.get(*to)) else {
                continue;
            };
            let Some(query) = theirs.queries.first() else { continue };
            let (asker, server) = (SocketAddr::new(theirs.asker, 0), SocketAddr::new(theirs.server, 53));
            let flow = Flow { one: asker, other: server, packets: u64::MAX };
            let what = format!("DNS query, {} → {}", theirs.asker, theirs.server);
            openers.or_default(ours.asker).add(place, (*query, flow, what));
        }
        for openings in openers.values_mut() {
            openings.witnesses.order_by_key(|(time, _)| *time);
        }
        let served = other.connections.iter().map(|other| (other.server.ip(), other.server.port()));
        let asked = other.lookups.list.iter().map(|lookup| (lookup.server, 53));
        let mut services: Vec<(IpAddr, u16)> = served.chain(asked).collect();
        services.order();
        services.dedup();
        let of = |point: &Point| point.part.as_ref().map(|part| part.of);
        let cooked = matches!(home.link, Some(kind::SLL | kind::SLL2));
        let all = cooked && of(home).is_some() && of(home) == of(other);
        Self { other, place, relation, unpaired, same_servers, openers, services, all }
    }

    /// How many connections came out there.
    pub fn passed(&self) -> usize {
        self.relation.pairs.len()
    }

    /// What the absence of a connection of home proves.
    pub fn look(&self, stand: Stand<'_>) -> Option<Proof> {
        let (connection, place) = (stand.connection, self.place);
        let (opener, home) = (connection.client.ip(), stand.place);
        // Only failures of the handshake: what was never let through cannot have been answered by the server.
        if connection.syn_ack.is_some() || place.lossy || self.relation.at_a(opener) != Some(true) {
            return None;
        }
        let syns = connection.marks.iter().filter(|mark| mark.kind == Kind::Syn);
        let syns: Vec<Source> = syns.map(|mark| mark.source).collect();
        let first = syns.first()?;
        let reset = |mark: &&Mark| (mark.kind, mark.side) == (Kind::Reset, Side::Server);
        let reset = connection.marks.iter().find(reset);
        // What was answered from beyond had come out before its answer went in.
        let answer = connection.icmp().last().map(|(source, _)| *source).or(reset.map(|mark| mark.source));
        let covered = match answer {
            Some(answer) => {
                place.ran_until(home.home(first.time), Span(0)) && place.ran_until(home.home(answer.time), Span(0))
            }
            None => syns.iter().any(|syn| place.covers(home.home(syn.time), Span(0))),
        };
        if !covered || self.may_be_there(connection, &syns) || !self.unfiltered(connection) {
            return None;
        }
        let openings = self.openers.get(&opener)?;
        let way = if self.all { Way::Any } else { openings.way(connection)? };
        let (source, flow, what) = openings.nearest(home.home(first.time))?;
        let text = format!("{}: another packet of the same host, which came out here ({what})", place.name);
        let packets = alloc::vec![Sighting { source: *source, by_client: true, text, flow: *flow }];
        let running = format!("{} was being recorded then and has other packets of {opener}", place.name);
        let (near, far) = (home.name, place.name);
        if let Some((source, _)) = connection.icmp().last() {
            if way == Way::Unknown {
                return None;
            }
            let text = format!(
                "The ICMP error is in {near} (packet {}); the SYN did not come out at {far}: what lies between the two made the error ({running}).",
                source.number
            );
            return Some(Proof { what: Between::IcmpMade, text, packets });
        }
        if let Some(reset) = reset {
            // By another way out than the one that was recorded the server's own answer may have come.
            let sent_here = connection.server_end.rsts().iter().any(|reset| reset.outgoing == Some(true));
            let made = match way {
                Way::SameServer => true,
                Way::SameHop => self.untouched(reset),
                Way::Any => sent_here,
                Way::Unknown => false,
            };
            if !made {
                return None;
            }
            let text = format!(
                "The RST is in {near} (packet {}); neither it nor the SYN is in {far}: what lies between the two answered in the server's name ({running}).",
                reset.source.number
            );
            return Some(Proof { what: Between::ResetMade, text, packets });
        }
        if connection.server_end.packets > 0 {
            return None;
        }
        let many = if syns.len() == 1 { "The SYN went".to_string() } else { format!("{} SYNs went", syns.len()) };
        let or = match way {
            Way::SameServer | Way::Any => "",
            Way::SameHop => ", or sent them out another way",
            Way::Unknown => ", or they were sent another way",
        };
        let text = format!(
            "{many} in at {near} (first in packet {}) and none came out at {far}: what lies between dropped them{or} ({running}).",
            first.number
        );
        Some(Proof { what: Between::SynDropped, text, packets })
    }

    /// Whether an unpaired SYN there may be this one, with other addresses and numbers.
    fn may_be_there(&self, connection: &Connection, syns: &[Source]) -> bool {
        let to = called(connection.server, self.same_servers);
        let limit = CONFUSED.0.saturating_add(self.place.clock.error.0);
        syns.iter().any(|syn| {
            let (from, until) = (syn.time.0.saturating_sub(limit), syn.time.0.saturating_add(limit));
            let next = self.unpaired.partition_point(|one| *one < (to, Timestamp(from)));
            self.unpaired.get(next).is_some_and(|one| *one <= (to, Timestamp(until)))
        })
    }

    /// A RST that no router has touched, where what lies between counts as one: it was made there.
    fn untouched(&self, reset: &Mark) -> bool {
        self.relation.counts_hops && matches!(reset.ttl, 64 | 128 | 255)
    }

    /// Nothing suggests that a capture filter left the connection out: the filter that the file names lets it pass, or
    /// packets are there that filters leave out, or its server is in the capture, or several services.
    fn unfiltered(&self, connection: &Connection) -> bool {
        let wanted = (connection.server.ip(), connection.server.port());
        let filters = &self.other.filters;
        if !filters.is_empty() {
            let (from, to) = (filter::Place::default(), filter::Place { host: Some(wanted.0), port: Some(wanted.1) });
            let probe = filter::Probe { protocol: filter::Protocol::Tcp, from, to };
            return filters.iter().all(|text| filter::passes(text, &probe) == Some(true));
        }
        if self.other.met.chatter > 0 {
            return true;
        }
        let same_port = self.services.iter().any(|(_, port)| *port == wanted.1);
        let same_host = self.services.iter().any(|(host, _)| *host == wanted.0);
        let several = self.services.len();
        self.services.binary_search(&wanted).is_ok() || several > 1 && (same_port || same_host) || several > 2
    }
}

impl Openings {
    fn add(&mut self, place: &Place<'_>, witness: Witness) {
        if self.witnesses.len() < WITNESSES {
            self.witnesses.push((place.home(witness.0.time), witness));
        }
    }

    /// The packet nearest in time.
    fn nearest(&self, time: Timestamp) -> Option<&Witness> {
        let next = self.witnesses.partition_point(|(at, _)| *at < time);
        let around = [next.checked_sub(1), Some(next)].into_iter().flatten();
        let nearest = around.filter_map(|at| self.witnesses.get(at)).min_by_key(|(at, _)| at.since(time).0.abs());
        nearest.map(|(_, witness)| witness)
    }

    /// By which way a connection was sent; `None` if by another one than what did come out.
    fn way(&self, connection: &Connection) -> Option<Way> {
        if self.servers.contains(&connection.server.ip()) {
            return Some(Way::SameServer);
        }
        match next_hop(connection) {
            Some(hop) if !self.hops.is_empty() => self.hops.contains(&hop).then_some(Way::SameHop),
            _ => Some(Way::Unknown),
        }
    }
}

/// By which way a connection was sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Others to the same server came out.
    SameServer,
    /// Others to the same next hop did.
    SameHop,
    /// By whichever: all interfaces of the machine were recorded.
    Any,
    /// The link layer does not say where it was sent to.
    Unknown,
}

/// Whom a connection calls, as far as both places have the same word for it: behind a translator of servers' addresses the
/// port alone.
fn called(server: SocketAddr, same: bool) -> SocketAddr {
    if same { server } else { SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), server.port()) }
}

/// The hardware address that a connection's opener sent it to.
fn next_hop(connection: &Connection) -> Option<u64> {
    let sent = connection.marks.iter().find(|mark| mark.side == Side::Client)?;
    Some(sent.next_hop).filter(|hop| *hop != 0)
}
