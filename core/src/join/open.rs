//! The failed requests that were open at a time, found by what links an attempt to them: on a busy proxy thousands are, and
//! each attempt asks.
//!
//! Each request stands under each of its links, all in one list: those of one link together, in order of their beginning. A tree
//! above the list knows of each part the best that any request in it offers, so that only parts are looked at that may hold a
//! better one than what is found.

use crate::sorting::Sorting as _;
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::ops::Range;

use super::pairing::SLACK;
use crate::time::Timestamp;

/// Entries that have one node of the tree together.
const BLOCK: usize = 16;
/// Requests looked at by one link that fit less well than it says, as one of a group of hosts may that has other addresses.
const MISSES: usize = 2048;

/// What a request offers an attempt; of several, the most that any of them does in each regard.
#[derive(Clone, Copy)]
pub(super) struct Offer {
    /// The time in which its attempts begin.
    pub(super) window: (Timestamp, Timestamp),
    /// The earliest and the latest beginning.
    pub(super) begun: (Timestamp, Timestamp),
    /// The earliest and the latest last packet.
    pub(super) answered: (Timestamp, Timestamp),
    /// From then on none of its attempts is under way; the earliest time where it has none.
    pub(super) free: Timestamp,
    /// Until then the gateway did not know the address of its host.
    pub(super) unknown_until: Timestamp,
    /// An attempt at an address that was given for another name before then may be its.
    pub(super) errands_until: Timestamp,
    /// A bit for each port that is wanted, several ports to a bit.
    pub(super) ports: u64,
}

/// The bit of a port in [`Offer::ports`].
pub(super) fn port_bit(port: u16) -> u64 {
    1 << (port % 64)
}

impl Offer {
    const NONE: Self = Self {
        window: (Timestamp(i64::MAX), Timestamp(i64::MIN)),
        begun: (Timestamp(i64::MAX), Timestamp(i64::MIN)),
        answered: (Timestamp(i64::MAX), Timestamp(i64::MIN)),
        free: Timestamp(i64::MAX),
        unknown_until: Timestamp(i64::MIN),
        errands_until: Timestamp(i64::MIN),
        ports: 0,
    };

    fn or(&self, other: &Self) -> Self {
        let wider =
            |one: (Timestamp, Timestamp), other: (Timestamp, Timestamp)| (one.0.min(other.0), one.1.max(other.1));
        Self {
            window: wider(self.window, other.window),
            begun: wider(self.begun, other.begun),
            answered: wider(self.answered, other.answered),
            free: self.free.min(other.free),
            unknown_until: self.unknown_until.max(other.unknown_until),
            errands_until: self.errands_until.max(other.errands_until),
            ports: self.ports | other.ports,
        }
    }
}

/// How well a request fits an attempt. What failed after the answer cannot explain it; one request has one try at a time; what began
/// before the request was seen is its only where no other one can have caused it; and the attempt begins right after its
/// request, or the answer comes right after its end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Score {
    /// By its link.
    pub(super) fit: u32,
    explains: bool,
    free: bool,
    caused: bool,
    apart: Reverse<i64>,
    /// Which request.
    pub(super) at: usize,
}

impl Score {
    /// Whatever fits by more than an address is better.
    pub(super) const UNFIT: Self =
        Self { fit: 0, explains: true, free: true, caused: true, apart: Reverse(0), at: usize::MAX };

    pub(super) fn with(self, fit: u32) -> Self {
        Self { fit, ..self }
    }
}

/// An attempt that looks for its request.
pub(super) struct Ask {
    pub(super) begun: Timestamp,
    pub(super) ended: Timestamp,
    /// Where the answer lies that comes as soon as it has failed.
    pub(super) prompt: (Timestamp, Timestamp),
    /// When its address was last given for a name.
    pub(super) named: Timestamp,
    pub(super) port: u16,
}

/// What more is asked of requests that have a link.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// Nothing.
    Link,
    /// The same, and an attempt that began earlier but ended in its time may be its.
    Address,
    /// The address is not known, so that time alone tells.
    Time,
    /// The answer came as soon as the attempt had failed.
    Answer,
    /// It has no attempt.
    Rewriting,
}

/// A link by which requests are looked for.
pub(super) struct Way {
    pub(super) link: u32,
    pub(super) by: By,
    /// How well these fit at most,
    pub(super) fit: u32,
    /// and whether the port makes it one more.
    pub(super) port: bool,
}

impl Ask {
    /// How well such a request fits at most; `None` if it does not.
    fn score(&self, way: &Way, offer: &Offer, at: usize) -> Option<Score> {
        let (from, to) = offer.window;
        let fits = match way.by {
            By::Link => from <= self.begun && to >= self.begun,
            By::Address => from <= self.ended && to >= self.begun,
            By::Time => {
                let open = from <= self.begun && to >= self.begun;
                open && offer.unknown_until > self.begun && offer.errands_until > self.named
            }
            By::Answer => {
                let open = from <= self.ended && to >= self.begun;
                open && offer.answered.1 >= self.prompt.0 && offer.answered.0 <= self.prompt.1
            }
            By::Rewriting => from <= self.begun && to.plus(SLACK) >= self.ended && offer.free.0 == i64::MIN,
        };
        let port = way.port && offer.ports & port_bit(self.port) != 0;
        let early = way.by == By::Address && from > self.begun;
        let apart = apart(offer.begun, self.begun).min(apart(offer.answered, self.ended));
        fits.then(|| Score {
            fit: if early { 0 } else { way.fit + u32::from(port) },
            explains: self.ended <= to.plus(SLACK),
            free: offer.free <= self.begun,
            caused: from.plus(SLACK) <= self.begun || way.by == By::Rewriting,
            apart: Reverse(apart),
            at,
        })
    }
}

