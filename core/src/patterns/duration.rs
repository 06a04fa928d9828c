//! All took equally long: a timer ended them. Where the clients left, it is a timer of the client's or of a hop before the
//! gateway, and what the gateway notes as a client's leaving is a timeout there.

use crate::sorting::Sorting as _;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;

use super::tally::By;
use super::{Group, words};
use crate::categories::Id;
use crate::products;
use crate::report::{Pattern, PatternKind};
use crate::time::{MILLISECOND, SECOND, Span};

/// Fewer show nothing.
const FEWEST: usize = 5;
/// Shorter ones are no timer's: a refusal takes a round trip, whenever it comes.
const SHORTEST: Span = Span::seconds(1);
/// A client of so many hundredths of all requests stands before others.
const MOST: u64 = 90;
/// Of so many requests at least.
const OF: u64 = 50;

/// The durations that agree: shortest, longest, how many of how many.
struct Agreed {
    least: Span,
    most: Span,
    middle: Span,
    count: usize,
}

fn agreed(group: &Group<'_>) -> Option<Agreed> {
    let mut took: Vec<i64> = group.failures.iter().filter_map(|failure| failure.took).map(|span| span.0).collect();
    // Those of which it is not known may be different.
    if took.len() < FEWEST || took.len() * 10 < group.failures.len() * 8 {
        return None;
    }
    took.order();
    let middle = took.get(took.len() / 2).copied().filter(|middle| *middle >= SHORTEST.0)?;
    // A log of whole seconds, or of milliseconds.
    let coarse = took.iter().all(|span| span % SECOND == 0);
    let give = (middle / 50).max(if coarse { SECOND } else { 250 * MILLISECOND });
    let within: Vec<i64> = took.iter().copied().filter(|span| (span - middle).abs() <= give).collect();
    (within.len() >= FEWEST && within.len() * 10 >= took.len() * 9).then_some(Agreed {
        least: Span(within.first().copied()?),
        most: Span(within.last().copied()?),
        middle: Span(middle),
        count: within.len(),
    })
}

/// See the module.
pub fn same(group: &Group<'_>) -> Option<Pattern> {
    if group.category == Id::ClientAbort {
        return hop(group);
    }
    let found = agreed(group)?;
    let category = group.category;
    let took = words::range(found.least, found.most);
    let why = match products::timer_hint(group.scene.product, category, found.middle) {
        Some(hint) => format!("a timer ended them. {hint}"),
        None if by_waiting(category) => "a timer ended them.".to_string(),
        None => "something waits as long each time, a timer or tries again.".to_string(),
    };
    let text = format!("{} failed after {took}: {why}", all_of(&found, group));
    Some(timed(PatternKind::SameDuration, text, &found))
}

/// Failures that somebody's giving up makes.
fn by_waiting(category: Id) -> bool {
    category.category().is_some_and(|category| category.absence)
        || matches!(category, Id::ResponseTimeout | Id::ResponseStalled)
}

/// `All 12`, `11 of 12`.
fn all_of(found: &Agreed, group: &Group<'_>) -> String {
    let all = group.failures.len();
    if found.count == all { format!("All {all}") } else { format!("{} of {all}", found.count) }
}

fn timed(kind: PatternKind, text: String, found: &Agreed) -> Pattern {
    Pattern {
        count: found.count as u64,
        seconds: Some(words::seconds(found.middle)),
        least: Some(words::seconds(found.least)),
        most: Some(words::seconds(found.most)),
        ..Pattern::new(kind, text)
    }
}

/// Clients that left at one time, or that are no end users.
fn hop(group: &Group<'_>) -> Option<Pattern> {
    let found = agreed(group);

    let before = stands_before(group);
    let mark = match group.failures.first().and_then(|failure| failure.status) {
        Some(status @ (460 | 499)) => format!("What is {status} here is 504 there"),
        _ => "What is a client that left here is a timeout there".to_string(),
    };
    let cause = format!("{mark}: the upstream, which had not answered by then, is the cause.");
    match (found, before) {
        (Some(found), before) => {
            let took = words::range(found.least, found.most);
            let whose = before.unwrap_or_else(|| {
                "That is a timer of the client's, or of a proxy, load balancer or CDN before this gateway.".to_string()
            });
            let defaults = products::hop_timers(found.middle);
            let defaults = if defaults.is_empty() {
                String::new()
            } else {
                format!(" Defaults of this length: {}.", defaults.join(", "))
            };
            let text = format!("{} were given up after {took}. {whose}{defaults} {cause}", all_of(&found, group));
            Some(timed(PatternKind::HopTimer, text, &found))
        }
        (None, Some(before)) => {
            let text = format!("{before} It gave up here, for its own timer or since its own client left. {cause}");
            Some(Pattern { count: group.count(), ..Pattern::new(PatternKind::HopTimer, text) })
        }
        _ => None,
    }
}

/// Why the clients are proxies, load balancers or a CDN, as a sentence.
fn stands_before(group: &Group<'_>) -> Option<String> {
    let mut clients: Vec<IpAddr> = group.failures.iter().map(|failure| failure.client).collect::<Option<_>>()?;
    clients.order_by_key(ToString::to_string);
    clients.dedup();
    let names: Vec<String> = clients.iter().take(3).map(ToString::to_string).collect();
    let who = match (names.as_slice(), clients.len()) {
        ([one], _) => format!("The client {one} is"),
        (_, 2 | 3) => format!("The clients {} are", names.join(" and ")),
        (_, many) => format!("The {many} clients are"),
    };
    let one = clients.len() == 1;
    if group.failures.iter().all(|failure| failure.forwarded) {
        let what = if one { "a gateway itself: its" } else { "gateways themselves: their" };
        return Some(format!("{who} {what} requests carry Via, Forwarded or X-Forwarded-For."));
    }
    if clients.iter().all(|client| group.scene.beside.hops.binary_search(client).is_ok()) {
        let what = if one { "a load balancer: it sends" } else { "load balancers: they send" };
        return Some(format!("{who} {what} health checks as well."));
    }
    let client = clients.first().filter(|_| one)?;
    let (from, to) = group.scene.span?;
    let share = group.scene.beside.share(By::Client, &client.to_string(), from, to);
    let failed = group.scene.failures.iter();
    let (own, all) = failed.fold((0_u64, 0_u64), |(own, all), failure| {
        (own + u64::from(failure.client == Some(*client)), all + u64::from(failure.client.is_some()))
    });
    let (own, all) = (own + share.own.all(), all + share.own.all() + share.others.all());
    let hosts = group.scene.beside.share(By::Host, "", from, to).names;
    // One user may be the only one; a user does not ask for many sites of one server's.
    (share.known && all >= OF && own * 100 >= all * MOST && (share.names > 0 || hosts > 1)).then(|| {
        format!("The client {client} made {own} of all {all} requests: as a proxy, load balancer or CDN before this gateway does.")
    })
}
