//! What every log of Cisco's AsyncOS begins with, and how its lines write their time.

use super::fields::number;
use super::{Layout, times};
use crate::time::{SECOND, Span, Timestamp};

/// A line that the appliance writes at the top of a log, or about the log itself: `Info: Begin Logfile`,
/// `Info: Version: 12.0.0-478 SN: …`, `Info: Time offset from UTC: -25200 seconds`. Takes the offset over: times of such a
/// log are the appliance's own, and stand so far ahead of UTC. Times that count from the epoch do not.
pub fn notice(line: &str, layout: &mut Layout) -> bool {
    let Some(at) = memchr::memmem::find(line.as_bytes(), b"Info: ") else { return false };
    let text = line.get(at + 6..).unwrap_or_default();
    if let Some(seconds) = text.strip_prefix("Time offset from UTC: ").and_then(|rest| rest.split(' ').next()) {
        let (sign, digits) = seconds.strip_prefix('-').map_or((1, seconds), |digits| (-1, digits));
        let seconds = number(digits).and_then(|n| i64::try_from(n).ok()).filter(|n| *n <= 15 * 3600);
        layout.zone = seconds.map(|n| Span(sign * n * SECOND)).or(layout.zone);
    }
    true
}

/// The time before `Info:`, with the offset from UTC where it is written: `Mon May 04 12:59:59 2020` or
/// `04 May 2020 12:59:59 (GMT+5:00)`, behind whatever a transport put there.
pub fn time(before: &str) -> Option<(Timestamp, Option<Span>)> {
    let before = before.trim_end();
    if let Some((rest, zone)) = before.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (GMT")) {
        let local = times::day_first(tail(rest, 20)?)?;
        return Some((local, Some(offset(zone)?)));
    }
    Some((times::apache(tail(before, 24)?)?, None))
}

/// `+5:00`, `-1:00`, and nothing for GMT itself.
fn offset(zone: &str) -> Option<Span> {
    if zone.is_empty() {
        return Some(Span(0));
    }
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let part = |text: &str| number(text).and_then(|n| i64::try_from(n).ok()).filter(|n| *n < 60);
    Some(Span(sign * (part(hours)? * 3600 + part(minutes)? * 60) * SECOND))
}

fn tail(text: &str, length: usize) -> Option<&str> {
    text.get(text.len().checked_sub(length)?..)
}
