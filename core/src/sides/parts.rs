//! One recording on several interfaces of a device that passes packets on: its interfaces become places of their own.
//!
//! A machine that is a gateway itself, with each of its legs on an interface, stays one place: there `join` needs both
//! together. Interfaces that hold the same packets unchanged (a bridge and its ports) are one place as well.

use crate::sorting::Sorting as _;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::listed::Set;

use super::relation::{Relation, alike};
use crate::capture::connection::{Connection, End};
use crate::capture::point::{Part, Point};

/// Connections looked at, of each leg, to see whether a machine is a gateway.
const LOOKED_AT: usize = 512;

/// Whether a recording may have several places.
pub fn any(points: &[Point]) -> bool {
    points.iter().any(|point| point.views.passing())
}

/// Lets the interfaces stand for each recording in which packets pass from one to another. The first takes its place in
/// the list, the others come last; [`whole`] undoes it.
pub fn apart(points: &mut Vec<Point>) {
    for of in 0..points.len() {
        let Some(point) = points.get_mut(of).filter(|point| point.views.passing()) else { continue };
        let mut parts = point.views.take_apart();
        let chosen = places(&parts).unwrap_or_else(|own| {
            point.own = own;
            Vec::new()
        });
        let mut stand: Vec<Point> = Vec::new();
        for (at, (label, mut part)) in parts.drain(..).enumerate() {
            if chosen.contains(&at) {
                part.drops = point.drops;
                part.filters.clone_from(&point.filters);
                part.gaps.clone_from(&point.gaps);
                part.part = Some(Part { of, at, label });
                stand.push(part);
            } else {
                point.views.put_back(at, part);
            }
        }
        let mut stand = stand.into_iter();
        if let Some(first) = stand.next() {
            let whole = core::mem::replace(point, first);
            point.whole = Some(Box::new(whole));
        }
        points.extend(stand);
    }
}

/// Puts the recordings back, so that reading can go on.
pub fn whole(points: &mut Vec<Point>) {
    let added = |(at, point): (usize, &Point)| point.part.as_ref().is_some_and(|part| part.of != at);
    let first = points.iter().enumerate().position(|(at, point)| added((at, point))).unwrap_or(points.len());
    let mut parts = points.split_off(first);
    for point in points.iter_mut() {
        point.own.clear();
        if let Some(whole) = point.whole.take() {
            parts.push(core::mem::replace(point, *whole));
        }
    }
    for mut point in parts {
        let Some(part) = point.part.take() else { continue };
        if let Some(whole) = points.get_mut(part.of) {
            whole.views.put_back(part.at, point);
        }
    }
}

/// Which interfaces are places of their own; none where they are one place. `Err`: the machine is a gateway itself, with
/// these addresses.
fn places(parts: &[(String, Point)]) -> Result<Vec<usize>, Vec<IpAddr>> {
    // The place that each interface belongs to, by the busiest interface there.
    let mut order: Vec<usize> = (0..parts.len()).collect();
    let packets = |at: usize| {
        let connections = parts.get(at).into_iter().flat_map(|(_, part)| &part.connections);
        connections.map(|connection| connection.packets).sum::<u64>()
    };
    order.order_by_key(|at| (core::cmp::Reverse(packets(*at)), *at));
    let mut chosen: Vec<usize> = Vec::new();
    let mut own: Vec<Own<'_>> = parts.iter().map(|(_, point)| Own::new(point)).collect();
    let mut passes = false;
    for at in order {
        let Some((_, part)) = parts.get(at) else { continue };
        let mut copies = false;
        for other in &chosen {
            let Some((_, known)) = parts.get(*other) else { continue };
            let Some(relation) = Relation::of(known, part) else { continue };
            let (changed, same) = changed(&relation, known, part);
            copies |= same > changed;
            passes |= changed > same;
            for pair in &relation.pairs {
                if let Some(own) = own.get_mut(*other) {
                    own.passed(pair.a, pair.client_at_a);
                }
                if let Some(own) = own.get_mut(at) {
                    own.passed(pair.b, pair.client_at_a.map(|at_a| !at_a));
                }
            }
        }
        if !copies {
            chosen.push(at);
        }
    }
    if !passes {
        return Ok(Vec::new());
    }
    if let Some(addresses) = gateway(&own) {
        return Err(addresses);
    }
    chosen.order();
    Ok(chosen)
}

