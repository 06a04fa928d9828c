//! Capture files: bytes in chunks of any size → frames.
//!
//! Framing and the descriptions of sections and interfaces come from `pcap-file`. Its 3.0 release candidate is used
//! because 2.0 panics on owned blocks, drops `if_tsoffset` and refuses packets longer than the snap length; its
//! typed packet blocks are not, because they allocate per packet and refuse whole blocks for one odd option.
//!
//! A damaged place is reported with its byte and the reader looks for the next plausible record after it.

mod pcap;
mod pcapng;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Frame;
use super::interface::Interface;
use super::recover::{Plausible, plausible_block, plausible_packet};
use crate::time::Timestamp;
pub use pcapng::block;

/// The largest record that is believed: Wireshark's own limit for captured bytes of a packet.
pub const LARGEST_PACKET: usize = 262_144;
/// Damaged places that are described one by one.
const DAMAGES_DESCRIBED: u32 = 3;
/// Reads one capture file.
pub struct FileReader {
    layout: Layout,
    /// Bytes of a record that is not whole yet, from `start` on.
    carry: Vec<u8>,
    /// How many of them are done with. They are dropped once they are half of all, so that a file in which every few bytes
    /// claim to be a long record costs no more than another one.
    start: usize,
    /// Bytes that were moved to drop others.
    #[cfg(test)]
    moved: usize,
    /// How many bytes that record needs to be read on.
    need: usize,
    /// No more bytes will come.
    ended: bool,
    /// Position in the file of the first byte of `carry`.
    position: u64,
    /// Frames numbered so far.
    number: u64,
    /// Packets as capinfos counts them: up to the first damage.
    packets: u64,
    /// Packets found after the first damage.
    recovered: u64,
    /// Where the damage that is being skipped began.
    damage: Option<(u64, String)>,
    damages: u32,
    last: Option<Timestamp>,
    drops: u64,
    /// Packets missed, as packet blocks say; the statistics, where they are, count the same.
    missed: u64,
    /// Sections begun; 0 in pcap.
    section: u32,
    /// Capture filters of its interfaces, each once.
    filters: Vec<String>,
    /// Names of its interfaces: section, number, name.
    names: Vec<(u32, u32, String)>,
    warnings: Vec<String>,
}

enum Layout {
    Unknown,
    Pcap { big: bool, nanoseconds: bool, extra: usize, snaplen: u32, link: u16 },
    Pcapng { big: bool, interfaces: Vec<Interface> },
    Refused,
}

/// What a step of the reader came to.
enum Step {
    /// A record of this many bytes was read.
    Took(usize),
    /// The record is not whole; this many bytes are needed.
    Need(usize),
    /// This is no record: why.
    Bad(String),
}

