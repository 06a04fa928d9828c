//! How two capture places stand to each other: what they share, whose side which host is on, and their clocks.

use alloc::vec::Vec;
use core::net::IpAddr;

use crate::listed::Map;

use super::clock::{Clock, Common};
use super::pairs;
use crate::capture::connection::{Connection, Side};
use crate::capture::lookups::Lookup;
use crate::capture::marks::Mark;
use crate::capture::point::Point;
use crate::time::Span;

/// Times of one frame in two files differ by no more than this: formats round.
const ROUNDED: i64 = 1000;

/// One connection in two captures.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// In the list of the first.
    pub a: usize,
    /// In the list of the second.
    pub b: usize,
    /// The one that opened it is nearer to the first place; `None` where nothing tells.
    pub client_at_a: Option<bool>,
}

/// What two capture places, A and B, share.
pub struct Relation {
    /// Connections.
    pub pairs: Vec<Pair>,
    /// DNS questions: indices into the lists of A and B.
    pub lookups: Vec<(usize, usize)>,
    /// B's clock against A's; `None` where no packet is in both.
    pub clock: Option<Clock>,
    /// One place captured twice: the same frames at the same times, or a copy of the file.
    pub same: bool,
    /// What lies between takes one from the time to live, as routers do.
    pub counts_hops: bool,
    /// On whose side of what lies between a host is, by its address at A: above zero A's, below zero B's.
    hosts: Map<IpAddr, i32>,
}

impl Relation {
    /// What is between two captures; `None` if they share nothing.
    pub fn of(a: &Point, b: &Point) -> Option<Self> {
        let shared = pairs::find((&a.connections, &a.lookups.list), (&b.connections, &b.lookups.list));
        if shared.connections.is_empty() && shared.lookups.is_empty() {
            return None;
        }
        let mut relation = Self {
            pairs: Vec::new(),
            lookups: shared.lookups,
            clock: None,
            same: true,
            counts_hops: false,
            hosts: Map::default(),
        };
        // Connections with and without a difference in hops.
        let mut counted = [0_usize; 2];
        let mut marks: Vec<(usize, &Mark, &Mark)> = Vec::new();
        for (at, (one, other)) in shared.connections.iter().enumerate() {
            let (Some(ours), Some(theirs)) = (a.connections.get(*one), b.connections.get(*other)) else { continue };
            let common = pairs::common(ours, theirs);
            let client_at_a = nearer(ours, theirs, &common);
            if let Some(nearer) = client_at_a {
                let vote = if nearer { 1 } else { -1 };
                *relation.hosts.or_default(ours.client.ip()) += vote;
                *relation.hosts.or_default(ours.server.ip()) -= vote;
            }
            relation.same &= alike(ours, theirs);
            if let Some(apart) = hops(ours, theirs) {
                counted[usize::from(apart == 0)] += 1;
            }
            relation.pairs.push(Pair { a: *one, b: *other, client_at_a });
            marks.extend(common.into_iter().map(|(ours, theirs)| (at, ours, theirs)));
        }
        relation.counts_hops = counted[0] > counted[1];
        relation.ask_hosts(a, b);
        relation.same &= relation.lookups.iter().all(|(one, other)| {
            let found = (a.lookups.list.get(*one), b.lookups.list.get(*other));
            matches!(found, (Some(o), Some(t)) if (o.asker, o.hardware) == (t.asker, t.hardware))
        });
        relation.same &= constant(marks.iter().map(|(_, ours, theirs)| theirs.source.time.since(ours.source.time)))
            && constant(relation.lookups.iter().filter_map(|pair| asked(a, b, *pair)));
        relation.clock = relation.align(a, b, &marks);
        Some(relation)
    }

