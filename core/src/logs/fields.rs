//! What a line of any format is made of: tokens, numbers, times, addresses, targets. All borrowed, nothing allocated.

use core::net::{IpAddr, Ipv4Addr};

use crate::time::Timestamp;

/// Reads blank-separated tokens from the left.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    /// What is not read yet.
    rest: &'a str,
    /// Bytes of the line.
    length: usize,
}

impl<'a> Fields<'a> {
    /// Starts at this byte of the line.
    #[must_use]
    pub fn new(line: &'a str, at: usize) -> Self {
        Self { rest: line.get(at..).unwrap_or_default(), length: line.len() }
    }

    /// Byte of the next token, or the line's length.
    #[inline]
    pub fn at(&mut self) -> usize {
        self.length - self.rest().len()
    }

    /// Blanks before the next token.
    #[inline]
    #[must_use]
    pub fn blanks(&self) -> usize {
        self.rest.bytes().position(|b| !matches!(b, b' ' | b'\t')).unwrap_or(self.rest.len())
    }

    /// Everything after the tokens read so far.
    #[inline]
    pub fn rest(&mut self) -> &'a str {
        self.rest = self.rest.get(self.blanks()..).unwrap_or_default();
        self.rest
    }

    /// The next token, up to a blank.
    #[inline]
    pub fn bare(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let (token, rest) = rest.split_at_checked(word(rest.as_bytes()))?;
        self.rest = rest;
        (!token.is_empty()).then_some(token)
    }

    /// The next token without the `"…"` or `[…]` around it. A quote inside does not end it unless a blank follows;
    /// one that never ends (a line that was cut) takes the rest of the line.
    pub fn quoted(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let close = match rest.as_bytes().first()? {
            b'"' => b'"',
            b'[' => b']',
            _ => return self.bare(),
        };
        let inside = rest.get(1..)?;
        let bytes = inside.as_bytes();
        let end = memchr::memchr_iter(close, bytes)
            .find(|at| matches!(bytes.get(at + 1), None | Some(b' ' | b'\t')))
            .unwrap_or(bytes.len());
        self.rest = inside.get(end + 1..).unwrap_or_default();
        inside.get(..end)
    }
}

/// Bytes before the first blank. Tokens are short: eight bytes at a time is quicker than one, and than a call for each.
#[inline]
fn word(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let blank = |b: &u8| matches!(b, b' ' | b'\t');
    let (words, rest) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // The lowest bit that is set stands in the first byte up to a blank; above it others may be set that are none.
        let low = word.wrapping_sub(ONES * u64::from(b' ' + 1)) & !word & ONES << 7;
        if low != 0 {
            let at = at * 8 + low.trailing_zeros() as usize / 8;
            // Mostly it is one: other control characters are not written.
            return bytes.get(at..).and_then(|rest| Some(at + rest.iter().position(blank)?)).unwrap_or(bytes.len());
        }
    }
    words.len() * 8 + rest.iter().position(blank).unwrap_or(rest.len())
}

/// What stands before the first of these bytes, and what behind it; quicker than `split_once`.
#[must_use]
pub fn halves(text: &str, at: u8) -> Option<(&str, &str)> {
    let found = memchr::memchr(at, text.as_bytes())?;
    Some((text.get(..found)?, text.get(found + 1..)?))
}

/// Method and target of a request line; a lone word is the target.
#[must_use]
pub fn request_line(text: &str) -> (Option<&str>, Option<&str>) {
    let mut fields = Fields::new(text, 0);
    match (fields.bare(), fields.bare()) {
        (one, None) => (None, one),
        both => both,
    }
}

/// `-`, also as the minus sign U+2212 that documents print for it: no value.
#[must_use]
pub fn is_dash(token: &str) -> bool {
    token == "-" || token == "\u{2212}"
}

/// A decimal number, digits only.
#[must_use]
pub fn number(token: &str) -> Option<u64> {
    if token.is_empty() || token.len() > 19 {
        return None;
    }
    token.bytes().try_fold(0_u64, |sum, b| b.is_ascii_digit().then(|| sum * 10 + u64::from(b - b'0')))
}

/// An HTTP status of three digits; `Some(None)` for `000`, which says that none was sent.
#[must_use]
pub fn status(token: &str) -> Option<Option<u16>> {
    let code = u16::try_from(number(token).filter(|_| token.len() == 3)?).ok()?;
    match code {
        0 => Some(None),
        100..=999 => Some(Some(code)),
        _ => None,
    }
}

