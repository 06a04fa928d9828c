//! `combined` and `clf`: layouts that nginx, Apache, Varnish and others share. They hold a status and nothing of its
//! cause, so a 5xx in them is undetermined; the reader sets the product.

use super::common::Common;
use super::fields::number;
use super::meaning::{Meaning, phase};
use super::{Clock, Layout, LogFormat, Parsed, Record, Vote};
use crate::categories::Id::*;
use crate::report::{
    Confidence::Likely,
    GeneratedBy::{self, Unknown},
};
use crate::time::Span;

/// With referer and user agent, and perhaps more that is not understood.
pub static COMBINED: LogFormat = LogFormat {
    id: "combined",
    title: "combined access log",
    product: None,
    docs: "Apache HTTP Server, Log Files; nginx, ngx_http_log_module; varnishncsa(1)",
    recognise: |line| match Common::read(line) {
        Ok(common) if common.combined && common.rest.is_empty() => Vote::Likely,
        Ok(common) if common.combined => Vote::Shared,
        _ => Vote::No,
    },
    parse,
    clock: Clock::Known,
    missing: MISSING,
    samples: &[
        r#"127.0.0.1 - userfoo [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 502 2326 "http://www.example.com/start.html" "Mozilla/4.08 [en] (Win98; I ;Nav)""#,
        r#"192.168.1.100 - john doe [15/Jan/2024:14:30:25 +0100] "GET /api/v1/users?page=1 HTTP/1.1" 200 2048 "https://example.com/dashboard" "Mozilla/5.0 (Windows NT 10.0)""#,
        r#"shop.example.com:443 192.0.2.4 - - [31/Jul/2024:16:41:52 +0200] "GET /a.js HTTP/1.1" 504 5771 "https://shop.example.com/" "Mozilla/5.0""#,
        r#"2001:db8::7 - - [31/Jul/2024:16:41:52 +0200] "\x16\x03\x01" 400 150 "-" "-""#,
        r#"192.0.2.4 - - [31/Jul/2024:16:41:52 +0200] "GET / HTTP/1.1" 502 341 "-" "curl/8.5" 60060219"#,
        r#"192.0.2.8 - - [15/Nov/2023:12:49:15 +0100] "POST /path HTTP/1.1" 200 6390 "-" "Mozilla/5.0" 0.239 0.223 ."#,
    ],
};

/// Without them.
pub static CLF: LogFormat = LogFormat {
    id: "clf",
    title: "common log format",
    product: None,
    docs: "Apache HTTP Server, Log Files",
    recognise: |line| match Common::read(line) {
        Ok(common) if !common.combined && common.rest.is_empty() => Vote::Likely,
        Ok(common) if !common.combined => Vote::Shared,
        _ => Vote::No,
    },
    parse,
    clock: Clock::Known,
    missing: MISSING,
    samples: &[
        r#"127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326"#,
        r#"192.0.2.4 - - [10/Oct/2000:13:55:36 -0700] "GET /502 HTTP/1.0" 504 502"#,
    ],
};

const MISSING: &str = "This layout holds a status and nothing of its cause: choose the product, and add what it knows of its \
                       upstream (nginx: $upstream_addr $upstream_status $upstream_connect_time $upstream_header_time; Apache: \
                       %D and the error log; Varnish: varnishlog's FetchError).";

fn parse<'a>(line: &'a str, _: &mut Layout) -> Parsed<'a> {
    match Common::read(line) {
        Ok(common) => {
            let (elapsed, begun) = took(common.rest);
            let failure = meaning(common.status).filter(|_| !common.healthy());
            Parsed::Record(Record { failure, elapsed, begun, ..common.record() })
        }
        Err(_) if line.starts_with('#') => Parsed::Skip,
        Err((at, field)) => Parsed::Bad { at, field },
    }
}

/// How long it took, by the number that follows, where its unit is beyond doubt; and whether the line's time is then the
/// beginning.
///
/// A number with three decimals is seconds, as nginx's `$request_time`, logged at the end. A whole one may be Apache's `%T`
/// (seconds), its `%D` (microseconds) or Tomcat's (milliseconds): from 10,000,000 on only microseconds make sense.
fn took(rest: &str) -> (Option<Span>, bool) {
    if rest.is_empty() {
        return (None, false);
    }
    let word = rest.split(' ').next().unwrap_or_default();
    if let Some((whole, fraction)) = word.split_once('.').filter(|(_, fraction)| fraction.len() == 3) {
        let milliseconds = number(whole)
            .zip(number(fraction))
            .and_then(|(whole, part)| i64::try_from(whole.checked_mul(1000)?.checked_add(part)?).ok());
        return (milliseconds.map(Span::milliseconds), false);
    }
    let last = rest.rsplit(' ').next().unwrap_or_default();
    let long = |text| number(text).filter(|n| (10_000_000..86_400_000_000).contains(n));
    let microseconds = long(word).or_else(|| long(last)).and_then(|n| i64::try_from(n).ok());
    (microseconds.map(|n| Span(n * 1000)), microseconds.is_some())
}

/// What a status says where nothing else is known, not even the product.
#[must_use]
pub fn meaning(status: Option<u16>) -> Option<Meaning> {
    Some(match status {
        None | Some(499) => LEFT,
        Some(502) => S_502,
        Some(503) => S_503,
        Some(504) => S_504,
        Some(500..) => S_5XX,
        Some(_) => return None,
    })
}

const WHY: &str = "the line holds this status and not its cause, nor who made it";

const LEFT: Meaning = Meaning::is(
    Likely,
    &[&[ClientAbort]],
    GeneratedBy::Unknown,
    "no status was sent: nginx and Traefik write 499, others 000, where the client left before the answer",
);
const S_502: Meaning = Meaning::open(
    &[
        &[TcpSynReset, ResponseReset, ResponseEmpty, ResponseInvalid, ResponseHeaderTooLarge, KeepaliveRace],
        phase::RESOLVE,
        phase::SECURE,
        phase::CONNECT,
        phase::WAIT,
        phase::RECEIVE,
        &[NoHealthyUpstream, OriginError],
    ],
    Unknown,
    WHY,
);
const S_503: Meaning = Meaning::open(
    &[&[NoHealthyUpstream], phase::CONNECT, phase::SECURE, phase::RESOLVE, phase::WAIT, &[ProxyOverload, OriginError]],
    Unknown,
    WHY,
);
const S_504: Meaning = Meaning::open(
    &[
        &[ResponseTimeout, TcpSynUnanswered, ReturnPath, TlsNoResponse],
        phase::SEND,
        phase::RESOLVE,
        phase::CONNECT,
        phase::WAIT,
        &[OriginError],
    ],
    Unknown,
    WHY,
);
const S_5XX: Meaning = Meaning::open(
    &[&[OriginError, NoAttempt, RequiredService], phase::RESOLVE, phase::SECURE, phase::CONNECT, phase::WAIT],
    Unknown,
    WHY,
);
