//! Names that a gateway could not resolve, where its clients were not captured: the lookup is all there is.

use crate::sorting::Sorting as _;
use alloc::collections::BTreeMap;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::net::IpAddr;

use crate::tables::{HashMap, HashSet};

use super::{Joined, Names, outcome, plain_name, resolving};
use crate::capture::lookups::Lookup;
use crate::exchange::{Answer, Exchange, Phase, Signs};
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
    for ((asker, name), group) in &groups {
        let (good, bad): (Vec<&Lookup>, Vec<&Lookup>) = group.iter().partition(|lookup| lookup.succeeded());
        if bad.is_empty() || forms.suffixed(name) {
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
                signs: Signs::default(),
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
    /// How those begin: all that a suffix may have been added to.
    begin: HashSet<&'a str>,
}

impl<'a> Forms<'a> {
    fn new(lookups: &[&'a Lookup]) -> Self {
        let mut forms = Self { asked: HashMap::default(), good: HashSet::default(), begin: HashSet::default() };
        for lookup in lookups {
            let asked = forms.asked.entry(&lookup.name).or_default();
            asked.extend(lookup.first().map(|first| (lookup.asker, lookup.kind, first.time)));
            if lookup.succeeded() && forms.good.insert(&lookup.name) {
                forms.begin.extend(beginnings(&lookup.name));
            }
        }
        forms.asked.values_mut().for_each(|asked| asked.order());
        forms
    }

    /// A name that was tried with a search suffix, while another form of it resolves.
    fn suffixed(&self, name: &str) -> bool {
        // The name as it stands failed as well: it is told, and not its forms with a suffix.
        let bare = |shorter: &str| plain_name(shorter) && self.near(name, shorter);
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
