//! Points in time and spans, as captures and logs write them.
//!
//! Non-goals: time zones by name, calendars other than the proleptic Gregorian one, leap seconds.

use core::fmt;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Nanoseconds since 1970-01-01T00:00:00Z; negative before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// A span in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Span(pub i64);

/// Nanoseconds in a second.
pub const SECOND: i64 = 1_000_000_000;
/// Nanoseconds in a millisecond.
pub const MILLISECOND: i64 = 1_000_000;

/// The earliest and the latest point in time that data can say, in nanoseconds: 1823 and 2116. Times of damaged files lie
/// anywhere; within these, a span on either side still is a number.
const FARTHEST: i64 = i64::MAX / 2;

/// The longest time between two points in time, some eighteen years: a few times as much still is a number.
pub const LONGEST: Span = Span(i64::MAX / 16);

impl Timestamp {
    /// From whole seconds and nanoseconds since the epoch; clamps what does not fit.
    #[must_use]
    pub fn from_parts(seconds: i64, nanoseconds: i64) -> Self {
        Self::from_nanoseconds(seconds.saturating_mul(SECOND).saturating_add(nanoseconds))
    }

    /// From nanoseconds since the epoch; clamps what no clock says, before 1823 and after 2116.
    #[must_use]
    pub fn from_nanoseconds(nanoseconds: i64) -> Self {
        Self(nanoseconds.clamp(-FARTHEST, FARTHEST))
    }

    /// From a civil date and time, UTC. `month` and `day` count from 1; `None` if no such date exists.
    #[must_use]
    pub fn from_civil(
        year: i64,
        month: u32,
        day: u32,
        hour: u32,
        minute: u32,
        second: u32,
        nanosecond: u32,
    ) -> Option<Self> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let last = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        let whole = (1..=9999).contains(&year)
            && (1..=last).contains(&day)
            && hour < 24
            && minute < 60
            && second <= 60
            && nanosecond < 1_000_000_000;
        if !whole {
            return None;
        }
        let days = days_from_civil(year, month, day);
        let seconds = days * 86_400 + i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
        Some(Self::from_parts(seconds, i64::from(nanosecond)))
    }

    /// Time since `earlier`; negative when `earlier` is the later one. At most [`LONGEST`]: times of damaged files lie
    /// anywhere, and whoever reckons with a span need not think of them.
    #[must_use]
    pub fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0).clamp(-LONGEST.0, LONGEST.0))
    }

    /// This point moved by a span.
    #[must_use]
    pub fn plus(self, span: Span) -> Self {
        Self::from_nanoseconds(self.0.saturating_add(span.0))
    }

    /// Reads RFC 3339, such as `2026-01-31T13:47:05.123456Z` or with `+01:00`; `None` if it is none.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let number = |from: usize, to: usize| -> Option<u32> {
            bytes.get(from..to).and_then(|b| core::str::from_utf8(b).ok()).and_then(|t| t.parse().ok())
        };
        let is = |at: usize, what: &[u8]| bytes.get(at).is_some_and(|b| what.contains(b));
        if !(is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":") && is(16, b":")) {
            return None;
        }
        let mut at = 19;
        let mut nanos = 0_u32;
        if is(at, b".,") {
            at += 1;
            let mut scale = 100_000_000;
            while let Some(digit) = bytes.get(at).filter(|b| b.is_ascii_digit()) {
                nanos += u32::from(digit - b'0') * scale;
                scale /= 10;
                at += 1;
            }
        }
        let offset = match bytes.get(at) {
            Some(b'Z' | b'z') => 0,
            Some(sign @ (b'+' | b'-')) => {
                let hours = i64::from(number(at + 1, at + 3)?);
                let minutes = i64::from(number(at + 4, at + 6).or_else(|| number(at + 3, at + 5))?);
                (hours * 3600 + minutes * 60) * if *sign == b'-' { -1 } else { 1 }
            }
            _ => return None,
        };
        let local = Self::from_civil(
            i64::from(number(0, 4)?),
            number(5, 7)?,
            number(8, 10)?,
            number(11, 13)?,
            number(14, 16)?,
            number(17, 19)?,
            nanos,
        )?;
        Some(Self(local.0.saturating_sub(offset * SECOND)))
    }

    /// Year, month, day, hour, minute, second (UTC) and nanosecond.
    #[must_use]
    pub fn civil(self) -> (i64, u32, u32, u32, u32, u32, u32) {
        let seconds = self.0.div_euclid(SECOND);
        let nanos = self.0.rem_euclid(SECOND);
        let days = seconds.div_euclid(86_400);
        let of_day = seconds.rem_euclid(86_400);
        let (year, month, day) = civil_from_days(days);
        let part = |n: i64| u32::try_from(n).unwrap_or(0);
        (year, month, day, part(of_day / 3600), part(of_day / 60 % 60), part(of_day % 60), part(nanos))
    }
}

/// RFC 3339, UTC, six digits, truncated: `2026-01-31T13:47:05.123456Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day, hour, minute, second, nanos) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:06}Z", nanos / 1000)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = alloc::string::String::deserialize(deserializer)?;
        Self::parse_rfc3339(&text).ok_or_else(|| serde::de::Error::custom("not an RFC 3339 time"))
    }
}

