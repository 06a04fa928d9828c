//! pcapng: sections of blocks (draft-ietf-opsawg-pcapng).

use alloc::format;
use alloc::vec::Vec;

use byteorder_slice::{BigEndian, LittleEndian};
use pcap_file::pcapng::RawBlock;

use super::{FileReader, Layout, Step};
use crate::capture::interface::{self, Interface};
use crate::capture::{Frame, bytes};
use crate::time::Timestamp;

/// Capture filters kept of a file.
const FILTERS: usize = 8;
/// Names of interfaces kept of a file.
const NAMES: usize = 64;
/// The largest pcapng block that is believed; a packet with generous options, or a long list of names.
const LARGEST_BLOCK: usize = 16 * 1024 * 1024;

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
impl FileReader {
    pub(super) fn pcapng_block(&mut self, data: &[u8], sink: &mut impl FnMut(Frame<'_>), big: bool) -> Step {
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
        // Its type and both lengths (section 3.1).
        if total < 12 {
            return Step::Bad(format!("a block claims {total} bytes, fewer than its own frame has"));
        }
        if data.len() < total {
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
                self.drops = self.counted();
                self.section += 1;
                self.layout = Layout::Pcapng { big: order, interfaces: Vec::new() };
            }
            block::INTERFACE => {
                let interface = Interface::read(body, order);
                let filter = interface::filter(body, order).filter(|filter| !self.filters.contains(filter));
                if self.filters.len() < FILTERS {
                    self.filters.extend(filter);
                }
                if let (Layout::Pcapng { interfaces, .. }, Some(name)) = (&self.layout, interface::name(body, order))
                    && self.names.len() < NAMES
                {
                    let number = u32::try_from(interfaces.len()).unwrap_or(u32::MAX);
                    self.names.push((self.section, number, name));
                }
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
            block::STATISTICS => {
                // Its counters run since the capture began: the last word of an interface holds.
                let index = bytes::u32(body, 0, order).unwrap_or(0) as usize;
                if let Layout::Pcapng { interfaces, .. } = &mut self.layout
                    && let Some(interface) = interfaces.get_mut(index)
                {
                    interface.dropped = interface::drops(body, order);
                }
            }
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
        let options = interface::options(body, head + captured.next_multiple_of(4), big);
        let frame = Frame {
            time,
            data,
            original,
            link: interface.link,
            outgoing: options.outgoing,
            interface: index,
            missed: options.missed,
            packet_id: options.packet,
            ..Frame::default()
        };
        self.frame(frame, 8 + head, sink);
    }
}
