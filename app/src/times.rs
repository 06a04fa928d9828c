//! Times as the reader of the page wants them, and numbers as people write them.

use gateway_triage_core::time::{Span, Timestamp};

/// Whose clock the reader wants, in this case and the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// The reader's own.
    #[default]
    Local,
    /// UTC.
    Utc,
    /// That of the log, where it tells its zone.
    Log,
}

impl Clock {
    /// As kept between visits.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Utc => "utc",
            Self::Log => "log",
        }
    }

    /// The inverse of [`Clock::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Local, Self::Utc, Self::Log].into_iter().find(|clock| clock.as_str() == text)
    }

    /// The zone that it means in a case: without a log that tells its zone, that clock is the reader's own.
    #[must_use]
    pub fn zone(self, log: Option<i32>) -> Zone {
        match self {
            Self::Local => Zone::Local,
            Self::Utc => Zone::Utc,
            Self::Log => log.map_or(Zone::Local, Zone::Log),
        }
    }
}

/// Where times are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// The reader's own, by the browser.
    Local,
    /// UTC, as in the report.
    Utc,
    /// A log's: minutes east of UTC, the same for all times.
    Log(i32),
}

impl Zone {
    /// As the picker names it.
    #[must_use]
    pub const fn clock(self) -> Clock {
        match self {
            Self::Local => Clock::Local,
            Self::Utc => Clock::Utc,
            Self::Log(_) => Clock::Log,
        }
    }

    /// Minutes east of UTC at that moment: summer time counts for each packet by itself.
    fn offset(self, time: Timestamp) -> i64 {
        match self {
            Self::Utc => 0,
            Self::Local => local_offset(time),
            Self::Log(minutes) => minutes.into(),
        }
    }
}

#[cfg(target_arch = "wasm32")]
fn local_offset(time: Timestamp) -> i64 {
    #[allow(clippy::cast_precision_loss, reason = "milliseconds of this millennium are exact")]
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64((time.0 / 1_000_000) as f64));
    #[allow(clippy::cast_possible_truncation, reason = "a whole number of minutes; NaN becomes 0")]
    let west = date.get_timezone_offset() as i64;
    -west
}

/// Tests run in UTC.
#[cfg(not(target_arch = "wasm32"))]
fn local_offset(_time: Timestamp) -> i64 {
    0
}

fn moved(time: Timestamp, minutes: i64) -> Timestamp {
    time.plus(Span::seconds(minutes * 60))
}

/// `13:47:05.123456`
#[must_use]
pub fn clock(time: Timestamp, zone: Zone) -> String {
    clock_at(moved(time, zone.offset(time)))
}

fn clock_at(time: Timestamp) -> String {
    let (_, _, _, hour, minute, second, nanos) = time.civil();
    format!("{hour:02}:{minute:02}:{second:02}.{:06}", nanos / 1000)
}

/// `2026-01-31`
#[must_use]
pub fn date(time: Timestamp, zone: Zone) -> String {
    let (year, month, day, ..) = moved(time, zone.offset(time)).civil();
    format!("{year:04}-{month:02}-{day:02}")
}

/// `2026-01-31 13:47:05`
#[must_use]
pub fn date_and_second(time: Timestamp, zone: Zone) -> String {
    format!("{} {}", date(time, zone), second(time, zone))
}

/// `13:47:05`
#[must_use]
pub fn second(time: Timestamp, zone: Zone) -> String {
    clock(time, zone).split('.').next().unwrap_or_default().to_owned()
}

/// `2026-01-31 13:47:05 – 13:52:10`; the date of the end only where it is another day.
#[must_use]
pub fn range(from: Timestamp, to: Timestamp, zone: Zone) -> String {
    let begin = date_and_second(from, zone);
    if to <= from || date_and_second(to, zone) == begin {
        begin
    } else if date(from, zone) == date(to, zone) {
        format!("{begin} – {}", second(to, zone))
    } else {
        format!("{begin} – {}", date_and_second(to, zone))
    }
}

/// `UTC`, `UTC+02:00`
#[must_use]
pub fn offset_name(time: Timestamp, zone: Zone) -> String {
    offset_text(zone.offset(time))
}

