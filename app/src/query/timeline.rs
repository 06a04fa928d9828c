//! How many requests failed when, by what failed.

use gateway_triage_core::sorting::Sorting as _;
use std::collections::BTreeMap;

use gateway_triage_core::report::Report;
use gateway_triage_core::time::{SECOND, Span, Timestamp};

use super::{Between, Lane, Timeline};

/// Steps that people count time in, from a microsecond to 30 days, in nanoseconds.
const STEPS: [i64; 33] = {
    const MINUTE: i64 = 60 * SECOND;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    [
        SECOND / 1_000_000,
        SECOND / 500_000,
        SECOND / 200_000,
        SECOND / 100_000,
        SECOND / 50_000,
        SECOND / 20_000,
        SECOND / 10_000,
        SECOND / 5_000,
        SECOND / 2_000,
        SECOND / 1_000,
        SECOND / 500,
        SECOND / 200,
        SECOND / 100,
        SECOND / 50,
        SECOND / 20,
        SECOND / 10,
        SECOND / 5,
        SECOND / 2,
        SECOND,
        2 * SECOND,
        5 * SECOND,
        10 * SECOND,
        30 * SECOND,
        MINUTE,
        2 * MINUTE,
        5 * MINUTE,
        10 * MINUTE,
        30 * MINUTE,
        HOUR,
        3 * HOUR,
        12 * HOUR,
        DAY,
        30 * DAY,
    ]
};

/// The timeline of a report's failures, in at most `most` steps.
#[must_use]
pub fn timeline(report: &Report, window: Option<Between>, most: u32) -> Option<Timeline> {
    let (begin, end) = window.or_else(|| span(report))?;
    let (from, step, steps) = divide(begin, end, most.clamp(1, 1_000));
    let mut lanes = BTreeMap::new();
    for finding in &report.findings {
        let Ok(at) = usize::try_from(finding.time.since(from).0.div_euclid(step.0)) else { continue };
        if at >= steps as usize {
            continue;
        }
        let lane = lanes.entry(finding.category).or_insert_with(|| Lane {
            category: finding.category,
            total: 0,
            first: finding.time,
            last: finding.time,
            counts: vec![0; steps as usize],
        });
        lane.total += 1;
        lane.first = lane.first.min(finding.time);
        lane.last = lane.last.max(finding.time);
        if let Some(count) = lane.counts.get_mut(at) {
            *count += 1;
        }
    }
    let mut lanes: Vec<Lane> = lanes.into_values().collect();
    lanes.order_by_key(|lane| (std::cmp::Reverse(lane.total), lane.first));
    Some(Timeline { from, step, steps, lanes })
}

/// From the first to the last moment of the inputs and of the failures.
fn span(report: &Report) -> Option<Between> {
    // Logs may be corrected by their clock; then a failure lies outside of what its file says.
    let starts = report.inputs.iter().filter_map(|input| input.started);
    let ends = report.inputs.iter().filter_map(|input| input.ended);
    let times = || report.findings.iter().map(|finding| finding.time);
    let first = starts.chain(times()).min()?;
    let last = ends.chain(times()).max()?;
    Some((first, last.plus(Span(1))))
}

/// Where the first step begins, how long a step is, and how many there are.
fn divide(begin: Timestamp, end: Timestamp, most: u32) -> (Timestamp, Span, u32) {
    let fits = |step: i64| {
        let from = begin.0.div_euclid(step).saturating_mul(step);
        let steps = end.0.saturating_sub(from).max(1).saturating_add(step - 1) / step;
        u32::try_from(steps).ok().filter(|steps| *steps <= most).map(|steps| (Timestamp(from), Span(step), steps))
    };
    let whole = end.0.saturating_sub(begin.0).max(1);
    STEPS.into_iter().find_map(fits).unwrap_or((begin, Span((whole / i64::from(most)).saturating_add(1)), most))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).expect("a time")
    }

    #[test]
    fn steps_are_those_that_people_count_in() {
        let begin = at("2026-01-31T13:47:05Z");
        for (end, most, from, step, steps) in [
            ("2026-01-31T13:48:05Z", 60, "2026-01-31T13:47:05Z", SECOND, 60),
            ("2026-01-31T13:48:06Z", 60, "2026-01-31T13:47:04Z", 2 * SECOND, 31),
            ("2026-01-31T14:47:05Z", 100, "2026-01-31T13:47:00Z", 60 * SECOND, 61),
            ("2026-01-31T13:47:05Z", 100, "2026-01-31T13:47:05Z", 1_000, 1),
        ] {
            assert_eq!(divide(begin, at(end), most), (at(from), Span(step), steps), "{end}");
        }
        let ages = divide(Timestamp(i64::MIN / 2), Timestamp(i64::MAX / 2), 10);
        assert_eq!(ages.2, 10, "no step is long enough: the ages are divided evenly");
        assert!(ages.1.0 > 0);
    }

    #[test]
    fn every_failure_is_counted_once() {
        let report = fixture::report();
        for most in [1, 7, 120] {
            let timeline = timeline(&report, None, most).expect("the fixture has times");
            assert!(timeline.steps <= most);
            let counted: u32 = timeline.lanes.iter().flat_map(|lane| &lane.counts).sum();
            assert_eq!(counted as usize, report.findings.len());
            for lane in &timeline.lanes {
                assert_eq!(u64::from(lane.counts.iter().sum::<u32>()), lane.total);
            }
        }
    }

    #[test]
    fn a_window_holds_only_its_own_time() {
        let report = fixture::report();
        let first = report.findings[0].time;
        let window = (first, first.plus(Span(1_000)));
        let timeline = timeline(&report, Some(window), 100).expect("a window");
        let inside = report.findings.iter().filter(|finding| finding.time.since(first).0 < 1_000).count();
        assert_eq!(timeline.lanes.iter().map(|lane| lane.total).sum::<u64>(), inside as u64);
    }
}
