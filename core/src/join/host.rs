//! What DNS said of one host. Very many requests may be for it, each with lookups of its own: this is made once.

use crate::sorting::Sorting as _;
use alloc::vec::Vec;
use core::cell::OnceCell;
use core::net::IpAddr;
use core::ops::Range;

use super::Asked;
use crate::capture::lookups::Lookup;
use crate::time::Timestamp;

/// Lookups that are told of for one request: very many may wait for the host at the same time.
const LOOKUPS: usize = 64;
/// Addresses at which connections are looked for.
const ADDRESSES: usize = 1024;

/// A host and its lookups.
#[derive(Default)]
pub(super) struct Host<'a> {
    /// Its addresses in order, and when DNS gave each first.
    pub(super) addresses: Vec<(Timestamp, IpAddr)>,
    lookups: Lookups<'a>,
    /// The same by the requests that they are for.
    by_request: OnceCell<Lookups<'a>>,
    /// When each of it began, also those for no addresses.
    began: Vec<Timestamp>,
}

/// One lookup: when the request was made that it is for, where that counts; when it began; its place among all of the host.
type Entry<'a> = (Option<Timestamp>, Timestamp, usize, &'a Lookup);

/// Lookups for addresses in order of the requests that they are for, and of their beginning.
#[derive(Default)]
struct Lookups<'a> {
    list: Vec<Entry<'a>>,
    /// From each of them on the first that gave an address.
    good: Vec<usize>,
}

impl<'a> Lookups<'a> {
    fn new(mut list: Vec<Entry<'a>>) -> Self {
        list.order_by_key(|(made, began, place, _)| (*made, *began, *place));
        let mut good = alloc::vec![list.len(); list.len()];
        let mut next = list.len();
        for (at, good) in good.iter_mut().enumerate().rev() {
            if list.get(at).is_some_and(|(.., lookup)| lookup.succeeded()) {
                next = at;
            }
            *good = next;
        }
        Self { list, good }
    }

    /// Those for one request that began in a time.
    fn within(&self, made: Option<Timestamp>, from: Timestamp, to: Timestamp) -> Range<usize> {
        let key = |entry: &Entry<'_>| (entry.0, entry.1);
        let start = self.list.partition_point(|entry| key(entry) < (made, from));
        start..self.list.partition_point(|entry| key(entry) <= (made, to)).max(start)
    }

    /// The first or the last of these; and one that gave an address, if any did.
    fn some(&self, within: Range<usize>, last: bool) -> impl Iterator<Item = &Entry<'a>> {
        let near = match last {
            true => within.start.max(within.end.saturating_sub(LOOKUPS))..within.end,
            false => within.start..within.end.min(within.start + LOOKUPS),
        };
        let good = self.good.get(within.start).copied().filter(|good| within.contains(good) && !near.contains(good));
        near.chain(good).filter_map(|at| self.list.get(at))
    }
}

/// In the order in which they were captured.
fn captured<'a>(entries: impl Iterator<Item = Entry<'a>>) -> Vec<&'a Lookup> {
    let mut entries: Vec<(usize, &Lookup)> = entries.map(|(.., place, lookup)| (place, lookup)).collect();
    entries.order_by_key(|(place, _)| *place);
    entries.into_iter().map(|(_, lookup)| lookup).collect()
}

