//! Failures that recur: every so many seconds, at least five times in a row.
//!
//! A client that asks every so many seconds and fails each time is said to ask so: its rhythm is no sign of the cause.

use crate::sorting::Sorting as _;
use alloc::format;
use alloc::vec::Vec;

use super::tally::By;
use super::{Group, words};
use crate::report::{Pattern, PatternKind};
use crate::time::{SECOND, Span, Timestamp};

/// So many intervals.
const INTERVALS: usize = 5;
/// Shorter ones cannot be told from steady traffic.
const SHORTEST: i64 = 2 * SECOND;
/// Beats that may be missing between two.
const MISSING: i64 = 2;

/// A rhythm that was found.
struct Beat {
    period: Span,
    least: Span,
    most: Span,
    times: usize,
}

/// See the module.
pub fn every(group: &Group<'_>) -> Option<Pattern> {
    let mut times: Vec<Timestamp> = group.failures.iter().map(|failure| failure.time).collect();
    times.order();
    let beat = beat(&times)?;
    let apart = words::range(beat.least, beat.most);
    let period = words::range(beat.period, beat.period);
    let text = if asks(group) {
        let client = group.failures.first()?.client?;
        format!("The client {client} asks every {period} and fails each time ({} times, {apart} apart).", beat.times)
    } else if well_meanwhile(group) >= group.count() {
        let what = if beat.times == times.len() { "A failure comes" } else { "Failures come" };
        let in_bursts = if beat.times == times.len() { "times" } else { "bursts" };
        format!("{what} every {period}: {} {in_bursts}, {apart} apart, while other requests went well.", beat.times)
    } else {
        return None;
    };
    Some(Pattern {
        count: group.count(),
        seconds: Some(words::seconds(beat.period)),
        least: Some(words::seconds(beat.least)),
        most: Some(words::seconds(beat.most)),
        ..Pattern::new(PatternKind::Every, text)
    })
}

/// One client, and nothing of it went well meanwhile.
fn asks(group: &Group<'_>) -> bool {
    let Some(client) = group.failures.first().and_then(|failure| failure.client) else { return false };
    let name = format!("{client}");
    group.failures.iter().all(|failure| failure.client == Some(client))
        && group.scene.beside.share(By::Client, &name, group.first, group.last).own.all() == 0
}

/// What went well in between, of the same host where that is known.
fn well_meanwhile(group: &Group<'_>) -> u64 {
    let beside = group.scene.beside;
    match group.host() {
        Some(host) if beside.named(By::Host, group.first, group.last).all() > 0 => {
            beside.share(By::Host, host, group.first, group.last).own.all()
        }
        _ => beside.named(By::Client, group.first, group.last).all(),
    }
}

/// The rhythm of these times, in order; failures that follow each other closely count as one beat.
fn beat(times: &[Timestamp]) -> Option<Beat> {
    if times.len() <= INTERVALS {
        return None;
    }
    let gaps: Vec<i64> = times.windows(2).filter_map(|two| Some(two.last()?.since(*two.first()?).0)).collect();
    let longest = gaps.iter().copied().max()?;
    let mut long: Vec<i64> = gaps.iter().copied().filter(|gap| *gap >= longest / 4).collect();
    long.order();
    let apart = long.get(long.len() / 2).copied()? / 2;
    let mut beats: Vec<Timestamp> = Vec::new();
    let mut before: Option<Timestamp> = None;
    for time in times {
        if before.is_none_or(|before| time.since(before).0 >= apart) {
            beats.push(*time);
        }
        before = Some(*time);
    }
    if beats.len() <= INTERVALS {
        return None;
    }
    let intervals: Vec<i64> = beats.windows(2).filter_map(|two| Some(two.last()?.since(*two.first()?).0)).collect();
    let mut sorted = intervals.clone();
    sorted.order();
    let period = sorted.get(sorted.len() / 2).copied().filter(|period| *period >= SHORTEST)?;
    let coarse = times.iter().all(|time| time.0 % SECOND == 0);
    let give = (period / 20).max(if coarse { SECOND } else { SECOND / 4 });
    // What lies between the beats speaks against them.
    let mut latest = beats.iter();
    let mut of: Option<Timestamp> = None;
    let mut next = latest.next();
    for time in times {
        while let Some(beat) = next.filter(|beat| *beat <= time) {
            of = Some(*beat);
            next = latest.next();
        }
        if of.is_none_or(|beat| time.since(beat).0 * 5 > period) {
            return None;
        }
    }
    // A give as wide as the period itself would find a rhythm in anything.
    if give * 5 > period {
        return None;
    }
    let mut single: Vec<i64> = Vec::new();
    for interval in &intervals {
        let beats = (interval + period / 2) / period;
        if !(1..=1 + MISSING).contains(&beats) || (interval - beats * period).abs() > give {
            return None;
        }
        if beats == 1 {
            single.push(*interval);
        }
    }
    single.order();
    (single.len() >= INTERVALS && single.len() * 5 >= intervals.len() * 4).then_some(Beat {
        period: Span(period),
        least: Span(single.first().copied()?),
        most: Span(single.last().copied()?),
        times: beats.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(seconds: &[f64]) -> Option<(i64, usize)> {
        let times: Vec<Timestamp> = seconds.iter().map(|s| Timestamp((s * 1000.0) as i64 * 1_000_000)).collect();
        beat(&times).map(|beat| (beat.period.0 / SECOND, beat.times))
    }

    #[test]
    fn five_intervals_that_agree() {
        assert_eq!(found(&[0.0, 60.2, 120.1, 180.3, 240.0, 300.1]), Some((60, 6)));
        assert_eq!(found(&[0.0, 60.2, 120.1, 180.3, 240.0]), None, "too few");
        assert_eq!(found(&[0.0, 60.2, 140.1, 180.3, 240.0, 300.1]), None, "one is elsewhere");
        assert_eq!(found(&[0.0, 60.0, 120.0, 240.0, 300.0, 360.0, 420.0]), Some((60, 7)), "one is missing");
        assert_eq!(found(&[0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0]), None, "steady traffic");
    }

    #[test]
    fn bursts_are_one_beat_each() {
        let bursts: Vec<f64> =
            (0..7).flat_map(|n| [0.0, 0.3, 1.1, 2.0].map(|more| f64::from(n) * 300.0 + more)).collect();
        assert_eq!(found(&bursts), Some((300, 7)));
    }

    #[test]
    fn random_times_have_no_rhythm() {
        let mut state = 7_u64;
        for _ in 0..500 {
            let mut at = 0.0;
            let times: Vec<f64> = (0..12)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    at += 1.0 + (state >> 40) as f64 / 200_000.0;
                    at
                })
                .collect();
            assert_eq!(found(&times), None, "{times:?}");
        }
    }
}
