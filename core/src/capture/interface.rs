//! Interfaces of a pcapng section: link layer, snap length and the meaning of their timestamps.

use alloc::string::{String, ToString};

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
    /// Packets missed, as its latest statistics say.
    pub dropped: u64,
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
            dropped: 0,
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
                    self.offset = wide(body, at + 4, big).cast_signed();
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
        Timestamp::from_nanoseconds(i64::try_from(clamped).unwrap_or(i64::MAX))
    }
}

/// Longest name of an interface that is kept.
const LONGEST_NAME: usize = 64;
/// Longest capture filter that is kept.
const LONGEST_FILTER: usize = 1024;

/// The value of an option of an Interface Description Block.
fn option(body: &[u8], big: bool, wanted: u16) -> Option<&[u8]> {
    let mut at = 8;
    // An interface has some ten options.
    for _ in 0..64 {
        let (code, length) = (bytes::u16(body, at, big)?, usize::from(bytes::u16(body, at + 2, big)?));
        match (code, body.get(at + 4..at + 4 + length)?) {
            (0, _) => return None,
            (code, value) if code == wanted => return Some(value),
            _ => at += 4 + length.next_multiple_of(4),
        }
    }
    None
}

fn text(value: &[u8], longest: usize) -> Option<String> {
    let text = String::from_utf8_lossy(value.get(..longest).unwrap_or(value));
    let text = text.trim_end_matches('\0').trim();
    (!text.is_empty()).then(|| text.to_string())
}

/// The text of `if_filter` (option 11); `None` without a filter.
pub fn filter(body: &[u8], big: bool) -> Option<String> {
    match option(body, big, 11)? {
        // The first byte says how it is written: 0 as text.
        [0, value @ ..] => text(value, LONGEST_FILTER),
        [1, ..] => Some("(byte code)".to_string()),
        _ => None,
    }
}

/// The text of `if_name` (option 2).
pub fn name(body: &[u8], big: bool) -> Option<String> {
    text(option(body, big, 2)?, LONGEST_NAME)
}

/// What the options of a packet block say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// `epb_flags`: sent (true) or received by the capturing host.
    pub outgoing: Option<bool>,
    /// `epb_dropcount`: packets missed between the packet before and this one.
    pub missed: u32,
    /// `epb_packetid`: the same for each copy of a packet.
    pub packet: Option<u64>,
}

/// Reads the options of a packet block, which begin at `at`.
pub fn options(body: &[u8], mut at: usize, big: bool) -> Options {
    let mut options = Options::default();
    // Packet blocks have few options; a hostile one is not walked for long.
    for _ in 0..16 {
        let (Some(code), Some(length)) = (bytes::u16(body, at, big), bytes::u16(body, at + 2, big)) else { break };
        match (code, length) {
            (0, _) => break,
            (2, 4) => {
                options.outgoing = match bytes::u32(body, at + 4, big).map(|flags| flags & 3) {
                    Some(1) => Some(false),
                    Some(2) => Some(true),
                    _ => None,
                };
            }
            (4, 8) => options.missed = u32::try_from(wide(body, at + 4, big)).unwrap_or(u32::MAX),
            (5, 8) => options.packet = Some(wide(body, at + 4, big)).filter(|id| *id != 0),
            _ => {}
        }
        at += 4 + usize::from(length).next_multiple_of(4);
    }
    options
}

/// Eight bytes in the section's order; 0 where they are not there.
fn wide(body: &[u8], at: usize, big: bool) -> u64 {
    let (Some(first), Some(second)) = (bytes::u32(body, at, big), bytes::u32(body, at + 4, big)) else { return 0 };
    let (high, low) = if big { (first, second) } else { (second, first) };
    u64::from(high) << 32 | u64::from(low)
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
            dropped = dropped.saturating_add(wide(body, at + 4, big));
        }
        at += 4 + usize::from(length).next_multiple_of(4);
    }
    dropped
}
