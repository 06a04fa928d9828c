//! Names that a gateway could not resolve, where its clients were not captured: the lookup is all there is.

use crate::sorting::Sorting as _;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::by_name::ByName;
use super::{Joined, Names, outcome, plain_name, resolving};
use crate::capture::lookups::Lookup;
use crate::exchange::{Answer, Exchange, Phase};
use crate::protocols::dns::kind;
use crate::time::{Span, Timestamp};

/// An answer so long after a lookup that failed is that of another try.
const NEXT_TRY: Span = Span::seconds(10);
/// A resolver tries a name with its search suffixes within this time.
const SUFFIXES: Span = Span::seconds(5);
/// Lookups of a name within this time belong together: A, AAAA, the next server, a suffix.
const TOGETHER: Span = Span::seconds(30);

/// Makes an exchange of each lookup that failed and that nothing made up for.
pub(super) fn add(lookups: &[&Lookup], dns: &Names<'_>, seen_to: Timestamp, joined: &mut Joined) {
    let failed = |lookup: &&Lookup| lookup.for_address() && !lookup.succeeded();
    if !lookups.iter().any(failed) {
        return;
    }
    let forms = Forms::new(lookups);
    for (number, its) in forms.asked.groups().enumerate().filter(|(_, its)| its.iter().any(failed)) {
        let Some(name) = its.first().map(|lookup| &lookup.name).filter(|name| plain_name(name)) else { continue };
        // By name and not by who asked: one name may be asked for by very many.
        if !forms.suffixed(number, name) {
            let mut its: Vec<&Lookup> = its.iter().copied().filter(|lookup| lookup.for_address()).collect();
            its.order_by_key(|lookup| lookup.asker);
            its.chunk_by(|one, next| one.asker == next.asker).for_each(|group| one_asked(group, dns, seen_to, joined));
        }
    }
}

/// The same of lookups of one name by one host.
fn one_asked(group: &[&Lookup], dns: &Names<'_>, seen_to: Timestamp, joined: &mut Joined) {
    let (good, bad): (Vec<&Lookup>, Vec<&Lookup>) = group.iter().partition(|lookup| lookup.succeeded());
    let mut answered: Vec<Timestamp> = good.iter().filter_map(|good| good.first()).map(|first| first.time).collect();
    answered.order();
    for together in bad.chunk_by(|one, next| apart(one, next) < TOGETHER) {
        if !good.is_empty() && made_up(together, &answered) {
            continue;
        }
        let last = together.iter().filter_map(|lookup| lookup.queries.last().map(|query| query.time)).max();
        let waited = last.map_or(seen_to, |last| seen_to.min(last.plus(Span::seconds(5))));
        let Some(attempt) = dns.failed(together, waited) else { continue };
        if resolving::half_asked(together, &attempt)
            || dns.half_captured(together, &attempt)
            || outcome::unfinished(&attempt, seen_to)
        {
            continue;
        }
        joined.total += 1;
        joined.exchanges.push(Exchange {
            client: None,
            gateway: together.first().map(|lookup| lookup.asker),
            begun: attempt.span.map_or(seen_to, |(begun, _)| begun),
            host: together.first().map(|lookup| lookup.name.clone()),
            port: None,
            method: None,
            target: None,
            answer: Answer::NotSeen,
            attempts: alloc::vec![attempt],
            client_secure: Phase::NotSeen,
            claim: None,
            events: Vec::new(),
            outward: false,
            signs: Default::default(),
            names: Default::default(),
            doubts: Vec::new(),
        });
    }
}

/// Whether one of the answers, in order of time, belongs to lookups that failed: another try, or the other kind of address
/// beside it. One long before or after says nothing of them, unless they ask for IPv6 alone: its A is remembered longer.
fn made_up(failed: &[&Lookup], answered: &[Timestamp]) -> bool {
    let times = || failed.iter().flat_map(|lookup| &lookup.queries).map(|query| query.time);
    let (Some(first), Some(last)) = (times().min(), times().max()) else { return true };
    let only_ipv6 = failed.iter().all(|lookup| lookup.kind == kind::AAAA);
    let from = answered.partition_point(|at| at.plus(SUFFIXES) < first);
    only_ipv6 || answered.get(from).is_some_and(|at| *at <= last.plus(NEXT_TRY))
}

fn apart(one: &Lookup, next: &Lookup) -> Span {
    match (one.first(), next.first()) {
        (Some(one), Some(next)) => next.time.since(one.time),
        _ => Span(i64::MAX),
    }
}

/// The names that were asked for, with and without search suffixes.
struct Forms<'a> {
    asked: ByName<'a>,
    /// When each was asked for, by whom and for what kind of record; in that order within each name.
    when: Vec<(IpAddr, u16, Timestamp)>,
    /// By the number of the name: it resolves.
    good: Vec<bool>,
    /// One that resolves begins with it: a suffix may have been added to it.
    begin: Vec<bool>,
}

