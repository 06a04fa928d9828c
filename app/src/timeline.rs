//! The timeline's geometry: from counts to bars, from a pointer or a key to a span of steps.

use gateway_triage_core::time::Timestamp;

use crate::query::{Between, Timeline};

/// Steps picked, both ends included: where picking began, and where it has got to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Stays when the span is extended.
    pub anchor: u32,
    /// Moves.
    pub head: u32,
}

/// How far a page key goes.
const PAGE: u32 = 10;
/// A lane is 100 high; the lowest bar, so that a single failure is seen beside a thousand.
const LOWEST: f64 = 12.0;
/// The highest.
const HIGHEST: f64 = 84.0;

/// The bars of a lane as a path: a step is one wide, a lane 100 high; `most` is the highest count of all lanes.
#[must_use]
pub fn bars(counts: &[u32], most: u32) -> String {
    let mut path = String::new();
    for (step, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let share = f64::from(*count) / f64::from(most.max(1));
        let top = 98.0 - (share * HIGHEST).max(LOWEST);
        path += &format!("M{step}.08 98V{top:.1}H{step}.92V98Z");
    }
    path
}

/// Where on the timeline a moment lies, in steps.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "to a part of a pixel")]
pub fn place(timeline: &Timeline, time: Timestamp) -> f64 {
    let at = time.since(timeline.from).0 as f64 / timeline.step.0.max(1) as f64;
    at.clamp(0.0, f64::from(timeline.steps))
}

/// A line from the beginning to the end of a failure, with a post at each.
#[must_use]
pub fn course(begin: f64, end: f64) -> String {
    format!("M{begin:.3} 4V98H{end:.3}V4")
}

/// The step at a place of an area of this width.
#[must_use]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the steps")]
pub fn step_at(x: f64, width: f64, steps: u32) -> u32 {
    let last = steps.saturating_sub(1);
    ((x / width.max(1.0) * f64::from(steps)).floor().clamp(0.0, f64::from(last))) as u32
}

/// The steps that a time covers; none where it lies outside.
#[must_use]
pub fn spans_of(timeline: &Timeline, (from, to): Between) -> Option<Span> {
    let step = timeline.step.0.max(1);
    let last = i64::from(timeline.steps) - 1;
    let begin = from.since(timeline.from).0.div_euclid(step);
    let end = to.since(timeline.from).0.saturating_sub(1).div_euclid(step);
    if end < 0 || begin > last {
        return None;
    }
    let step = |at: i64| u32::try_from(at.clamp(0, last)).unwrap_or(0);
    Some(Span { anchor: step(begin), head: step(end) })
}

/// What a key does: where the cursor goes, and what is picked then. Arrow keys move what is picked, with Shift they
/// extend it, Enter picks the step at the cursor, Escape clears.
#[must_use]
pub fn key(name: &str, shift: bool, cursor: u32, picked: Option<Span>, steps: u32) -> Option<(u32, Option<Span>)> {
    let last = steps.saturating_sub(1);
    let by = |at: u32| match name {
        "ArrowRight" | "ArrowUp" => Some((at + 1).min(last)),
        "ArrowLeft" | "ArrowDown" => Some(at.saturating_sub(1)),
        "PageUp" => Some((at + PAGE).min(last)),
        "PageDown" => Some(at.saturating_sub(PAGE)),
        "Home" => Some(0),
        "End" => Some(last),
        _ => None,
    };
    match (name, picked) {
        ("Escape", Some(_)) => Some((cursor, None)),
        ("Enter" | " ", _) => Some((cursor, Some(Span { anchor: cursor, head: cursor }))),
        (_, picked) if shift => {
            // What was dragged from left to right and what the keyboard is at need not be the same end.
            let Span { anchor, head } = picked.unwrap_or(Span { anchor: cursor, head: cursor });
            let (anchor, head) = if cursor == anchor { (head, anchor) } else { (anchor, head) };
            let to = by(head)?;
            Some((to, Some(Span { anchor, head: to })))
        }
        (_, None) => Some((by(cursor)?, None)),
        (_, Some(Span { anchor, head })) => {
            let (low, high) = (anchor.min(head), anchor.max(head));
            let to = by(low)?.min(last - (high - low));
            Some((to + (high - low), Some(Span { anchor: to, head: to + (high - low) })))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gateway_triage_core::time;

    fn span(anchor: u32, head: u32) -> Option<Span> {
        Some(Span { anchor, head })
    }

    #[test]
    fn keys_move_extend_and_clear() {
        for (name, shift, cursor, picked, expected) in [
            ("ArrowRight", false, 3, None, Some((4, None))),
            ("ArrowLeft", false, 0, None, Some((0, None))),
            ("ArrowRight", true, 3, None, Some((4, span(3, 4)))),
            ("ArrowRight", true, 4, span(3, 4), Some((5, span(3, 5)))),
            ("ArrowLeft", true, 4, span(3, 4), Some((3, span(3, 3)))),
            ("ArrowLeft", true, 3, span(3, 3), Some((2, span(3, 2)))),
            ("ArrowRight", false, 5, span(3, 5), Some((6, span(4, 6)))),
            ("ArrowRight", false, 9, span(7, 9), Some((9, span(7, 9)))),
            ("Home", false, 5, span(3, 5), Some((2, span(0, 2)))),
            ("Enter", false, 5, None, Some((5, span(5, 5)))),
            ("Escape", false, 5, span(3, 5), Some((5, None))),
            ("Escape", false, 5, None, None),
            ("Tab", true, 5, span(3, 5), None),
        ] {
            assert_eq!(key(name, shift, cursor, picked, 10), expected, "{name} {shift} {cursor} {picked:?}");
        }
    }

    #[test]
    fn what_was_picked_is_found_again() {
        let step = time::Span(time::SECOND);
        let timeline = Timeline { from: Timestamp(0), step, steps: 10, lanes: Vec::new() };
        for (anchor, head) in [(0, 0), (3, 7), (9, 9)] {
            let between = (timeline.begin(anchor), timeline.begin(head + 1));
            assert_eq!(spans_of(&timeline, between), span(anchor, head));
        }
        assert_eq!(spans_of(&timeline, (Timestamp(20 * time::SECOND), Timestamp(30 * time::SECOND))), None);
        assert_eq!(step_at(-5.0, 100.0, 10), 0);
        assert_eq!(step_at(55.0, 100.0, 10), 5);
        assert_eq!(step_at(100.0, 100.0, 10), 9);
    }

    #[test]
    fn a_single_failure_is_seen_beside_a_thousand() {
        let path = bars(&[0, 1, 1_000], 1_000);
        assert_eq!(path, "M1.08 98V86.0H1.92V98ZM2.08 98V14.0H2.92V98Z");
    }
}
