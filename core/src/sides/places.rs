//! Which captures belong together, and which of them is home.

use crate::sorting::Sorting as _;
use alloc::vec::Vec;

use super::relation::Relation;
use crate::capture::point::Point;
use crate::join;

/// Captures that share packets.
pub struct Group {
    /// The one that shows the gateway best.
    pub home: usize,
    /// The others, with home as the first of each relation.
    pub others: Vec<(usize, Relation)>,
}

/// Groups of captures; those that share nothing with another are in none.
pub fn groups(points: &[Point]) -> Vec<Group> {
    let mut relations: Vec<(usize, usize, Relation)> = Vec::new();
    for (at, one) in points.iter().enumerate() {
        for (to, other) in points.iter().enumerate().skip(at + 1) {
            relations.extend(Relation::of(one, other).map(|relation| (at, to, relation)));
        }
    }
    if relations.is_empty() {
        return Vec::new();
    }
    let mut votes: Vec<Vote> = points.iter().map(Vote::of).collect();
    for (at, to, relation) in &relations {
        canvass(points, (*at, *to), relation, &mut votes);
    }
    let mut groups: Vec<Group> = Vec::new();
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.order_by_key(|at| (core::cmp::Reverse(votes.get(*at).copied().unwrap_or_default()), *at));
    let mut placed = alloc::vec![false; points.len()];
    // The best one is home to all that share packets with it; what is left over has a home of its own.
    for home in order {
        if placed.get(home) != Some(&false) {
            continue;
        }
        let mut others = Vec::new();
        let mut rest = Vec::new();
        for (at, to, relation) in relations {
            let free = |point: usize| placed.get(point) == Some(&false);
            match (at == home, to == home) {
                (true, _) if free(to) => others.push((to, relation)),
                (_, true) if free(at) => {
                    if let (Some(one), Some(other)) = (points.get(at), points.get(to)) {
                        others.push((at, relation.reversed(one, other)));
                    }
                }
                (false, false) => rest.push((at, to, relation)),
                _ => {}
            }
        }
        relations = rest;
        for point in others.iter().map(|(at, _)| *at).chain([home]) {
            if let Some(placed) = placed.get_mut(point) {
                *placed = true;
            }
        }
        if !others.is_empty() {
            groups.push(Group { home, others });
        }
    }
    groups
}

/// How much speaks for a capture as home, the weightiest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Vote {
    /// It shows a gateway that is asked and goes out.
    gateway: bool,
    /// Connections of which it is nearer to the gateway, less those of which it is farther.
    nearer: i64,
    /// Packets of its connections.
    packets: u64,
}

impl Vote {
    fn of(point: &Point) -> Self {
        let packets = point.connections.iter().map(|connection| connection.packets).sum();
        Self { gateway: join::shows_gateway(core::slice::from_ref(point)), nearer: 0, packets }
    }
}

/// For each connection that both hold, the one nearer to the gateway gets a vote: nearer to the server where clients
/// speak to a proxy, else nearer to the opener. So does the one nearer to who asks DNS.
fn canvass(points: &[Point], (at, to): (usize, usize), relation: &Relation, votes: &mut [Vote]) {
    let Some(point) = points.get(at) else { return };
    let mut nearer = 0;
    for pair in &relation.pairs {
        let Some(connection) = point.connections.get(pair.a) else { continue };
        let to_proxy = connection.conversation().is_some_and(|http| http.for_proxy > 0);
        let at_gateway = pair.client_at_a.map(|client_at_a| client_at_a != to_proxy);
        nearer += match at_gateway {
            Some(true) => 1,
            Some(false) => -1,
            None => 0,
        };
    }
    for (ours, _) in &relation.lookups {
        let asker = point.lookups.list.get(*ours).and_then(|lookup| relation.at_a(lookup.asker));
        nearer += asker.map_or(0, |here| if here { 1 } else { -1 });
    }
    for (index, sign) in [(at, 1), (to, -1)] {
        if let Some(vote) = votes.get_mut(index) {
            vote.nearer += sign * nearer;
        }
    }
}
