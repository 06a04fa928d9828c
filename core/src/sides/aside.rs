//! What is in several captures is set aside in all but one, so that it counts once; it comes back when more is read.

use alloc::vec::Vec;

use crate::listed::Set;

use super::parts;
use super::relation::Relation;
use crate::capture::point::Point;

/// What of a point is set aside.
#[derive(Default)]
pub struct Aside {
    /// Connections, by their place in the list.
    pub connections: Set<usize>,
    /// DNS questions likewise.
    pub lookups: Set<usize>,
}

impl Aside {
    /// Connections of, or to, an address that speaks for hosts of the home capture, and that home does not have: they
    /// are other hosts' behind the same translator, or the Internet's knocking at it.
    pub fn strangers(&mut self, point: &Point, home: &Point, relation: &Relation) {
        let mut speakers = Set::default();
        for pair in &relation.pairs {
            let (Some(ours), Some(theirs)) = (home.connections.get(pair.a), point.connections.get(pair.b)) else {
                continue;
            };
            if pair.client_at_a == Some(true) && ours.client.ip() != ours.server.ip() {
                speakers.insert(theirs.client.ip());
            }
        }
        for (at, connection) in point.connections.iter().enumerate() {
            if speakers.contains(&connection.client.ip()) || speakers.contains(&connection.server.ip()) {
                self.connections.insert(at);
            }
        }
        for (at, lookup) in point.lookups.list.iter().enumerate() {
            if speakers.contains(&lookup.asker) {
                self.lookups.insert(at);
            }
        }
    }
}

/// Takes connections and lookups out of a point's lists; [`release`] puts them back.
pub fn set_aside(point: &mut Point, aside: Aside, goes_on: bool) {
    if !goes_on {
        point.aside.span = Some((point.started.take(), point.ended.take()));
    }
    let connections = core::mem::take(&mut point.connections);
    // Where each connection that stays is now.
    let mut places = Vec::with_capacity(connections.len());
    for (at, connection) in connections.into_iter().enumerate() {
        if aside.connections.contains(&at) {
            places.push(None);
            point.aside.connections.push((at, connection));
        } else {
            places.push(u32::try_from(point.connections.len()).ok());
            point.connections.push(connection);
        }
    }
    for (at, (connection, served)) in core::mem::take(&mut point.served).into_iter().enumerate() {
        match places.get(connection as usize).copied().flatten() {
            Some(place) => point.served.push((place, served)),
            None => point.aside.served.push((at, (connection, served))),
        }
    }
    let lookups = core::mem::take(&mut point.lookups.list);
    for (at, lookup) in lookups.into_iter().enumerate() {
        if aside.lookups.contains(&at) {
            point.aside.lookups.push((at, lookup));
        } else {
            point.lookups.list.push(lookup);
        }
    }
    point.aside.explains = true;
}

/// Puts back what was set aside, so that reading can go on.
pub fn release(points: &mut Vec<Point>) {
    for point in points.iter_mut() {
        let aside = core::mem::take(&mut point.aside);
        if let Some((started, ended)) = aside.span {
            (point.started, point.ended) = (started, ended);
        }
        // Where each connection that stayed was before.
        let mut set_aside = aside.connections.iter().map(|(at, _)| *at).peekable();
        let stayed: Vec<u32> = (0..point.connections.len() + aside.connections.len())
            .filter(|at| set_aside.next_if_eq(at).is_none())
            .filter_map(|at| u32::try_from(at).ok())
            .collect();
        for (connection, _) in &mut point.served {
            *connection = stayed.get(*connection as usize).copied().unwrap_or(*connection);
        }
        point.served = restored(core::mem::take(&mut point.served), aside.served);
        point.connections = restored(core::mem::take(&mut point.connections), aside.connections);
        point.lookups.list = restored(core::mem::take(&mut point.lookups.list), aside.lookups);
    }
    parts::whole(points);
}

/// Both lists in one, each entry at the place that it had.
fn restored<L: IntoIterator<Item = T> + FromIterator<T>, T>(kept: L, aside: Vec<(usize, T)>) -> L {
    if aside.is_empty() {
        return kept;
    }
    let mut kept = kept.into_iter();
    let mut all = Vec::with_capacity(kept.size_hint().0 + aside.len());
    for (at, entry) in aside {
        let before = at.saturating_sub(all.len());
        all.extend(kept.by_ref().take(before));
        all.push(entry);
    }
    all.extend(kept);
    all.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_set_aside_comes_back_to_its_place() {
        assert_eq!(restored(alloc::vec![0, 2, 5], alloc::vec![(1, 1), (3, 3), (4, 4), (6, 6)]), [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(restored(alloc::vec![], alloc::vec![(0, 'a'), (1, 'b')]), ['a', 'b']);
    }
}
