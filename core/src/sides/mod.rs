//! Two captures of one event: ingress and egress of a firewall, gateway and client, gateway and server.
//!
//! Captures that hold the same packets belong together. One of them is **home**, the one that shows the gateway; the
//! others explain it. What they hold of its connections is set aside, so that everything counts once, and told as
//! [`Proof`]s of what happened between the places. Captures that share nothing are left as they are: they show
//! different legs, and `join` puts them together.

mod absent;
mod aside;
mod client;
mod clock;
mod compare;
mod pairs;
mod parts;
mod places;
mod relation;
mod stand;
mod tell;

use crate::sorting::Sorting as _;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use crate::listed::{Map, Set};

use crate::capture::point::Point;
use crate::exchange::{Between, Exchange, Proof};
use crate::time::{SECOND, Span, Timestamp};
use absent::Absences;
pub use aside::release;
use aside::{Aside, set_aside};
use client::Seen;
use clock::Clock;
use compare::compare;
use places::Group;
use stand::{Place, Stand, answered, place};
pub use tell::Standing;

/// Capture places that are compared; more are read, each by itself.
const PLACES: usize = 12;

/// What captures of several places say together.
#[derive(Default)]
pub struct Sides {
    /// By the ends of a connection at home.
    proofs: Map<(SocketAddr, SocketAddr), Vec<Witness>>,
    /// What only clients' own captures show.
    seen: Vec<Seen>,
    /// Each capture point: its clock against its home's, and how it stands to it.
    standings: Vec<Option<Standing>>,
}

/// What other captures say of one connection.
struct Witness {
    begun: Timestamp,
    ended: Timestamp,
    proofs: Vec<Proof>,
}

impl Sides {
    /// Holds the captures against each other, and sets aside what is there twice. `names` are those of the inputs.
    pub fn settle(points: &mut Vec<Point>, names: &[&str]) -> Self {
        release(points);
        parts::apart(points);
        let titles: Vec<String> = points.iter().map(|point| title(point, names)).collect();
        let mut sides = Self { standings: points.iter().map(|_| None).collect(), ..Self::default() };
        if points.len() < 2 {
            return sides;
        }
        let mut groups = places::groups(points.get(..PLACES.min(points.len())).unwrap_or_default());
        for group in &mut groups {
            one_clock(points, group);
        }
        let mut aside: Vec<Aside> = points.iter().map(|_| Aside::default()).collect();
        for group in &groups {
            sides.group(points, &titles, group, &mut aside);
        }
        for group in groups {
            for (at, relation) in group.others {
                if let (Some(point), Some(aside)) = (points.get_mut(at), aside.get_mut(at)) {
                    // The same place by the same clock goes on where home ends.
                    let goes_on = relation.same && relation.clock.is_some_and(|clock| clock.ahead.0.abs() < SECOND);
                    set_aside(point, core::mem::take(aside), goes_on);
                }
            }
        }
        sides
    }

