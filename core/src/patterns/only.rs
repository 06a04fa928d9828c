//! Only this host, this client, this server, this node: everything that failed is of it, while much else went well.
//!
//! That must be no chance: if failures struck any request with equal odds, all of them being of this one must be less likely
//! than [`CHANCE`]. A client is compared with others that wanted the same host, as far as the counts allow to tell.

use crate::sorting::Sorting as _;
use alloc::format;
use alloc::string::{String, ToString};

use super::failure::Failure;
use super::tally::{By, Count};
use super::{Group, words};
use crate::report::{Pattern, PatternKind};

/// Fewer failures show nothing.
const FEWEST: usize = 3;
/// So much must have gone well elsewhere.
const ELSEWHERE: u64 = 10;
/// Others to compare with.
const OTHERS: u64 = 2;
/// One in a hundred.
const CHANCE: f64 = 0.01;
/// Failures beyond this make no chance smaller.
const FACTORS: u64 = 200;

/// How likely it is that all failures are of one among these by chance.
fn chance(failures: u64, own: u64, others: u64) -> f64 {
    let (own, all) = (failures + own, failures + own + others);
    (0..failures.min(FACTORS))
        .fold(1.0, |odds, n| odds * own.saturating_sub(n) as f64 / all.saturating_sub(n).max(1) as f64)
}

fn no_chance(group: &Group<'_>, own: u64, others: u64) -> bool {
    group.failures.len() >= FEWEST && others >= ELSEWHERE && chance(group.count(), own, others) <= CHANCE
}

/// All failures here are of this one, and of those `among` which it is looked for no other is in this time; failures of
/// which that is not known speak against it as well. Those of clients do not, beside others.
fn alone(group: &Group<'_>, among: impl Fn(&Failure<'_>) -> bool, own: impl Fn(&Failure<'_>) -> bool) -> bool {
    let all = group.scene.failures;
    let from = all.partition_point(|failure| failure.time < group.first);
    let to = all.partition_point(|failure| failure.time <= group.last);
    let of_clients = group.failures.iter().any(|failure| failure.of_client());
    let mut met = all.get(from..to).unwrap_or_default().iter();
    group.failures.iter().all(|failure| own(failure))
        && met.all(|failure| own(failure) || !among(failure) || failure.of_client() && !of_clients)
}

/// Only this host.
pub fn host(group: &Group<'_>) -> Option<Pattern> {
    let host = group.host()?;
    if !alone(group, |_| true, |failure| failure.host == Some(host)) {
        return None;
    }
    let share = group.scene.beside.share(By::Host, host, group.first, group.last);
    if !share.known || share.names < OTHERS || !no_chance(group, share.own.all(), share.others.all()) {
        return None;
    }
    let own = match share.own.all() {
        0 => String::new(),
        own => format!(" ({own} other {} for it went well)", words::noun(own, "request", "requests")),
    };
    let others = words::names(share.names, share.more, "other host", "other hosts");
    let text =
        format!("Only {host} is affected{own}; {} to {others} went well in that time.", words::count(share.others));
    Some(pattern(group, PatternKind::OnlyHost, text, share.others, Some(share.names)))
}

/// Only this client.
pub fn client(group: &Group<'_>) -> Option<Pattern> {
    let client = group.failures.first()?.client?;
    let host = group.host();
    let same_host = |failure: &Failure<'_>| host.is_none() || failure.host == host;
    if !alone(group, same_host, |failure| failure.client == Some(client)) {
        return None;
    }
    let name = client.to_string();
    compared(
        group,
        By::Client,
        &name,
        host,
        PatternKind::OnlyClient,
        &Wording {
            subject: format!("Only the client {name} is affected"),
            one: "other client",
            many: "other clients",
            of: "of",
            of_host: "by",
            fewest: OTHERS,
        },
    )
}

/// Only this server of the gateway.
pub fn server(group: &Group<'_>) -> Option<Pattern> {
    let name = group.failures.first().map(|failure| failure.server.clone()).filter(|name| !name.is_empty())?;
    let host = group.host();
    let same_host = |failure: &Failure<'_>| host.is_none() || failure.host == host;
    if !alone(group, same_host, |failure| failure.server == name) {
        return None;
    }
    compared(
        group,
        By::Server,
        &name,
        host,
        PatternKind::OnlyServer,
        &Wording {
            subject: format!("Only the server {name} is affected"),
            one: "other server",
            many: "other servers",
            of: "through",
            of_host: "through",
            fewest: 1,
        },
    )
}

