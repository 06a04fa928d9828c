//! HTTP/1.x message heads and body framing (RFC 9110, RFC 9112).
//!
//! Lenient where gateways are: bare LF ends a line, unknown methods pass. `fields` reads the lines of a head, `chunks`
//! follows a chunked body, `flaws` says what of a response's head HTTP does not allow.

mod chunks;
mod fields;
pub mod flaws;

use alloc::boxed::Box;
use alloc::string::String;

use memchr::{memchr, memchr_iter};
use nom::IResult;
use nom::Parser;
use nom::bytes::complete::{tag, take_while_m_n, take_while1};
use nom::character::complete::{char, digit1};

pub use chunks::{Chunks, Progress};
pub use fields::Body;
use fields::{Fields, Framing, first_line, text};
use flaws::Flaw;

use super::via;

/// A head longer than this is not waited for: four times what the most generous gateway takes.
pub const LONGEST_HEAD: usize = 256 * 1024;

/// 500 to 599; sites use numbers beyond, such as 999, for refusals of their own.
#[must_use]
pub const fn is_server_error(status: u16) -> bool {
    matches!(status, 500..=599)
}

/// A request's first line and the header fields that matter here, borrowed.
#[derive(Debug, Default, PartialEq)]
pub struct RequestHead<'a> {
    /// Method.
    pub method: &'a str,
    /// Target as written.
    pub target: &'a str,
    /// Host field.
    pub host: Option<&'a str>,
    /// How its body ends.
    pub body: Body,
    /// Asks to switch protocols.
    pub upgrade: bool,
    /// HTTP/0.9: no version, and an answer without a head.
    pub simple: bool,
    /// Carries `Via`, `Forwarded` or `X-Forwarded-For`: a gateway sent it.
    pub forwarded: bool,
    /// Carries `Via`; [`joined`] gives all of it.
    pub via: bool,
    /// `Expect: 100-continue`: the body may wait for a word of the server.
    pub expects: bool,
}

/// A response's first line and the header fields that matter here, borrowed.
#[derive(Debug, Default, PartialEq)]
pub struct ResponseHead<'a> {
    /// Status code.
    pub status: u16,
    /// Reason phrase.
    pub reason: &'a str,
    /// How its body ends, if the request allows one.
    pub body: Body,
    /// `X-Squid-Error`, or Squid's name as `Server` of an error: the gateway's own word.
    pub own_word: Option<&'a str>,
    /// `X-Squid-Error` of a gateway further on, where the answer was passed on.
    pub others_word: Option<&'a str>,
    /// Carries `Proxy-Status`; [`joined`] gives all of it.
    pub proxy_status: bool,
    /// `Via`.
    pub via: Option<&'a str>,
    /// `Server`.
    pub server: Option<&'a str>,
    /// What of it HTTP does not allow.
    pub flaw: Option<Flaw<'a>>,
}

/// Why bytes are no HTTP message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// No request or status line.
    FirstLine,
    /// Two different Content-Length fields, or one that is no number.
    ContentLength,
}

/// The length of a message's head with its empty line, if it is whole.
#[must_use]
pub fn head_length(data: &[u8]) -> Option<usize> {
    for at in memchr_iter(b'\n', data) {
        match data.get(at + 1..) {
            Some([b'\n', ..]) => return Some(at + 2),
            Some([b'\r', b'\n', ..]) => return Some(at + 3),
            _ => {}
        }
    }
    None
}

/// Whether these first bytes of a stream can be a request: a method and a blank. `None`: too few bytes to say.
#[must_use]
pub fn looks_like_request(data: &[u8]) -> Option<bool> {
    let method = data.iter().take_while(|byte| byte.is_ascii_uppercase() || matches!(byte, b'-' | b'_')).count();
    match data.get(method) {
        Some(b' ') if (3..=20).contains(&method) => Some(true),
        Some(_) => Some(false),
        None if method > 20 => Some(false),
        None => None,
    }
}