/// The same by minutes east of UTC.
#[must_use]
pub fn offset_text(minutes: i64) -> String {
    match minutes {
        0 => "UTC".to_owned(),
        _ => {
            let sign = if minutes < 0 { '−' } else { '+' };
            format!("UTC{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
        }
    }
}

/// How long after `from`: `+0.3 ms`, `+63 s`; for the second column of evidence.
#[must_use]
pub fn after(time: Timestamp, from: Timestamp) -> String {
    let span = time.since(from);
    match span.0 {
        0 => "0".to_owned(),
        1.. => format!("+{span}"),
        _ => format!("−{}", Span(span.0.saturating_neg())),
    }
}

/// `1,234,567`
#[must_use]
pub fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `812 bytes`, `1.2 MB`, `340 MB`: thousands, as file managers count.
#[must_use]
pub fn bytes(count: u64) -> String {
    let (unit, name) = match count {
        0..1_000 => return if count == 1 { "1 byte".to_owned() } else { format!("{count} bytes") },
        1_000..1_000_000 => (1_000, "kB"),
        1_000_000..1_000_000_000 => (1_000_000, "MB"),
        _ => (1_000_000_000, "GB"),
    };
    if count / unit < 10 {
        format!("{}.{} {name}", count / unit, count / (unit / 10) % 10)
    } else {
        format!("{} {name}", count / unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).expect("a time")
    }

    #[test]
    fn ranges_say_the_date_once() {
        let from = at("2026-01-31T23:59:05.5Z");
        assert_eq!(range(from, at("2026-01-31T23:59:59Z"), Zone::Utc), "2026-01-31 23:59:05 – 23:59:59");
        assert_eq!(range(from, at("2026-02-01T00:00:01Z"), Zone::Utc), "2026-01-31 23:59:05 – 2026-02-01 00:00:01");
        assert_eq!(range(from, from, Zone::Utc), "2026-01-31 23:59:05");
    }

    #[test]
    fn offsets_move_the_date() {
        let time = at("2026-01-31T23:59:05.123456Z");
        assert_eq!(clock_at(moved(time, 60)), "00:59:05.123456");
        assert_eq!(moved(time, -5 * 60 - 30).to_string(), "2026-01-31T18:29:05.123456Z");
        assert_eq!(offset_text(0), "UTC");
        assert_eq!(offset_text(120), "UTC+02:00");
        assert_eq!(offset_text(-330), "UTC−05:30");
    }

    #[test]
    fn spans_count_from_the_first() {
        let from = at("2026-01-31T13:00:00Z");
        assert_eq!(after(from, from), "0");
        assert_eq!(after(at("2026-01-31T13:00:00.000038Z"), from), "+38 µs");
        assert_eq!(after(at("2026-01-31T13:00:00.0003Z"), from), "+0.3 ms");
        assert_eq!(after(at("2026-01-31T13:01:03Z"), from), "+63 s");
        assert_eq!(after(at("2026-01-31T12:59:59Z"), from), "−1.0 s");
    }

    #[test]
    fn numbers_and_sizes() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!(bytes(1), "1 byte");
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(1_234), "1.2 kB");
        assert_eq!(bytes(340_000_000), "340 MB");
        assert_eq!(bytes(4_000_000_000), "4.0 GB");
    }

    #[test]
    fn clocks_are_kept_by_name() {
        for clock in [Clock::Local, Clock::Utc, Clock::Log] {
            assert_eq!(Clock::parse(clock.as_str()), Some(clock));
            assert_eq!(clock.zone(Some(-360)).clock(), clock);
        }
        assert_eq!(Clock::parse("mars"), None);
    }

    #[test]
    fn the_clock_of_a_log_needs_a_log() {
        assert_eq!(Clock::Log.zone(None), Zone::Local);
        let zone = Clock::Log.zone(Some(-360));
        let time = at("2026-01-31T03:59:05.123456Z");
        assert_eq!(date_and_second(time, zone), "2026-01-30 21:59:05");
        assert_eq!(offset_name(time, zone), "UTC−06:00");
    }
}
