//! Names that a gateway could not resolve, where its clients were not captured: the lookup is all there is.

use crate::sorting::Sorting as _;
use alloc::collections::BTreeMap;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::tables::{HashMap, HashSet};

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
    let mut groups: BTreeMap<(IpAddr, &str), Vec<&Lookup>> = BTreeMap::new();
    for lookup in lookups.iter().filter(|lookup| lookup.for_address() && plain_name(&lookup.name)) {
        groups.entry((lookup.asker, &lookup.name)).or_default().push(lookup);
    }
    let forms = Forms::new(lookups);
    // By name and not by who asked: one name may be asked for by very many.
    let mut suffixed: HashMap<&str, bool> = HashMap::default();
    for ((asker, name), group) in &groups {
        let (good, bad): (Vec<&Lookup>, Vec<&Lookup>) = group.iter().partition(|lookup| lookup.succeeded());
        if bad.is_empty() || *suffixed.entry(name).or_insert_with(|| forms.suffixed(name)) {
            continue;
        }
        let mut answered: Vec<Timestamp> =
            good.iter().filter_map(|good| good.first()).map(|first| first.time).collect();
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
                gateway: Some(*asker),
                begun: attempt.span.map_or(seen_to, |(begun, _)| begun),
                host: Some((*name).to_string()),
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
    /// When each was asked for, by whom and for what kind of record; in that order.
    asked: HashMap<&'a str, Vec<(IpAddr, u16, Timestamp)>>,
    /// Those that resolve.
    good: HashSet<&'a str>,
    /// Names asked for that those begin with: what a suffix may have been added to.
    begin: HashSet<&'a str>,
}

impl<'a> Forms<'a> {
    fn new(lookups: &[&'a Lookup]) -> Self {
        let mut forms = Self { asked: HashMap::default(), good: HashSet::default(), begin: HashSet::default() };
        for lookup in lookups {
            let asked = forms.asked.entry(&lookup.name).or_default();
            asked.extend(lookup.first().map(|first| (lookup.asker, lookup.kind, first.time)));
            if lookup.succeeded() {
                forms.good.insert(&lookup.name);
            }
        }
        forms.settle(&[]);
        forms
    }

    /// All lookups are there; and these names resolve as well.
    fn settle(&mut self, good: &[&'a str]) {
        self.good.extend(good);
        let beginnings = self.good.iter().flat_map(|name| beginnings(name));
        self.begin.extend(beginnings.filter(|name| self.asked.contains_key(name)));
        self.asked.values_mut().for_each(|asked| asked.order());
    }

    /// A name that was tried with a search suffix, while another form of it resolves.
    fn suffixed(&self, name: &str) -> bool {
        // The name as it stands failed as well: it is told, and not its forms with a suffix.
        let bare = |shorter: &str| self.near(name, shorter) && plain_name(shorter);
        self.begin.contains(name) || beginnings(name).any(|shorter| self.good.contains(shorter) || bare(shorter))
    }

    /// One host asked for both within a moment.
    fn near(&self, name: &str, other: &str) -> bool {
        let (Some(these), Some(others)) = (self.asked.get(name), self.asked.get(other)) else { return false };
        these.iter().any(|(asker, kind, at)| {
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

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_parts(seconds, 0)
    }

    fn forms<'a>(asked: &[(&'a str, i64)], good: &[&'a str]) -> Forms<'a> {
        let mut forms = Forms { asked: HashMap::default(), good: HashSet::default(), begin: HashSet::default() };
        for (name, seconds) in asked {
            forms.asked.entry(name).or_default().push((IpAddr::from([10, 0, 0, 2]), kind::A, at(*seconds)));
        }
        forms.settle(good);
        forms
    }

    #[test]
    fn a_suffix_is_one_where_the_name_is_known_without_it() {
        // The shorter form resolves, or the longer one does.
        assert!(
            forms(&[("www.example.com.corp", 0), ("www.example.com", 90)], &["www.example.com"])
                .suffixed("www.example.com.corp")
        );
        assert!(forms(&[("www.example", 0), ("www.example.com", 90)], &["www.example.com"]).suffixed("www.example"));
        // Neither does: the name as it stands is told, if it was tried at the same time.
        assert!(forms(&[("www.example.com.corp", 4), ("www.example.com", 0)], &[]).suffixed("www.example.com.corp"));
        assert!(!forms(&[("www.example.com.corp", 5), ("www.example.com", 0)], &[]).suffixed("www.example.com.corp"));
        assert!(!forms(&[("www.example.com.corp", 4), ("www.example.com", 0)], &[]).suffixed("www.example.com"));
        // A name that only begins with the same letters is another one.
        assert!(
            !forms(&[("www.example.com", 0), ("www.example.co", 0)], &["www.example.co"]).suffixed("www.example.com")
        );
    }
}