/// What an interface shows of the machine that it belongs to.
struct Own<'a> {
    point: &'a Point,
    /// Connections that other interfaces hold as well.
    shared: Set<usize>,
    /// The machine's hardware address there: what it passes on comes from it. 0 where unknown.
    hardware: u64,
}

impl<'a> Own<'a> {
    fn new(point: &'a Point) -> Self {
        Self { point, shared: Set::default(), hardware: 0 }
    }

    /// A connection came by here and at another interface.
    fn passed(&mut self, at: usize, client_here: Option<bool>) {
        self.shared.insert(at);
        let Some(connection) = self.point.connections.get(at).filter(|_| self.hardware == 0) else { return };
        let far = match client_here {
            Some(true) => &connection.server_end,
            Some(false) => &connection.client_end,
            None => return,
        };
        self.hardware = far.hardware;
    }

    /// Connections that are here alone.
    fn alone(&self) -> impl Iterator<Item = &'a Connection> {
        let alone = self.point.connections.iter().enumerate().filter(|(at, _)| !self.shared.contains(at));
        alone.map(|(_, connection)| connection)
    }

    fn sends(&self, end: &End) -> bool {
        end.outgoing == Some(true) || end.hardware != 0 && end.hardware == self.hardware
    }
}

/// The addresses of a machine that takes connections on one interface and, while it has them, opens others on another:
/// neither of them passes. `None` where it only passes packets on.
fn gateway(interfaces: &[Own<'_>]) -> Option<Vec<IpAddr>> {
    let mut taken: Vec<(usize, &Connection)> = Vec::new();
    let mut opened: Vec<(usize, &Connection)> = Vec::new();
    for (at, own) in interfaces.iter().enumerate() {
        for connection in own.alone() {
            let (client, server) = (own.sends(&connection.client_end), own.sends(&connection.server_end));
            if server && !client && connection.server_end.bytes > 0 {
                taken.push((at, connection));
            } else if client && !server {
                opened.push((at, connection));
            }
        }
    }
    let both = taken.iter().take(LOOKED_AT).any(|(at, outer)| {
        let meanwhile =
            |inner: &Connection| outer.first.time <= inner.first.time && inner.first.time <= outer.last.time;
        opened.iter().take(LOOKED_AT).any(|(other, inner)| at != other && meanwhile(inner))
    });
    if !both {
        return None;
    }
    // In the name of those whom it calls it speaks, without being them.
    let called: Set<IpAddr> = opened.iter().map(|(_, connection)| connection.server.ip()).collect();
    let as_server = taken.iter().map(|(_, connection)| connection.server.ip()).filter(|ip| !called.contains(ip));
    let asked: Set<IpAddr> = taken.iter().map(|(_, connection)| connection.client.ip()).collect();
    let as_client = opened.iter().map(|(_, connection)| connection.client.ip()).filter(|ip| !asked.contains(ip));
    let mut all: Vec<IpAddr> = as_server.chain(as_client).collect();
    all.order();
    all.dedup();
    Some(all)
}

/// How many connections and questions were changed on the way between two interfaces, and how many were not.
fn changed(relation: &Relation, a: &Point, b: &Point) -> (usize, usize) {
    let connections = relation.pairs.iter().filter_map(|pair| {
        let (ours, theirs) = (a.connections.get(pair.a)?, b.connections.get(pair.b)?);
        Some(!alike(ours, theirs))
    });
    let lookups = relation.lookups.iter().filter_map(|(one, other)| {
        let (ours, theirs) = (a.lookups.list.get(*one)?, b.lookups.list.get(*other)?);
        Some((ours.asker, ours.hardware) != (theirs.asker, theirs.hardware))
    });
    connections
        .chain(lookups)
        .fold((0, 0), |(changed, same), one| (changed + usize::from(one), same + usize::from(!one)))
}
