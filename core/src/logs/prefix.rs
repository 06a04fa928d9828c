//! What transports put before a line: the headers of syslog, of container runtimes and of Compose. Taken off once,
//! before any format sees the line.
//!
//! Read are RFC 3164 (`Dec 10 12:01:46 host haproxy[19312]: `), RFC 5424, rsyslog's ISO times, the CRI's
//! `2025-12-31T19:00:00.31+01:00 stdout F `, a lone `haproxy[674]: `, and `name | ` of Compose. Non-goals: lines wrapped
//! in JSON, and what a product itself writes before its fields (`Info: ` of AsyncOS).

use super::fields::halves;
use super::times;
use crate::time::{SECOND, Span, Timestamp};

/// A line without its transport's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stripped<'a> {
    /// What the product wrote.
    pub line: &'a str,
    /// The machine, or the container, that the header names; empty where it names none.
    pub node: &'a str,
    /// Bytes taken off.
    pub bytes: usize,
    /// When the transport received it.
    pub received: Option<Received>,
}

/// The time in a transport's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// With a year.
    At(Timestamp),
    /// RFC 3164 has no year: the time as it were in 2000, a leap year.
    Yearless(Timestamp),
}

impl Received {
    /// The time, where it can be known: a year-less one takes the year that brings it nearest to a whole time that the
    /// file has told; where it has told none, the newest year that does not put it after `now`. Without either it stays
    /// unknown.
    #[must_use]
    pub fn resolve(self, near: Option<Timestamp>, now: Option<Timestamp>) -> Option<Timestamp> {
        let time = match self {
            Self::At(time) => return Some(time),
            Self::Yearless(time) => time,
        };
        let (_, month, day, hour, minute, second, _) = time.civil();
        let in_year = |year| Timestamp::from_civil(year, month, day, hour, minute, second, 0);
        if let Some(near) = near {
            let year = near.civil().0;
            return (year - 1..=year + 1)
                .filter_map(in_year)
                .min_by_key(|time| time.since(near).0.saturating_abs() / SECOND);
        }
        // A zone may put today's lines up to a day ahead; a leap day has a year within eight.
        let latest = now?.plus(Span::seconds(86_400));
        let year = latest.civil().0;
        (year - 8..=year).rev().filter_map(in_year).find(|time| *time <= latest)
    }
}

/// Takes the header off; a line without one stays as it is.
#[must_use]
pub fn strip(line: &str) -> Stripped<'_> {
    let (rest, container) = compose(line);
    let mut header = Header { received: None, node: container };
    let rest = match priority(rest) {
        Some(after) => version_one(after, &mut header)
            .or_else(|| dated(after, &mut header))
            .or_else(|| untagged(after, true, &mut header))
            .unwrap_or(after),
        None => dated(rest, &mut header)
            .or_else(|| untagged(rest, false, &mut header))
            .or_else(|| tag(rest, true))
            .unwrap_or(rest),
    };
    if rest.trim_start().is_empty() {
        return Stripped { line, node: "", bytes: 0, received: None };
    }
    Stripped { line: rest, node: header.node, bytes: line.len() - rest.len(), received: header.received }
}

/// What a header tells.
struct Header<'a> {
    received: Option<Received>,
    node: &'a str,
}

/// The line behind `kong-gateway | ` or `nginx-lb         | `, and that name.
fn compose(line: &str) -> (&str, &str) {
    if !line.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) {
        return (line, "");
    }
    let bar =
        halves(line, b' ').and_then(|(name, rest)| Some((name, rest.trim_start_matches(' ').strip_prefix("| ")?)));
    let letters = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    bar.filter(|(name, _)| name.len() <= 64 && letters(name)).map_or((line, ""), |(name, rest)| (rest, name))
}

/// `<134>`
fn priority(line: &str) -> Option<&str> {
    let (number, rest) = line.strip_prefix('<')?.split_once('>')?;
    ((1..=3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit())).then_some(rest)
}

