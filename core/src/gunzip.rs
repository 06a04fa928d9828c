//! gzip → bytes, in chunks of any size (RFC 1952, several members in a row included).

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::io::Write;

use flate2::write::MultiGzDecoder;

/// Compressed bytes taken at a time: what comes out of them is at most a thousandfold.
const STEP: usize = 16 * 1024;
/// No capture or log that is sent around is larger than this when unpacked.
const LARGEST: u64 = 64 * 1024 * 1024 * 1024;

/// Unpacks one file.
pub struct Gunzip {
    decoder: MultiGzDecoder<Vec<u8>>,
    /// Compressed bytes taken.
    taken: u64,
    /// Bytes that came out.
    given: u64,
    /// Why it stopped.
    broken: Option<String>,
}

impl Default for Gunzip {
    fn default() -> Self {
        Self { decoder: MultiGzDecoder::new(Vec::new()), taken: 0, given: 0, broken: None }
    }
}

impl Gunzip {
    /// Unpacks the next bytes and hands what comes out to `sink`.
    pub fn push(&mut self, chunk: &[u8], mut sink: impl FnMut(&[u8])) {
        for part in chunk.chunks(STEP) {
            if self.broken.is_some() {
                return;
            }
            let result = self.decoder.write_all(part);
            self.taken += part.len() as u64;
            self.drain(&mut sink);
            if let Err(error) = result {
                self.broken = Some(format!(
                    "the gzip data is damaged near byte {} ({error}): the {} bytes unpacked before it were read",
                    self.taken, self.given
                ));
            } else if self.given > LARGEST {
                self.broken = Some(format!("unpacking was stopped after {} bytes: a gzip bomb, not a log", self.given));
            }
        }
    }

    /// The end of the file: a warning if it was cut off or damaged.
    pub fn end(&mut self, mut sink: impl FnMut(&[u8])) -> Option<String> {
        if self.broken.is_none() {
            let result = self.decoder.try_finish();
            self.drain(&mut sink);
            if result.is_err() {
                self.broken = Some(format!(
                    "the gzip data is cut off after {} bytes: the {} bytes unpacked from it were read",
                    self.taken, self.given
                ));
            }
        }
        self.broken.take()
    }

    fn drain(&mut self, sink: &mut impl FnMut(&[u8])) {
        let out = self.decoder.get_mut();
        if !out.is_empty() {
            self.given += out.len() as u64;
            sink(out);
            out.clear();
        }
    }
}
