//! Bytes of pcap records and of Ethernet, IPv4 and TCP, as far as a made capture needs them.

/// Nothing more will be sent.
pub const FIN: u8 = 0x01;
/// Opens a connection.
pub const SYN: u8 = 0x02;
/// Breaks it off.
pub const RST: u8 = 0x04;
/// To be handed on at once.
pub const PSH: u8 = 0x08;
/// The number of the next byte expected stands beside it.
pub const ACK: u8 = 0x10;

/// The pcap file header: microseconds, little endian, Ethernet, whole packets.
pub fn file_header() -> Vec<u8> {
    let mut header = Vec::with_capacity(24);
    header.extend(0xa1b2_c3d4_u32.to_le_bytes());
    header.extend(2_u16.to_le_bytes());
    header.extend(4_u16.to_le_bytes());
    header.extend([0; 8]);
    header.extend(262_144_u32.to_le_bytes());
    header.extend(1_u32.to_le_bytes());
    header
}

/// The header of one packet, captured whole.
pub fn record_header(time: u64, length: usize) -> [u8; 16] {
    let words = [(time / 1_000_000) as u32, (time % 1_000_000) as u32, length as u32, length as u32];
    let mut header = [0; 16];
    for (bytes, word) in header.chunks_exact_mut(4).zip(words) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    header
}

/// One end of a connection.
#[derive(Clone, Copy)]
pub struct End {
    /// IPv4.
    pub address: [u8; 4],
    /// TCP.
    pub port: u16,
}

/// A connection, with what both ends have sent so far.
pub struct Flow {
    ends: [End; 2],
    sequence: [u32; 2],
    identification: u16,
}

impl Flow {
    /// A connection that `opener` makes; `seed` gives the first sequence numbers.
    pub fn new(opener: End, listener: End, seed: u64) -> Self {
        let first = (seed as u32).wrapping_mul(2_246_822_519);
        Self { ends: [opener, listener], sequence: [first, first.rotate_left(16)], identification: seed as u16 }
    }

    /// Takes the SYN back, so that it can be sent again.
    pub fn rewind(&mut self) {
        self.sequence[0] = self.sequence[0].wrapping_sub(1);
    }

    /// The frame of the next segment of one side.
    pub fn segment(&mut self, from_opener: bool, flags: u8, payload: &[u8]) -> Vec<u8> {
        let (from, to) = if from_opener { (0, 1) } else { (1, 0) };
        let acknowledged = if flags & ACK == 0 { 0 } else { self.sequence[to] };
        let tcp = self.tcp(from, to, acknowledged, flags, payload);
        let used = payload.len() as u32 + u32::from(flags & (SYN | FIN) != 0);
        self.sequence[from] = self.sequence[from].wrapping_add(used);
        self.identification = self.identification.wrapping_add(1);

        frame(self.ends[from], self.ends[to], (6, self.identification), &tcp)
    }

    fn tcp(&self, from: usize, to: usize, ack: u32, flags: u8, payload: &[u8]) -> Vec<u8> {
        // The largest segment is told in the SYN; elsewhere there are no options.
        let options: &[u8] = if flags & SYN == 0 { &[] } else { &[2, 4, 0x05, 0xb4] };
        let mut segment = Vec::with_capacity(20 + options.len() + payload.len());
        segment.extend(self.ends[from].port.to_be_bytes());
        segment.extend(self.ends[to].port.to_be_bytes());
        segment.extend(self.sequence[from].to_be_bytes());
        segment.extend(ack.to_be_bytes());
        segment.extend([((20 + options.len()) as u8 / 4) << 4, flags]);
        segment.extend(64_240_u16.to_be_bytes());
        segment.extend([0; 4]);
        segment.extend(options);
        segment.extend(payload);
        let mut pseudo = Vec::with_capacity(12);
        pseudo.extend(self.ends[from].address);
        pseudo.extend(self.ends[to].address);
        pseudo.extend([0, 6]);
        pseudo.extend((segment.len() as u16).to_be_bytes());
        let checksum = checksum(sum(&pseudo), &segment).to_be_bytes();
        segment[16..18].copy_from_slice(&checksum);
        segment
    }
}

/// The frame of a UDP datagram, without a checksum, which IPv4 allows.
pub fn udp(from: End, to: End, payload: &[u8]) -> Vec<u8> {
    let mut datagram = Vec::with_capacity(8 + payload.len());
    datagram.extend(from.port.to_be_bytes());
    datagram.extend(to.port.to_be_bytes());
    datagram.extend((8 + payload.len() as u16).to_be_bytes());
    datagram.extend([0; 2]);
    datagram.extend(payload);
    frame(from, to, (17, 0), &datagram)
}

/// Ethernet and IPv4 around a payload of this protocol, with this identification.
fn frame(from: End, to: End, (protocol, identification): (u8, u16), payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(14 + 20 + payload.len());
    for end in [to, from] {
        frame.extend([2, 0]);
        frame.extend(end.address);
    }
    frame.extend([0x08, 0x00]);
    let mut header = vec![0x45, 0];
    header.extend((20 + payload.len() as u16).to_be_bytes());
    header.extend(identification.to_be_bytes());
    header.extend([0x40, 0, 64, protocol, 0, 0]);
    header.extend(from.address);
    header.extend(to.address);
    let checksum = checksum(0, &header).to_be_bytes();
    header[10..12].copy_from_slice(&checksum);
    frame.extend(header);
    frame.extend(payload);
    frame
}

/// The Internet checksum (RFC 1071) of `bytes`, on top of a sum of others.
fn checksum(before: u64, bytes: &[u8]) -> u16 {
    let mut total = before + sum(bytes);
    while total > 0xffff {
        total = (total & 0xffff) + (total >> 16);
    }
    !(total as u16)
}

fn sum(bytes: &[u8]) -> u64 {
    let pairs = bytes.chunks_exact(2);
    let odd = pairs.remainder().first().map_or(0, |byte| u64::from(*byte) << 8);
    pairs.map(|pair| u64::from(u16::from_be_bytes([pair[0], pair[1]]))).sum::<u64>() + odd
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_rfc_1071() {
        assert_eq!(sum(&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]), 0x2_ddf0);
        assert_eq!(checksum(0, &[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]), 0x220d);
        assert_eq!(sum(&[0x01]), 0x0100);
    }
}
