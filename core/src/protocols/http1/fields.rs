//! Lines of a head: fields, and what they say of the body's length.

use memchr::memchr;

use super::Invalid;

/// How a message's body ends (RFC 9112 section 6.3).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Body {
    /// There is none, unless it is a response: then it ends with the connection.
    #[default]
    Unsaid,
    /// After this many bytes.
    Length(u64),
    /// Chunked transfer coding.
    Chunked,
}

pub(super) fn first_line(head: &[u8]) -> (&[u8], &[u8]) {
    match memchr(b'\n', head) {
        Some(end) => {
            let (line, rest) = head.split_at(end);
            (line.strip_suffix(b"\r").unwrap_or(line), rest.get(1..).unwrap_or_default())
        }
        None => (head, &[]),
    }
}

/// Header fields: name and trimmed value. Lines without a colon are passed over.
pub(super) struct Fields<'a>(pub &'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        while !self.0.is_empty() {
            let (line, rest) = first_line(self.0);
            self.0 = rest;
            if let Some(colon) = memchr(b':', line) {
                let (name, value) = line.split_at(colon);
                return Some((name.trim_ascii(), value.get(1..).unwrap_or_default().trim_ascii()));
            }
        }
        None
    }
}

/// What the fields so far say of the body's length.
#[derive(Default)]
pub(super) struct Framing {
    length: Option<u64>,
    chunked: bool,
}

impl Framing {
    pub fn field(&mut self, name: &[u8], value: &[u8]) -> Result<(), Invalid> {
        if name.eq_ignore_ascii_case(b"content-length") {
            // A list of equal values counts as one (RFC 9110 section 8.6).
            for one in value.split(|byte| *byte == b',') {
                let length = number(one.trim_ascii()).ok_or(Invalid::ContentLength)?;
                if self.length.is_some_and(|before| before != length) {
                    return Err(Invalid::ContentLength);
                }
                self.length = Some(length);
            }
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            let last = value.rsplit(|byte| *byte == b',').next().unwrap_or_default();
            self.chunked = last.trim_ascii().eq_ignore_ascii_case(b"chunked");
        }
        Ok(())
    }

    pub fn body(&self) -> Body {
        match (self.chunked, self.length) {
            (true, _) => Body::Chunked,
            (false, Some(length)) => Body::Length(length),
            (false, None) => Body::Unsaid,
        }
    }
}

/// Digits as a number.
fn number(digits: &[u8]) -> Option<u64> {
    let digits = digits.strip_prefix(b"+").unwrap_or(digits);
    let add = |sum: u64, digit: &u8| {
        sum.checked_mul(10)?.checked_add(u64::from(digit.wrapping_sub(b'0'))).filter(|_| digit.is_ascii_digit())
    };
    digits.iter().try_fold(0, add).filter(|_| !digits.is_empty())
}

/// Bytes as text; empty where they are none.
pub(super) fn text(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap_or_default()
}

/// Whether a name may hold this byte (RFC 9110 section 5.6.2).
pub(super) fn is_token(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}