/// Whether these bytes can begin a response. `None`: too few bytes to say.
#[must_use]
pub fn looks_like_response(data: &[u8]) -> Option<bool> {
    const START: &[u8] = b"HTTP/";
    let given = data.len().min(START.len());
    if data.get(..given) != START.get(..given) {
        return Some(false);
    }
    (given == START.len()).then_some(true)
}

/// Scheme and rest of a target in absolute form (RFC 9112 section 3.2.2).
#[must_use]
pub fn absolute(target: &str) -> Option<(&str, &str)> {
    // The first colon decides: no scheme holds one.
    let colon = memchr(b':', target.as_bytes())?;
    let (scheme, rest) = (target.get(..colon)?, target.get(colon + 1..)?.strip_prefix("//")?);
    (!scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric())).then_some((scheme, rest))
}

/// Reads the head of a request.
///
/// # Errors
/// If there is no request line of HTTP, or the body's length contradicts itself.
pub fn request(head: &[u8]) -> Result<RequestHead<'_>, Invalid> {
    let (line, fields) = first_line(head);
    let mut words = line.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    let (Some(method), Some(target)) = (words.next(), words.next()) else { return Err(Invalid::FirstLine) };
    let mut found = RequestHead { method: text(method), target: text(target), ..RequestHead::default() };
    match words.next() {
        None => found.simple = true,
        Some(version) if version.starts_with(b"HTTP/") => {}
        Some(_) => return Err(Invalid::FirstLine),
    }
    let mut framing = Framing::default();
    for (name, value) in Fields(fields) {
        framing.field(name, value)?;
        if name.eq_ignore_ascii_case(b"host") && found.host.is_none() {
            found.host = Some(text(value));
        } else if name.eq_ignore_ascii_case(b"upgrade") {
            found.upgrade = true;
        } else if name.eq_ignore_ascii_case(b"expect") {
            found.expects = value.eq_ignore_ascii_case(b"100-continue");
        } else if [&b"via"[..], b"forwarded", b"x-forwarded-for"].iter().any(|mark| name.eq_ignore_ascii_case(mark)) {
            found.forwarded = true;
            found.via |= name.eq_ignore_ascii_case(b"via");
        }
    }
    found.body = framing.body();
    Ok(found)
}

/// Reads the head of a response.
///
/// # Errors
/// If there is no status line. A length that contradicts itself is a flaw, and says nothing of the body.
pub fn response(head: &[u8]) -> Result<ResponseHead<'_>, Invalid> {
    let (line, fields) = first_line(head);
    let (reason, status) = status_line(line).map_err(|_| Invalid::FirstLine)?;
    let mut found = ResponseHead { status, reason: text(reason.trim_ascii()), ..ResponseHead::default() };
    let mut framing = Framing::default();
    let mut framed = true;
    for (name, value) in Fields(fields) {
        framed &= framing.field(name, value).is_ok();
        if name.eq_ignore_ascii_case(b"x-squid-error") {
            found.own_word = Some(text(value));
        } else if name.eq_ignore_ascii_case(b"proxy-status") {
            found.proxy_status = true;
        } else if name.eq_ignore_ascii_case(b"via") {
            found.via = Some(text(value));
        } else if name.eq_ignore_ascii_case(b"server") {
            found.server = Some(text(value));
        }
    }
    found.body = if framed { framing.body() } else { Body::Unsaid };
    found.flaw = flaws::worst(head, status);
    // Squid passes on the origin's Server field; its own name stands only in its own pages, unless another Squid,
    // which would stand in Via as well, made them.
    let squid = found.server.filter(|server| server.get(..5).is_some_and(|name| name.eq_ignore_ascii_case("squid")));
    if found.via.is_some_and(via::passed_on) {
        found.others_word = found.own_word.take();
    } else if found.status >= 400 && found.own_word.is_none() && !found.via.is_some_and(|via| via.contains(',')) {
        found.own_word = squid;
    }
    Ok(found)
}

/// Fields that tell requests apart: whom they are for, who sends them, through whom they came.
const TELLING: &[&str] =
    &["host", "user-agent", "accept-encoding", "connection", "via", "x-forwarded-for", "forwarded"];
/// Longest value that is kept of such a field.
const LONGEST_VALUE: usize = 160;