impl Span {
    /// From seconds.
    #[must_use]
    pub const fn seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(SECOND))
    }

    /// From milliseconds.
    #[must_use]
    pub const fn milliseconds(milliseconds: i64) -> Self {
        Self(milliseconds.saturating_mul(MILLISECOND))
    }
}

/// As a person says it: `38 µs`, `0.3 ms`, `250 ms`, `3.0 s`, `63 s`, `2 min 5 s`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A wait of 119.998 s is one of 120 s to everybody: spans are rounded, unlike points in time.
        let nanos = match self.0.unsigned_abs() {
            0 => return f.write_str("0 ms"),
            // Within one machine: "0.0 ms" would say that there was no time at all.
            tiny @ 1..100_000 => tiny + 500,
            small @ 0..10_000_000 => small + 50_000,
            milli @ 10_000_000..1_000_000_000 => milli + 500_000,
            tenths @ 1_000_000_000..10_000_000_000 => tenths + 50_000_000,
            seconds => seconds.saturating_add(500_000_000),
        };
        let sign = if self.0 < 0 { "-" } else { "" };
        match nanos {
            0..1_000 => write!(f, "{sign}< 1 µs"),
            1_000..100_500 => write!(f, "{sign}{} µs", nanos / 1_000),
            100_500..10_000_000 => write!(f, "{sign}{}.{} ms", nanos / 1_000_000, nanos / 100_000 % 10),
            10_000_000..1_000_000_000 => write!(f, "{sign}{} ms", nanos / 1_000_000),
            1_000_000_000..10_000_000_000 => {
                write!(f, "{sign}{}.{} s", nanos / 1_000_000_000, nanos / 100_000_000 % 10)
            }
            10_000_000_000..300_000_000_000 => write!(f, "{sign}{} s", nanos / 1_000_000_000),
            _ => {
                let seconds = nanos / 1_000_000_000;
                let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
                if days > 0 {
                    write!(f, "{sign}{days} d {hours} h")
                } else if hours > 0 {
                    write!(f, "{sign}{hours} h {minutes} min")
                } else {
                    write!(f, "{sign}{minutes} min {} s", seconds % 60)
                }
            }
        }
    }
}

/// Days since 1970-01-01 (Howard Hinnant's public-domain algorithm).
fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let shifted = i64::from((month + 9) % 12);
    let of_year = (153 * shifted + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The inverse of [`days_from_civil`].
fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = u32::try_from(of_year - (153 * shifted + 2) / 5 + 1).unwrap_or(1);
    let month = u32::try_from(if shifted < 10 { shifted + 3 } else { shifted - 9 }).unwrap_or(1);
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn times_that_no_clock_says_are_bounded_and_so_are_spans() {
        let (first, last) = (Timestamp::from_parts(i64::MIN, 0), Timestamp::from_parts(i64::MAX, 0));
        assert!(first.0.checked_sub(Span::seconds(86_400).0).is_some());
        assert!(last.0.checked_add(Span::seconds(86_400).0).is_some());
        assert_eq!((last.since(first), first.since(last)), (LONGEST, Span(-LONGEST.0)));
        assert_eq!(last.plus(LONGEST), last);
        let today = Timestamp::from_parts(1_790_000_000, 5);
        assert_eq!(today.0, 1_790_000_000_000_000_005);
    }

    #[test]
    fn writes_and_reads_rfc3339() {
        for text in [
            "1970-01-01T00:00:00.000000Z",
            "2013-03-09T00:25:57.000000Z",
            "2024-02-29T23:59:59.999999Z",
            "1969-12-31T23:59:59.500000Z",
        ] {
            assert_eq!(Timestamp::parse_rfc3339(text).map(|t| t.to_string()).as_deref(), Some(text));
        }
        assert_eq!(
            Timestamp::parse_rfc3339("2013-03-08T18:25:57-06:00").map(|t| t.to_string()).as_deref(),
            Some("2013-03-09T00:25:57.000000Z")
        );
        assert_eq!(Timestamp::parse_rfc3339("2013-02-30T18:25:57Z"), None);
    }

    #[test]
    fn truncates_and_never_rounds() {
        assert_eq!(Timestamp(999_999_999).to_string(), "1970-01-01T00:00:00.999999Z");
    }

    #[test]
    fn spans_read_as_people_say_them() {
        for (nanos, text) in [
            (0, "0 ms"),
            (400, "< 1 µs"),
            (38_400, "38 µs"),
            (99_999, "100 µs"),
            (100_000, "0.1 ms"),
            (300_000, "0.3 ms"),
            (250 * MILLISECOND, "250 ms"),
            (3 * SECOND, "3.0 s"),
            (119_998 * MILLISECOND, "120 s"),
            (63 * SECOND, "63 s"),
            (600 * SECOND, "10 min 0 s"),
        ] {
            assert_eq!(Span(nanos).to_string(), text);
        }
    }
}
