//! Varnish: varnishncsa with `%{Varnish:handling}x` after the combined layout, perhaps with times behind it. Without it
//! the layout is `combined`, which many share.

use super::common::{Common, token};
use super::meaning::{Meaning, phase};
use super::varnish_errors::SYNTHETIC;
use super::{Clock, Layout, LogFormat, Parsed, Record, Vote};
use crate::categories::Id::*;
use crate::products::Id as Product;
use crate::report::GeneratedBy::Unknown;

/// See the module.
pub static FORMAT: LogFormat = LogFormat {
    id: "varnish",
    title: "varnishncsa log with the handling",
    product: Some(Product::Varnish),
    docs: "Varnish Cache, varnishncsa(1), extended variables",
    recognise,
    parse,
    clock: Clock::Known,
    missing: "varnishncsa does not say how a fetch failed: varnishlog does, in FetchError \
              (`varnishlog -g request -q 'RespStatus >= 500'`).",
    samples: &[
        r#"192.0.2.7 - - [10/Mar/2026:08:00:01 +0000] "GET http://www.example.com/504 HTTP/1.1" 503 278 "-" "curl/8.5" miss"#,
        r#"192.0.2.7 - - [10/Mar/2026:08:00:01 +0000] "GET http://www.example.com/ HTTP/1.1" 200 502 "-" "curl/8.5" hit 0.000104"#,
    ],
};

/// Handling: how the request was answered.
fn handling<'a>(common: &Common<'a>) -> Option<&'a str> {
    let mut words = common.rest.split(' ');
    let word = words.next().map(|word| word.trim_matches('"'))?;
    let known = matches!(word, "hit" | "miss" | "pass" | "pipe" | "synth" | "error");
    let numbers = words.all(|word| word.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'"' | b'-')));
    (common.combined && known && numbers).then_some(word)
}

fn recognise(line: &str) -> Vote {
    match Common::read(line) {
        Ok(common) if handling(&common).is_some() => Vote::Own,
        _ => Vote::No,
    }
}

fn parse<'a>(line: &'a str, _: &mut Layout) -> Parsed<'a> {
    let common = match Common::read(line) {
        Ok(common) => common,
        Err((at, field)) => return Parsed::Bad { at, field },
    };
    let failure = match (common.status, handling(&common)) {
        (Some(500..), Some("synth")) => Some(SYNTHETIC),
        (Some(500..), Some("hit")) => Some(CACHED),
        (Some(500..), Some("miss" | "pass" | "pipe" | "error")) => Some(FETCHED),
        _ => return common.parsed(super::combined::meaning(common.status)),
    };
    Parsed::Record(Record { token: token(common.status), failure, ..common.record() })
}

const CACHED: Meaning = Meaning::open(
    &[&[OriginError, NoAttempt]],
    Unknown,
    "the answer came from the cache (hit): what made it lies further back",
);
const FETCHED: Meaning = Meaning::open(
    &[&[NoHealthyUpstream], phase::CONNECT, phase::WAIT, &[ResponseInvalid, ResponseHeaderTooLarge, OriginError]],
    Unknown,
    "Varnish asked a backend; the line does not say whether the backend sent this status or the fetch failed",
);