impl<'a> Forms<'a> {
    fn new(lookups: &[&'a Lookup]) -> Self {
        let asked = ByName::new(lookups);
        let when = |lookup: &&Lookup| {
            (lookup.asker, lookup.kind, lookup.first().map_or(Timestamp::default(), |first| first.time))
        };
        let mut when: Vec<_> = asked.list().iter().map(when).collect();
        let good: Vec<bool> = asked.groups().map(|its| its.iter().any(|lookup| lookup.succeeded())).collect();
        let mut begin = alloc::vec![false; good.len()];
        for (number, its) in asked.groups().enumerate() {
            if let Some(when) = when.get_mut(asked.range(number)) {
                when.order();
            }
            let name = its.first().filter(|_| good.get(number) == Some(&true)).map_or("", |lookup| &lookup.name);
            for number in beginnings(name).filter_map(|shorter| asked.number(shorter)) {
                if let Some(begin) = begin.get_mut(number) {
                    *begin = true;
                }
            }
        }
        Self { asked, when, good, begin }
    }

    /// A name that was tried with a search suffix, while another form of it resolves.
    fn suffixed(&self, number: usize, name: &str) -> bool {
        // The name as it stands failed as well: it is told, and not its forms with a suffix.
        let bare = |other, shorter| self.near(number, other) && plain_name(shorter);
        let is = |list: &[bool], number: usize| list.get(number) == Some(&true);
        let mut known = beginnings(name).filter_map(|shorter| Some((self.asked.number(shorter)?, shorter)));
        is(&self.begin, number) || known.any(|(other, shorter)| is(&self.good, other) || bare(other, shorter))
    }

    /// One host asked for both within a moment.
    fn near(&self, one: usize, other: usize) -> bool {
        let when = |number| self.when.get(self.asked.range(number)).unwrap_or_default();
        let others = when(other);
        when(one).iter().any(|(asker, kind, at)| {
            let from = others.partition_point(|of| *of <= (*asker, *kind, at.plus(Span(-SUFFIXES.0))));
            others.get(from).is_some_and(|of| *of < (*asker, *kind, at.plus(SUFFIXES)))
        })
    }
}

/// What a name begins with, up to each of its dots.
fn beginnings(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('.').filter_map(|(at, _)| name.get(..at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::lookups::Lookups;
    use crate::exchange::Source;
    use crate::protocols::dns::Message;
    use crate::sparing::Few;
    use core::net::SocketAddr;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_parts(seconds, 0)
    }

    /// Asked for at these seconds; those that are good were answered with an address.
    fn suffixed(asked: &[(&str, i64)], good: &[&str], name: &str) -> bool {
        let (client, server) = (SocketAddr::from(([10, 0, 0, 2], 1024)), SocketAddr::from(([10, 0, 0, 53], 53)));
        let mut lookups = Lookups::default();
        for (id, (asked, seconds)) in (0..).zip(asked) {
            let resolves = good.contains(asked);
            let message = |response: bool| Message {
                id,
                response,
                truncated: false,
                rcode: if response && !resolves { 3 } else { 0 },
                name: (*asked).into(),
                kind: kind::A,
                addresses: if response && resolves { Few::One([192, 0, 2, 1].into()) } else { Few::None },
                alias: false,
                cut: false,
            };
            let number = u64::from(id) * 2 + 1;
            let source = |number| Source { time: at(*seconds), file: 0, number, line: false, offset: 0, length: 60 };
            assert!(lookups.message(client, server, message(false), source(number), 0).is_some());
            assert!(lookups.message(server, client, message(true), source(number + 1), 0).is_some());
        }
        let forms = Forms::new(&lookups.list.iter().collect::<Vec<_>>());
        forms.asked.number(name).is_some_and(|number| forms.suffixed(number, name))
    }

    #[test]
    fn a_suffix_is_one_where_the_name_is_known_without_it() {
        let (bare, corp) = ("www.example.com", "www.example.com.corp");
        // The shorter form resolves, or the longer one does.
        assert!(suffixed(&[(corp, 0), (bare, 90)], &[bare], corp));
        assert!(suffixed(&[("www.example", 0), (bare, 90)], &[bare], "www.example"));
        // Neither does: the name as it stands is told, if it was tried at the same time.
        assert!(suffixed(&[(corp, 4), (bare, 0)], &[], corp));
        assert!(!suffixed(&[(corp, 5), (bare, 0)], &[], corp));
        assert!(!suffixed(&[(corp, 4), (bare, 0)], &[], bare));
        // A name that only begins with the same letters is another one.
        assert!(!suffixed(&[(bare, 0), ("www.example.co", 0)], &["www.example.co"], bare));
    }
}
