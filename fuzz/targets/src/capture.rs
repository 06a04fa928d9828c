//! Capture files, and the packets in them.

use std::hint::black_box;

use gateway_triage_core::again::Packets;
use gateway_triage_core::redact::Redactor;
use gateway_triage_core::{Options, details};

use super::{choice, read, read_both_ways};

/// Beginnings of capture files: nothing, pcap in both byte orders and both units, pcapng in both byte orders.
const HEADS: [&[u8]; 6] = [
    &[],
    &[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0],
    &[0xa1, 0xb2, 0x3c, 0x4d, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 113],
    &[0x34, 0xcd, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0],
    &[
        0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 28, 0, 0, 0, 1, 0, 0, 0, 20, 0, 0, 0, 1, 0, 0, 0, 0, 0, 4, 0, 20, 0, 0, 0,
    ],
    &[
        0x0a, 0x0d, 0x0d, 0x0a, 0, 0, 0, 28, 0x1a, 0x2b, 0x3c, 0x4d, 0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0, 0, 0, 28, 0, 0, 0, 1, 0, 0, 0, 20, 0, 1, 0, 0, 0, 4, 0, 0, 0, 0, 0, 20,
    ],
];

/// The link-layer types that are read, and some that are not.
pub const LINKS: [u16; 16] = [1, 0, 9, 12, 14, 50, 101, 108, 113, 228, 229, 239, 276, 105, 147, 253];

/// A capture file behind a beginning that the first byte chooses; the second says in which pieces it comes.
pub fn file(data: &[u8]) {
    let (head, rest) = choice(data);
    let (piece, rest) = choice(rest);
    let bytes = [HEADS[usize::from(head) % HEADS.len()], rest].concat();
    read_both_ways(&bytes, usize::from(piece) + 1, &Options::default());
    let mut last = 0;
    let mut packets = Packets::default();
    let mut count = |number: u64| {
        assert!(number > last, "packet {number} after packet {last}");
        last = number;
    };
    packets.push(&bytes, |seen| count(seen.number));
    packets.end(|seen| count(seen.number));
}

/// Frames, each behind its length, of a link-layer type that the first byte chooses.
pub fn packets(data: &[u8]) {
    let (link, mut rest) = choice(data);
    let link = LINKS[usize::from(link) % LINKS.len()];
    let mut bytes = pcap_head(link);
    let mut time = 0_u32;
    while let Some((length, more)) = rest.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length)).min(more.len());
        let (frame, more) = more.split_at(length);
        time += 40_000;
        record(&mut bytes, 1_700_000_000 + time / 1_000_000, time % 1_000_000, frame);
        rest = more;
    }
    read(&bytes, bytes.len(), Options::default());
    let mut redactor = Redactor::new([7; 16]);
    let mut packets = Packets::default();
    packets.push(&bytes, |seen| {
        black_box(details::of(&seen));
        let told = redactor.packet(seen.link, seen.data);
        assert_eq!(told.len(), seen.data.len(), "redaction changes no length");
    });
    packets.end(|_| {});
}

/// The head of a pcap file.
pub fn pcap_head(link: u16) -> Vec<u8> {
    let mut bytes = HEADS[1][..20].to_vec();
    bytes.extend(u32::from(link).to_le_bytes());
    bytes
}

/// A frame as a pcap file holds it.
fn record(out: &mut Vec<u8>, seconds: u32, micros: u32, frame: &[u8]) {
    let length = u32::try_from(frame.len()).unwrap_or(0);
    for word in [seconds, micros, length, length] {
        out.extend(word.to_le_bytes());
    }
    out.extend(frame);
}