    /// Pairs whose own packets do not tell the sides: what is known of their hosts does.
    fn ask_hosts(&mut self, a: &Point, b: &Point) {
        for pair in &mut self.pairs {
            let ends = a.connections.get(pair.a).map(|connection| (connection.client.ip(), connection.server.ip()));
            let vote = |host: IpAddr| self.hosts.get(&host).copied().filter(|vote| *vote != 0).map(|vote| vote > 0);
            pair.client_at_a = pair
                .client_at_a
                .or_else(|| ends.and_then(|(client, server)| vote(client).or_else(|| vote(server).map(|at_a| !at_a))));
        }
        for (one, other) in &self.lookups {
            let (Some(ours), Some(theirs)) = (a.lookups.list.get(*one), b.lookups.list.get(*other)) else { continue };
            let there = ours.queries.iter().zip(&theirs.queries).map(|(o, t)| t.time.since(o.time).0).min();
            let back = ours.answers.iter().zip(&theirs.answers).map(|((o, _), (t, _))| t.time.since(o.time).0).max();
            let vote = match (there, back) {
                (Some(there), Some(back)) if ours.tries == theirs.tries && there != back => (there - back).signum(),
                _ => continue,
            };
            let vote = i32::try_from(vote).unwrap_or(0);
            *self.hosts.or_default(ours.asker) += vote;
            *self.hosts.or_default(ours.server) -= vote;
        }
    }

    fn align(&self, a: &Point, b: &Point, marks: &[(usize, &Mark, &Mark)]) -> Option<Clock> {
        let mut common: Vec<Common> = Vec::new();
        let mut undirected: Vec<Common> = Vec::new();
        for (pair, ours, theirs) in marks {
            let apart = theirs.source.time.since(ours.source.time);
            let client = ours.side == Side::Client;
            let client_at_a = self.pairs.get(*pair).and_then(|pair| pair.client_at_a);
            let packet = Common { at: ours.source.time, apart, onward: client_at_a == Some(client) };
            if client_at_a.is_some() { common.push(packet) } else { undirected.push(packet) }
        }
        for (one, other) in &self.lookups {
            let (Some(ours), Some(theirs)) = (a.lookups.list.get(*one), b.lookups.list.get(*other)) else { continue };
            let at_a = self.at_a(ours.asker).or_else(|| self.at_a(ours.server).map(|at_a| !at_a));
            if ours.tries == theirs.tries {
                for (o, t) in ours.queries.iter().zip(&theirs.queries) {
                    let packet = Common { at: o.time, apart: t.time.since(o.time), onward: at_a == Some(true) };
                    if at_a.is_some() { common.push(packet) } else { undirected.push(packet) }
                }
            }
            if ours.answers.len() == theirs.answers.len() {
                for ((o, _), (t, _)) in ours.answers.iter().zip(&theirs.answers) {
                    let packet = Common { at: o.time, apart: t.time.since(o.time), onward: at_a == Some(false) };
                    if at_a.is_some() { common.push(packet) } else { undirected.push(packet) }
                }
            }
        }
        if common.is_empty() { around(&undirected) } else { Clock::of(common) }
    }

    /// Whether a host, by its address at A, is on A's side; `None` where nothing tells.
    pub fn at_a(&self, host: IpAddr) -> Option<bool> {
        self.hosts.get(&host).copied().filter(|vote| *vote != 0).map(|vote| vote > 0)
    }

