//! Finding the end of a message's head, and what is kept of its text.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::capture::transaction::Request;
use crate::exchange::Flaw;
use crate::protocols::http1::{self, flaws};

/// Longest target, host or reason that is kept.
const LONGEST_TEXT: usize = 2048;

/// Letters of a header line that are shown.
const LONGEST_LINE: usize = 60;

/// What became of looking for the end of a head.
pub(super) enum Head {
    /// It lies whole in the new bytes: its length.
    InPlace(usize),
    /// It was put together: the bytes, and how many of the new ones it took.
    Joined(Vec<u8>, usize),
    /// More bytes are needed; the new ones were kept.
    Needs,
    /// It has no end within reason.
    TooLong,
}

/// Looks for the end of a head whose earlier bytes are in `part`. Nothing is copied if it lies whole in `data`.
pub(super) fn whole_head(part: &mut Vec<u8>, data: &[u8]) -> Head {
    if part.is_empty()
        && let Some(length) = http1::head_length(data)
    {
        return Head::InPlace(length);
    }
    if part.len() + data.len() > http1::LONGEST_HEAD {
        return Head::TooLong;
    }
    let before = part.len();
    part.extend_from_slice(data);
    // The empty line may straddle: look again from shortly before the new bytes.
    let from = before.saturating_sub(3);
    match part.get(from..).and_then(http1::head_length) {
        Some(length) => {
            let mut head = core::mem::take(part);
            let end = from + length;
            head.truncate(end);
            Head::Joined(head, end.saturating_sub(before))
        }
        None => Head::Needs,
    }
}

/// Whether a line is a request's: it ends with the version, or was cut off before.
pub(super) fn may_be_request(data: &[u8]) -> bool {
    let whole = data.contains(&b'\n');
    let line = data.split(|byte| *byte == b'\n').next().unwrap_or_default();
    !whole || line.windows(6).any(|window| window == b"HTTP/1")
}

/// FNV-1a of a path: not against malice, only to find the same request on another connection. A request to a proxy has
/// the same as the one that the proxy sends on.
pub fn digest(target: &str) -> u32 {
    let path =
        http1::absolute(target).map_or(target, |(_, rest)| rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/"));
    path.bytes().take(256).fold(0x811C_9DC5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// What a request asks for, method and host included: the same where it is sent again, whatever the address.
pub(crate) fn wanted(request: &Request) -> u32 {
    let host = request.host.as_deref().unwrap_or_default();
    let more = request.method.bytes().chain([b' ']).chain(host.bytes().take(256).map(|byte| byte.to_ascii_lowercase()));
    more.fold(digest(&request.target), |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Text of bounded length.
pub(super) fn clip(text: &str) -> String {
    let mut end = text.len().min(LONGEST_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_string()
}

/// Methods and reasons that nearly all messages have.
const COMMON: &[&str] = &[
    "GET",
    "OK",
    "POST",
    "CONNECT",
    "HEAD",
    "OPTIONS",
    "PUT",
    "DELETE",
    "PATCH",
    "Found",
    "Not Modified",
    "Not Found",
];

/// A method or a reason, of bounded length: of the common ones nothing is copied.
pub(super) fn word(text: &str) -> Cow<'static, str> {
    COMMON.iter().find(|common| **common == text).map_or_else(|| clip(text).into(), |common| Cow::Borrowed(*common))
}

/// A flaw to keep, with how its line begins.
pub(super) fn flaw(kind: flaws::Kind, line: &[u8]) -> Box<Flaw> {
    let (what, weight) = kind;
    Box::new(Flaw { what, line: readable(line, LONGEST_LINE), weight })
}

/// How bytes begin, readable: at most 24 of them, others than printable ASCII as `.`.
pub fn quote(data: &[u8]) -> String {
    readable(data, 24)
}

fn readable(data: &[u8], most: usize) -> String {
    data.iter()
        .take(most)
        .map(|byte| if byte.is_ascii_graphic() || *byte == b' ' { *byte as char } else { '.' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_beyond_the_limit_has_no_end() {
        let end_of = |bytes: usize| {
            let mut part = alloc::vec![b'x'; bytes - 4];
            let found = whole_head(&mut part, b"\r\n\r\n");
            matches!(found, Head::Joined(head, 4) if head.len() == bytes)
        };
        assert!(end_of(262_144) && !end_of(262_145));
        let mut part = alloc::vec![b'x'; 262_144];
        assert!(matches!(whole_head(&mut part, b"x"), Head::TooLong));
    }
}