/// How far a time lies from a span.
fn apart((from, to): (Timestamp, Timestamp), time: Timestamp) -> i64 {
    time.since(to).max(from.since(time)).0.max(0)
}

/// The failed requests in order of their beginning.
pub(super) struct Open {
    offers: Vec<Offer>,
    /// Links, with the requests that have them, in order.
    entries: Vec<(u32, u32)>,
    /// Requests, with the nodes that their entries are in.
    places: Vec<(u32, u32)>,
    /// The first is above all; those below the one at `at` are at `2 * at` and one on; the last half are the blocks.
    nodes: Vec<Offer>,
}

impl Open {
    pub(super) fn new(offers: Vec<Offer>, mut entries: Vec<(u32, u32)>) -> Self {
        entries.order();
        let blocks = entries.len().div_ceil(BLOCK).next_power_of_two();
        let mut places: Vec<(u32, u32)> =
            entries.iter().zip(0..).map(|((_, at), entry)| (*at, (blocks + entry / BLOCK) as u32)).collect();
        places.order();
        places.dedup();
        let mut open = Self { offers, entries, places, nodes: alloc::vec![Offer::NONE; blocks * 2] };
        (1..blocks * 2).rev().for_each(|node| open.renew(node));
        open
    }

    /// Looks again what the requests below a node offer.
    fn renew(&mut self, node: usize) {
        let blocks = self.nodes.len() / 2;
        let offer = match node.checked_sub(blocks) {
            Some(block) => {
                let its = self.entries.iter().skip(block * BLOCK).take(BLOCK);
                its.filter_map(|(_, at)| self.offers.get(*at as usize)).fold(Offer::NONE, |sum, offer| sum.or(offer))
            }
            None => {
                let below = self.nodes.get(node * 2..node * 2 + 2).unwrap_or_default();
                below.iter().fold(Offer::NONE, |sum, offer| sum.or(offer))
            }
        };
        if let Some(known) = self.nodes.get_mut(node) {
            *known = offer;
        }
    }

    /// A request has an attempt that lasts until then.
    pub(super) fn taken(&mut self, at: usize, until: Timestamp) {
        let Some(offer) = self.offers.get_mut(at) else { return };
        if until <= offer.free {
            return;
        }
        offer.free = until;
        let first = self.places.partition_point(|(other, _)| (*other as usize) < at);
        for place in first.. {
            let Some((_, mut node)) = self.places.get(place).copied().filter(|(other, _)| *other as usize == at) else {
                break;
            };
            while node > 0 {
                self.renew(node as usize);
                node /= 2;
            }
        }
    }

    /// How well one request fits, by what is known of it beside its link.
    pub(super) fn score(&self, ask: &Ask, way: &Way, at: usize) -> Option<Score> {
        ask.score(way, self.offers.get(at)?, at)
    }

    /// The request that fits best and better than `best`. `fit` says how well one does by its link.
    pub(super) fn best(
        &self,
        ask: &Ask,
        way: &Way,
        fit: &dyn Fn(usize) -> Option<u32>,
        best: Option<Score>,
    ) -> Option<Score> {
        let start = self.entries.partition_point(|(link, _)| *link < way.link);
        let end = self.entries.partition_point(|(link, _)| *link <= way.link);
        let mut search = Search { open: self, ask, way, its: start..end, fit, best, misses: 0 };
        search.below(1, 0..self.nodes.len() / 2 * BLOCK);
        search.best
    }
}

/// A search among the requests that have a link.
struct Search<'a> {
    open: &'a Open,
    ask: &'a Ask,
    way: &'a Way,
    /// Where those stand.
    its: Range<usize>,
    fit: &'a dyn Fn(usize) -> Option<u32>,
    best: Option<Score>,
    misses: usize,
}

impl Search<'_> {
    /// Looks at the entries below a node, which are these.
    fn below(&mut self, node: usize, entries: Range<usize>) {
        if node < self.open.nodes.len() / 2 {
            let middle = (entries.start + entries.end) / 2;
            let left = (node * 2, entries.start..middle);
            let right = (node * 2 + 1, middle..entries.end);
            let (one, other) = (self.most(&left), self.most(&right));
            let first = if one > other { [(one, left), (other, right)] } else { [(other, right), (one, left)] };
            for (most, (node, entries)) in first {
                if most > self.best && self.misses < MISSES {
                    self.below(node, entries);
                }
            }
            return;
        }
        let its = self.open.entries.get(self.within(&entries)).unwrap_or_default();
        for at in its.iter().map(|(_, at)| *at as usize) {
            let Some(score) = self.open.score(self.ask, self.way, at) else { continue };
            if Some(score) <= self.best || self.misses == MISSES {
                continue;
            }
            let fit = (self.fit)(at);
            self.misses += usize::from(fit.is_none_or(|fit| fit < score.fit));
            self.best = self.best.max(fit.map(|fit| score.with(fit)));
        }
    }

    fn within(&self, entries: &Range<usize>) -> Range<usize> {
        let start = entries.start.max(self.its.start);
        start..entries.end.min(self.its.end).max(start)
    }

    /// The best that a request below a node may be.
    fn most(&self, (node, entries): &(usize, Range<usize>)) -> Option<Score> {
        let last = self.within(entries).next_back()?;
        let (_, at) = self.open.entries.get(last)?;
        self.ask.score(self.way, self.open.nodes.get(*node)?, *at as usize)
    }
}
