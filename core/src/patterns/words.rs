//! Numbers and times as patterns say them.

use alloc::format;
use alloc::string::{String, ToString};

use super::tally::Count;
use crate::time::{MILLISECOND, SECOND, Span, Timestamp};

/// `request` or `requests`.
pub fn noun(count: u64, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

/// `214 requests`, `9 tunnels`, `214 requests and 9 tunnels`.
pub fn count(count: Count) -> String {
    let of = |n: u64, one, many| format!("{n} {}", noun(n, one, many));
    match (count.requests, count.tunnels) {
        (requests, 0) => of(requests, "request", "requests"),
        (0, tunnels) => of(tunnels, "tunnel", "tunnels"),
        (requests, tunnels) => {
            format!("{} and {}", of(requests, "request", "requests"), of(tunnels, "tunnel", "tunnels"))
        }
    }
}

/// `31 other hosts`, `more than 1024 other hosts`.
pub fn names(count: u64, more: bool, one: &'static str, many: &'static str) -> String {
    if more { format!("more than {count} {many}") } else { format!("{count} {}", noun(count, one, many)) }
}

/// `08:10:03`, with the date where the files cover more than a day.
pub fn clock(time: Timestamp, span: Option<(Timestamp, Timestamp)>) -> String {
    let (year, month, day, hour, minute, second, _) = time.civil();
    let dated = span.is_none_or(|(from, to)| to.since(from) > Span::seconds(86_400));
    let date = if dated { format!("{year:04}-{month:02}-{day:02} ") } else { String::new() };
    format!("{date}{hour:02}:{minute:02}:{second:02}")
}

/// Spans as one number: `60.0 s`, or as two: `59.9 to 60.1 s`.
pub fn range(least: Span, most: Span) -> String {
    let (least, most) = (tenths(least), tenths(most));
    if least == most { format!("{least} s") } else { format!("{least} to {most} s") }
}

/// `60.0`, `0.3`; whole seconds from 100 on.
fn tenths(span: Span) -> String {
    let tenths = (span.0 + 50 * MILLISECOND) / (100 * MILLISECOND);
    if span.0 >= 100 * SECOND {
        ((span.0 + SECOND / 2) / SECOND).to_string()
    } else {
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

/// Seconds, for the report's numbers.
pub fn seconds(span: Span) -> f64 {
    (span.0 / MILLISECOND) as f64 / 1000.0
}

/// `08:10`, with the date where the files cover more than a day.
pub fn minute(time: Timestamp, span: Option<(Timestamp, Timestamp)>) -> String {
    let whole = clock(time, span);
    whole.get(..whole.len().saturating_sub(3)).unwrap_or_default().to_string()
}
