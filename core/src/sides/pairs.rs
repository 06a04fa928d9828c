//! Which connection of one capture is which of another, also behind a translator of addresses.
//!
//! What a translator leaves is tried in turn: the ends and the client's initial sequence number; that number alone with
//! a second sign; where both are rewritten, packets that are the same by IP identification and payload, at times that
//! fit together. Time and payload alone never pair: a gateway's two legs share those as well.

use crate::sorting::Sorting as _;
use alloc::vec::Vec;
use core::hash::Hash;

use crate::listed::{Map, Set};

use crate::capture::connection::{Connection, Side};
use crate::capture::connections::Connections;
use crate::capture::lookups::Lookup;
use crate::capture::marks::{Kind, Mark};
use crate::time::Span;

/// Connections on the same key that are looked at one by one: ports that are used again.
const CANDIDATES: usize = 16;
/// The same packet passes both places within this time, once the clocks are known.
const SAME: Span = Span::seconds(2);

/// What two captures share: indices into their lists.
#[derive(Default)]
pub struct Shared {
    /// Connections.
    pub connections: Vec<(usize, usize)>,
    /// DNS questions.
    pub lookups: Vec<(usize, usize)>,
}

/// Finds what is in both.
pub fn find(a: (&Connections, &[Lookup]), b: (&Connections, &[Lookup])) -> Shared {
    let mut pairing = Pairing { a: a.0, b: b.0, pairs: Vec::new(), used: (Set::default(), Set::default()) };
    pairing.same_ends();
    pairing.same_numbers();
    let lookups = lookups(a.1, b.1);
    let mut apart: Vec<i64> = pairing.pairs.iter().filter_map(|(a, b)| pairing.apart(*a, *b)).collect();
    apart.extend(lookups.iter().filter_map(|(at, to)| {
        let (one, other) = (a.1.get(*at)?.first()?, b.1.get(*to)?.first()?);
        Some(other.time.since(one.time).0)
    }));
    pairing.same_packets(median(apart).map(Span));
    pairing.pairs.order();
    Shared { connections: pairing.pairs, lookups }
}

/// The client's initial sequence number: as its SYN says it, or as the SYN-ACK acknowledges it.
pub fn opening(connection: &Connection) -> Option<u32> {
    let answered = || connection.marks.iter().find(|mark| mark.kind == Kind::SynAck);
    connection.opening().or_else(|| answered().map(|mark| mark.ack.wrapping_sub(1)))
}

/// The server's.
pub fn answering(connection: &Connection) -> Option<u32> {
    connection.marks.iter().find(|mark| mark.kind == Kind::SynAck).map(|mark| mark.seq)
}

/// The same packet, by what translators of addresses and rewriters of sequence numbers leave alone.
fn same_packet(one: &Mark, other: &Mark) -> bool {
    (one.side, one.kind, one.length, one.payload) == (other.side, other.kind, other.length, other.payload)
        && (one.id == other.id && one.id != 0 || one.stamp == other.stamp && one.stamp != 0)
}

struct Pairing<'a> {
    a: &'a Connections,
    b: &'a Connections,
    pairs: Vec<(usize, usize)>,
    used: (Set<usize>, Set<usize>),
}