/// Seconds since the epoch with a fraction of three to nine digits: `1233658928.496`.
#[must_use]
pub fn epoch(token: &str) -> Option<Timestamp> {
    let bytes = token.as_bytes();
    let dot = match (bytes.get(9), bytes.get(10)) {
        (Some(b'.'), _) => 9,
        (_, Some(b'.')) => 10,
        _ => return None,
    };
    let fraction = token.get(dot + 1..).filter(|fraction| (3..=9).contains(&fraction.len()))?;
    let seconds = i64::try_from(number(token.get(..dot)?)?).ok()?;
    let scale = 10_i64.pow(9 - u32::try_from(fraction.len()).ok()?);
    Some(Timestamp::from_parts(seconds, i64::try_from(number(fraction)?).ok()? * scale))
}

/// The number of so many digits at this byte.
#[inline]
#[must_use]
pub fn digits(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    let part = bytes.get(at..at + count)?;
    part.iter().try_fold(0, |sum, b| b.is_ascii_digit().then(|| sum * 10 + u32::from(b - b'0')))
}

/// The number of a month by its English name's first three letters.
#[must_use]
pub fn month(name: &[u8]) -> Option<u32> {
    const NAMES: [&[u8; 3]; 12] =
        [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
    (1..).zip(NAMES).find(|(_, known)| *known == name).map(|(number, _)| number)
}

/// The time of the common log format: `08/Mar/2013:18:25:57 -0600`; documents print its minus as U+2212.
#[must_use]
pub fn clf_time(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let is = |at: usize, what: u8| bytes.get(at) == Some(&what);
    if !(is(2, b'/') && is(6, b'/') && is(11, b':') && is(14, b':') && is(17, b':') && is(20, b' ')) {
        return None;
    }
    let (sign, zone) = match bytes.get(21)? {
        b'+' => (1, 22),
        b'-' => (-1, 22),
        _ => (-1, text.len() - text.get(21..)?.strip_prefix('\u{2212}')?.len()),
    };
    if text.len() != zone + 4 {
        return None;
    }
    let two = |at: usize| digits(bytes, at, 2);
    let offset = sign * i64::from(two(zone)? * 3600 + two(zone + 2)? * 60);
    let year = i64::from(digits(bytes, 7, 4)?);
    let month = month(bytes.get(3..6)?)?;
    let local = Timestamp::from_civil(year, month, two(0)?, two(12)?, two(15)?, two(18)?, 0)?;
    Some(local.plus(crate::time::Span::seconds(-offset)))
}

/// An address; one of IPv4 that is written as IPv6 is IPv4.
#[must_use]
pub fn address(token: &str) -> Option<IpAddr> {
    // Nearly every line has two of IPv4: the library's parser costs more than the rest of the line.
    if token.len() <= 15
        && let Some(ip) = ipv4(token)
    {
        return Some(IpAddr::V4(ip));
    }
    // Cheaper than letting the parser fail on names.
    let plausible = token.bytes().all(|b| b.is_ascii_hexdigit() || b == b'.' || b == b':') && token.contains(':');
    plausible.then(|| token.parse::<IpAddr>().ok()).flatten().map(|ip| ip.to_canonical())
}

/// `192.0.2.7`: four numbers without leading zeros.
fn ipv4(token: &str) -> Option<Ipv4Addr> {
    let (mut ip, mut dots, mut octet, mut digits) = (0_u32, 0, 0, 0);
    for byte in token.bytes() {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 && (digits == 0 || octet != 0) {
            (octet, digits) = (octet * 10 + u32::from(digit), digits + 1);
            if octet > 255 {
                return None;
            }
        } else if byte == b'.' && digits > 0 {
            (ip, dots, octet, digits) = (ip << 8 | octet, dots + 1, 0, 0);
        } else {
            return None;
        }
    }
    (dots == 3 && digits > 0).then(|| (ip << 8 | octet).into())
}

/// An address and a port, as logs write both: `1.2.3.4:80`, `[::1]:80`, `::1:80` (HAProxy), `1.2.3.4`.
#[must_use]
pub fn host_port(token: &str) -> Option<(IpAddr, Option<u16>)> {
    if let Some(rest) = token.strip_prefix('[') {
        let (host, rest) = rest.split_once(']')?;
        return Some((address(host)?, rest.strip_prefix(':').and_then(|port| port.parse().ok())));
    }
    match memchr::memrchr(b':', token.as_bytes()).and_then(|at| Some((token.get(..at)?, token.get(at + 1..)?))) {
        Some((host, port)) => match (address(host), port.parse()) {
            (Some(ip), Ok(port)) => Some((ip, Some(port))),
            _ => address(token).map(|ip| (ip, None)),
        },
        None => address(token).map(|ip| (ip, None)),
    }
}

/// Where a target points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Target<'a> {
    /// Scheme, empty where the target has none.
    pub scheme: &'a str,
    /// Host name or address without brackets.
    pub host: &'a str,
    /// Port, said or by scheme.
    pub port: Option<u16>,
}

