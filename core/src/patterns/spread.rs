//! How the failures of a verdict divide: by client, server, node, status and host.

use crate::sorting::Sorting as _;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

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
type Key = fn(&Failure<'_>) -> Option<String>;

const KEYS: &[(PatternKind, &str, Key)] = &[
    (PatternKind::ByHost, "host", |failure| failure.host.map(ToString::to_string)),
    (PatternKind::ByClient, "client", |failure| failure.client.map(|client| client.to_string())),
    (PatternKind::ByServer, "server", |failure| Some(failure.server.clone()).filter(|server| !server.is_empty())),
    (PatternKind::ByNode, "gateway node", |failure| Some(failure.node.clone()).filter(|node| !node.is_empty())),
    (PatternKind::ByStatus, "status", |failure| failure.status.map(|status| status.to_string())),
];

/// Every division that has more than one part.
pub fn all(group: &Group<'_>) -> Vec<Pattern> {
    if group.failures.len() < FEWEST {
        return Vec::new();
    }
    KEYS.iter().filter_map(|(kind, what, key)| by(group, *kind, what, *key)).collect()
}

fn by(group: &Group<'_>, kind: PatternKind, what: &str, key: Key) -> Option<Pattern> {
    let mut counts: HashMap<String, u64> = HashMap::default();
    for name in group.failures.iter().filter_map(|failure| key(failure)) {
        *counts.entry(name).or_default() += 1;
    }
    if counts.len() < 2 {
        return None;
    }
    let known: u64 = counts.values().sum();
    let mut counts: Vec<Share> = counts.into_iter().map(|(name, count)| Share { name, count }).collect();
    counts.order_by(|one, other| other.count.cmp(&one.count).then_with(|| one.name.cmp(&other.name)));
    let most = counts.first().map_or(0, |share| share.count);
    // Spread evenly over many: that none stands out is what there is to say.
    if counts.len() > NAMED && most * counts.len() as u64 <= known * 3 {
        let text = format!("By {what}: {} of them, at most {most} each.", counts.len());
        counts.truncate(LISTED);
        return Some(Pattern { count: known, counts, ..Pattern::new(kind, text) });
    }
    let mut parts: Vec<String> =
        counts.iter().take(NAMED).map(|share| format!("{} {}", share.name, share.count)).collect();
    if counts.len() > NAMED {
        let rest: u64 = counts.iter().skip(NAMED).map(|share| share.count).sum();
        parts.push(format!("{} others {rest}", counts.len() - NAMED));
    }
    counts.truncate(LISTED);
    let text = format!("By {what}: {}.", parts.join(", "));
    Some(Pattern { count: known, counts, ..Pattern::new(kind, text) })
}