impl Pairing<'_> {
    fn take(&mut self, a: usize, b: usize) {
        self.used.0.insert(a);
        self.used.1.insert(b);
        self.pairs.push((a, b));
    }

    fn free(&self) -> impl Iterator<Item = (usize, &Connection)> {
        self.a.iter().enumerate().filter(|(at, _)| !self.used.0.contains(at))
    }

    /// Connections of B that are not paired yet, by a key.
    fn by<K: Eq + Hash>(&self, key: impl Fn(&Connection) -> Option<K>) -> Map<K, Vec<usize>> {
        let mut map: Map<K, Vec<usize>> = Map::default();
        for (at, connection) in self.b.iter().enumerate().filter(|(at, _)| !self.used.1.contains(at)) {
            let Some(key) = key(connection) else { continue };
            let list = map.or_default(key);
            if list.len() < CANDIDATES {
                list.push(at);
            }
        }
        map
    }

    /// Pairs each free connection of A with the first of B under the same key that passes the test.
    fn pair<K: Eq + Hash>(
        &mut self,
        key: impl Fn(&Connection) -> Option<K>,
        fits: impl Fn(&Connection, &Connection) -> bool,
    ) {
        let map = self.by(&key);
        let mut taken: Set<usize> = Set::default();
        let mut found = Vec::new();
        for (at, connection) in self.free() {
            let candidates = key(connection).and_then(|key| map.get(&key)).into_iter().flatten().copied();
            let fit = candidates
                .filter(|to| !taken.contains(to))
                .find(|to| self.b.get(*to).is_some_and(|other| fits(connection, other)));
            if let Some(to) = fit {
                taken.insert(to);
                found.push((at, to));
            }
        }
        for (at, to) in found {
            self.take(at, to);
        }
    }

    /// Neither addresses nor numbers are translated.
    fn same_ends(&mut self) {
        let ends = |connection: &Connection| Some((connection.client, connection.server));
        self.pair(|connection| Some((connection.client, connection.server, opening(connection)?)), |_, _| true);
        // One of them began in the middle: the bytes must lie in the same stretch of numbers.
        self.pair(ends, |one, other| {
            (opening(one).is_none() || opening(other).is_none())
                && [Side::Client, Side::Server].iter().any(|side| one.end(*side).overlaps(other.end(*side)))
        });
    }

    /// Addresses are translated, numbers are not.
    fn same_numbers(&mut self) {
        self.pair(opening, |one, other| {
            one.server == other.server
                || one.client.ip() == other.client.ip()
                || answering(one).is_some() && answering(one) == answering(other)
                || !identical(one, other).is_empty()
        });
    }

    /// Numbers are rewritten, and addresses may be: the packets themselves, at times that fit together.
    fn same_packets(&mut self, apart: Option<Span>) {
        let key =
            |mark: &Mark| (mark.side == Side::Client && mark.id != 0).then_some((mark.kind, mark.id, mark.payload));
        let stamp = |mark: &Mark| (mark.kind == Kind::Syn && mark.stamp != 0).then_some(mark.stamp);
        let mut by_id: Map<(Kind, u16, u32), Vec<usize>> = Map::default();
        let mut by_stamp: Map<u32, Vec<usize>> = Map::default();
        for (at, connection) in self.b.iter().enumerate().filter(|(at, _)| !self.used.1.contains(at)) {
            for mark in connection.marks.iter() {
                if let Some(key) = key(mark) {
                    add(&mut by_id, key, at);
                }
                if let Some(key) = stamp(mark) {
                    add(&mut by_stamp, key, at);
                }
            }
        }
        // Every candidate with how far apart its times are, and by how many packets it is the same.
        let mut candidates: Vec<(usize, usize, i64, usize)> = Vec::new();
        for (at, connection) in self.free() {
            let ids = connection.marks.iter().filter_map(|mark| by_id.get(&key(mark)?));
            let stamps = connection.marks.iter().filter_map(|mark| by_stamp.get(&stamp(mark)?));
            let mut others: Vec<usize> = ids.chain(stamps).flatten().copied().collect();
            others.order();
            others.dedup();
            for to in others {
                let Some(other) = self.b.get(to) else { continue };
                // A translator changes one side's address, rarely both, never the service's port as well.
                let related = one_end_alike(connection, other);
                let same = identical(connection, other);
                let (Some((ours, theirs)), true) = (same.first(), related) else { continue };
                candidates.push((at, to, theirs.source.time.since(ours.source.time).0, same.len()));
            }
        }
        let apart = match apart {
            Some(apart) => apart,
            None => {
                let Some(apart) = agreed(&candidates) else { return };
                apart
            }
        };
        candidates.retain(|(_, _, found, _)| found.saturating_sub(apart.0).abs() <= SAME.0);
        candidates.order_by_key(|(at, to, found, same)| {
            (core::cmp::Reverse(*same), found.saturating_sub(apart.0).abs(), *at, *to)
        });
        for (at, to, ..) in candidates {
            if !self.used.0.contains(&at) && !self.used.1.contains(&to) {
                self.take(at, to);
            }
        }
    }

    /// How far apart the times of a pair are.
    fn apart(&self, a: usize, b: usize) -> Option<i64> {
        let same = common(self.a.get(a)?, self.b.get(b)?);
        same.first().map(|(one, other)| other.source.time.since(one.source.time).0)
    }
}