impl<'a> Host<'a> {
    /// Of these addresses, and all its lookups.
    pub(super) fn new(addresses: Vec<(Timestamp, IpAddr)>, lookups: &[&'a Lookup]) -> Self {
        let entry = |(place, lookup): (usize, &&'a Lookup)| Some((None, lookup.first()?.time, place, *lookup));
        let asked = lookups.iter().enumerate().filter(|(_, lookup)| lookup.for_address()).filter_map(entry);
        let began = lookups.iter().filter_map(|lookup| lookup.first()).map(|first| first.time);
        Self { addresses, lookups: Lookups::new(asked.collect()), by_request: OnceCell::new(), began: began.collect() }
    }

    /// Whether this is one of its addresses.
    pub(super) fn has(&self, address: IpAddr) -> bool {
        self.addresses.binary_search_by_key(&address, |(_, known)| *known).is_ok()
    }

    /// Its addresses, for those who ask for something at each of them: of very many the first.
    pub(super) fn each(&self) -> impl Iterator<Item = IpAddr> {
        self.addresses.iter().take(ADDRESSES).map(|(_, address)| *address)
    }

    /// Whether it has more addresses than [`Host::each`] gives.
    pub(super) fn has_more(&self) -> bool {
        self.addresses.len() > ADDRESSES
    }

    /// When its lookups began.
    pub(super) fn began(&self) -> impl Iterator<Item = Timestamp> {
        self.began.iter().copied()
    }

    /// The first of the lookups that began in a time, or the last, with one that gave an address, if any did.
    pub(super) fn asked(&self, from: Timestamp, to: Timestamp, last: bool) -> Vec<&'a Lookup> {
        captured(self.lookups.some(self.lookups.within(None, from, to), last).copied())
    }

    /// The same of those for one request, by when it was made, and of those that no request waits for.
    pub(super) fn asked_for(
        &self,
        (name, requests): (&str, &Asked),
        made: Option<Timestamp>,
        from: Timestamp,
        to: Timestamp,
    ) -> Vec<&'a Lookup> {
        let by_request = self.by_request.get_or_init(|| {
            let all = self.lookups.list.iter();
            Lookups::new(
                all.map(|(_, began, place, lookup)| (requests.latest(name, *began), *began, *place, *lookup)).collect(),
            )
        });
        let nobody = by_request.some(by_request.within(None, from, to), false);
        let own = made.into_iter().flat_map(|made| by_request.some(by_request.within(Some(made), from, to), false));
        captured(nobody.chain(own).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::lookups::Lookups as Table;
    use crate::exchange::Source;
    use crate::protocols::dns::{Message, kind};
    use crate::sparing::Few;
    use core::net::SocketAddr;

    #[test]
    fn of_very_many_lookups_the_one_that_gave_an_address_is_told_of() {
        let (client, server) = (SocketAddr::from(([10, 0, 0, 2], 1024)), SocketAddr::from(([10, 0, 0, 53], 53)));
        let mut table = Table::default();
        for id in 0..200_u16 {
            let good = id == 150;
            let message = |response: bool| Message {
                id,
                response,
                truncated: false,
                rcode: if response && !good { 3 } else { 0 },
                name: "www.example.com".into(),
                kind: kind::A,
                addresses: if response && good { Few::One([192, 0, 2, 1].into()) } else { Few::None },
                alias: false,
                cut: false,
            };
            let (time, number) = (Timestamp::from_parts(id.into(), 0), u64::from(id) * 2 + 1);
            let source = |number| Source { time, file: 0, number, line: false, offset: 0, length: 60 };
            assert!(table.message(client, server, message(false), source(number), 0).is_some());
            assert!(table.message(server, client, message(true), source(number + 1), 0).is_some());
        }
        let lookups: Vec<&Lookup> = table.list.iter().collect();
        let host = Host::new(Vec::new(), &lookups);
        let at = |second: i64| Timestamp::from_parts(second, 0);
        let numbers = |from, to, last| -> Vec<u64> {
            let its = host.asked(at(from), at(to), last);
            its.iter().filter_map(|lookup| lookup.first()).map(|first| first.number / 2).collect()
        };
        assert_eq!(numbers(0, 199, false), (0..64).chain([150]).collect::<Vec<_>>());
        assert_eq!(numbers(0, 199, true), (136..200).collect::<Vec<_>>());
        assert_eq!(numbers(0, 149, true), (86..150).collect::<Vec<_>>());
        assert_eq!(numbers(149, 152, false), [149, 150, 151, 152]);
        assert!(numbers(300, 400, false).is_empty());
    }
}
