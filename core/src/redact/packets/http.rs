//! HTTP/1 heads: the request line, the status line and the names of fields; of values those that name nobody. Bodies are
//! blanked.

use alloc::string::String;

use super::{Layer, http2};
use crate::redact::{Kind, Redactor};

/// Fields whose values say how the message is sent and stored, and nothing of who sends it.
const SAFE: &[&str] = &[
    "accept",
    "accept-encoding",
    "accept-ranges",
    "age",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "date",
    "expect",
    "expires",
    "keep-alive",
    "last-modified",
    "max-forwards",
    "pragma",
    "proxy-connection",
    "retry-after",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "upgrade-insecure-requests",
    "vary",
];
/// Fields that say which program made the message: the words that the engine knows stay.
const WORDED: &[&str] = &[
    "content-type",
    "proxy-agent",
    "proxy-status",
    "server",
    "user-agent",
    "via",
    "x-cache",
    "x-cache-lookup",
    "x-squid-error",
];
/// Fields that hold a URL or a host.
const TARGETS: &[&str] = &["host", "location", "origin", "referer", "content-location"];
/// How credentials begin.
const SCHEMES: &[&str] = &["basic", "digest", "negotiate", "ntlm", "bearer", "kerberos"];
/// Methods that are looked for.
const METHODS: &[&str] =
    &["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "REQMOD", "RESPMOD"];
/// How HTTP/2 begins (RFC 9113 section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A segment that begins a message.
pub fn begin(redactor: &mut Redactor, mut payload: Layer<'_>) {
    if payload.from.starts_with(PREFACE) {
        payload.keep(0, PREFACE.len());
        return http2::frames(payload.at(PREFACE.len()));
    }
    if http2::fills(payload.from) {
        return http2::frames(payload);
    }
    let (from, to) = line(payload.from, 0);
    if !first_line(redactor, payload.part(from, to)) {
        return;
    }
    let mut at = to;
    loop {
        let (from, to) = line(payload.from, at);
        ends(&mut payload, at, from);
        // An empty line ends the head; a head that goes on in the next segment ends with this one.
        if from == to {
            let end = payload.len().min(from + 2);
            return ends(&mut payload, from, end);
        }
        field(redactor, payload.part(from, to));
        at = to;
    }
}

/// The line that begins behind the line end at this place: where it begins and ends.
fn line(text: &[u8], at: usize) -> (usize, usize) {
    let rest = text.get(at..).unwrap_or_default();
    let begin = match rest {
        _ if at == 0 => 0,
        [b'\r', b'\n', ..] => 2,
        [b'\n', ..] => 1,
        _ => 0,
    };
    let body = rest.get(begin..).unwrap_or_default();
    let end = body.iter().position(|byte| *byte == b'\n').unwrap_or(body.len());
    let end = if end > 0 && body.get(end - 1) == Some(&b'\r') && end < body.len() { end - 1 } else { end };
    (at + begin, at + begin + end)
}

/// Keeps line ends.
fn ends(payload: &mut Layer<'_>, from: usize, to: usize) {
    for at in from..to {
        if matches!(payload.byte(at), Some(b'\r' | b'\n')) {
            payload.keep(at, at + 1);
        }
    }
}

/// A request or status line; `false` if it is none.
fn first_line(redactor: &mut Redactor, mut line: Layer<'_>) -> bool {
    let Ok(text) = core::str::from_utf8(line.from) else { return false };
    if text.starts_with("HTTP/1.") || text.starts_with("ICAP/1.") {
        let end = text.get(12..).map_or(text.len(), |_| 12);
        line.keep(0, end);
        let told = redactor.text(text.get(end..).unwrap_or_default());
        fit(line.at(end), &told);
        return true;
    }
    let Some((method, rest)) = text.split_once(' ').filter(|(method, _)| METHODS.contains(method)) else {
        return false;
    };
    line.keep(0, method.len() + 1);
    let (target, version) = match rest.rsplit_once(' ') {
        Some((target, version)) if version.starts_with("HTTP/") || version.starts_with("ICAP/") => (target, version),
        _ => (rest, ""),
    };
    let at = method.len() + 1;
    target_of(redactor, line.part(at, at + target.len()), target);
    let end = at + target.len();
    line.keep(end, end + usize::from(!version.is_empty()) + version.len().min(8));
    true
}

fn target_of(redactor: &mut Redactor, place: Layer<'_>, target: &str) {
    let told = redactor.target(target);
    fit(place, &told);
}

/// Writes a text that is as long as what it stands for. Where it is not, as with an address whose pseudonym has more
/// digits, letters and digits are masked and the signs between them stay.
fn fit(mut place: Layer<'_>, told: &str) {
    if told.len() == place.len() {
        place.put(0, told.as_bytes());
    } else {
        mask(place);
    }
}

fn mask(place: Layer<'_>) {
    let Layer { from, to } = place;
    for (told, original) in to.iter_mut().zip(from) {
        *told = if original.is_ascii_alphanumeric() || !original.is_ascii() { b'x' } else { *original };
    }
}

fn field(redactor: &mut Redactor, mut line: Layer<'_>) {
    let Some(colon) = line.from.iter().position(|byte| *byte == b':') else { return mask(line) };
    let (Ok(name), Ok(value)) = (
        core::str::from_utf8(line.from.get(..colon).unwrap_or_default()),
        core::str::from_utf8(line.from.get(colon + 1..).unwrap_or_default()),
    ) else {
        return mask(line);
    };
    let lower = name.trim().to_ascii_lowercase();
    let listed = |list: &[&str]| list.contains(&lower.as_str());
    let common = listed(SAFE) || listed(WORDED) || listed(TARGETS) || redactor.own(&lower) || is_common(&lower);
    if common {
        line.keep(0, colon + 1);
    } else {
        // A field of somebody's own may have their name.
        let told: String = redactor.word(Kind::Word, name);
        fit(line.part(0, colon), &told);
        line.keep(colon, colon + 1);
    }
    let blanks = value.len() - value.trim_start().len();
    line.keep(colon + 1, colon + 1 + blanks);
    let (value, mut place) = (value.trim_start(), line.at(colon + 1 + blanks));
    if listed(SAFE) {
        place.keep_all();
    } else if listed(WORDED) {
        let told = redactor.text(value);
        fit(place, &told);
    } else if listed(TARGETS) {
        target_of(redactor, place, value);
    } else {
        let scheme = value.split(' ').next().unwrap_or_default();
        mask(place.again());
        if SCHEMES.contains(&scheme.to_ascii_lowercase().as_str()) {
            place.keep(0, scheme.len());
        }
    }
}

/// Names of fields that everybody sends, beside those of the other lists.
fn is_common(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "accept-language",
        "authorization",
        "cookie",
        "content-disposition",
        "content-language",
        "etag",
        "forwarded",
        "from",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "link",
        "proxy-authenticate",
        "proxy-authorization",
        "range",
        "set-cookie",
        "strict-transport-security",
        "www-authenticate",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-real-ip",
        "x-request-id",
    ];
    NAMES.contains(&name)
}
