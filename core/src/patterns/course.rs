//! When it was: began and ended within the time of the files, or goes on beyond it; and the worst minute.

use crate::sorting::Sorting as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::tables::HashMap;

use super::tally::{By, Count};
use super::{Group, words};
use crate::report::{Pattern, PatternKind, Share};
use crate::time::{SECOND, Span, Timestamp};

/// Fewer have no course.
const FEWEST: u64 = 3;
/// Files that cover less show no course.
const SHORTEST: Span = Span::seconds(120);
/// From so many failures on a minute is worth telling.
const MANY: usize = 10;
/// Fewer in a minute are no burst.
const LEAST: u64 = 5;
const MINUTE: i64 = 60 * SECOND;
/// So many requests on both sides make a beginning and an end visible.
const AROUND: u64 = 10;

/// Began and ended; `count` failures, also those that are not listed.
pub fn told(group: &Group<'_>, count: u64) -> Option<Pattern> {
    let (from, to) = group.scene.span?;
    if count < FEWEST || to.since(from) < SHORTEST {
        return None;
    }
    let lasted = group.last.since(group.first);
    let gap = (lasted.0 / i64::try_from(count - 1).ok()?).max(SECOND);
    // The next one would have been due.
    let (began, ended) = (group.first.since(from).0 > 3 * gap, to.since(group.last).0 > 3 * gap);
    let (first, last) = (words::clock(group.first, group.scene.span), words::clock(group.last, group.scene.span));
    let when = match (began, ended) {
        _ if lasted < Span::seconds(1) => format!("All {count} were at {first} UTC, within a second."),
        (true, true) => format!("The {count} failures began at {first} and ended at {last} UTC."),
        (true, false) => {
            format!("The {count} failures began at {first} UTC; the last one, at {last}, is near the end of the files.")
        }
        (false, true) => format!(
            "The {count} failures ended at {last} UTC; the first one, at {first}, is near the beginning of the files."
        ),
        (false, false) => return None,
    };
    let around = around(group, from, to).unwrap_or_default();
    Some(Pattern { count, ..Pattern::new(PatternKind::Course, format!("{when}{around}")) })
}

/// What went well before, meanwhile and after, of the same host where hosts are known.
fn around(group: &Group<'_>, from: Timestamp, to: Timestamp) -> Option<String> {
    let beside = group.scene.beside;
    let width = beside.width();
    // Rows that are wide against the failures would count what was before as meanwhile.
    if width.0 == 0 || width.0 * 4 > group.last.since(group.first).0.max(SECOND) {
        return None;
    }
    let host = match group.host() {
        Some(host) if beside.named(By::Host, from, to).all() > 0 => Some(host),
        Some(_) => return None,
        None => None,
    };
    let well = |from: Timestamp, to: Timestamp| {
        if to < from {
            return Count::default();
        }
        match host {
            Some(host) => beside.share(By::Host, host, from, to).own,
            None => beside.named(By::Client, from, to),
        }
    };
    let before = well(from, group.first.plus(Span(-width.0))).all();
    let after = well(group.last.plus(width), to).all();
    let inner = well(group.first.plus(width), group.last.plus(Span(-width.0))).all();
    if before.max(after) < AROUND {
        return None;
    }
    let of = host.map(|host| format!(" for {host}")).unwrap_or_default();
    let said = |count: u64| if count == 0 { "none".into() } else { format!("{count}") };
    Some(format!(
        " Requests{of} that went well: {} before, {} in between, {} after.",
        said(before),
        said(inner),
        said(after)
    ))
}

/// The worst minute.
pub fn minute(group: &Group<'_>) -> Option<Pattern> {
    let lasted = group.last.since(group.first).0;
    if group.failures.len() < MANY || lasted < 3 * MINUTE {
        return None;
    }
    let mut minutes: HashMap<i64, u64> = HashMap::default();
    for failure in &group.failures {
        *minutes.entry(failure.time.0.div_euclid(MINUTE)).or_default() += 1;
    }
    let mut minutes: Vec<(u64, i64)> = minutes.into_iter().map(|(minute, count)| (count, -minute)).collect();
    minutes.order_by(|one, other| other.cmp(one));
    let (most, at) = minutes.first().copied()?;
    let usual = group.count() / (lasted / MINUTE + 1).unsigned_abs().max(1);
    if most < 2 * usual + 2 || most < LEAST || most * 5 < group.count() {
        return None;
    }
    let name = |at: i64| words::minute(Timestamp(-at * MINUTE), group.scene.span);
    let text = format!("The worst minute was {} UTC, with {most} of {} failures.", name(at), group.count());
    let counts = minutes.iter().take(5).map(|(count, at)| Share { name: name(*at), count: *count }).collect();
    Some(Pattern { count: most, counts, ..Pattern::new(PatternKind::ByMinute, text) })
}
