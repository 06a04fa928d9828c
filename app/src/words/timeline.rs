//! What the timeline says.

use gateway_triage_core::sorting::Sorting as _;
use gateway_triage_core::time::{MILLISECOND, SECOND, Timestamp};

use super::count;
use crate::query::Timeline;
use crate::timeline::Span;
use crate::times::{Zone, clock, date_and_second, number, offset_name, range, second};
use crate::verdicts;

pub const TIMELINE: &str = "When requests failed";
pub const AS_TABLE: &str = "As a table";
pub const BRUSH: &str = "Time picked";
pub const BRUSH_HINT: &str = "Drag over the bars to see only that time.";
pub const BRUSH_KEYS: &str =
    "Arrow keys move, Shift and arrow keys extend what is picked, Enter picks one bar, Escape clears.";
pub const LOOK_CLOSER: &str = "Zoom in";
pub const CLEAR_TIME: &str = "All times";
pub const WHOLE_TIME: &str = "Zoom out";

/// How many failures' names are told of one time.
const NAMED: usize = 3;

/// `Show 3 more causes`
#[must_use]
pub fn more_lanes(many: u64) -> String {
    format!("Show {}", count(many, "more cause", "more causes"))
}

/// `13:47:05 – 13:52:10`: when a failure began and ended.
#[must_use]
pub fn begin_and_end(first: Timestamp, last: Timestamp, zone: Zone) -> String {
    if second(first, zone) == second(last, zone) {
        format!("at {}", second(first, zone))
    } else {
        format!("{} – {}", second(first, zone), second(last, zone))
    }
}

/// From the beginning of one step to the end of another.
#[must_use]
pub fn step(timeline: &Timeline, first: u32, last: u32, zone: Zone) -> String {
    let (from, to) = (timeline.begin(first), timeline.begin(last + 1));
    if timeline.step.0 >= SECOND {
        return range(from, to, zone);
    }
    // Milliseconds where steps are whole ones, else microseconds.
    let digits = if timeline.step.0 % MILLISECOND == 0 { 12 } else { 15 };
    let short = |time| clock(time, zone).get(..digits).unwrap_or_default().to_owned();
    format!("{} – {}", short(from), short(to))
}

/// `13:47:00 – 13:48:00: 12 failed requests (…)`
#[must_use]
pub fn failed_in(timeline: &Timeline, span: Span, zone: Zone) -> String {
    let (first, last) = (span.anchor.min(span.head), span.anchor.max(span.head));
    let within = |counts: &[u32]| -> u64 {
        let counts = counts.iter().skip(first as usize).take((last - first + 1) as usize);
        counts.map(|count| u64::from(*count)).sum()
    };
    let mut lanes: Vec<_> = timeline.lanes.iter().map(|lane| (within(&lane.counts), lane.category)).collect();
    lanes.retain(|(count, _)| *count > 0);
    lanes.order_by_key(|(count, _)| std::cmp::Reverse(*count));
    let all: u64 = lanes.iter().map(|(count, _)| count).sum();
    let named = lanes.iter().take(NAMED).map(|(count, id)| format!("{} {}", verdicts::title(*id), number(*count)));
    let mut named: Vec<String> = named.collect();
    if lanes.len() > NAMED {
        named.push(format!("{} more", lanes.len() - NAMED));
    }
    let when = step(timeline, first, last, zone);
    match all {
        0 => format!("{when}: no failed request"),
        all => format!("{when}: {} ({})", count(all, "failed request", "failed requests"), named.join(", ")),
    }
}

/// The whole timeline in a sentence or two.
#[must_use]
pub fn course(timeline: &Timeline, zone: Zone) -> String {
    let whole = range(timeline.from, timeline.begin(timeline.steps), zone);
    let all: u64 = timeline.lanes.iter().map(|lane| lane.total).sum();
    let mut text =
        format!("{} in {whole} {}.", count(all, "failed request", "failed requests"), offset_name(timeline.from, zone));
    for lane in &timeline.lanes {
        let (first, last) = (date_and_second(lane.first, zone), date_and_second(lane.last, zone));
        let when = if first == last { format!("at {first}") } else { format!("from {first} to {last}") };
        text += &format!(" {}: {}, {when}.", verdicts::title(lane.category), number(lane.total));
    }
    text
}

/// What a bar stands for.
#[must_use]
pub fn scale(timeline: &Timeline) -> String {
    let most = timeline.lanes.iter().flat_map(|lane| &lane.counts).max().copied().unwrap_or(0);
    format!("a bar: {}; the highest: {}", timeline.step, number(most.into()))
}