    /// What a group's captures prove of the connections of its home.
    fn group(&mut self, points: &[Point], titles: &[String], group: &Group, aside: &mut [Aside]) {
        let Some(home) = points.get(group.home) else { return };
        let name = |at: usize| titles.get(at).map_or("", String::as_str);
        let servers: Vec<Set<IpAddr>> =
            group.others.iter().map(|(at, _)| points.get(*at).map(answered).unwrap_or_default()).collect();
        let answered = answered(home);
        let home_place = place(home, name(group.home), &answered, Clock::default());
        // What other captures hold of each connection at home: the place, the connection there, nearer to its client.
        let mut views: Map<usize, Vec<(usize, usize, Option<bool>)>> = Map::default();
        let mut places: Vec<(usize, Place<'_>)> = Vec::new();
        for ((at, relation), servers) in group.others.iter().zip(&servers) {
            let Some(point) = points.get(*at) else { continue };
            let clock = relation.clock.unwrap_or(Clock { error: Span(i64::MAX / 4), ..Clock::default() });
            places.push((*at, place(point, name(*at), servers, clock)));
            for pair in &relation.pairs {
                if let Some(aside) = aside.get_mut(*at) {
                    aside.connections.insert(pair.b);
                }
                if !relation.same {
                    views.or_default(pair.a).push((*at, pair.b, pair.client_at_a.map(|at_home| !at_home)));
                }
            }
            if let Some(aside) = aside.get_mut(*at) {
                aside.lookups.extend(relation.lookups.iter().map(|(_, other)| *other));
                aside.strangers(point, home, relation);
            }
        }
        let place_of = |wanted: usize| places.iter().find(|(at, _)| *at == wanted).map(|(_, place)| place);
        let absences =
            group.others.iter().filter(|(_, relation)| !relation.same).filter_map(|(at, relation)| {
                Some((*at, Absences::new(home, points.get(*at)?, place_of(*at)?, relation)))
            });
        let mut absences: Vec<(usize, Absences<'_>)> = absences.collect();
        // Where most came out, what did not come out tells most.
        absences.order_by_key(|(_, absences)| core::cmp::Reverse(absences.passed()));
        for (at, connection) in home.connections.iter().enumerate() {
            let stand = Stand { place: &home_place, connection };
            let seen = views.get(&at).map_or(&[][..], Vec::as_slice);
            let mut proofs: Vec<Proof> = Vec::new();
            let mut before: Vec<Stand<'_>> = Vec::new();
            let mut beyond: Vec<Stand<'_>> = Vec::new();
            for (point, index, nearer) in seen {
                let other = points.get(*point).and_then(|point| point.connections.get(*index));
                let (Some(other), Some(place)) = (other, place_of(*point)) else { continue };
                let other = Stand { place, connection: other };
                if let Some(proof) = compare::elsewhere(stand, other) {
                    proofs.push(proof);
                    continue;
                }
                match nearer {
                    Some(true) => before.push(other),
                    Some(false) => beyond.push(other),
                    None => {}
                }
            }
            let far = |stand: &Stand<'_>| core::cmp::Reverse(stand.connection.client_end.ttl.unwrap_or(0));
            before.order_by_key(far);
            beyond.order_by_key(far);
            let came_out = seen.iter().any(|(_, _, nearer)| *nearer != Some(true));
            let path: Vec<Stand<'_>> = before.into_iter().chain([stand]).chain(beyond).collect();
            for two in path.windows(2) {
                if let [near, far] = two {
                    let proven = compare(*near, *far);
                    if core::ptr::eq(far.connection, connection) {
                        self.seen.extend(Seen::of(*near, *far, &proven));
                    }
                    proofs.extend(proven);
                }
            }
            // A RST that was made between the ends may be in neither place next to it any more when a capture stops.
            if let [first, _, .., last] = path.as_slice()
                && !proofs.iter().any(|proof| proof.what.blames_device())
            {
                let made = compare(*first, *last).into_iter().filter(|proof| proof.what == Between::ResetMade);
                proofs.extend(made);
            }
            // What came out at one place need not come out at another.
            for (_, absences) in absences.iter().filter(|_| !came_out) {
                proofs.extend(absences.look(stand));
            }
            if !proofs.is_empty() {
                let witness = Witness { begun: connection.first.time, ended: connection.last.time, proofs };
                self.proofs.or_default((connection.client, connection.server)).push(witness);
            }
        }
        for (at, relation) in &group.others {
            let standing = points.get(*at).map(|point| Standing::of(home, point, group.home, relation));
            self.stands(points, titles, *at, standing);
        }
        self.stands(points, titles, group.home, Some(Standing::home(group.home)));
    }

    fn stands(&mut self, points: &[Point], titles: &[String], at: usize, standing: Option<Standing>) {
        let (Some(slot), Some(standing), Some(point)) = (self.standings.get_mut(at), standing, points.get(at)) else {
            return;
        };
        *slot = Some(Standing {
            title: titles.get(at).cloned().unwrap_or_default(),
            recording: point.part.as_ref().map_or(at, |part| part.of),
            label: point.part.as_ref().map(|part| part.label.clone()),
            ..standing
        });
    }

    /// What the other captures prove of the failures, and failures that are in them alone; how many requests that home
    /// does not hold.
    pub fn apply(&self, exchanges: &mut Vec<Exchange>, gateways: &[IpAddr]) -> u64 {
        if self.proofs.is_empty() {
            return 0;
        }
        let known = client::known(exchanges);
        let added = self.seen.iter().map(|seen| u64::from(seen.add_to(exchanges, &known, gateways))).sum();
        for exchange in exchanges {
            tell::apply(exchange, |client, server, span| self.of(client, server, span));
        }
        added
    }

    /// What is proven of a connection at home that was open at this time.
    fn of(&self, client: SocketAddr, server: SocketAddr, span: (Timestamp, Timestamp)) -> &[Proof] {
        let all = self.proofs.get(&(client, server)).map_or(&[][..], Vec::as_slice);
        let its = all.iter().find(|witness| witness.begun <= span.1 && span.0 <= witness.ended);
        its.map_or(&[][..], |witness| &witness.proofs)
    }

    /// How a recording stands to its home, in words; `None` for the home. Of a recording whose interfaces are places of
    /// their own, how each of them does.
    pub fn place(&self, recording: usize) -> Option<String> {
        let its = self.standings.iter().flatten().filter(|standing| standing.recording == recording);
        let home = |at: usize| self.standings.get(at).and_then(Option::as_ref).map_or("", |home| &home.title);
        let told = its.filter(|standing| !standing.between.is_empty()).map(|standing| match &standing.label {
            Some(label) => format!("{label}: the same packets as in {}: {}.", home(standing.home), standing.between),
            None => format!("The same packets as in {}: {}.", home(standing.home), standing.between),
        });
        let told: Vec<String> = told.collect();
        (!told.is_empty()).then(|| told.join(" "))
    }

    /// How a capture point stands to the others.
    pub fn standing(&self, point: usize) -> Option<&Standing> {
        self.standings.get(point)?.as_ref()
    }
}

/// A place by its file, and by its interface where the file has several places.
fn title(point: &Point, names: &[&str]) -> String {
    let name = point.inputs.first().and_then(|at| names.get(*at as usize)).copied().unwrap_or_default();
    match &point.part {
        Some(part) => format!("{name} ({})", part.label),
        None => name.to_string(),
    }
}

/// Interfaces of one recording have one clock, unless files of several machines were put into one.
fn one_clock(points: &[Point], group: &mut Group) {
    let of = |at: usize| Some(points.get(at)?.part.as_ref()?.of);
    for (at, relation) in &mut group.others {
        let close = |clock: &Clock| clock.ahead.0.abs() <= clock.error.0.saturating_add(SECOND / 1000);
        if of(*at).is_some() && of(*at) == of(group.home) && relation.clock.as_ref().is_none_or(close) {
            relation.clock = Some(Clock::default());
        }
    }
}

/// Whether there is anything to hold against each other.
pub fn needed(points: &[Point]) -> bool {
    points.len() > 1 || parts::any(points)
}
