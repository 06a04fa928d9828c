//! What a response's head holds that HTTP does not allow, though it can be read.
//!
//! Gateways differ: one passes such an answer on, the next refuses it with 502. So a flaw decides nothing by itself.

use memchr::memchr;

use super::fields::{first_line, is_token};

/// How much a flaw says where a gateway did not pass the answer on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Most gateways bear it.
    Slight,
    /// Many gateways refuse it.
    Grave,
    /// Every recipient has to refuse it.
    Fatal,
}

/// One flaw: what it is, as a noun with its article.
pub type Kind = (&'static str, Weight);

/// RFC 9112 section 5: a field line is a name, a colon and a value.
const NO_COLON: Kind = ("a header line without a colon", Weight::Grave);
const NAMELESS: Kind = ("a header line without a name before its colon", Weight::Grave);
/// RFC 9112 section 5.1: no blank between name and colon; a proxy has to remove it from a response.
const BLANK: Kind = ("a blank between the name of a header line and its colon", Weight::Grave);
/// RFC 9110 section 5.6.2: what a name may hold.
const NAME: Kind = ("a header line whose name holds a character that names may not hold", Weight::Grave);
/// RFC 9110 section 5.5: CR, LF and NUL make a value invalid, other control characters too. RFC 9112 section 2.2: so
/// does CR alone.
const CONTROL: Kind = ("a control character in a header line", Weight::Grave);
/// RFC 9112 section 5.2: a proxy refuses a line that goes on with a blank, or joins it; section 2.2: at the first line.
const FOLDED: Kind = ("a header line that begins with a blank", Weight::Grave);
/// RFC 9112 section 6.3: a proxy has to answer 502.
const LENGTHS: Kind = ("a Content-Length that contradicts another or is no number", Weight::Fatal);
/// RFC 9112 section 6.3: it ought to be handled as an error.
const BOTH: Kind = ("Content-Length and Transfer-Encoding at the same time", Weight::Slight);
/// RFC 9112 section 6.1: a coding that the recipient need not know; chunked has to be the last and only once.
const CODING: Kind = ("a Transfer-Encoding that is not just chunked", Weight::Slight);
/// RFC 9112 section 6.1: faulty framing.
const OLD: Kind = ("a Transfer-Encoding in an answer of HTTP/1.0", Weight::Slight);
/// RFC 9110 section 15: statuses lie within 100 to 599.
const STATUS: Kind = ("a status that HTTP does not have", Weight::Slight);
/// RFC 9110 section 15.2.2, RFC 9110 section 7.8: only what the request offers.
pub const SWITCHES: Kind = ("a change of protocol that the request had not asked for", Weight::Grave);
/// RFC 9112 section 6.3: what is left on the connection belongs to no answer.
pub const SURPLUS: Kind = ("bytes behind its end that belong to no answer", Weight::Slight);
/// The same, before the next answer.
pub const STRAY: Kind = ("bytes before it on the connection that belong to no answer", Weight::Slight);

/// What is wrong with a head, and the line where it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flaw<'a> {
    /// What is wrong.
    pub kind: Kind,
    /// The line; empty where it is none.
    pub line: &'a [u8],
}

/// The worst flaw of a response's head with this status; of equals the first. Of a line that was cut off nothing is said.
#[must_use]
pub fn worst(head: &[u8], status: u16) -> Option<Flaw<'_>> {
    let (first, mut rest) = first_line(head);
    let mut worst = (!(100..=599).contains(&status)).then_some(Flaw { kind: STATUS, line: first });
    let mut note = |kind: Kind, line| {
        if worst.is_none_or(|worst: Flaw<'_>| worst.kind.1 < kind.1) {
            worst = Some(Flaw { kind, line });
        }
    };
    let (mut length, mut coding) = (None, None);
    while let Some((line, after)) = memchr(b'\n', rest).and_then(|end| rest.split_at_checked(end)) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        rest = after.get(1..).unwrap_or_default();
        if line.is_empty() {
            break;
        }
        let field = memchr(b':', line).and_then(|colon| line.split_at_checked(colon));
        if let Some(kind) = of_line(line, field) {
            note(kind, line);
        }
        let Some((name, value)) = field else { continue };
        let value = value.get(1..).unwrap_or_default();
        if name.eq_ignore_ascii_case(b"content-length") {
            let one = contradicts(&mut length, value);
            if one {
                note(LENGTHS, line);
            }
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            if !value.trim_ascii().eq_ignore_ascii_case(b"chunked") || coding.is_some() {
                note(CODING, line);
            }
            coding = Some(line);
        }
    }
    if let Some(line) = coding {
        if length.is_some() {
            note(BOTH, line);
        }
        if first.starts_with(b"HTTP/1.0") {
            note(OLD, line);
        }
    }
    worst
}

