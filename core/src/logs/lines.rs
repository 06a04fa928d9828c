//! Bytes → lines. The only place that knows about chunk ends, line ends and overlong lines.
//!
//! A line inside a chunk is borrowed from it; only one that straddles a chunk end is copied. Non-goals: characters
//! (a line is bytes here) and the meaning of a line.

use alloc::vec::Vec;
use memchr::memchr;

/// A longer line is cut to this many bytes.
pub const LONGEST: usize = 1 << 20;

/// The byte order mark that some editors put before UTF-8.
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// One line, without its line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its bytes, at most [`LONGEST`].
    pub bytes: &'a [u8],
    /// Line number, from 1.
    pub number: u64,
    /// Byte offset in the decompressed input.
    pub offset: u64,
    /// Its whole length in bytes, also where `bytes` is cut.
    pub length: u64,
}

impl Line<'_> {
    /// True where `bytes` is not the whole line.
    #[must_use]
    pub fn cut(&self) -> bool {
        self.length > LONGEST as u64
    }
}

/// Splits pushed chunks into lines.
#[derive(Debug, Default)]
pub struct Lines {
    /// The beginning of a line whose end has not come yet, at most [`LONGEST`] bytes and one `\r`.
    carry: Vec<u8>,
    /// Bytes of that line so far, also those not kept.
    carried: u64,
    /// Where that line begins.
    offset: u64,
    /// Lines ended so far.
    number: u64,
}

impl Lines {
    /// Hands every line that ends in this chunk to `each`.
    pub fn push(&mut self, chunk: &[u8], mut each: impl FnMut(Line<'_>)) {
        let mut rest = chunk;
        while let Some((line, after)) = memchr(b'\n', rest).and_then(|at| Some((rest.get(..at)?, rest.get(at + 1..)?)))
        {
            rest = after;
            if self.carried == 0 {
                self.emit(line, line.len() as u64, &mut each);
            } else {
                self.keep(line);
                self.emit_carry(&mut each);
            }
            self.offset += 1;
        }
        self.keep(rest);
    }

    /// The input is over: hands out a last line that has no line end.
    pub fn end(&mut self, mut each: impl FnMut(Line<'_>)) {
        if self.carried > 0 {
            self.emit_carry(&mut each);
        }
    }

    fn keep(&mut self, part: &[u8]) {
        // One byte more, so that a `\r` before the line end is not taken for the line's last byte.
        let room = (LONGEST + 1).saturating_sub(self.carry.len());
        self.carry.extend_from_slice(part.get(..room).unwrap_or(part));
        self.carried += part.len() as u64;
    }

    fn emit_carry(&mut self, each: &mut impl FnMut(Line<'_>)) {
        let mut carry = core::mem::take(&mut self.carry);
        let length = core::mem::take(&mut self.carried);
        self.emit(&carry, length, each);
        carry.clear();
        if carry.capacity() <= 1 << 16 {
            self.carry = carry;
        }
    }

    fn emit(&mut self, bytes: &[u8], length: u64, each: &mut impl FnMut(Line<'_>)) {
        self.number += 1;
        let (mut bytes, mut line_length, mut offset) = (bytes, length, self.offset);
        self.offset += length;
        // Whether a line that is cut anyway ended in `\r` is known in some chunkings only: not looked at in any.
        if length <= LONGEST as u64 + 1
            && let [whole @ .., b'\r'] = bytes
        {
            bytes = whole;
            line_length -= 1;
        }
        if self.number == 1
            && let Some(after) = bytes.strip_prefix(BOM)
        {
            bytes = after;
            line_length -= BOM.len() as u64;
            offset += BOM.len() as u64;
        }
        bytes = bytes.get(..LONGEST).unwrap_or(bytes);
        each(Line { bytes, number: self.number, offset, length: line_length });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use alloc::vec;

    fn split(input: &[u8], chunk: usize) -> Vec<(String, u64, u64, u64)> {
        let mut lines = Lines::default();
        let mut out = Vec::new();
        let mut each = |line: Line<'_>| {
            out.push((String::from_utf8_lossy(line.bytes).into_owned(), line.number, line.offset, line.length));
        };
        for part in input.chunks(chunk) {
            lines.push(part, &mut each);
        }
        lines.end(&mut each);
        out
    }

    #[test]
    fn lines_are_the_same_in_any_chunking() {
        let input = b"\xEF\xBB\xBFone\r\n\ntwo\r\nthree \xff\r\r\nlast";
        let whole = split(input, input.len());
        assert_eq!(
            whole,
            vec![
                ("one".into(), 1, 3, 3),
                (String::new(), 2, 8, 0),
                ("two".into(), 3, 9, 3),
                ("three \u{fffd}\r".into(), 4, 14, 8),
                ("last".into(), 5, 24, 4),
            ]
        );
        for chunk in 1..input.len() {
            assert_eq!(split(input, chunk), whole, "chunks of {chunk}");
        }
    }

    #[test]
    fn a_long_line_is_cut_and_says_how_long_it_was() {
        for (ending, extra) in [("\n", 0), ("\r\n", 0), ("", 0), ("\n", 1), ("\r\n", 1), ("\r\n", 70_000)] {
            let mut input = vec![b'x'; LONGEST + extra];
            input.extend_from_slice(ending.as_bytes());
            if !ending.is_empty() {
                input.extend_from_slice(b"y");
            }
            let whole = split(&input, input.len());
            assert_eq!(whole[0].0.len(), LONGEST);
            // A `\r` that ends a cut line is counted with it only where it was beyond what is kept.
            assert!(whole[0].3 >= (LONGEST + extra) as u64);
            for chunk in [1000, 65_536, LONGEST, LONGEST + 1] {
                let parts = split(&input, chunk);
                assert_eq!(parts.len(), whole.len());
                assert!(parts.iter().zip(&whole).all(|(a, b)| a == b), "chunks of {chunk}, {extra} more");
            }
        }
    }
}