impl Default for FileReader {
    fn default() -> Self {
        Self {
            layout: Layout::Unknown,
            carry: Vec::new(),
            start: 0,
            #[cfg(test)]
            moved: 0,
            need: 0,
            ended: false,
            position: 0,
            number: 0,
            packets: 0,
            recovered: 0,
            damage: None,
            damages: 0,
            last: None,
            drops: 0,
            missed: 0,
            section: 0,
            filters: Vec::new(),
            names: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

impl FileReader {
    /// Packets as capinfos counts them.
    pub fn packets(&self) -> u64 {
        self.packets
    }

    /// Packets that the capturing host says it missed: by interface statistics, else by packet blocks.
    pub fn drops(&self) -> u64 {
        let told = self.counted();
        if told > 0 { told } else { self.missed }
    }

    /// Packets missed by the statistics of all sections so far.
    fn counted(&self) -> u64 {
        let present = match &self.layout {
            Layout::Pcapng { interfaces, .. } => interfaces.iter().map(|interface| interface.dropped).sum(),
            _ => 0_u64,
        };
        self.drops.saturating_add(present)
    }

    /// Names of interfaces, the first so many: section, number, name.
    pub fn names(&self) -> &[(u32, u32, String)] {
        &self.names
    }

    /// Capture filters, as the file names them.
    pub fn filters(&self) -> &[String] {
        &self.filters
    }

    /// Nothing can be read of it.
    pub fn refused(&self) -> bool {
        self.number == 0 && matches!(self.layout, Layout::Refused | Layout::Unknown)
    }

    /// `pcap` or `pcapng`.
    pub fn format(&self) -> &'static str {
        match self.layout {
            Layout::Pcapng { .. } => "pcapng",
            _ => "pcap",
        }
    }

    /// Takes the warnings gathered.
    pub fn take_warnings(&mut self) -> Vec<String> {
        core::mem::take(&mut self.warnings)
    }

    /// Once the file's first bytes are read: goes on at this byte, where a packet of this number is. False where they do
    /// not describe what follows.
    pub fn resume(&mut self, number: u64, position: u64) -> bool {
        let described = match &self.layout {
            Layout::Pcap { .. } => true,
            Layout::Pcapng { interfaces, .. } => !interfaces.is_empty(),
            _ => false,
        };
        if described {
            self.carry.clear();
            self.start = 0;
            self.need = 0;
            self.position = position;
            self.number = number.saturating_sub(1);
        }
        described
    }

    /// Reads on: hands every whole packet to `sink`.
    pub fn push(&mut self, chunk: &[u8], sink: &mut impl FnMut(Frame<'_>)) {
        let mut rest = chunk;
        // Complete the record that straddles the chunks, then go on without copying.
        while !self.carry.is_empty() {
            if rest.is_empty() {
                return;
            }
            let missing = self.need.saturating_sub(self.carry.len() - self.start).clamp(1, rest.len());
            let (head, tail) = rest.split_at(missing);
            rest = tail;
            self.carry.extend_from_slice(head);
            let carry = core::mem::take(&mut self.carry);
            self.start += self.read(carry.get(self.start..).unwrap_or_default(), sink);
            self.carry = carry;
            let left = self.carry.len() - self.start;
            if left <= self.start {
                self.carry.drain(..self.start);
                self.start = 0;
                #[cfg(test)]
                {
                    self.moved += left;
                }
            }
        }
        let used = self.read(rest, sink);
        self.carry.extend_from_slice(rest.get(used..).unwrap_or_default());
    }

    /// The file is over: what is left is a cut-off record.
    pub fn end(&mut self, sink: &mut impl FnMut(Frame<'_>)) {
        self.ended = true;
        let carry = core::mem::take(&mut self.carry);
        let rest = carry.get(core::mem::take(&mut self.start)..).unwrap_or_default();
        let used = self.read(rest, sink);
        let carry = rest.get(used..).unwrap_or_default();
        let end = self.position + carry.len() as u64;
        if let Some((at, why)) = self.damage.take() {
            self.describe(at, &why, &format!("nothing readable follows; the file ends at byte {end}"));
        } else if matches!(self.layout, Layout::Unknown) {
            self.warnings.push(format!("the file ends after {end} bytes, within its header: no packet could be read"));
        } else if !carry.is_empty() && !matches!(self.layout, Layout::Refused) {
            let before = match self.number {
                0 => "no packet could be read".into(),
                1 => "the one packet before it was read".into(),
                many => format!("the {many} packets before it were read"),
            };
            self.warnings.push(format!(
                "cut off at byte {end}, in the middle of the record that begins at byte {}: {before}",
                self.position
            ));
        }
        if self.recovered > 0 {
            self.warnings.push(format!(
                "{} packets were read after a damaged place; Wireshark stops there and does not show them",
                self.recovered
            ));
        }
        if self.damages > DAMAGES_DESCRIBED {
            self.warnings.push(format!("{} more damaged places were skipped", self.damages - DAMAGES_DESCRIBED));
        }
    }

    /// Reads records out of `data` and says how many bytes are done with; `need` is what the next record needs.
    fn read(&mut self, data: &[u8], sink: &mut impl FnMut(Frame<'_>)) -> usize {
        let mut used = 0;
        loop {
            let rest = data.get(used..).unwrap_or_default();
            if rest.is_empty() {
                self.need = 0;
                return used;
            }
            let step = if self.damage.is_some() { self.search(rest) } else { self.step(rest, sink) };
            match step {
                Step::Took(n) => {
                    used += n;
                    self.position += n as u64;
                }
                Step::Need(n) => {
                    self.need = n;
                    return used;
                }
                Step::Bad(why) => {
                    self.damages += 1;
                    self.damage = Some((self.position, why));
                    // The search starts one byte on: this place is no record.
                    used += 1;
                    self.position += 1;
                }
            }
        }
    }

    /// Reads one record.
    fn step(&mut self, data: &[u8], sink: &mut impl FnMut(Frame<'_>)) -> Step {
        match self.layout {
            Layout::Unknown => self.header(data),
            Layout::Pcap { big, nanoseconds, extra, snaplen, link } => {
                self.pcap_record(data, sink, (big, nanoseconds, extra, snaplen, link))
            }
            Layout::Pcapng { big, .. } => self.pcapng_block(data, sink, big),
            Layout::Refused => Step::Took(data.len()),
        }
    }
    fn refuse(&mut self, why: String) -> Step {
        self.warnings.push(why);
        self.layout = Layout::Refused;
        Step::Took(0)
    }
    /// Numbers a frame and hands it on. `at` is where its bytes begin in the present record.
    fn frame(&mut self, mut frame: Frame<'_>, at: usize, sink: &mut impl FnMut(Frame<'_>)) {
        self.number += 1;
        if self.damages == 0 {
            self.packets += 1;
        } else {
            self.recovered += 1;
        }
        self.last = Some(frame.time);
        self.missed += u64::from(frame.missed);
        frame.number = self.number;
        frame.offset = self.position + at as u64;
        frame.original = frame.original.max(frame.data.len() as u32);
        frame.section = self.section;
        sink(frame);
    }

    /// Looks for the next plausible record after a damaged place. Each place is judged only when everything that the
    /// judgement needs is there, so that the outcome does not depend on how the file was cut into chunks.
    fn search(&mut self, data: &[u8]) -> Step {
        for at in 0..data.len() {
            let rest = data.get(at..).unwrap_or_default();
            let verdict = match &self.layout {
                Layout::Pcap { big, nanoseconds, extra, .. } => {
                    plausible_packet(rest, *big, *nanoseconds, *extra, self.last)
                }
                Layout::Pcapng { big, .. } => plausible_block(rest, *big),
                _ => return Step::Took(data.len()),
            };
            match verdict {
                Plausible::No => {}
                Plausible::Needs(more) if !self.ended => {
                    return if at > 0 { Step::Took(at) } else { Step::Need(more) };
                }
                Plausible::Needs(_) => {}
                Plausible::Yes if at > 0 => return Step::Took(at),
                Plausible::Yes => {
                    if let Some((from, why)) = self.damage.take() {
                        let skipped = self.position - from;
                        self.describe(from, &why, &format!("{skipped} bytes were skipped"));
                    }
                    return Step::Took(0);
                }
            }
        }
        Step::Took(data.len())
    }

    fn describe(&mut self, at: u64, why: &str, rest: &str) {
        if self.damages <= DAMAGES_DESCRIBED {
            self.warnings.push(format!("damaged at byte {at}, after packet {}: {why}; {rest}", self.number));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pcapng file in which every few bytes claim to be a long block and are none, so that each claim has to be waited for.
    fn claims(each: &[u8], times: usize) -> Vec<u8> {
        let mut file = [
            &[0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0][..],
            &[0xff; 8],
            &[28, 0, 0, 0],
            &[0xee; 40],
        ]
        .concat();
        file.extend(each.iter().copied().cycle().take(each.len() * times));
        file
    }

    #[test]
    fn claims_of_long_records_cost_no_more_than_the_file_is_long() {
        // After damage: of nearly 256 KiB each. And a block of 12 bytes that ends the search, before one that claims 15 MiB.
        let near: &[u8] = &[6, 0, 0, 0, 0xfc, 0xff, 3, 0];
        let far: &[u8] = &[1, 0, 0, 0, 12, 0, 0, 0, 12, 0, 0, 0, 99, 0, 0, 0, 0, 0, 0xf0, 0, 0, 0, 0, 0];
        for (each, times) in [(near, 200_000), (far, 700_000)] {
            let file = claims(each, times);
            let mut reader = FileReader::default();
            for chunk in file.chunks(65_536) {
                reader.push(chunk, &mut |_| {});
            }
            reader.end(&mut |_| {});
            assert!(reader.moved <= 2 * file.len(), "{} bytes moved in a file of {}", reader.moved, file.len());
        }
    }

    #[test]
    fn a_block_shorter_than_its_own_frame_is_told_the_same_in_any_pieces() {
        let mut file = claims(&[], 0);
        file.truncate(28);
        file.extend([9, 9, 9, 9, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let told = |piece: usize| {
            let mut reader = FileReader::default();
            file.chunks(piece).for_each(|chunk| reader.push(chunk, &mut |_| {}));
            reader.end(&mut |_| {});
            reader.take_warnings()
        };
        assert_eq!(told(1), told(1000));
        assert!(told(1)[0].starts_with("damaged at byte 28, after packet 0: a block claims 8 bytes"), "{:?}", told(1));
    }

    /// The packets read of a file, and the first warning.
    fn read(file: &[u8]) -> (u64, String) {
        let (mut reader, mut packets) = (FileReader::default(), 0);
        reader.push(file, &mut |_| packets += 1);
        reader.end(&mut |_| packets += 1);
        (packets, reader.take_warnings().into_iter().next().unwrap_or_default())
    }

    #[test]
    fn a_record_or_block_beyond_the_limit_is_damage() {
        let pcap = |claimed: u32| {
            let mut file = Vec::new();
            for word in [0xa1b2_c3d4, 0x0004_0002, 0, 0, 65_535, 1] {
                file.extend(u32::to_le_bytes(word));
            }
            for word in [1_700_000_000, 0, claimed, claimed] {
                file.extend(word.to_le_bytes());
            }
            file.resize(file.len() + claimed as usize, 0);
            file
        };
        assert_eq!(read(&pcap(262_144)), (1, String::new()));
        let (packets, told) = read(&pcap(262_145));
        assert_eq!(packets, 0);
        assert!(told.contains("damaged at byte 24, after packet 0: a packet record claims 262145 bytes"), "{told}");

        let pcapng = |length: u32| {
            let mut file = claims(&[], 0);
            file.truncate(28);
            file.extend([99, 0, 0, 0]);
            file.extend(length.to_le_bytes());
            file.resize(28 + length as usize - 4, 0);
            file.extend(length.to_le_bytes());
            read(&file).1
        };
        assert_eq!(pcapng(16 << 20), "");
        let told = pcapng((16 << 20) + 4);
        assert!(told.contains("damaged at byte 28, after packet 0: a block claims 16777220 bytes"), "{told}");
    }

    #[test]
    fn packets_of_interfaces_beyond_the_limit_are_damage() {
        let mut file = claims(&[], 0);
        file.truncate(28);
        let described = [1_u32, 20, 101, 0x0004_0000, 20].map(u32::to_le_bytes).concat();
        file.extend(described.repeat(65_537));
        let packet = |interface: u32| [6, 36, interface, 0, 0, 4, 4, 0x0403_0201, 36].map(u32::to_le_bytes).concat();
        let (packets, told) = read(&[&file[..], &packet(65_535)].concat());
        assert_eq!((packets, told.as_str()), (1, ""));
        let (packets, told) = read(&[&file[..], &packet(65_536)].concat());
        assert_eq!(packets, 0);
        assert!(told.contains("a packet of interface 65536, which no block describes; it was left out"), "{told}");
    }
}
