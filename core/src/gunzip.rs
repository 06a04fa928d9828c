//! gzip → bytes, in chunks of any size (RFC 1952, several members in a row included).
//!
//! Packed bytes are handed to the decoder in steps of the file, whatever the chunks: where data is damaged, how much comes out
//! before it depends on the steps. A packed file inside a packed file is not opened.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::io::Write;

use flate2::write::MultiGzDecoder;

/// Packed bytes taken at a time: what comes out of them is at most a thousandfold.
const STEP: usize = 16 * 1024;

/// When to stop.
#[derive(Clone, Copy)]
struct Limits {
    /// Bytes that may come out. No capture or log that is sent around is larger when unpacked.
    largest: u64,
    /// Bytes that may come out of each packed byte. The most repetitive logs and captures stay below 200; what is made to fill
    /// a disk reaches 1030, which is as far as deflate goes.
    ratio: u64,
    /// Bytes that may come out whatever the ratio: reading them takes no time.
    free: u64,
}

const LIMITS: Limits = Limits { largest: 64 << 30, ratio: 400, free: 256 << 20 };

/// Unpacks one file.
pub struct Gunzip {
    decoder: MultiGzDecoder<Vec<u8>>,
    limits: Limits,
    /// Packed bytes of a step that is not whole yet.
    step: Vec<u8>,
    /// Packed bytes taken.
    taken: u64,
    /// Bytes that came out.
    given: u64,
    /// Packed bytes that came after it stopped.
    left_out: u64,
    /// Why it stopped.
    broken: Option<String>,
}

impl Default for Gunzip {
    fn default() -> Self {
        Self::within(LIMITS)
    }
}

impl Gunzip {
    fn within(limits: Limits) -> Self {
        let decoder = MultiGzDecoder::new(Vec::new());
        Self { decoder, limits, step: Vec::new(), taken: 0, given: 0, left_out: 0, broken: None }
    }

    /// Unpacks the next bytes and hands what comes out to `sink`.
    pub fn push(&mut self, mut chunk: &[u8], mut sink: impl FnMut(&[u8])) {
        while !chunk.is_empty() {
            let wanted = STEP.saturating_sub(self.step.len());
            let (now, later) = chunk.split_at(wanted.min(chunk.len()));
            chunk = later;
            if self.step.is_empty() && now.len() == STEP {
                self.unpack(now, &mut sink);
                continue;
            }
            self.step.extend_from_slice(now);
            if self.step.len() == STEP {
                self.rest(&mut sink);
            }
        }
    }

    /// The end of the file: a warning if it was cut off, damaged or stopped.
    pub fn end(&mut self, mut sink: impl FnMut(&[u8])) -> Option<String> {
        self.rest(&mut sink);
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
        let mut broken = self.broken.take()?;
        if self.left_out > 0 {
            broken.push_str(&format!("; the {} packed bytes behind it were not", self.left_out));
        }
        Some(broken)
    }

    /// What waits for a whole step.
    fn rest(&mut self, sink: &mut impl FnMut(&[u8])) {
        let mut step = core::mem::take(&mut self.step);
        self.unpack(&step, sink);
        step.clear();
        self.step = step;
    }

    fn unpack(&mut self, part: &[u8], sink: &mut impl FnMut(&[u8])) {
        if self.broken.is_some() {
            self.left_out += part.len() as u64;
            return;
        }
        let result = self.decoder.write_all(part);
        self.taken += part.len() as u64;
        if result.is_err() {
            // It still holds what it unpacked before the damage; its second complaint is the first one.
            let _ = self.decoder.try_finish();
        }
        self.drain(sink);
        let Limits { largest, ratio, free } = self.limits;
        if let Err(error) = result {
            self.broken = Some(format!(
                "the gzip data is damaged near byte {} ({error}): the {} bytes unpacked before it were read",
                self.taken, self.given
            ));
        } else if self.given > largest {
            self.broken = Some(format!(
                "unpacking was stopped at the limit of {largest} bytes: the {} bytes unpacked until then were read",
                self.given
            ));
        } else if self.given > free && self.given / ratio > self.taken {
            self.broken = Some(format!(
                "unpacking was stopped after {} bytes, because more than {ratio} come out of each packed byte: a gzip bomb, \
                 not a log or capture; the {} bytes unpacked until then were read",
                self.taken, self.given
            ));
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    fn pack(bytes: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    /// What comes out, and what is said.
    fn unpack(mut gunzip: Gunzip, packed: &[u8], piece: usize) -> (Vec<u8>, Option<String>) {
        let mut out = Vec::new();
        packed.chunks(piece).for_each(|part| gunzip.push(part, |bytes| out.extend_from_slice(bytes)));
        let said = gunzip.end(|bytes| out.extend_from_slice(bytes));
        (out, said)
    }

    /// Numbers that do not pack well, so that several steps are needed.
    fn noise(length: usize) -> Vec<u8> {
        let mut state = 0x9E37_79B9_u32;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state as u8 & 63
        };
        core::iter::repeat_with(&mut next).take(length).collect()
    }

    #[test]
    fn damage_is_told_the_same_in_any_pieces_and_costs_only_what_follows() {
        let bytes = noise(60_000);
        // A member, and the beginning of another one whose first block is of the type that does not exist (RFC 1951, 3.2.3).
        let packed = [&pack(&bytes)[..], &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 7], &noise(50_000)].concat();
        let (out, said) = unpack(Gunzip::default(), &packed, packed.len());
        let said = said.unwrap();
        assert!(said.contains("damaged") && said.contains("packed bytes behind it were not"), "{said}");
        assert!(out == bytes, "{} bytes", out.len());
        for piece in [1, 7, 4096, STEP, STEP + 1] {
            let (again, told) = unpack(Gunzip::default(), &packed, piece);
            assert_eq!((again == out, told.as_deref()), (true, Some(&*said)), "in pieces of {piece}");
        }
    }

    #[test]
    fn a_bomb_is_stopped_and_what_was_left_out_is_counted() {
        let packed = pack(&alloc::vec![0; 40 << 20]);
        let limits = Limits { free: 1 << 20, ..LIMITS };
        let (out, said) = unpack(Gunzip::within(limits), &packed, 1000);
        assert!(out.len() < 20 << 20, "{} bytes", out.len());
        let left = packed.len() - STEP;
        let said = said.unwrap();
        assert!(said.contains("more than 400 come out of each packed byte: a gzip bomb"), "{said}");
        assert!(said.ends_with(&format!("; the {left} packed bytes behind it were not")), "{said}");
        // Within what is free, nothing is stopped.
        let (out, said) = unpack(Gunzip::default(), &packed, 1000);
        assert_eq!((out.len(), said), (40 << 20, None));
    }

    #[test]
    fn unpacking_stops_at_the_limit() {
        let packed = pack(&noise(100_000));
        let limits = Limits { largest: 20_000, ..LIMITS };
        let (out, said) = unpack(Gunzip::within(limits), &packed, 1000);
        assert!(out.len() > 20_000 && out.len() < 100_000, "{} bytes", out.len());
        assert!(said.unwrap().contains("stopped at the limit of 20000 bytes"));
    }

    #[test]
    fn a_packed_file_in_a_packed_file_stays_packed() {
        let inner = pack(b"a line\n");
        let (out, said) = unpack(Gunzip::default(), &pack(&inner), 5);
        assert_eq!((out, said), (inner, None));
    }
}