/// Takes a URL (`http://host:port/path`) or an authority (`host:port`) apart; `None` for a path or anything else.
#[must_use]
pub fn target(text: &str) -> Option<Target<'_>> {
    // The first colon decides: a substring search costs more than the rest of this function.
    let colon = memchr::memchr(b':', text.as_bytes());
    let (scheme, after) =
        colon.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?.strip_prefix("//")?))).unwrap_or(("", text));
    if scheme.is_empty() && after.starts_with('/') || !scheme.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let end = after.bytes().position(|b| matches!(b, b'/' | b'?' | b'#')).unwrap_or(after.len());
    let authority = after.get(..end)?;
    let user = memchr::memrchr(b'@', authority.as_bytes()).map_or(0, |at| at + 1);
    let authority = authority.get(user..)?;
    let (host, port) = match authority.strip_prefix('[') {
        Some(v6) => {
            let (host, port) = v6.split_once(']')?;
            (host, port.strip_prefix(':'))
        }
        None => match memchr::memchr(b':', authority.as_bytes()) {
            // More than one colon is an IPv6 address without brackets.
            Some(at) if memchr::memrchr(b':', authority.as_bytes()) == Some(at) => {
                (authority.get(..at)?, authority.get(at + 1..))
            }
            _ => (authority, None),
        },
    };
    let port = match port.filter(|port| !port.is_empty()) {
        Some(port) => Some(number(port).and_then(|port| u16::try_from(port).ok())?),
        None => match scheme {
            "http" => Some(80),
            "https" => Some(443),
            "ftp" => Some(21),
            _ => None,
        },
    };
    (!host.is_empty()).then_some(Target { scheme, host, port })
}

