//! A stretch of a file's bytes, such as one log line.

use alloc::string::String;
use alloc::vec::Vec;

use super::Unpack;
use crate::visible;

/// No line is shown beyond this.
const LONGEST: u32 = 64 * 1024;

/// Collects the bytes from an offset on, while the (packed or plain) file passes by.
#[derive(Default)]
pub struct Span {
    unpack: Unpack,
    /// Where the next bytes stand in the unpacked file.
    position: u64,
    offset: u64,
    length: u32,
    bytes: Vec<u8>,
}

impl Span {
    /// The `length` bytes from `offset` of the unpacked file, the first 64 KiB of them at most.
    #[must_use]
    pub fn new(offset: u64, length: u32) -> Self {
        Self { offset, length: length.min(LONGEST), ..Self::default() }
    }

    /// Reads on.
    pub fn push(&mut self, chunk: &[u8]) {
        let mut unpack = core::mem::take(&mut self.unpack);
        unpack.push(chunk, |part| self.take(part));
        self.unpack = unpack;
    }

    /// The file is over.
    pub fn end(&mut self) {
        let mut unpack = core::mem::take(&mut self.unpack);
        unpack.end(|part| self.take(part));
        self.unpack = unpack;
    }

    fn take(&mut self, part: &[u8]) {
        let had = self.bytes.len() as u64;
        let from = (self.offset + had).saturating_sub(self.position).min(part.len() as u64);
        let to = (from + u64::from(self.length) - had).min(part.len() as u64);
        self.bytes.extend_from_slice(part.get(from as usize..to as usize).unwrap_or_default());
        self.position += part.len() as u64;
    }

    /// Where to go on, after the first bytes: what lies before is not needed. `None` in packed files.
    pub fn skip(&mut self) -> Option<u64> {
        if self.unpack.packed() || self.position > self.offset {
            return None;
        }
        self.position = self.offset;
        Some(self.offset)
    }

    /// All of it is there.
    #[must_use]
    pub fn done(&self) -> bool {
        self.bytes.len() as u64 == u64::from(self.length)
    }

    /// As text, without a line end; bytes that are no UTF-8 as replacement characters, letters that are not seen written
    /// out (`visible.rs`).
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::from(String::from_utf8_lossy(&self.bytes).trim_end_matches(['\r', '\n']));
        visible::make(&mut text);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    const LOG: &[u8] = b"first line\nsecond line\r\nthird line\n";

    fn second(file: &[u8], chunk: usize) -> Span {
        let mut span = Span::new(11, 12);
        for chunk in file.chunks(chunk) {
            span.push(chunk);
        }
        span.end();
        span
    }

    #[test]
    fn finds_a_line_in_any_chunks_packed_or_not() {
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(LOG).expect("memory takes it");
        let packed = packed.finish().expect("memory takes it");
        for file in [LOG, &packed] {
            for chunk in [1, 5, 100] {
                let span = second(file, chunk);
                assert!(span.done());
                assert_eq!(span.text(), "second line");
            }
        }
    }

    #[test]
    fn goes_straight_to_it() {
        let mut span = Span::new(11, 12);
        span.push(&LOG[..2]);
        assert_eq!(span.skip(), Some(11));
        span.push(&LOG[11..]);
        assert_eq!(span.text(), "second line");
    }

    #[test]
    fn is_not_done_where_the_file_ends_before() {
        assert!(!second(&LOG[..15], 4).done());
    }
}
