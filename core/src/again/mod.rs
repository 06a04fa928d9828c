//! A file read a second time, for what a report points at: packets are shown, drawn and exported from the file's own
//! bytes, so that the first reading need not keep them.
//!
//! [`Packets`] gives the packets of a capture as [`Seen`], [`Span`] the bytes of a log line. Both take the file in chunks
//! of any size, unpack gzip, and can leave out what lies before where the file is not packed.

mod span;

use alloc::boxed::Box;
use alloc::vec::Vec;

pub use span::Span;

use crate::capture::Frame;
use crate::capture::file::FileReader;
use crate::gunzip::Gunzip;
use crate::time::Timestamp;

/// The first two bytes of gzip (RFC 1952).
const GZIP: [u8; 2] = [0x1F, 0x8B];
/// Bytes before a packet's own in its record of a pcap file.
const PCAP_RECORD: u64 = 16;
/// Bytes before a packet's own in an enhanced packet block of a pcapng file (draft-ietf-opsawg-pcapng section 4.3).
const ENHANCED_BLOCK: u64 = 28;

/// One packet of a capture, borrowed from the bytes pushed.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// From 1, as Wireshark numbers it.
    pub number: u64,
    /// When it was captured; zero where the file does not say.
    pub time: Timestamp,
    /// Byte offset of `data` in the (unpacked) file.
    pub offset: u64,
    /// Captured bytes.
    pub data: &'a [u8],
    /// Bytes on the wire.
    pub original: u32,
    /// Link-layer type, as files name it (`LINKTYPE_`).
    pub link: u16,
    /// Which section of the file, from 1; 0 in pcap.
    pub section: u32,
    /// Which interface of its section, from 0.
    pub interface: u32,
}

impl Seen<'_> {
    pub(crate) fn frame(&self) -> Frame<'_> {
        let Self { number, time, offset, data, original, link, section, interface } = *self;
        Frame { number, time, offset, data, original, link, section, interface, ..Frame::default() }
    }
}

/// The packets of a capture, once more.
#[derive(Default)]
pub struct Packets {
    unpack: Unpack,
    file: FileReader,
}

impl Packets {
    /// Reads on: hands every whole packet to `sink`.
    pub fn push(&mut self, chunk: &[u8], mut sink: impl FnMut(Seen<'_>)) {
        let file = &mut self.file;
        self.unpack.push(chunk, |bytes| file.push(bytes, &mut |frame| sink(seen(&frame))));
    }

    /// The file is over.
    pub fn end(&mut self, mut sink: impl FnMut(Seen<'_>)) {
        let file = &mut self.file;
        self.unpack.end(|bytes| file.push(bytes, &mut |frame| sink(seen(&frame))));
        self.file.end(&mut |frame| sink(seen(&frame)));
    }

    /// After the file's first bytes: goes on right before a packet, by its number and the offset of its bytes, and tells
    /// from which byte of the file to push. `None` where all before it is needed: in packed files, and where the first
    /// bytes do not describe what follows. The first packet that then comes must be that one, else the file has to be
    /// read from its beginning.
    pub fn skip_to(&mut self, number: u64, offset: u64) -> Option<u64> {
        if self.unpack.packed() {
            return None;
        }
        let before = if self.file.format() == "pcap" { PCAP_RECORD } else { ENHANCED_BLOCK };
        let position = offset.checked_sub(before)?;
        self.file.resume(number, position).then_some(position)
    }
}

fn seen<'a>(frame: &Frame<'a>) -> Seen<'a> {
    let Frame { number, time, offset, data, original, link, section, interface, .. } = *frame;
    Seen { number, time, offset, data, original, link, section, interface }
}

/// Opens gzip, and passes anything else on.
#[derive(Default)]
enum Unpack {
    /// Nothing was pushed; a lone first byte.
    #[default]
    Begin,
    First(u8),
    Plain,
    Gzip(Box<Gunzip>),
}

impl Unpack {
    fn packed(&self) -> bool {
        matches!(self, Self::Gzip(_))
    }

    fn push(&mut self, chunk: &[u8], mut sink: impl FnMut(&[u8])) {
        match self {
            Self::Plain => sink(chunk),
            Self::Gzip(gunzip) => gunzip.push(chunk, sink),
            Self::First(first) => {
                let mut joined = Vec::with_capacity(chunk.len() + 1);
                joined.push(*first);
                joined.extend_from_slice(chunk);
                if joined.len() > 1 {
                    *self = Self::of(&joined);
                    self.push(&joined, sink);
                }
            }
            Self::Begin => match chunk {
                [] => {}
                [first] => *self = Self::First(*first),
                _ => {
                    *self = Self::of(chunk);
                    self.push(chunk, sink);
                }
            },
        }
    }

    fn end(&mut self, mut sink: impl FnMut(&[u8])) {
        match self {
            Self::First(first) => sink(&[*first]),
            Self::Gzip(gunzip) => {
                let _ = gunzip.end(sink);
            }
            Self::Begin | Self::Plain => {}
        }
    }

    fn of(head: &[u8]) -> Self {
        if head.starts_with(&GZIP) { Self::Gzip(Box::default()) } else { Self::Plain }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    /// A pcap file with packets of these bytes.
    fn pcap(packets: &[&[u8]]) -> Vec<u8> {
        let mut file = vec![0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0];
        for (at, packet) in packets.iter().enumerate() {
            for number in [1_700_000_000 + at as u32, 0, packet.len() as u32, packet.len() as u32] {
                file.extend_from_slice(&number.to_le_bytes());
            }
            file.extend_from_slice(packet);
        }
        file
    }

    fn read(packets: &mut Packets, chunks: &[&[u8]]) -> Vec<(u64, u64, Vec<u8>)> {
        let mut found = Vec::new();
        for chunk in chunks {
            packets.push(chunk, |seen| found.push((seen.number, seen.offset, seen.data.to_vec())));
        }
        packets.end(|seen| found.push((seen.number, seen.offset, seen.data.to_vec())));
        found
    }

    #[test]
    fn gives_every_packet_with_number_and_offset_in_any_chunks() {
        let file = pcap(&[b"one", b"two and more"]);
        let whole = read(&mut Packets::default(), &[&file]);
        assert_eq!(whole, [(1, 40, b"one".to_vec()), (2, 59, b"two and more".to_vec())]);
        let bytes: Vec<&[u8]> = file.chunks(1).collect();
        assert_eq!(read(&mut Packets::default(), &bytes), whole);
    }

    #[test]
    fn leaves_out_what_lies_before_a_packet() {
        let file = pcap(&[b"one", b"two and more", b"three"]);
        let mut packets = Packets::default();
        packets.push(&file[..24], |_| {});
        let from = packets.skip_to(2, 59).expect("pcap has nothing to know but its header");
        let found = read(&mut packets, &[&file[from as usize..]]);
        assert_eq!(found, [(2, 59, b"two and more".to_vec()), (3, 87, b"three".to_vec())]);
    }

    #[test]
    fn knows_that_a_file_it_knows_nothing_of_cannot_be_entered_midway() {
        assert_eq!(Packets::default().skip_to(2, 59), None);
    }
}