struct Wording {
    subject: String,
    one: &'static str,
    many: &'static str,
    of: &'static str,
    of_host: &'static str,
    fewest: u64,
}

/// Compares one name with others; where all failures wanted one host, with others that wanted it as well. Of these only the
/// least number is known: what went well for the host, less all that went well under this name.
fn compared(
    group: &Group<'_>,
    by: By,
    name: &str,
    host: Option<&str>,
    kind: PatternKind,
    words: &Wording,
) -> Option<Pattern> {
    let beside = group.scene.beside;
    let share = beside.share(by, name, group.first, group.last);
    if !share.known || share.names < words.fewest {
        return None;
    }
    let of_host = host.map(|host| beside.share(By::Host, host, group.first, group.last));
    // Failures at several hosts, or hosts that nothing tells apart: all that went well counts.
    let every = of_host.is_none_or(|of_host| of_host.others.all() == 0 && of_host.own.all() >= share.others.all());
    let (others, text) = if every {
        let others = super::words::names(share.names, share.more, words.one, words.many);
        let text = format!(
            "{}; {} {} {others} went well in that time.",
            words.subject,
            super::words::count(share.others),
            words.of
        );
        (share.others, text)
    } else {
        let (host, of_host) = host.zip(of_host)?;
        let least = of_host.own.minus(share.own);
        let text = format!(
            "{}; at least {} for {host} {} {} went well in that time.",
            words.subject,
            super::words::count(least),
            words.of_host,
            words.many
        );
        (least, text)
    };
    if !no_chance(group, share.own.all().min(of_host.map_or(u64::MAX, |of_host| of_host.own.all())), others.all()) {
        return None;
    }
    Some(pattern(group, kind, text, others, Some(share.names)))
}

/// Only this node of the gateway: others of its kind served the same at the same time.
pub fn node(group: &Group<'_>) -> Option<Pattern> {
    let node = group.failures.first().map(|failure| failure.node.as_str()).filter(|node| !node.is_empty())?;
    if !alone(group, |_| true, |failure| failure.node == node) {
        return None;
    }
    let parts = &group.scene.beside.parts;
    // A node of which nothing went well is of the kind that all others are.
    let own = parts.iter().find(|part| part.node == node).or(parts.first())?;
    let known = own.node == node || parts.iter().all(|part| part.format == own.format);
    let format = Some(own.format).filter(|_| known)?;
    let host = group.host();
    let well = |part: &super::Part<'_>| match host {
        Some(host) if part.named(By::Host, group.first, group.last).all() > 0 => {
            part.of(By::Host, host, group.first, group.last)
        }
        _ => part.named(By::Client, group.first, group.last),
    };
    let (mut own, mut others, mut names) = (Count::default(), Count::default(), alloc::vec::Vec::new());
    for part in parts.iter().filter(|part| part.format == format) {
        let count = well(part);
        if part.node == node {
            own = own.plus(count);
        } else if count.all() > 0 {
            others = others.plus(count);
            names.push(part.node.as_str());
        }
    }
    names.order();
    names.dedup();
    if names.is_empty() || !no_chance(group, own.all(), others.all()) {
        return None;
    }
    let on = match names.as_slice() {
        [one] => (*one).to_string(),
        [one, other] => format!("{one} and {other}"),
        many => format!("{} others", many.len()),
    };
    let wanted = host.map(|host| format!(" for {host}")).unwrap_or_default();
    let text = format!(
        "Only the gateway node {node} is affected; {}{wanted} went well on {on} in that time.",
        words::count(others)
    );
    Some(pattern(group, PatternKind::OnlyNode, text, others, Some(names.len() as u64)))
}

fn pattern(group: &Group<'_>, kind: PatternKind, text: String, well: Count, others: Option<u64>) -> Pattern {
    Pattern { count: group.count(), went_well: Some(well.all()), others, ..Pattern::new(kind, text) }
}
