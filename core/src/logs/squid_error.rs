//! Squid's cache.log: `2026/11/28 02:56:47 kid1| message`, local time. What the messages mean stands in
//! [`super::squid_sentences`]. Lines without a time belong to the one before: a request that came back is printed so.

use super::fields::target;
use super::groups::{Group, key};
use super::squid_sentences::said;
use super::{Clock, Layout, LogFormat, Open, Parsed, Record, Vote, times};
use crate::products::Id as Product;
use crate::time::{Span, Timestamp};

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "squid-error",
    title: "Squid cache.log",
    product: Some(Product::Squid),
    docs: "squid.conf.documented, directives cache_log and debug_options; the sources",
    recognise: |line| if begin(line).is_some() || context(line) { Vote::Own } else { Vote::No },
    parse,
    clock: Clock::Local,
    missing: "cache.log names few requests: Squid's access log with `%err_code/%err_detail` appended to its logformat would name \
              the failure of each.",
    samples: &[
        "2005/11/28 06:00:42| Starting Squid Cache version 2.5.STABLE1 for i386-redhat-linux-gnu...",
        "2026/11/28 02:56:37| WARNING: HTTP: Invalid Response: Bad header encountered from http://www.example.com/ AKA http://www.example.com/",
        "2026/11/28 02:56:47| WARNING: Forwarding loop detected for:\nGET /x HTTP/1.1\nUser-Agent: curl/7.88.1\nVia: 1.1 proxy.example.com (squid/5.7)\nHost: loop.example.com\n\n\n    current master transaction: master82",
        "2026/11/28 02:56:47| essential ICAP service is down after an options fetch failure: icap://127.0.0.1:1344/req [down,!opt]",
        "2026/11/28 02:57:29| TCP connection to 192.0.2.8/3128 failed",
        "2026/11/28 02:57:30| WARNING! Your cache is running out of filedescriptors",
        "2013/12/21 12:00:11 kid1| fwdNegotiateSSL: Error negotiating SSL connection on FD 15: error:00000000:lib(0):func(0):reason(0) (5/-1/104)",
    ],
};

/// Lines of one request follow each other at once.
const WITHIN: Span = Span::seconds(2);

/// The time and the message.
fn begin(line: &str) -> Option<(Timestamp, &str)> {
    let time = times::civil(line.get(..19)?, b'/')?;
    let rest = line.get(19..)?;
    let rest =
        rest.strip_prefix(" kid").map_or(rest, |rest| rest.trim_start_matches(|digit: char| digit.is_ascii_digit()));
    Some((time, rest.strip_prefix("| ")?))
}

fn parse<'a>(line: &'a str, layout: &mut Layout) -> Parsed<'a> {
    let Some((time, text)) = begin(line) else { return goes_on(line, layout) };
    let number = layout.open.number;
    layout.open = Open { time: None, number };
    let Some(said) = said(text) else { return Parsed::Skip };
    if said.goes_on {
        layout.open = Open { time: Some(time), number: number.wrapping_add(1) };
    }
    let place = said.url.and_then(target).unwrap_or_default();
    let host = said.host.or(Some(place.host).filter(|host| !host.is_empty()));
    Parsed::Record(Record {
        time,
        target: said.url,
        host,
        port: place.port,
        attempted: said.parent.is_some(),
        upstream: said.parent,
        parent: said.parent.is_some(),
        token: said.token,
        failure: said.meaning,
        group: said.goes_on.then(|| group(layout.open.number, false)),
        aside: said.aside,
        ..Record::default()
    })
}

fn group(number: u64, follows: bool) -> Group {
    Group { key: key(&["loop"]).wrapping_add(number), within: WITHIN, follows, ends: false }
}

/// What Squid 5 and later say below a message of what it was about.
fn context(line: &str) -> bool {
    line.starts_with("    current master transaction: ") || line.starts_with("    listening port: ")
}

/// A line without a time: of the request that is printed, its first line and its host.
fn goes_on<'a>(line: &'a str, layout: &Layout) -> Parsed<'a> {
    let Some(time) = layout.open.time else {
        // Squid indents what belongs to the message before.
        return if line.starts_with([' ', '\t']) { Parsed::Skip } else { Parsed::Bad { at: 0, field: "time" } };
    };
    let more = Record { time, group: Some(group(layout.open.number, true)), ..Record::default() };
    let mut words = line.split(' ');
    match (words.next(), words.next(), words.next(), words.next()) {
        (Some(method), Some(wanted), Some(version), None) if version.starts_with("HTTP/") => {
            Parsed::Record(Record { method: Some(method), target: Some(wanted), ..more })
        }
        (Some("Host:"), Some(host), None, None) => {
            let place = target(host).unwrap_or_default();
            Parsed::Record(Record { host: Some(place.host).filter(|host| !host.is_empty()), port: place.port, ..more })
        }
        // The other fields of its header.
        (Some(name), Some(_), ..) if name.ends_with(':') => Parsed::Skip,
        _ if line.starts_with([' ', '\t']) => Parsed::Skip,
        _ => Parsed::Bad { at: 0, field: "time" },
    }
}
