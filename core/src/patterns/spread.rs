//! How the failures of a verdict divide: by client, server, node, status and host.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cmp::Reverse;

use crate::tables::HashMap;

use super::Group;
use super::failure::Failure;
use crate::report::{Pattern, PatternKind, Share};

/// Fewer are listed anyway.
const FEWEST: usize = 5;
/// Names told one by one.
const NAMED: usize = 3;
/// Names in the numbers.
const LISTED: usize = 10;

/// What a failure is told by.
type Key = for<'a> fn(&'a Failure<'_>) -> Option<Cow<'a, str>>;

const KEYS: &[(PatternKind, &str, Key)] = &[
    (PatternKind::ByHost, "host", |failure| failure.host.map(Cow::Borrowed)),
    (PatternKind::ByClient, "client", |failure| failure.client.map(|client| client.to_string().into())),
    (PatternKind::ByServer, "server", |failure| said(&failure.server)),
    (PatternKind::ByNode, "gateway node", |failure| said(&failure.node)),
    (PatternKind::ByStatus, "status", |failure| failure.status.map(|status| status.to_string().into())),
];

fn said(name: &str) -> Option<Cow<'_, str>> {
    (!name.is_empty()).then_some(Cow::Borrowed(name))
}

/// Every division that has more than one part.
pub fn all(group: &Group<'_>) -> Vec<Pattern> {
    if group.failures.len() < FEWEST {
        return Vec::new();
    }
    KEYS.iter().filter_map(|(kind, what, key)| by(group, *kind, what, *key)).collect()
}

fn by(group: &Group<'_>, kind: PatternKind, what: &str, key: Key) -> Option<Pattern> {
    let mut counts: HashMap<Cow<'_, str>, u64> = HashMap::default();
    for name in group.failures.iter().filter_map(|failure| key(failure)) {
        *counts.entry(name).or_default() += 1;
    }
    if counts.len() < 2 {
        return None;
    }
    let known: u64 = counts.values().sum();
    let parts = counts.len();
    // The first of them, in order: there may be very many.
    let mut most: Vec<(Reverse<u64>, Cow<'_, str>)> = Vec::new();
    for (name, count) in counts {
        let share = (Reverse(count), name);
        let at = most.partition_point(|other| *other < share);
        if at < LISTED {
            most.truncate(LISTED - 1);
            most.insert(at, share);
        }
    }
    let counts: Vec<Share> =
        most.into_iter().map(|(count, name)| Share { name: name.into_owned(), count: count.0 }).collect();
    let most = counts.first().map_or(0, |share| share.count);
    // Spread evenly over many: that none stands out is what there is to say.
    if parts > NAMED && most * parts as u64 <= known * 3 {
        let text = format!("By {what}: {parts} of them, at most {most} each.");
        return Some(Pattern { count: known, counts, ..Pattern::new(kind, text) });
    }
    let named = || counts.iter().take(NAMED);
    let mut told: Vec<String> = named().map(|share| format!("{} {}", share.name, share.count)).collect();
    if parts > NAMED {
        let rest = known - named().map(|share| share.count).sum::<u64>();
        told.push(format!("{} others {rest}", parts - NAMED));
    }
    let text = format!("By {what}: {}.", told.join(", "));
    Some(Pattern { count: known, counts, ..Pattern::new(kind, text) })
}
