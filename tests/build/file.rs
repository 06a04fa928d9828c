//! Capture files: pcap (microseconds, little endian) and pcapng (one section, one interface).

use super::talk::Capture;

/// The capture as a pcap file.
pub fn pcap(capture: &Capture) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(0xa1b2_c3d4_u32.to_le_bytes());
    out.extend(2_u16.to_le_bytes());
    out.extend(4_u16.to_le_bytes());
    out.extend([0; 8]);
    out.extend(262_144_u32.to_le_bytes());
    out.extend(capture.link().number().to_le_bytes());
    for frame in capture.frames() {
        out.extend(word(frame.micros / 1_000_000));
        out.extend(word(frame.micros % 1_000_000));
        out.extend(word(frame.bytes.len() as u64));
        out.extend(word(frame.length as u64));
        out.extend(&frame.bytes);
    }
    out
}

/// What a pcapng file may say beside its packets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extra {
    /// `if_filter`.
    pub filter: Option<&'static str>,
    /// `isb_osdrop`, in a statistics block at the end.
    pub dropped: u64,
    /// `epb_dropcount` of one packet, by number.
    pub missed: Option<(u64, u64)>,
    /// `epb_flags`: direction.
    pub directions: bool,
    /// `epb_packetid`: one for each packet, the same for its copies.
    pub ids: bool,
}

/// The capture as a pcapng file, times in nanoseconds.
pub fn pcapng(capture: &Capture) -> Vec<u8> {
    pcapng_with(capture, Extra::default())
}

/// The capture as a pcapng file that says more.
pub fn pcapng_with(capture: &Capture, extra: Extra) -> Vec<u8> {
    let mut section = Vec::new();
    section.extend(0x1a2b_3c4d_u32.to_le_bytes());
    section.extend(1_u16.to_le_bytes());
    section.extend(0_u16.to_le_bytes());
    section.extend(u64::MAX.to_le_bytes());
    let mut interface = Vec::new();
    interface.extend(word(u64::from(capture.link().number())));
    interface.extend(word(262_144));
    // if_tsresol 9: nanoseconds; then the end of options.
    interface.extend([9, 0, 1, 0, 9, 0, 0, 0]);
    if let Some(filter) = extra.filter {
        option(&mut interface, 11, &[&[0], filter.as_bytes()].concat());
    }
    interface.extend([0, 0, 0, 0]);
    let mut out = block(0x0a0d_0d0a, &section);
    out.extend(block(1, &interface));
    for (frame, number) in capture.frames().iter().zip(1_u64..) {
        let nanos = frame.micros * 1000;
        let mut packet = Vec::new();
        packet.extend(word(0));
        packet.extend(word(nanos >> 32));
        packet.extend(word(nanos & 0xffff_ffff));
        packet.extend(word(frame.bytes.len() as u64));
        packet.extend(word(frame.length as u64));
        packet.extend(&frame.bytes);
        packet.resize(packet.len().next_multiple_of(4), 0);
        let begun = packet.len();
        if extra.directions {
            option(&mut packet, 2, &word(if frame.sent { 2 } else { 1 }));
        }
        if let Some((_, count)) = extra.missed.filter(|(at, _)| *at == number) {
            option(&mut packet, 4, &count.to_le_bytes());
        }
        if extra.ids {
            option(&mut packet, 5, &frame.packet.to_le_bytes());
        }
        if packet.len() > begun {
            packet.extend([0, 0, 0, 0]);
        }
        out.extend(block(6, &packet));
    }
    if extra.dropped > 0 {
        let mut statistics = [0; 12].to_vec();
        option(&mut statistics, 7, &extra.dropped.to_le_bytes());
        statistics.extend([0, 0, 0, 0]);
        out.extend(block(5, &statistics));
    }
    out
}

fn option(out: &mut Vec<u8>, code: u16, value: &[u8]) {
    out.extend(code.to_le_bytes());
    out.extend(u16::try_from(value.len()).unwrap_or(0).to_le_bytes());
    out.extend(value);
    out.resize(out.len().next_multiple_of(4), 0);
}

fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let length = word(body.len() as u64 + 12);
    let mut out = kind.to_le_bytes().to_vec();
    out.extend(length);
    out.extend(body);
    out.extend(length);
    out
}

fn word(number: u64) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes()
}
