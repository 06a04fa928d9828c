//! Lines → what is read as one: a line, or a block of lines that belong together.
//!
//! Two things are printed over several lines: a JSON object, from a lone `{` to the `}` below it, and a transaction of
//! varnishlog, from `*   << Request  >> 2` to the blank line, with those of its fetches. All other lines pass through as
//! they are, uncopied. Of varnishlog only lines are kept that say something of a failure ([`KEPT`]).

use alloc::vec::Vec;

use super::lines::{Line, Lines};

/// A block is cut to this many bytes …
const LONGEST: usize = 64 << 10;
/// … and ends after this many lines, whatever they are.
const LINES: u32 = 4096;

/// Tags of varnishlog that tell what was asked, of whom, and how it ended (vsl(7)).
const KEPT: &[&str] = &[
    "Begin",
    "ReqStart",
    "ReqMethod",
    "ReqURL",
    "ReqHeader",
    "BackendOpen",
    "BackendReuse",
    "BackendStart",
    "BackendClose",
    "FetchError",
    "VCL_Error",
    "VCL_return",
    "Error",
    "BerespStatus",
    "RespStatus",
    "Timestamp",
    "Link",
];

/// Splits pushed chunks into lines and blocks.
#[derive(Debug, Default)]
pub struct Blocks {
    lines: Lines,
    block: Block,
}

/// The block that is open.
#[derive(Debug, Default)]
struct Block {
    kind: Kind,
    text: Vec<u8>,
    lines: u32,
    number: u64,
    offset: u64,
    /// Where its last line ends.
    end: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    None,
    /// Indented so far.
    Json(usize),
    Varnish,
}