/// RFC 5424: `1 time host app pid id data message`.
fn version_one<'a>(line: &'a str, header: &mut Header<'a>) -> Option<&'a str> {
    let (time, rest) = word(line.strip_prefix("1 ")?)?;
    header.received = Timestamp::parse_rfc3339(time).map(Received::At);
    let (host, rest) = word(rest)?;
    if host != "-" {
        header.node = host;
    }
    let rest = (0..3).try_fold(rest, |rest, _| word(rest).map(|(_, after)| after))?;
    let rest = match rest.strip_prefix('-') {
        Some(after) => after,
        None => rest.strip_prefix('[').and_then(|data| data.split_once("] ")).map(|(_, after)| after)?,
    };
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    Some(rest.strip_prefix('\u{feff}').unwrap_or(rest))
}

/// A time, and then `stdout F `, or a host and the program's name with a colon.
fn dated<'a>(line: &'a str, header: &mut Header<'a>) -> Option<&'a str> {
    let (time, rest) = match line.as_bytes().first()? {
        b'0'..=b'9' if line.as_bytes().get(10) == Some(&b'T') => {
            let (time, rest) = word(line)?;
            (Received::At(Timestamp::parse_rfc3339(time)?), rest)
        }
        b'A'..=b'Z' => {
            let (time, rest) = line.split_at_checked(15)?;
            (Received::Yearless(times::syslog(time)?), rest.strip_prefix(' ')?)
        }
        _ => return None,
    };
    let after = match word(rest)? {
        ("stdout" | "stderr", stream) => stream.strip_prefix("F ").or_else(|| stream.strip_prefix("P ")),
        (host, after_host) => tag(rest, false).or_else(|| {
            // BIG-IP writes the level before the program.
            let level = word(after_host).filter(|(level, _)| LEVELS.contains(level));
            let after = tag(level.map_or(after_host, |(_, rest)| rest), false)?;
            header.node = host;
            Some(after)
        }),
    }?;
    header.received = Some(time);
    Some(after)
}

