//! Times that say no zone: read as UTC, and the reader says so ([`super::Clock::Local`]).

use super::fields::{self, digits, number};
use crate::time::Timestamp;

fn part(text: &str, from: usize, to: usize) -> Option<u32> {
    digits(text.as_bytes(), from, to - from)
}

fn is(text: &str, at: usize, what: u8) -> bool {
    text.as_bytes().get(at) == Some(&what)
}

pub fn month(name: &str) -> Option<u32> {
    fields::month(name.as_bytes())
}

/// A fraction of up to nine digits, as nanoseconds.
fn fraction(digits: &str) -> Option<u32> {
    let scale = 10_u32.pow(9_u32.checked_sub(u32::try_from(digits.len()).ok()?)?);
    u32::try_from(number(digits)?).ok().map(|n| n * scale)
}

/// `hh:mm:ss` with or without a fraction.
fn of_day(text: &str) -> Option<(u32, u32, u32, u32)> {
    let (clock, rest) = text.split_at_checked(8)?;
    if !(is(clock, 2, b':') && is(clock, 5, b':')) {
        return None;
    }
    let nanos = match rest.strip_prefix(['.', ',']) {
        Some(digits) => fraction(digits)?,
        None if rest.is_empty() => 0,
        None => return None,
    };
    Some((part(clock, 0, 2)?, part(clock, 3, 5)?, part(clock, 6, 8)?, nanos))
}

/// HAProxy's: `15/Oct/2003:08:32:17.925`.
#[must_use]
pub fn haproxy(text: &str) -> Option<Timestamp> {
    if !(is(text, 2, b'/') && is(text, 6, b'/') && is(text, 11, b':')) {
        return None;
    }
    let (hour, minute, second, nanos) = of_day(text.get(12..)?)?;
    let (day, year) = (part(text, 0, 2)?, i64::from(part(text, 7, 11)?));
    Timestamp::from_civil(year, month(text.get(3..6)?)?, day, hour, minute, second, nanos)
}

/// nginx's and Squid's: `2020/11/25 16:02:45`; ELFF's: `2011-08-04 21:00:00`.
#[must_use]
pub fn civil(text: &str, between: u8) -> Option<Timestamp> {
    if !(is(text, 4, between) && is(text, 7, between) && is(text, 10, b' ')) {
        return None;
    }
    civil_parts(text.get(..10)?, text.get(11..)?)
}

/// A date and a time that stand in fields of their own.
#[must_use]
pub fn civil_parts(date: &str, clock: &str) -> Option<Timestamp> {
    let (hour, minute, second, nanos) = of_day(clock)?;
    if date.len() != 10 {
        return None;
    }
    let year = i64::from(part(date, 0, 4)?);
    Timestamp::from_civil(year, part(date, 5, 7)?, part(date, 8, 10)?, hour, minute, second, nanos)
}

/// The date of a message's head: `Fri, 12 Jul 2019 15:02:13 GMT` (RFC 9110 section 5.6.7).
pub fn http_date(text: &str) -> Option<Timestamp> {
    let (_, rest) = text.trim().split_once(", ")?;
    let mut words = rest.strip_suffix(" GMT")?.split(' ');
    let (day, month, year, clock) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let month =
        "JanFebMarAprMayJunJulAugSepOctNovDec".find(month).filter(|at| at % 3 == 0 && month.len() == 3)? / 3 + 1;
    civil_parts(&alloc::format!("{year}-{month:02}-{day}"), clock)
}

/// Apache's: `Tue Oct 26 17:27:20.477742 2021`, also without the fraction.
#[must_use]
pub fn apache(text: &str) -> Option<Timestamp> {
    if !(is(text, 3, b' ') && is(text, 7, b' ') && is(text, 10, b' ')) {
        return None;
    }
    let (clock, year) = text.get(11..)?.split_once(' ')?;
    let (hour, minute, second, nanos) = of_day(clock)?;
    let day = text.get(8..10)?.trim_start();
    let year = i64::try_from(number(year)?).ok()?;
    Timestamp::from_civil(year, month(text.get(4..7)?)?, u32::try_from(number(day)?).ok()?, hour, minute, second, nanos)
}

