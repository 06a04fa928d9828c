//! Lines → what is read as one: a line, or a block of lines that belong together.
//!
//! Two things are printed over several lines: a JSON object, from a lone `{` to the `}` below it, and a transaction of
//! varnishlog, from `*   << Request  >> 2` to the blank line. All other lines pass through as they are, uncopied.
//!
//! A request of varnishlog and its fetches are one block. Grouped by request they follow it; ungrouped a fetch comes
//! before it, and waits for it ([`HELD`]). Only lines are kept that say something of a failure ([`KEPT`]).

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::lines::{Line, Lines};

/// A block is cut to this many bytes …
const LONGEST: usize = 64 << 10;
/// … and ends after this many lines, whatever they are.
const LINES: u32 = 4096;

/// Fetches that wait for their request; one that waits longer is a block of its own.
const HELD: usize = 256;

/// Tags of varnishlog that tell what was asked, of whom, and how it ended (vsl(7)).
const KEPT: &[&str] = &[
    "Begin",
    "ReqStart",
    "ReqMethod",
    "ReqURL",
    "ReqHeader",
    "BereqMethod",
    "BereqURL",
    "BereqHeader",
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
    /// Fetches of varnishlog whose request has not come yet, the oldest first.
    held: VecDeque<Fetch>,
}

/// A fetch of varnishlog: its number, that of the request or fetch that it was made for, and its lines.
#[derive(Debug)]
struct Fetch {
    own: u64,
    of: u64,
    text: Vec<u8>,
    number: u64,
    offset: u64,
    length: u64,
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
        while let Some(fetch) = block.held.pop_front() {
            each(fetch.line());
        }
    }
}

impl Fetch {
    fn line(&self) -> Line<'_> {
        Line { bytes: &self.text, number: self.number, offset: self.offset, length: self.length }
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
        let (number, offset, length) = (self.number, self.offset, self.end.saturating_sub(self.offset));
        let mut held = core::mem::take(&mut self.held);
        if self.kind == Kind::Varnish {
            match head(&text) {
                Some((b"BeReq", own)) => {
                    let of = made_for(&text).unwrap_or(0);
                    held.push_back(Fetch { own, of, text: core::mem::take(&mut text), number, offset, length });
                    if held.len() > HELD
                        && let Some(oldest) = held.pop_front()
                    {
                        each(oldest.line());
                    }
                }
                Some((b"Request", own)) => {
                    let mut of = own;
                    // A fetch that was tried again is what the next one was made for.
                    while let Some(fetch) = held.iter().position(|fetch| fetch.of == of).and_then(|at| held.remove(at))
                    {
                        of = fetch.own;
                        if text.len() < LONGEST {
                            text.push(b'\n');
                            text.extend_from_slice(&fetch.text);
                        }
                    }
                    each(Line { bytes: &text, number, offset, length });
                }
                _ => each(Line { bytes: &text, number, offset, length }),
            }
        } else {
            each(Line { bytes: &text, number, offset, length });
        }
        text.clear();
        *self = Self { text, held, ..Self::default() };
    }
}

/// Kind and number of the transaction that a block begins with: `*   << Request  >> 32770`.
fn head(text: &[u8]) -> Option<(&[u8], u64)> {
    let line = text.split(|b| *b == b'\n').next()?;
    let mut words = line.split(|b| *b == b' ').filter(|word| !word.is_empty());
    let kind = words.nth(2)?;
    Some((kind, number(words.nth(1)?)?))
}

/// What a fetch was made for: `-   Begin          bereq 32770 pass`.
fn made_for(text: &[u8]) -> Option<u64> {
    let line = text.split(|b| *b == b'\n').nth(1)?;
    let mut words = line.split(|b| *b == b' ').filter(|word| !word.is_empty()).skip_while(|word| *word != b"bereq");
    number(words.nth(1)?)
}

fn number(word: &[u8]) -> Option<u64> {
    core::str::from_utf8(word).ok()?.parse().ok()
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
    let of_host = header.get(..5).is_some_and(|name| name.eq_ignore_ascii_case(b"host:"));
    known && (!tag.ends_with(b"Header") || of_host)
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
                "WARNING: x",
                // Its request never comes.
                "*   << BeReq    >> 9\n-   Begin          bereq 8 fetch",
            ]
        );
        let numbers: Vec<u64> = whole.iter().map(|(_, number, ..)| *number).collect();
        assert_eq!(numbers, [1, 4, 16, 14]);
        for chunk in 1..input.len() {
            assert_eq!(split(input, chunk), whole, "chunks of {chunk}");
        }
    }

    #[test]
    fn fetches_that_come_before_their_request_wait_for_it() {
        let fetch = |own: u32, of: u32| {
            alloc::format!("*   << BeReq    >> {own}\n-   Begin          bereq {of} x\n-   End\n\n")
        };
        let request = "*   << Request  >> 4\n-   Begin          req 3 rxreq\n-   End\n\n";
        let input = [fetch(5, 4), fetch(9, 8), fetch(6, 5), request.into()].concat();
        let texts: Vec<String> = split(&input, 7).into_iter().map(|(text, ..)| text).collect();
        assert_eq!(
            texts,
            [
                "*   << Request  >> 4\n-   Begin          req 3 rxreq\n*   << BeReq    >> 5\n-   Begin          bereq 4 x\n*   << BeReq    >> 6\n-   Begin          bereq 5 x",
                "*   << BeReq    >> 9\n-   Begin          bereq 8 x",
            ]
        );
        let many: String = (0..10_000).map(|n| fetch(n * 2 + 1, n * 2)).collect();
        let mut blocks = Blocks::default();
        let mut count = 0;
        blocks.push(many.as_bytes(), |_| count += 1);
        assert_eq!((count, blocks.block.held.len()), (10_000 - HELD, HELD));
    }

    #[test]
    fn a_block_without_end_is_bounded() {
        let endless = alloc::format!("{{\n{}", "\"a\": 1,\n".repeat(200_000));
        let blocks = split(&endless, 70_000);
        assert!(blocks.iter().all(|(text, ..)| text.len() <= LONGEST + 1));
        assert_eq!(blocks[0].1, 1);
    }
}