fn add<K: Eq + Hash>(map: &mut Map<K, Vec<usize>>, key: K, at: usize) {
    let list = map.or_default(key);
    if list.len() < CANDIDATES && list.last() != Some(&at) {
        list.push(at);
    }
}

/// The client's address, the server's address and port, or the server's port alone where IPv4 becomes IPv6.
fn one_end_alike(one: &Connection, other: &Connection) -> bool {
    let family = one.server.is_ipv4() != other.server.is_ipv4() && one.server.port() == other.server.port();
    one.server == other.server || one.client.ip() == other.client.ip() || family
}

/// The offset that most candidates agree on; two of them at least, or one that is the same by two packets.
fn agreed(candidates: &[(usize, usize, i64, usize)]) -> Option<Span> {
    let mut apart: Vec<(i64, usize)> = candidates.iter().map(|(.., apart, same)| (*apart, *same)).collect();
    apart.order();
    let mut best: Option<(usize, i64)> = None;
    let mut from = 0;
    let mut packets = 0;
    for (to, (last, same)) in apart.iter().enumerate() {
        packets += same;
        while apart.get(from).is_some_and(|(first, _)| last.saturating_sub(*first) > SAME.0) {
            packets -= apart.get(from).map_or(0, |(_, same)| *same);
            from += 1;
        }
        let middle = apart.get(from + (to - from) / 2).map_or(0, |(apart, _)| *apart);
        if packets >= 2 && best.is_none_or(|(most, _)| packets > most) {
            best = Some((packets, middle));
        }
    }
    best.map(|(_, apart)| Span(apart))
}

/// Questions with the same name, type and number, to the same server or of the same asker.
fn lookups(a: &[Lookup], b: &[Lookup]) -> Vec<(usize, usize)> {
    let key = |lookup: &Lookup| (lookup.id, lookup.kind, lookup.name.clone());
    let mut map: Map<_, Vec<usize>> = Map::default();
    for (at, lookup) in b.iter().enumerate() {
        add(&mut map, key(lookup), at);
    }
    let mut used = Set::default();
    let mut pairs = Vec::new();
    for (at, lookup) in a.iter().enumerate() {
        let candidates = map.get(&key(lookup)).into_iter().flatten().copied();
        let found = candidates
            .filter(|to| !used.contains(to))
            .find(|to| b.get(*to).is_some_and(|other| other.server == lookup.server || other.asker == lookup.asker));
        if let Some(to) = found {
            used.insert(to);
            pairs.push((at, to));
        }
    }
    pairs
}

/// Packets of a pair that are the same beyond doubt, in the order of the first.
fn identical<'a>(one: &'a Connection, other: &'a Connection) -> Vec<(&'a Mark, &'a Mark)> {
    let mut used = alloc::vec![false; other.marks.len()];
    let mut same = Vec::new();
    for mark in one.marks.iter() {
        let free = used.iter_mut().zip(other.marks.iter()).find(|(used, theirs)| !**used && same_packet(mark, theirs));
        if let Some((used, theirs)) = free {
            *used = true;
            same.push((mark, theirs));
        }
    }
    same
}

/// Packets of a pair that are the same. Where there is no identification (IPv6), or a firewall changes it, the nth of as
/// many alike.
pub fn common<'a>(one: &'a Connection, other: &'a Connection) -> Vec<(&'a Mark, &'a Mark)> {
    let same = identical(one, other);
    if !same.is_empty() {
        return same;
    }
    let alike = |mark: &Mark, theirs: &Mark| {
        (theirs.side, theirs.kind, theirs.length, theirs.payload) == (mark.side, mark.kind, mark.length, mark.payload)
    };
    let mut same = Vec::new();
    for mark in one.marks.iter() {
        let nth = one.marks.iter().filter(|own| alike(mark, own)).position(|own| own.source == mark.source);
        let ours = one.marks.iter().filter(|own| alike(mark, own)).count();
        let theirs = other.marks.iter().filter(|theirs| alike(mark, theirs));
        if let (Some(nth), true) = (nth, ours == theirs.clone().count()) {
            same.extend(theirs.clone().nth(nth).map(|theirs| (mark, theirs)));
        }
    }
    same
}

/// The middle one.
fn median(mut values: Vec<i64>) -> Option<i64> {
    values.order();
    values.get(values.len() / 2).copied()
}