/// Olfeo's: `15/04/2024 12:50:04`.
#[must_use]
pub fn day_first_slashes(text: &str) -> Option<Timestamp> {
    if !(is(text, 2, b'/') && is(text, 5, b'/') && is(text, 10, b' ')) {
        return None;
    }
    let (hour, minute, second, nanos) = of_day(text.get(11..)?)?;
    let year = i64::from(part(text, 6, 10)?);
    Timestamp::from_civil(year, part(text, 3, 5)?, part(text, 0, 2)?, hour, minute, second, nanos)
}

/// A cookie's: `10-Mar-26` and `12:45:10`; the century is the 21st.
#[must_use]
pub fn day_month_year(date: &str, clock: &str) -> Option<Timestamp> {
    if !(is(date, 2, b'-') && is(date, 6, b'-') && date.len() == 9) {
        return None;
    }
    let (hour, minute, second, nanos) = of_day(clock)?;
    let year = 2000 + i64::from(part(date, 7, 9)?);
    Timestamp::from_civil(year, month(date.get(3..6)?)?, part(date, 0, 2)?, hour, minute, second, nanos)
}

/// AsyncOS's: `04 May 2020 12:59:59`.
#[must_use]
pub fn day_first(text: &str) -> Option<Timestamp> {
    if !(is(text, 2, b' ') && is(text, 6, b' ') && is(text, 11, b' ')) {
        return None;
    }
    let (hour, minute, second, nanos) = of_day(text.get(12..)?)?;
    let (day, year) = (part(text, 0, 2)?, i64::from(part(text, 7, 11)?));
    Timestamp::from_civil(year, month(text.get(3..6)?)?, day, hour, minute, second, nanos)
}

/// Syslog's, as it were in 2000: `Dec 10 12:01:46`.
#[must_use]
pub fn syslog(text: &str) -> Option<Timestamp> {
    if !(is(text, 3, b' ') && is(text, 6, b' ')) {
        return None;
    }
    let (hour, minute, second, nanos) = of_day(text.get(7..15)?)?;
    let day = u32::try_from(number(text.get(4..6)?.trim_start())?).ok()?;
    Timestamp::from_civil(2000, month(text.get(..3)?)?, day, hour, minute, second, nanos)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn every_way_to_write_a_time() {
        let text = |time: Option<Timestamp>| time.map(|time| time.to_string());
        assert_eq!(text(haproxy("15/Oct/2003:08:32:17.925")).as_deref(), Some("2003-10-15T08:32:17.925000Z"));
        assert_eq!(text(civil("2020/11/25 16:02:45", b'/')).as_deref(), Some("2020-11-25T16:02:45.000000Z"));
        assert_eq!(text(civil("2011-08-04 21:00:00", b'-')).as_deref(), Some("2011-08-04T21:00:00.000000Z"));
        assert_eq!(text(apache("Tue Oct 26 17:27:20.477742 2021")).as_deref(), Some("2021-10-26T17:27:20.477742Z"));
        assert_eq!(text(apache("Wed May  8 21:03:29 2011")).as_deref(), Some("2011-05-08T21:03:29.000000Z"));
        assert_eq!(text(syslog("Feb 29 12:01:46")).as_deref(), Some("2000-02-29T12:01:46.000000Z"));
        assert_eq!(text(day_first("04 May 2020 12:59:59")).as_deref(), Some("2020-05-04T12:59:59.000000Z"));
        assert_eq!(text(day_month_year("10-Mar-26", "12:45:10")).as_deref(), Some("2026-03-10T12:45:10.000000Z"));
        assert_eq!(text(day_first_slashes("15/04/2024 12:50:04")).as_deref(), Some("2024-04-15T12:50:04.000000Z"));
        for none in
            ["", "15/Oct/2003", "15/Foo/2003:08:32:17.925", "31/Feb/2003:08:32:17", "15/Oct/2003:08:32:17.1234567890"]
        {
            assert_eq!(haproxy(none), None, "{none}");
        }
        assert_eq!((civil("é020/11/25 16:02:4", b'/'), apache("é"), syslog("Dec 1é 12:01:46")), (None, None, None));
    }
}