/// The fields of a request that tell it from others, one per line, names in lower case.
#[must_use]
pub fn telling(head: &[u8]) -> Box<str> {
    let (_, fields) = first_line(head);
    let mut told = String::new();
    for (name, value) in Fields(fields) {
        let Some(name) = TELLING.iter().find(|known| name.eq_ignore_ascii_case(known.as_bytes())) else { continue };
        if told.len() > TELLING.len() * LONGEST_VALUE {
            break;
        }
        told.push_str(name);
        told.push_str(": ");
        told.extend(text(value).chars().take(LONGEST_VALUE));
        told.push('\n');
    }
    told.into_boxed_str()
}

/// Hands every field of a message's head over, as text.
pub fn each_field<'a>(head: &'a [u8], mut each: impl FnMut(&'a str, &'a str)) {
    let (_, fields) = first_line(head);
    for (name, value) in Fields(fields) {
        each(text(name), text(value));
    }
}

/// The value of a field of a message's head; several of one name are one list (RFC 9110 section 5.3).
#[must_use]
pub fn joined(head: &[u8], field: &str) -> Option<String> {
    let (_, fields) = first_line(head);
    let mut values = Fields(fields).filter(|(name, _)| name.eq_ignore_ascii_case(field.as_bytes()));
    let mut list = String::from(text(values.next()?.1));
    for (_, value) in values {
        list.push_str(", ");
        list.push_str(text(value));
    }
    Some(list)
}

/// `HTTP/1.1 502 Bad Gateway`: the status, and the reason as what is left.
fn status_line(line: &[u8]) -> IResult<&[u8], u16> {
    let (rest, _) = tag(&b"HTTP/"[..]).parse(line)?;
    let (rest, _) = (digit1, char('.'), digit1).parse(rest)?;
    let (rest, _) = take_while1(|byte| byte == b' ' || byte == b'\t').parse(rest)?;
    let (rest, code) = take_while_m_n(3, 3, |byte: u8| byte.is_ascii_digit()).parse(rest)?;
    // The code must stand alone: "HTTP/1.1 2000" is no status line.
    if rest.first().is_some_and(u8::is_ascii_digit) {
        return Err(nom::Err::Error(nom::error::Error::new(rest, nom::error::ErrorKind::Digit)));
    }
    let status = code.iter().fold(0, |sum: u16, digit| sum * 10 + u16::from(digit - b'0'));
    Ok((rest, status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_requests() {
        let head = request(b"CONNECT www.example.com:443 HTTP/1.1\r\nHost: www.example.com:443\r\n\r\n");
        let expected = RequestHead {
            method: "CONNECT",
            target: "www.example.com:443",
            host: Some("www.example.com:443"),
            body: Body::Unsaid,
            upgrade: false,
            simple: false,
            forwarded: false,
            via: false,
            expects: false,
        };
        assert_eq!(head, Ok(expected));
    }

    #[test]
    fn reads_responses() {
        let head = response(b"HTTP/1.1 502 badgateway\r\ncontent-length: 12, 12\r\nX-Squid-Error: ERR_DNS_FAIL 0\n\n");
        let head = head.unwrap_or_default();
        assert_eq!((head.status, head.reason, head.body), (502, "badgateway", Body::Length(12)));
        assert_eq!(head.own_word, Some("ERR_DNS_FAIL 0"));
        assert_eq!(response(b"HTTP/1.1 2000 no\r\n\r\n"), Err(Invalid::FirstLine));
        assert_eq!(response(b"<html>\r\n\r\n"), Err(Invalid::FirstLine));
        let head = response(b"HTTP/1.1 200\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n").unwrap_or_default();
        assert_eq!((head.body, head.flaw.map(|flaw| flaw.line)), (Body::Unsaid, Some(&b"Content-Length: 2"[..])));
    }

    #[test]
    fn finds_the_end_of_a_head() {
        assert_eq!(head_length(b"a\r\n\r\nbody"), Some(5));
        assert_eq!(head_length(b"a\n\nbody"), Some(3));
        assert_eq!(head_length(b"a\r\nb: c\r\n"), None);
    }
}
