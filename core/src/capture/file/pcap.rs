//! pcap: a header of 24 bytes, then records of 16 bytes and a packet.

use alloc::format;
use alloc::vec::Vec;

use pcap_file::Endianness;
use pcap_file::pcap::PcapHeader;

use super::{FileReader, LARGEST_PACKET, Layout, Step};
use crate::capture::{Frame, bytes};
use crate::time::Timestamp;

impl FileReader {
    /// The file's first bytes: which layout?
    pub(super) fn header(&mut self, data: &[u8]) -> Step {
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
    pub(super) fn pcap_record(
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
        self.frame(Frame { time, data: packet, original, link, ..Frame::default() }, head, sink);
        Step::Took(head + captured)
    }
}
