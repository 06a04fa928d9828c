//! Amazon CloudFront: standard logs, whose `x-edge-detailed-result-type` names the failure. Tabs between the columns, as
//! `#Fields:` names them.

use super::common::token;
use super::meaning::{Meaning, phase};
use super::{Clock, Layout, LogFormat, Parsed, Record, Vote, elff};
use crate::categories::Id::*;
use crate::products::Id as Product;
use crate::report::{
    Confidence::*,
    GeneratedBy::{Gateway, Unknown},
};

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "cloudfront",
    title: "CloudFront standard log",
    product: Some(Product::CloudFront),
    docs: "Amazon CloudFront, Standard logging reference",
    recognise: |line| match elff::has(line, "x-edge-result-type") {
        true => Vote::Header,
        false if elff::dated(line) => Vote::Follows,
        false => Vote::No,
    },
    parse,
    clock: Clock::Known,
    missing: "CloudFront names the kind of failure, not what happened on the wire: the origin's own log of the same time, or a \
              capture there, does.",
    samples: &[
        "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end\n2026-03-10\t08:00:01\tLAX1\t504\t192.0.2.7\tGET\td111111abcdef8.cloudfront.example\t/502\t502\t-\tMozilla/5.0\t-\t-\tError\tSOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==\twww.example.com\thttps\t23\t10.001\t-\tTLSv1.2\tECDHE-RSA-AES128-GCM-SHA256\tError\tHTTP/2.0\t-\t-\t11040\t10.001\tOriginConnectError\ttext/html\t503\t-\t-",
    ],
};

fn parse<'a>(line: &'a str, layout: &mut Layout) -> Parsed<'a> {
    if line.starts_with('#') {
        elff::learn(line, layout);
        return Parsed::Skip;
    }
    let values = match elff::read(line, &layout.columns) {
        Ok(values) => values,
        Err((at, field)) => return Parsed::Bad { at, field },
    };
    let record = values.record();
    let failure = meaning(record.status, values.action, values.exception);
    let named = [values.exception, values.action].into_iter().find(|word| !matches!(*word, "" | "-" | "Error"));
    Parsed::Record(Record { token: named.unwrap_or_else(|| token(record.status)), failure, ..record })
}

fn meaning(status: Option<u16>, result: &str, detailed: &str) -> Option<Meaning> {
    let failed = status.is_none_or(|status| status >= 500);
    if let Some((_, meaning)) = DETAILS.iter().find(|(name, _)| *name == detailed) {
        // A viewer that left has failed whatever was sent before.
        return (failed || meaning.client_left()).then_some(*meaning);
    }
    match (result, status) {
        ("CapacityExceeded" | "LimitExceeded", Some(500..)) => Some(CAPACITY),
        (_, None) => Some(LEFT),
        (_, Some(500..)) => Some(ANY),
        _ => None,
    }
}

const DETAILS: &[(&str, Meaning)] = &[
    ("AbortedOrigin", ABORTED),
    ("ClientCommError", LEFT),
    ("ClientHungUpRequest", LEFT),
    ("OriginCommError", COMMUNICATION),
    ("OriginConnectError", NOT_CONNECTED),
    ("OriginContentRangeLengthError", INVALID),
    ("OriginDnsError", DNS),
    ("OriginError", INCORRECT),
    ("OriginHeaderTooBigError", TOO_LARGE),
    ("OriginInvalidResponseError", INVALID),
    ("OriginReadError", READ),
    ("OriginWriteError", WRITE),
    ("OriginZeroSizeObjectError", EMPTY),
    ("SlowReaderOriginError", SLOW),
];

pub(crate) const LEFT: Meaning = Meaning::is(
    Likely,
    &[&[ClientAbort]],
    Unknown,
    "the viewer closed, or its connection broke, before it had the whole answer",
);
pub(crate) const SLOW: Meaning =
    Meaning::is(Likely, &[&[ClientAbort]], Unknown, "the viewer was slow to read the message of an origin's error");
pub(crate) const ABORTED: Meaning = Meaning::open(
    &[&[ResponseTruncated, ResponseReset, ResponseEmpty, OriginError]],
    Gateway,
    "CloudFront met a problem with the origin and gave the answer up",
);
pub(crate) const COMMUNICATION: Meaning = Meaning::open(
    &[&[ResponseTimeout, TcpSynUnanswered, ReturnPath, ResponseStalled, RequestUnacked, PmtuBlackhole]],
    Gateway,
    "a timeout ran out while CloudFront connected to the origin or read from it (OriginCommError)",
);
pub(crate) const NOT_CONNECTED: Meaning = Meaning::open(
    &[&[TcpSynReset], phase::CONNECT, phase::SECURE],
    Gateway,
    "CloudFront could not connect to the origin (OriginConnectError); the line does not say how that ended",
);
pub(crate) const INVALID: Meaning =
    Meaning::is(Likely, &[&[ResponseInvalid]], Gateway, "the origin's response is not valid by its own headers");
pub(crate) const INCORRECT: Meaning = Meaning::open(
    &[&[OriginError, ResponseInvalid]],
    Unknown,
    "the origin returned an incorrect response (OriginError)",
);
pub(crate) const DNS: Meaning =
    Meaning::open(&[phase::RESOLVE], Gateway, "the origin's name could not be resolved (OriginDnsError)");
pub(crate) const TOO_LARGE: Meaning =
    Meaning::is(Proven, &[&[ResponseHeaderTooLarge]], Gateway, "a header of the origin's is too big for CloudFront");
pub(crate) const READ: Meaning = Meaning::open(
    &[&[ResponseReset, ResponseEmpty, ResponseTruncated, ResponseTimeout, KeepaliveRace]],
    Gateway,
    "CloudFront could not read from the origin (OriginReadError)",
);
pub(crate) const WRITE: Meaning = Meaning::open(
    &[&[KeepaliveRace, ResponseReset, RequestUnacked]],
    Gateway,
    "CloudFront could not write to the origin (OriginWriteError)",
);
pub(crate) const EMPTY: Meaning = Meaning::open(
    &[&[ResponseInvalid, ResponseEmpty, OriginError]],
    Gateway,
    "the origin's object had no bytes, and that ended in an error (OriginZeroSizeObjectError)",
);
pub(crate) const CAPACITY: Meaning = Meaning::is(
    Likely,
    &[&[ProxyOverload]],
    Gateway,
    "CloudFront refused the request: a limit was exceeded, or the edge had no capacity",
);
pub(crate) const ANY: Meaning = Meaning::open(
    &[&[OriginError, NoAttempt]],
    Unknown,
    "no result type names a failure of CloudFront's: the origin sent this status, or it came from the cache",
);
