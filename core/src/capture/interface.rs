//! Interfaces of a pcapng section: link layer, snap length and the meaning of their timestamps.

use byteorder_slice::{BigEndian, LittleEndian};
use pcap_file::pcapng::blocks::interface_description::{InterfaceDescriptionBlock, InterfaceDescriptionOption};
use pcap_file::pcapng::{PcapNgBlock, PcapNgState};

use super::bytes;
use crate::time::{SECOND, Timestamp};

/// What of an Interface Description Block is needed for each packet.
#[derive(Clone, Copy, Debug)]
pub struct Interface {
    /// Link-layer type, as registered by tcpdump.org.
    pub link: u16,
    /// Captured bytes per packet; 0 for no limit.
    pub snaplen: u32,
    /// `if_tsresol`: negative power of 10, or of 2 if the highest bit is set.
    resolution: u8,
    /// `if_tsoffset`: seconds to add.
    offset: i64,
}

impl Interface {
    /// Reads the body of an Interface Description Block; where options are malformed, link layer and snap length stand.
    pub fn read(body: &[u8], big: bool) -> Self {
        let state = PcapNgState::default();
        let block = if big {
            InterfaceDescriptionBlock::from_slice::<BigEndian>(&state, body)
        } else {
            InterfaceDescriptionBlock::from_slice::<LittleEndian>(&state, body)
        };
        let mut interface = Self {
            link: bytes::u16(body, 0, big).unwrap_or(0),
            snaplen: bytes::u32(body, 4, big).unwrap_or(0),
            resolution: 6,
            offset: 0,
        };
        let options = match block {
            Ok((_, block)) => block.options,
            Err(_) => {
                interface.walk_options(body, big);
                return interface;
            }
        };
        for option in options {
            match option {
                InterfaceDescriptionOption::IfTsResol(resolution) => interface.resolution = resolution.to_u8(),
                InterfaceDescriptionOption::IfTsOffset(offset) => interface.offset = offset,
                _ => {}
            }
        }
        interface
    }

    /// pcap-file refuses a block for one malformed option; the times of all packets hang on two others.
    fn walk_options(&mut self, body: &[u8], big: bool) {
        let mut at = 8;
        // An interface has some ten options.
        for _ in 0..64 {
            let (Some(code), Some(length)) = (bytes::u16(body, at, big), bytes::u16(body, at + 2, big)) else { return };
            match (code, length) {
                (0, _) => return,
                (9, 1) => self.resolution = body.get(at + 4).copied().unwrap_or(6),
                (14, 8) => {
                    let halves = (bytes::u32(body, at + 4, big), bytes::u32(body, at + 8, big));
                    if let (Some(first), Some(second)) = halves {
                        let (high, low) = if big { (first, second) } else { (second, first) };
                        self.offset = (u64::from(high) << 32 | u64::from(low)).cast_signed();
                    }
                }
                _ => {}
            }
            at += 4 + usize::from(length).next_multiple_of(4);
        }
    }

    /// A timestamp in units of the interface, as nanoseconds since 1970; clamped where it does not fit.
    pub fn time(&self, ticks: u64) -> Timestamp {
        let exponent = u32::from(self.resolution & 0x7F);
        let nanoseconds = if self.resolution & 0x80 == 0 {
            match exponent {
                0..=9 => i128::from(ticks) * 10_i128.pow(9 - exponent),
                10..=37 => i128::from(ticks) / 10_i128.pow(exponent - 9),
                _ => 0,
            }
        } else if exponent < 64 {
            (i128::from(ticks) * i128::from(SECOND)) >> exponent
        } else {
            0
        };
        let offset = i128::from(self.offset) * i128::from(SECOND);
        let clamped = (nanoseconds + offset).clamp(i128::from(i64::MIN), i128::from(i64::MAX));
        Timestamp(i64::try_from(clamped).unwrap_or(i64::MAX))
    }
}

/// `epb_flags` (option 2) of a packet block whose options begin at `at`: sent (true) or received by the capturing host.
pub fn direction(body: &[u8], mut at: usize, big: bool) -> Option<bool> {
    // Packet blocks have few options; a hostile one is not walked for long.
    for _ in 0..16 {
        let (code, length) = (bytes::u16(body, at, big)?, usize::from(bytes::u16(body, at + 2, big)?));
        match code {
            0 => return None,
            2 if length == 4 => {
                return match bytes::u32(body, at + 4, big)? & 3 {
                    1 => Some(false),
                    2 => Some(true),
                    _ => None,
                };
            }
            _ => at += 4 + length.next_multiple_of(4),
        }
    }
    None
}

/// Packets that an Interface Statistics Block says were dropped by the interface or the operating system.
pub fn drops(body: &[u8], big: bool) -> u64 {
    let mut at = 12;
    let mut dropped = 0_u64;
    for _ in 0..16 {
        let (Some(code), Some(length)) = (bytes::u16(body, at, big), bytes::u16(body, at + 2, big)) else { break };
        if code == 0 {
            break;
        }
        // isb_ifdrop is 5, isb_osdrop 7.
        if matches!(code, 5 | 7) && length == 8 {
            let halves = (bytes::u32(body, at + 4, big), bytes::u32(body, at + 8, big));
            if let (Some(first), Some(second)) = halves {
                let (high, low) = if big { (first, second) } else { (second, first) };
                dropped = dropped.saturating_add(u64::from(high) << 32 | u64::from(low));
            }
        }
        at += 4 + usize::from(length).next_multiple_of(4);
    }
    dropped
}