/// Severities by name, as syslog.conf writes them.
const LEVELS: &[&str] = &["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];

/// RFC 3164 without a program's name, as appliances write it: `Oct 16 12:13:06 host vendor=…`. Without a priority before it
/// only where pairs follow, or a message of Cisco's.
fn untagged<'a>(line: &'a str, sure: bool, header: &mut Header<'a>) -> Option<&'a str> {
    let (time, rest) = line.split_at_checked(15)?;
    let time = times::syslog(time)?;
    let (host, rest) = word(rest.strip_prefix(' ')?)?;
    let first = rest.split([' ', '\t']).next().unwrap_or_default();
    let named = host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'));
    let pairs = first.contains('=') && first.starts_with(|letter: char| letter.is_ascii_alphabetic());
    let cisco = first.starts_with('%') && first.ends_with(':') && first.contains('-');
    if !(named && (sure || pairs || cisco)) {
        return None;
    }
    (header.received, header.node) = (Some(Received::Yearless(time)), host);
    Some(rest.trim_start())
}

/// `haproxy[674]: `, `nginx: `; alone only with its process number.
fn tag(line: &str, alone: bool) -> Option<&str> {
    if alone && !line.as_bytes().first()?.is_ascii_alphabetic() {
        return None;
    }
    let (name, rest) = halves(line, b' ')?;
    let name = name.strip_suffix(':')?;
    let (program, process) = match name.strip_suffix(']').and_then(|name| name.split_once('[')) {
        Some((program, process)) => (program, Some(process)),
        None => (name, None),
    };
    let known = process.map_or(!alone, |process| !process.is_empty() && process.bytes().all(|b| b.is_ascii_digit()));
    let letters = !program.is_empty()
        && program.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/' | b'(' | b')'));
    (known && letters && program != "Info").then_some(rest)
}

fn word(text: &str) -> Option<(&str, &str)> {
    halves(text, b' ').filter(|(word, _)| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn headers_of_every_kind_come_off() {
        for header in [
            "",
            "kong-gateway | ",
            "nginx-lb         | ",
            "haproxy[674]: ",
            "Dec 10 12:01:46 voyager haproxy[19312]: ",
            "<134>Dec  9 12:00:03 127.2.3.4 haproxy[12345]: ",
            "Dec  9 12:00:03 haproxy: ",
            "<13>1 2024-05-01T10:00:00.123Z host app 1234 ID47 - ",
            "<13>1 2024-05-01T10:00:00+02:00 host app - - [a@1 b=\"c\"] ",
            "2025-12-31T19:00:00.310000000+01:00 stdout F ",
            "2025-12-31T19:00:00+01:00 edge nginx: ",
            "Feb  1 10:00:00 proxy (squid-1): ",
            "Mar 10 08:00:01 bigip1 err tmm1[18397]: ",
            "<134>Oct 16 12:13:06 proxy1 ",
        ] {
            for line in ["1.2.3.4:5 [10/Oct/2023:1] x", "[2016-04-15T20:17:00.310Z] \"GET / HTTP/1.1\"", "{\"a\":1}"] {
                let whole = alloc::format!("{header}{line}");
                let stripped = strip(&whole);
                assert_eq!((stripped.line, stripped.bytes), (line, header.len()), "{whole}");
            }
        }
        let pairs = strip("Oct 16 12:13:06 proxy1 vendor=Websense product=Security");
        assert_eq!((pairs.line, pairs.node), ("vendor=Websense product=Security", "proxy1"));
        for line in [
            "Oct 16 12:13:06 proxy1 said nothing",
            "1233658928.496 153185 10.10.70.50 NONE/504",
            "Info: 1737541300.359 0 1.2.3.4",
            "http 2016-08-10T22:08:42.945958Z app/x",
            "2005/11/28 06:00:42| Starting Squid",
            "Mon May 04 12:59:59 2020 Info: Firewall",
            "Dear colleague, since 10:32: nothing",
            "haproxy[674]: ",
            "Dec 10 12:01:46",
            "<1",
        ] {
            assert_eq!(strip(line).line, line);
        }
    }

    #[test]
    fn a_year_is_that_of_the_nearest_whole_time() {
        let received = strip("Dec 31 23:59:58 host app[1]: x").received.unwrap();
        let near = |text| Timestamp::parse_rfc3339(text);
        let year = |text| received.resolve(near(text), None).map(|time| time.to_string());
        assert_eq!(year("2024-01-01T00:00:10Z").as_deref(), Some("2023-12-31T23:59:58.000000Z"));
        assert_eq!(year("2023-11-01T00:00:10Z").as_deref(), Some("2023-12-31T23:59:58.000000Z"));
        assert_eq!(received.resolve(None, None), None);
        let newest = |text| received.resolve(None, near(text)).map(|time| time.civil().0);
        assert_eq!(newest("2026-01-05T00:00:00Z"), Some(2025));
        assert_eq!((newest("2025-12-31T20:00:00Z"), newest("2025-12-30T20:00:00Z")), (Some(2025), Some(2024)));
        let leap = strip("Feb 29 00:00:00 host app[1]: x").received.unwrap();
        assert_eq!(leap.resolve(near("2025-03-01T00:00:00Z"), None).map(|t| t.civil().0), Some(2024));
        let whole = strip("2025-12-31T19:00:00.31+01:00 stdout F x").received.unwrap();
        assert_eq!(leap.resolve(None, near("2027-03-01T00:00:00Z")).map(|t| t.civil().0), Some(2024));
        assert_eq!(whole.resolve(None, None).map(|t| t.to_string()).as_deref(), Some("2025-12-31T18:00:00.310000Z"));
    }
}
