//! Capture files: bytes in chunks of any size → frames.
//!
//! Framing and the descriptions of sections and interfaces come from `pcap-file`. Its 3.0 release candidate is used
//! because 2.0 panics on owned blocks, drops `if_tsoffset` and refuses packets longer than the snap length; its
//! typed packet blocks are not, because they allocate per packet and refuse whole blocks for one odd option.
//!
//! A damaged place is reported with its byte and the reader looks for the next plausible record after it.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use byteorder_slice::{BigEndian, LittleEndian};
use pcap_file::Endianness;
use pcap_file::pcap::PcapHeader;
use pcap_file::pcapng::RawBlock;

use super::interface::Interface;
use super::recover::{Plausible, plausible_block, plausible_packet};
use super::{Frame, bytes};
use crate::time::Timestamp;

/// The largest record that is believed: Wireshark's own limit for captured bytes of a packet.
pub const LARGEST_PACKET: usize = 262_144;
/// The largest pcapng block that is believed; a packet with generous options, or a long list of names.
const LARGEST_BLOCK: usize = 16 * 1024 * 1024;
/// Damaged places that are described one by one.
const DAMAGES_DESCRIBED: u32 = 3;

/// Block types that hold packets or that Wireshark numbers like packets (draft-ietf-opsawg-pcapng).
pub mod block {
    pub const SECTION: u32 = 0x0A0D_0D0A;
    pub const INTERFACE: u32 = 1;
    pub const PACKET: u32 = 2;
    pub const SIMPLE: u32 = 3;
    pub const STATISTICS: u32 = 5;
    pub const ENHANCED: u32 = 6;
    pub const JOURNAL: u32 = 9;
    pub const CUSTOM: u32 = 0xBAD;
    pub const CUSTOM_NO_COPY: u32 = 0x4000_0BAD;
}

/// Reads one capture file.
pub struct FileReader {
    layout: Layout,
    /// Bytes of a record that is not whole yet.
    carry: Vec<u8>,
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
            warnings: Vec::new(),
        }
    }
}

impl FileReader {
    /// Packets as capinfos counts them.
    pub fn packets(&self) -> u64 {
        self.packets
    }