/// The offset that a line writes its time with, in minutes east of UTC: `-0600]` as Apache and its kin do it, or
/// `+01:00` and `Z` behind an ISO time.
pub fn zone(line: &str) -> Option<i32> {
    let bytes = line.as_bytes();
    let digits = |at: usize, length: usize| -> Option<i32> {
        let part = bytes.get(at..at + length)?;
        part.iter().all(u8::is_ascii_digit).then(|| part.iter().fold(0, |sum, d| sum * 10 + i32::from(d - b'0')))
    };
    let signed = |at: usize, minutes: i32| if bytes.get(at) == Some(&b'-') { -minutes } else { minutes };
    // Far behind the beginning no time stands any more.
    (0..bytes.len().min(120)).find_map(|at| match bytes.get(at)? {
        b'+' | b'-' if bytes.get(at + 5) == Some(&b']') => {
            Some(signed(at, digits(at + 1, 2)? * 60 + digits(at + 3, 2)?))
        }
        b'T' if digits(at + 1, 2).is_some() && bytes.get(at + 3) == Some(&b':') => {
            let end = bytes.get(at + 1..)?.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b':' | b'.'))? + at + 1;
            match bytes.get(end)? {
                b'Z' => Some(0),
                b'+' | b'-' if bytes.get(end + 3) == Some(&b':') => {
                    Some(signed(end, digits(end + 1, 2)? * 60 + digits(end + 4, 2)?))
                }
                _ => None,
            }
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec::Vec;

    #[test]
    fn tokens_keep_blanks_inside_quotes_and_brackets() {
        let mut fields = Fields::new("[a b]  \"\" \"c \"d\" e\"\tf \"cut", 0);
        let mut all = Vec::new();
        while let Some(token) = fields.quoted() {
            all.push(token);
        }
        assert_eq!(all, ["a b", "", "c \"d", "e\"", "f", "cut"]);
        let mut fields = Fields::new("  one two  three", 0);
        assert_eq!((fields.at(), fields.bare(), fields.rest()), (2, Some("one"), "two  three"));
    }

    #[test]
    fn a_token_ends_at_the_first_blank_wherever_it_stands() {
        // Neighbours of a blank and a tab, and letters of several bytes, are none.
        for filler in ["a", "!", "\u{8}", "\u{a0}", "é", "\u{2009}"] {
            for blank in [" ", "\t"] {
                for length in 0..20 {
                    let token = filler.repeat(length);
                    for after in ["", "b", "  c", "\tlonger than eight bytes"] {
                        assert_eq!(word(alloc::format!("{token}{blank}{after}").as_bytes()), token.len());
                    }
                    assert_eq!(word(token.as_bytes()), token.len());
                }
            }
        }
    }

    #[test]
    fn addresses_are_read_as_the_library_reads_them() {
        for text in [
            "0.0.0.0",
            "192.0.2.7",
            "255.255.255.255",
            "256.1.1.1",
            "1.2.3",
            "1.2.3.4.5",
            "01.2.3.4",
            "1.2.3.00",
            "1..2.3",
            ".1.2.3",
            "1.2.3.",
            "1.2.3.4 ",
            "+1.2.3.4",
            "",
            "1",
            "a.b.c.d",
            "app",
            "fe",
            "2001:db8::7",
            "::1",
            "1:2",
        ] {
            assert_eq!(address(text), text.parse().ok(), "{text}");
        }
        assert_eq!(address("::ffff:192.0.2.7"), "192.0.2.7".parse().ok());
    }

    #[test]
    fn times_of_both_kinds() {
        assert_eq!(epoch("1233658928.496").map(|t| t.to_string()).as_deref(), Some("2009-02-03T11:02:08.496000Z"));
        assert_eq!(epoch("123456789.123456").map(|t| t.0), Some(123_456_789_123_456_000));
        for none in ["1233658928", "1233658928.49", "12336589281.496", "123365892x.496", "", "1.5"] {
            assert_eq!(epoch(none), None, "{none}");
        }
        assert_eq!(
            clf_time("08/Mar/2013:18:25:57 -0600").map(|t| t.to_string()).as_deref(),
            Some("2013-03-09T00:25:57.000000Z")
        );
        for none in [
            "08/Mar/2013:18:25:57",
            "08/Foo/2013:18:25:57 -0600",
            "31/Feb/2013:18:25:57 -0600",
            "é8/Mar/2013:18:25:57 -060",
        ] {
            assert_eq!(clf_time(none), None, "{none}");
        }
    }

    #[test]
    fn addresses_with_ports() {
        let of = |text| host_port(text).map(|(ip, port)| (ip.to_string(), port));
        assert_eq!(of("1.2.3.4:80"), Some(("1.2.3.4".into(), Some(80))));
        assert_eq!(of("[::1]:80"), Some(("::1".into(), Some(80))));
        assert_eq!(of("2001:db8::1:34552"), Some(("2001:db8::1".into(), Some(34552))));
        assert_eq!(of("10.0.0.1"), Some(("10.0.0.1".into(), None)));
        assert_eq!((of("-"), of("name:80"), of("1.2.3.4:x"), of("[::1")), (None, None, None, None));
    }

    #[test]
    fn targets_of_every_kind() {
        let of = |text| target(text).map(|t| (t.scheme, t.host, t.port));
        assert_eq!(of("http://www.example.com/"), Some(("http", "www.example.com", Some(80))));
        assert_eq!(of("http://u:p@h.test:8080?x"), Some(("http", "h.test", Some(8080))));
        assert_eq!(of("tunnel://www.example.com:443/"), Some(("tunnel", "www.example.com", Some(443))));
        assert_eq!(of("example.org:443"), Some(("", "example.org", Some(443))));
        assert_eq!(of("[2001:db8::1]:443"), Some(("", "2001:db8::1", Some(443))));
        assert_eq!(of("2001:db8::1"), Some(("", "2001:db8::1", None)));
        for none in ["/path", "http:///x", "", ":443", "host:99999", "a b://x"] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