impl Blocks {
    /// Hands every line and block that ends in this chunk to `each`.
    pub fn push(&mut self, chunk: &[u8], mut each: impl FnMut(Line<'_>)) {
        let Self { lines, block } = self;
        lines.push(chunk, |line| block.line(line, &mut each));
    }

    /// The input is over.
    pub fn end(&mut self, mut each: impl FnMut(Line<'_>)) {
        let Self { lines, block } = self;
        lines.end(|line| block.line(line, &mut each));
        block.close(&mut each);
    }
}

impl Block {
    fn line(&mut self, line: Line<'_>, each: &mut impl FnMut(Line<'_>)) {
        let begins = begins(line.bytes);
        if self.kind == Kind::None && begins == Kind::None {
            return each(line);
        }
        if begins != Kind::None && (self.kind == Kind::None || begins == Kind::Varnish || begins == self.kind) {
            self.close(each);
            (self.kind, self.number, self.offset) = (begins, line.number, line.offset);
            return self.keep(&line);
        }
        match self.kind {
            Kind::None => {}
            Kind::Json(indent) => {
                self.keep(&line);
                if ends(line.bytes, indent) || self.lines >= LINES {
                    self.close(each);
                }
            }
            Kind::Varnish => match line.bytes.first() {
                Some(b'-' | b'*') if self.lines < LINES => {
                    if told(line.bytes) {
                        self.keep(&line);
                    } else {
                        self.end = line.offset + line.length;
                        self.lines += 1;
                    }
                }
                other => {
                    let blank = other.is_none();
                    self.close(each);
                    if !blank {
                        each(line);
                    }
                }
            },
        }
    }

    fn keep(&mut self, line: &Line<'_>) {
        self.lines += 1;
        self.end = line.offset + line.length;
        let room = LONGEST.saturating_sub(self.text.len());
        if !self.text.is_empty() && room > 0 {
            self.text.push(b'\n');
        }
        self.text.extend_from_slice(line.bytes.get(..room).unwrap_or(line.bytes));
    }

    fn close(&mut self, each: &mut impl FnMut(Line<'_>)) {
        if self.kind == Kind::None {
            return;
        }
        let mut text = core::mem::take(&mut self.text);
        let (number, offset) = (self.number, self.offset);
        each(Line { bytes: &text, number, offset, length: self.end.saturating_sub(offset) });
        text.clear();
        *self = Self { text, ..Self::default() };
    }
}

/// Which block begins with this line.
fn begins(line: &[u8]) -> Kind {
    match line.first() {
        Some(b'*') if varnish(line) => Kind::Varnish,
        Some(b'{' | b' ' | b'\t') if line.trim_ascii() == b"{" => Kind::Json(indent(line)),
        _ => Kind::None,
    }
}

/// `*   << Request  >> 2`, and deeper ones but for fetches, which belong to the request before them.
fn varnish(line: &[u8]) -> bool {
    let stars = line.iter().take_while(|b| **b == b'*').count();
    let rest = line.get(stars..).unwrap_or_default().trim_ascii_start();
    rest.strip_prefix(b"<< ").is_some_and(|kind| stars == 1 || !kind.starts_with(b"BeReq"))
}

fn indent(line: &[u8]) -> usize {
    line.len() - line.trim_ascii_start().len()
}

/// `}` or `},` where the object began.
fn ends(line: &[u8], at: usize) -> bool {
    matches!(line.trim_ascii(), b"}" | b"},") && indent(line) == at
}

/// A line of varnishlog that is kept: a transaction's head, or a tag that tells something.
fn told(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"-") else { return true };
    let rest = rest.trim_ascii_start();
    let rest = match rest.iter().take_while(|b| **b == b'-').count() {
        0 => rest,
        dashes => rest.get(dashes..).unwrap_or_default().trim_ascii_start(),
    };
    let tag = rest.iter().position(|b| *b == b' ').and_then(|end| rest.get(..end)).unwrap_or(rest);
    let known = KEPT.iter().any(|kept| kept.as_bytes() == tag);
    let header = rest.get(tag.len()..).unwrap_or_default().trim_ascii_start();
    known && (tag != b"ReqHeader" || header.get(..5).is_some_and(|name| name.eq_ignore_ascii_case(b"host:")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    fn split(input: &str, chunk: usize) -> Vec<(String, u64, u64, u64)> {
        let mut blocks = Blocks::default();
        let mut out = Vec::new();
        let mut each = |line: Line<'_>| {
            out.push((String::from_utf8_lossy(line.bytes).into_owned(), line.number, line.offset, line.length));
        };
        for part in input.as_bytes().chunks(chunk) {
            blocks.push(part, &mut each);
        }
        blocks.end(&mut each);
        out
    }

    #[test]
    fn objects_and_transactions_are_one_and_lines_stay_lines() {
        let input = "one\n{\n  \"a\": {\n    \"b\": 1\n  }\n}\n{\"c\":2}\n  {\n    \"d\": 3\n  },\nlast";
        let whole = split(input, input.len());
        let texts: Vec<&str> = whole.iter().map(|(text, ..)| text.as_str()).collect();
        let object = "{\n  \"a\": {\n    \"b\": 1\n  }\n}";
        assert_eq!(texts, ["one", object, "{\"c\":2}", "  {\n    \"d\": 3\n  },", "last"]);
        assert_eq!((whole[1].1, whole[1].2, whole[1].3), (2, 4, object.len() as u64));
        for chunk in 1..input.len() {
            assert_eq!(split(input, chunk), whole, "chunks of {chunk}");
        }
    }

    #[test]
    fn a_request_of_varnishlog_keeps_its_fetch_and_what_tells() {
        let input = "*   << Session  >> 1\n-   Begin          sess 0 HTTP/1\n-   End\n**  << Request  >> 2\n--  Begin          req 1 rxreq\n--  ReqHeader      Host: a.test\n--  ReqHeader      Accept: */*\n--  End\n*** << BeReq    >> 3\n--- Begin          bereq 2 fetch\n--- FetchError     first byte timeout\n--- End\n\n*   << BeReq    >> 9\n-   Begin          bereq 8 fetch\nWARNING: x\n";
        let whole = split(input, input.len());
        let texts: Vec<&str> = whole.iter().map(|(text, ..)| text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "*   << Session  >> 1\n-   Begin          sess 0 HTTP/1",
                "**  << Request  >> 2\n--  Begin          req 1 rxreq\n--  ReqHeader      Host: a.test\n*** << BeReq    >> 3\n--- Begin          bereq 2 fetch\n--- FetchError     first byte timeout",
                "*   << BeReq    >> 9\n-   Begin          bereq 8 fetch",
                "WARNING: x",
            ]
        );
        let numbers: Vec<u64> = whole.iter().map(|(_, number, ..)| *number).collect();
        assert_eq!(numbers, [1, 4, 14, 16]);
        for chunk in 1..input.len() {
            assert_eq!(split(input, chunk), whole, "chunks of {chunk}");
        }
    }

    #[test]
    fn a_block_without_end_is_bounded() {
        let endless = alloc::format!("{{\n{}", "\"a\": 1,\n".repeat(200_000));
        let blocks = split(&endless, 70_000);
        assert!(blocks.iter().all(|(text, ..)| text.len() <= LONGEST + 1));
        assert_eq!(blocks[0].1, 1);
    }
}