    /// The same from the other place.
    pub fn reversed(self, a: &Point, b: &Point) -> Self {
        let mut hosts: Map<IpAddr, i32> = Map::default();
        for pair in &self.pairs {
            let (Some(ours), Some(theirs)) = (a.connections.get(pair.a), b.connections.get(pair.b)) else { continue };
            for (ours, theirs) in [(ours.client.ip(), theirs.client.ip()), (ours.server.ip(), theirs.server.ip())] {
                hosts.extend(self.hosts.get(&ours).map(|vote| (theirs, -vote)));
            }
        }
        for (one, other) in &self.lookups {
            let (Some(ours), Some(theirs)) = (a.lookups.list.get(*one), b.lookups.list.get(*other)) else { continue };
            for (ours, theirs) in [(ours.asker, theirs.asker), (ours.server, theirs.server)] {
                hosts.extend(self.hosts.get(&ours).map(|vote| (theirs, -vote)));
            }
        }
        let turn = |pair: &Pair| Pair { a: pair.b, b: pair.a, client_at_a: pair.client_at_a.map(|at_a| !at_a) };
        Self {
            pairs: self.pairs.iter().map(turn).collect(),
            lookups: self.lookups.iter().map(|(one, other)| (*other, *one)).collect(),
            clock: self.clock.map(|clock| clock.reversed()),
            same: self.same,
            counts_hops: self.counts_hops,
            hosts,
        }
    }
}

/// No direction is known: somewhere among all differences.
fn around(common: &[Common]) -> Option<Clock> {
    let first = common.first()?;
    let least = common.iter().map(|packet| packet.apart.0).min()?;
    let most = common.iter().map(|packet| packet.apart.0).max()?;
    let half = most.saturating_sub(least) / 2;
    let ahead = Span(least.saturating_add(half));
    Some(Clock { at: first.at, ahead, gains: 0, error: Span(half.saturating_add(ROUNDED)) })
}

/// Whether the opener is nearer to the first place: each router on the way takes one from a packet's time to live, and
/// needs time.
fn nearer(ours: &Connection, theirs: &Connection, common: &[(&Mark, &Mark)]) -> Option<bool> {
    let hops = |one: Option<u8>, other: Option<u8>| i32::from(one.unwrap_or(0)) - i32::from(other.unwrap_or(0));
    let known =
        |one: Option<u8>, other: Option<u8>| if one.is_some() && other.is_some() { hops(one, other) } else { 0 };
    let client = known(ours.client_end.ttl, theirs.client_end.ttl);
    let server = known(theirs.server_end.ttl, ours.server_end.ttl);
    if client != 0 && client.signum() * server.signum() >= 0 || client == 0 && server != 0 {
        return Some(client + server > 0);
    }
    let apart = |side: Side| {
        let of = common.iter().filter(move |(mark, _)| mark.side == side);
        of.map(|(ours, theirs)| theirs.source.time.since(ours.source.time).0)
    };
    let (least, most) = (apart(Side::Client).min()?, apart(Side::Client).max()?);
    if least > apart(Side::Server).max()? {
        return Some(true);
    }
    (most < apart(Side::Server).min()?).then_some(false)
}

/// By how much the time to live of a connection's packets differs; `None` where nobody's is in both.
fn hops(ours: &Connection, theirs: &Connection) -> Option<u8> {
    let apart = |side: Side| Some(ours.end(side).ttl?.abs_diff(theirs.end(side).ttl?));
    apart(Side::Client).max(apart(Side::Server))
}

/// Neither a router nor a translator between.
pub fn alike(ours: &Connection, theirs: &Connection) -> bool {
    let same = |side: Side| {
        let (one, other) = (ours.end(side), theirs.end(side));
        one.packets == 0 || other.packets == 0 || (one.ttl, one.hardware) == (other.ttl, other.hardware)
    };
    (ours.client, ours.server) == (theirs.client, theirs.server) && same(Side::Client) && same(Side::Server)
}

fn asked(a: &Point, b: &Point, (one, other): (usize, usize)) -> Option<Span> {
    let (ours, theirs): (&Lookup, &Lookup) = (a.lookups.list.get(one)?, b.lookups.list.get(other)?);
    Some(theirs.queries.first()?.time.since(ours.queries.first()?.time))
}

/// All the same, but for rounding.
fn constant(apart: impl Iterator<Item = Span> + Clone) -> bool {
    match (apart.clone().min(), apart.max()) {
        (Some(least), Some(most)) => most.0.saturating_sub(least.0) <= ROUNDED,
        _ => true,
    }
}