    /// Packets that the capturing host says it missed (interface statistics).
    pub fn drops(&self) -> u64 {
        self.drops
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

    /// Reads on: hands every whole packet to `sink`.
    pub fn push(&mut self, chunk: &[u8], sink: &mut impl FnMut(Frame<'_>)) {
        let mut rest = chunk;
        // Complete the record that straddles the chunks, then go on without copying.
        while !self.carry.is_empty() {
            if rest.is_empty() {
                return;
            }
            let missing = self.need.saturating_sub(self.carry.len()).clamp(1, rest.len());
            let (head, tail) = rest.split_at(missing);
            rest = tail;
            self.carry.extend_from_slice(head);
            let mut carry = core::mem::take(&mut self.carry);
            let used = self.read(&carry, sink);
            carry.drain(..used);
            self.carry = carry;
        }
        let used = self.read(rest, sink);
        self.carry.extend_from_slice(rest.get(used..).unwrap_or_default());
    }

    /// The file is over: what is left is a cut-off record.
    pub fn end(&mut self, sink: &mut impl FnMut(Frame<'_>)) {
        self.ended = true;
        let mut carry = core::mem::take(&mut self.carry);
        let used = self.read(&carry, sink);
        carry.drain(..used);
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

    /// The file's first bytes: which layout?
    fn header(&mut self, data: &[u8]) -> Step {
        let Some(magic) = data.first_chunk::<4>() else { return Step::Need(4) };
        if *magic == [0x0A, 0x0D, 0x0D, 0x0A] {
            let Some(order) = data.get(8..12) else { return Step::Need(12) };
            self.layout = Layout::Pcapng { big: order == [0x1A, 0x2B, 0x3C, 0x4D], interfaces: Vec::new() };
            return Step::Took(0);
        }
        let Some(head) = data.first_chunk::<24>() else { return Step::Need(24) };
        // Alexey Kuznetzov's patched libpcap: eight more bytes in each packet header, and a magic of its own.
        let mut head = *head;
        let extra = match *magic {
            [0xA1, 0xB2, 0xCD, 0x34] => {
                head[..4].copy_from_slice(&[0xA1, 0xB2, 0xC3, 0xD4]);
                8
            }
            [0x34, 0xCD, 0xB2, 0xA1] => {
                head[..4].copy_from_slice(&[0xD4, 0xC3, 0xB2, 0xA1]);
                8
            }
            _ => 0,
        };
        match PcapHeader::from_slice(&head) {
            Ok((_, header)) if header.version_major == 2 => {
                self.layout = Layout::Pcap {
                    big: header.endianness == Endianness::Big,
                    nanoseconds: header.ts_resolution == pcap_file::pcap::PcapTsResolution::NanoSecond,
                    extra,
                    snaplen: header.snaplen,
                    // The upper bits tell about a frame check sequence, not about the link layer.
                    link: (u32::from(header.datalink) & 0xFFFF) as u16,
                };
                Step::Took(24)
            }
            Ok((_, header)) => self.refuse(format!(
                "pcap version {}.{} is not known (2.4 is): no packet was read",
                header.version_major, header.version_minor
            )),
            Err(error) => self.refuse(format!("the pcap header cannot be read: {error}")),
        }
    }

    fn refuse(&mut self, why: String) -> Step {
        self.warnings.push(why);
        self.layout = Layout::Refused;
        Step::Took(0)
    }

    fn pcap_record(
        &mut self,
        data: &[u8],
        sink: &mut impl FnMut(Frame<'_>),
        (big, nanoseconds, extra, snaplen, link): (bool, bool, usize, u32, u16),
    ) -> Step {
        let head = 16 + extra;
        let Some(record) = data.get(..head) else { return Step::Need(head) };
        let field = |at| bytes::u32(record, at, big).unwrap_or(0);
        let (seconds, fraction, captured, original) = (field(0), field(4), field(8) as usize, field(12));
        // Old writers and a few tools exceed their own snap length; nothing exceeds what Wireshark believes.
        if captured > LARGEST_PACKET.max(snaplen.min(1 << 24) as usize) {
            return Step::Bad(format!("a packet record claims {captured} bytes"));
        }
        let Some(packet) = data.get(head..head + captured) else { return Step::Need(head + captured) };
        let scale = if nanoseconds { 1 } else { 1000 };
        let time = Timestamp::from_parts(i64::from(seconds), i64::from(fraction) * scale);
        self.frame(time, packet, original, link, head, None, sink);
        Step::Took(head + captured)
    }

    #[expect(clippy::too_many_arguments, reason = "the one place where a frame is put together")]
    fn frame(
        &mut self,
        time: Timestamp,
        data: &[u8],
        original: u32,
        link: u16,
        at: usize,
        outgoing: Option<bool>,
        sink: &mut impl FnMut(Frame<'_>),
    ) {
        self.number += 1;
        if self.damages == 0 {
            self.packets += 1;
        } else {
            self.recovered += 1;
        }
        self.last = Some(time);
        sink(Frame {
            time,
            number: self.number,
            offset: self.position + at as u64,
            data,
            original: original.max(data.len() as u32),
            link,
            outgoing,
        });
    }

    fn pcapng_block(&mut self, data: &[u8], sink: &mut impl FnMut(Frame<'_>), big: bool) -> Step {
        let (Some(kind), Some(length)) = (bytes::u32(data, 0, big), bytes::u32(data, 4, big)) else {
            return Step::Need(12);
        };
        // A section header gives its own byte order.
        let (length, order) = if kind == block::SECTION {
            let Some(magic) = bytes::u32(data, 8, true) else { return Step::Need(12) };
            match magic {
                0x1A2B_3C4D => (bytes::u32(data, 4, true).unwrap_or(0), true),
                0x4D3C_2B1A => (bytes::u32(data, 4, false).unwrap_or(0), false),
                _ => return Step::Bad("a section header without byte-order magic".into()),
            }
        } else {
            (length, big)
        };
        let total = length as usize;
        if total > LARGEST_BLOCK {
            return Step::Bad(format!("a block claims {total} bytes"));
        }
        if total >= 12 && data.len() < total {
            return Step::Need(total);
        }
        let raw =
            if order { RawBlock::from_slice::<BigEndian>(data) } else { RawBlock::from_slice::<LittleEndian>(data) };
        let raw = match raw {
            Ok((_, raw)) => raw,
            Err(error) => return Step::Bad(format!("a pcapng block is malformed ({error})")),
        };
        let body: &[u8] = &raw.body;
        match kind {
            block::SECTION => {
                let major = bytes::u16(body, 4, order).unwrap_or(0);
                if major != 1 {
                    let read = self.number;
                    let at = self.position;
                    return self.refuse(format!(
                        "the section at byte {at} has pcapng version {major}, which is not known (1 is): {read} packets before it were read"
                    ));
                }
                self.layout = Layout::Pcapng { big: order, interfaces: Vec::new() };
            }
            block::INTERFACE => {
                let interface = Interface::read(body, order);
                if let Layout::Pcapng { interfaces, .. } = &mut self.layout {
                    // 64 K interfaces are more than any machine has and bound what a hostile file can make us keep.
                    if interfaces.len() < 0x1_0000 {
                        interfaces.push(interface);
                    }
                }
            }
            block::ENHANCED => self.enhanced(body, order, sink),
            block::SIMPLE => self.simple(body, order, sink),
            block::PACKET => self.obsolete(body, order, sink),
            block::STATISTICS => self.drops = self.drops.saturating_add(super::interface::drops(body, order)),
            // Wireshark numbers these like packets, capinfos does not count them.
            block::JOURNAL | block::CUSTOM | block::CUSTOM_NO_COPY => self.number += 1,
            _ => {}
        }
        Step::Took(total)
    }

    fn interface(&self, index: u32) -> Option<Interface> {
        match &self.layout {
            Layout::Pcapng { interfaces, .. } => interfaces.get(index as usize).copied(),
            _ => None,
        }
    }

    /// Enhanced Packet Block: interface, time in two halves, captured and original length, data, options.
    fn enhanced(&mut self, body: &[u8], big: bool, sink: &mut impl FnMut(Frame<'_>)) {
        let field = |at| bytes::u32(body, at, big).unwrap_or(0);
        let ticks = u64::from(field(4)) << 32 | u64::from(field(8));
        let captured = field(12) as usize;
        self.packet_block(body, 20, captured, field(16), field(0), Some(ticks), big, sink);
    }

    /// Packet Block (obsolete): like the above, with a 16-bit interface and a drop counter.
    fn obsolete(&mut self, body: &[u8], big: bool, sink: &mut impl FnMut(Frame<'_>)) {
        let field = |at| bytes::u32(body, at, big).unwrap_or(0);
        let ticks = u64::from(field(4)) << 32 | u64::from(field(8));
        let interface = u32::from(bytes::u16(body, 0, big).unwrap_or(0));
        self.packet_block(body, 20, field(12) as usize, field(16), interface, Some(ticks), big, sink);
    }

    /// Simple Packet Block: original length and data; the first interface, no time.
    fn simple(&mut self, body: &[u8], big: bool, sink: &mut impl FnMut(Frame<'_>)) {
        let original = bytes::u32(body, 0, big).unwrap_or(0);
        let snaplen = self.interface(0).map_or(0, |interface| interface.snaplen);
        let captured = if snaplen == 0 { original } else { original.min(snaplen) };
        self.packet_block(body, 4, captured as usize, original, 0, None, big, sink);
    }

    #[expect(clippy::too_many_arguments, reason = "three blocks, one shape")]
    fn packet_block(
        &mut self,
        body: &[u8],
        head: usize,
        captured: usize,
        original: u32,
        index: u32,
        ticks: Option<u64>,
        big: bool,
        sink: &mut impl FnMut(Frame<'_>),
    ) {
        let at = self.position;
        let Some(interface) = self.interface(index) else {
            self.number += 1;
            self.damages += 1;
            self.describe(at, &format!("a packet of interface {index}, which no block describes"), "it was left out");
            return;
        };
        let available = body.len().saturating_sub(head);
        if captured > available {
            self.damages += 1;
            self.describe(
                at,
                &format!("a packet claims {captured} bytes, its block holds {available}"),
                "what is there was read",
            );
        }
        let data = body.get(head..head + captured.min(available)).unwrap_or_default();
        let time = match ticks {
            Some(ticks) => interface.time(ticks),
            None => Timestamp(0),
        };
        let outgoing = super::interface::direction(body, head + captured.next_multiple_of(4), big);
        self.frame(time, data, original, interface.link, 8 + head, outgoing, sink);
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