/// Of a line, and its name with what stands from the colon on.
fn of_line(line: &[u8], field: Option<(&[u8], &[u8])>) -> Option<Kind> {
    if matches!(line, [b' ' | b'\t', ..]) {
        return Some(FOLDED);
    }
    let Some((name, value)) = field else { return Some(NO_COLON) };
    match name {
        [] => Some(NAMELESS),
        [.., b' ' | b'\t'] => Some(BLANK),
        name if !name.iter().all(|byte| is_token(*byte)) => Some(NAME),
        _ if value.iter().any(|byte| *byte < b' ' && *byte != b'\t') => Some(CONTROL),
        _ => None,
    }
}

/// Whether a Content-Length is no number, or another one than before. A list of equal ones counts as one (RFC 9110
/// section 8.6).
fn contradicts(length: &mut Option<u64>, value: &[u8]) -> bool {
    value.split(|byte| *byte == b',').any(|one| {
        let one = one.trim_ascii();
        let digits = !one.is_empty() && one.iter().all(u8::is_ascii_digit);
        let Some(one) = core::str::from_utf8(one).ok().and_then(|one| one.parse().ok()).filter(|_| digits) else {
            return true;
        };
        length.replace(one).is_some_and(|before| before != one)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_http_does_not_allow() {
        let of = |head: &[u8], status| worst(head, status).map(|flaw| flaw.kind);
        let after = |lines: &str| [b"HTTP/1.1 200 OK\r\nServer: a\r\n", lines.as_bytes(), b"\r\n\r\n"].concat();
        for (lines, kind) in [
            ("this line is no field", NO_COLON),
            (": value", NAMELESS),
            ("X-A : value", BLANK),
            ("X A: value", NAME),
            ("X-(A): value", NAME),
            ("X-A: a\0b", CONTROL),
            ("X-A: a\rb", CONTROL),
            ("X-A: a\r\n b", FOLDED),
            ("Content-Length: 1\r\nContent-Length: 2", LENGTHS),
            ("Content-Length: 1, 2", LENGTHS),
            ("Content-Length: +1", LENGTHS),
            ("Content-Length:", LENGTHS),
            ("Content-Length: 1\r\nTransfer-Encoding: chunked", BOTH),
            ("Transfer-Encoding: gzip, chunked", CODING),
            ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", CODING),
            ("X-A : 1\r\nContent-Length: x", LENGTHS),
        ] {
            assert_eq!(of(&after(lines), 200), Some(kind), "{lines:?}");
        }
        assert_eq!(of(b"HTTP/1.1 200 OK\r\n X: folded at once\r\n\r\n", 200), Some(FOLDED));
        assert_eq!(of(b"HTTP/1.1 777 Odd\r\n\r\n", 777), Some(STATUS));
        assert_eq!(of(b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 200), Some(OLD));
    }

    #[test]
    fn leaves_in_peace_what_is_only_unusual() {
        for lines in [
            "X-Empty:",
            "x_under: 1\r\n!#$%&'*+-.^_`|~09: 2",
            "X-Text: \u{e4}\t\u{f6}, \"a: b\"",
            "Content-Length: 12, 12\r\nContent-Length: 12",
            "Transfer-Encoding: Chunked ",
        ] {
            let head = [b"HTTP/1.1 200\r\n", lines.as_bytes(), b"\r\n\r\n"].concat();
            assert_eq!(worst(&head, 200), None, "{lines:?}");
        }
        assert_eq!(worst(b"HTTP/1.1 200 OK\r\nServer: a\r\nContent-Typ", 200), None);
        assert_eq!(worst(b"HTTP/1.1 200 OK\nServer: bare line feeds\n\n", 200), None);
    }
}
