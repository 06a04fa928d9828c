//! Past the limits of a capture point the report says which, and counts what was left out.

use alloc::string::String;
use alloc::vec::Vec;

use super::connection::Connection;
use super::conversation::{Conversation, PIPELINE};
use super::lookups::{LOOKUPS, Lookup};
use super::point::{CONNECTIONS, WAITING};
use crate::exchange::FILES;
use crate::report::Report;
use crate::{Case, Options};

/// A pcap file of frames of this link-layer type, a millisecond apart.
fn pcap(link: u32, frames: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut file = Vec::new();
    for word in [0xa1b2_c3d4, 0x0004_0002, 0, 0, 262_144, link] {
        file.extend(u32::to_le_bytes(word));
    }
    for (at, frame) in (0_u32..).zip(frames) {
        let length = frame.len() as u32;
        for word in [1_700_000_000 + at / 1000, at % 1000 * 1000, length, length] {
            file.extend(word.to_le_bytes());
        }
        file.extend(frame);
    }
    file
}

/// A packet from a client of its own number, without checksums, as hosts that leave them to the card record them.
fn ip(protocol: u8, client: u32, payload: &[u8]) -> Vec<u8> {
    let length = 20 + payload.len() as u16;
    let mut packet = alloc::vec![0x45, 0];
    packet.extend(length.to_be_bytes());
    packet.extend([0, 0, 0, 0, 64, protocol, 0, 0]);
    packet.extend((0x0a00_0000 + client).to_be_bytes());
    packet.extend([203, 0, 113, 7]);
    packet.extend(payload);
    packet
}

fn syn(client: u32) -> Vec<u8> {
    ip(6, client, &[0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 0xff, 0xff, 0, 0, 0, 0])
}

/// A question for `a`, type A.
fn question(client: u32) -> Vec<u8> {
    ip(17, client, &[0x9c, 0x40, 0, 53, 0, 27, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, b'a', 0, 0, 1, 0, 1])
}

fn read(file: &[u8]) -> Report {
    let mut case = Case::new(Options::default());
    let input = case.input("limits.pcap");
    case.read(input, file);
    case.end(input);
    case.report()
}

fn warnings(report: &Report) -> String {
    report.inputs[0].warnings.join("\n")
}

#[test]
fn connections_beyond_the_limit_are_counted() {
    let of = |connections: u32| read(&pcap(101, (0..connections).map(syn)));
    let most = CONNECTIONS as u32;
    assert!(!warnings(&of(most)).contains("limit"), "{}", warnings(&of(most)));
    let report = of(most + 30);
    let expected =
        alloc::format!("30 packets belong to connections beyond the first {CONNECTIONS}, which is the limit");
    assert!(warnings(&report).contains(&expected), "{}", warnings(&report));
    assert_eq!(report.inputs[0].packets, Some(u64::from(most) + 30), "packets stay exact");
}

#[test]
fn questions_beyond_the_limit_are_counted() {
    let report = read(&pcap(101, (0..LOOKUPS as u32 + 20).map(question)));
    let expected = alloc::format!("20 DNS messages belong to questions beyond the first {LOOKUPS}, which is the limit");
    assert!(warnings(&report).contains(&expected), "{}", warnings(&report));
}

/// A pcapng file can have an interface of each link-layer type there is.
#[test]
fn link_layers_that_are_not_read_are_named_up_to_some() {
    let block = |kind: u32, body: &[u8]| {
        let length = (12 + body.len() as u32).to_le_bytes();
        [&kind.to_le_bytes(), &length, body, &length].concat()
    };
    let mut file = block(0x0a0d_0d0a, &[0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255]);
    for number in 0..20_u16 {
        let link = (1000 + number).to_le_bytes();
        file.extend(block(1, &[link[0], link[1], 0, 0, 0, 0, 4, 0]));
        let mut packet = alloc::vec![0; 20];
        packet[0] = number as u8;
        packet[12] = 4;
        packet[16] = 4;
        packet.extend([1, 2, 3, 4]);
        file.extend(block(6, &packet));
    }
    let told = warnings(&read(&file));
    assert_eq!(told.matches("have link-layer type").count(), 8, "{told}");
    assert!(told.contains("12 packets have further link-layer types that are not read"), "{told}");
}

/// A name whose pointer points to itself (RFC 1035 section 4.1.4), one of 130 labels, and no DNS at all.
#[test]
fn messages_that_are_no_dns_are_counted() {
    let head: &[u8] = &[0x9c, 0x40, 0, 53, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    let labels = [1, b'a'].repeat(130);
    let names: [&[u8]; 3] = [&[0xc0, 12, 0, 1, 0, 1], &labels, &[99]];
    let told = warnings(&read(&pcap(101, names.iter().map(|name| ip(17, 9, &[head, name].concat())))));
    assert!(told.contains("3 packets at port 53 hold no DNS message that can be read"), "{told}");
}

#[test]
fn requests_that_wait_beyond_the_limit_are_counted() {
    let asked = |requests: u32| {
        let request = b"GET /a HTTP/1.1\r\nHost: www.example.com\r\n\r\n";
        let length = request.len() as u32;
        let segment = move |sequence: u32, flags: u8, data: &[u8]| {
            let [a, b, c, d] = sequence.to_be_bytes();
            let head = [0x9c, 0x40, 0, 80, a, b, c, d, 0, 0, 0, 1, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0];
            ip(6, 9, &[&head, data].concat())
        };
        let all = (0..requests).map(move |at| segment(2 + at * length, 0x18, request));
        warnings(&read(&pcap(101, core::iter::once(segment(1, 2, &[])).chain(all))))
    };
    assert!(!asked(PIPELINE as u32).contains("not followed"), "{}", asked(PIPELINE as u32));
    let told = asked(PIPELINE as u32 + 7);
    assert!(told.contains("7 requests were not followed to their end"), "{told}");
}

/// Each connection may keep 256 KiB that wait for a missing byte; all together may not.
#[test]
fn bytes_that_wait_for_others_are_bounded_in_total() {
    let segment = |client: u32, sequence: u32, flags: u8, data: &[u8]| {
        let [a, b, c, d] = sequence.to_be_bytes();
        let head = [0x9c, 0x40, 0, 80, a, b, c, d, 0, 0, 0, 1, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0];
        ip(6, client, &[&head, data].concat())
    };
    let held_back = |clients: u32| {
        let of = move |client: u32| {
            let behind_a_hole = (0..150).map(move |at| segment(client, 10 + at * 1400, 0x18, &[b'x'; 1400]));
            core::iter::once(segment(client, 1, 2, &[])).chain(behind_a_hole)
        };
        warnings(&read(&pcap(101, (0..clients).flat_map(of))))
    };
    assert!(!held_back(4).contains("limit"), "{}", held_back(4));
    let told = held_back(8);
    assert!(WAITING < 8 * 150 * 1400 && told.contains("could not wait for them: 1 MiB"), "{told}");
}

/// Their index is kept small (`Source::file`), so there is a last one.
#[test]
fn files_beyond_the_limit_are_counted() {
    let mut case = Case::new(Options::default());
    for _ in 0..FILES {
        let input = case.input("1.log");
        case.end(input);
    }
    assert!(!warnings(&case.report()).contains("not read"));
    let beyond = case.input("beyond.pcap");
    case.read(beyond, &pcap(101, (0..3).map(syn)));
    case.end(beyond);
    let report = case.report();
    assert_eq!(report.inputs.len(), FILES);
    assert!(!report.partial && warnings(&report).contains("1 more files were not read: a case has at most 4096"));
}

/// A million may be open: what most of them never need is kept apart, and has to stay there.
#[test]
fn a_connection_takes_about_a_kilobyte() {
    assert!(size_of::<Connection>() <= 1100, "{}", size_of::<Connection>());
    assert!(size_of::<Conversation>() <= 460, "{}", size_of::<Conversation>());
    assert!(size_of::<Lookup>() <= 160, "{}", size_of::<Lookup>());
}

/// Captures of several interfaces lie out of order by up to a second: what was seen on one of them stands behind what came
/// later on another.
#[test]
fn copies_that_stand_late_in_the_file_are_copies_still() {
    let segment = |from: bool, sequence: u32, acked: u32, flags: u8, data: &[u8]| {
        let ports = if from { [0x9c, 0x40, 0, 80] } else { [0, 80, 0x9c, 0x40] };
        let [sequence, acked] = [sequence, acked].map(u32::to_be_bytes);
        let head = [&ports[..], &sequence, &acked, &[0x50, flags, 0xff, 0xff, 0, 0, 0, 0]].concat();
        let mut packet = ip(6, 9, &[&head, data].concat());
        // Each packet has an identification of its own, which its copies share.
        packet[5] = flags;
        if !from {
            let (client, server) = packet[12..20].split_at_mut(4);
            client.swap_with_slice(server);
        }
        packet
    };
    let asked = b"GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n";
    let refused = [
        (0, segment(true, 1, 0, 0x02, &[])),
        (1, segment(false, 500, 2, 0x12, &[])),
        (2, segment(true, 2, 501, 0x10, &[])),
        (3, segment(true, 2, 501, 0x18, asked)),
        (4, segment(false, 501, 2 + asked.len() as u32, 0x14, &[])),
    ];
    let other = ip(6, 7, &[0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 0xff, 0xff, 0, 0, 0, 0]);
    let once: Vec<_> =
        refused.iter().map(|(at, packet)| (0, at * 1000, packet)).chain([(0, 150_000, &other)]).collect();
    let copies = refused.iter().map(|(at, packet)| (1, at * 1000 + 100, packet));
    let twice: Vec<_> = once.iter().copied().chain(copies).collect();
    let told = |packets: &[(u32, u32, &Vec<u8>)]| {
        let findings = read(&pcapng(packets)).findings.into_iter();
        findings.map(|finding| (finding.category, finding.reset_by, finding.evidence.len())).collect::<Vec<_>>()
    };
    assert!(
        told(&once).iter().any(|(category, ..)| *category == crate::categories::Id::ResponseReset),
        "{:?}",
        told(&once)
    );
    assert_eq!(told(&twice), told(&once));
}

/// A pcapng file of two interfaces: packets with interface and microseconds.
fn pcapng(packets: &[(u32, u32, &Vec<u8>)]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut block = |kind: u32, body: &[u8]| {
        let padded = body.len().next_multiple_of(4);
        let length = (padded as u32 + 12).to_le_bytes();
        file.extend(kind.to_le_bytes());
        file.extend(length);
        file.extend(body);
        file.resize(file.len() + padded - body.len(), 0);
        file.extend(length);
    };
    block(0x0a0d_0d0a, &[0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255]);
    for _ in 0..2 {
        block(1, &[101, 0, 0, 0, 0, 0, 4, 0]);
    }
    for (interface, microseconds, packet) in packets {
        let time = 1_700_000_000_000_000 + u64::from(*microseconds);
        let length = packet.len() as u32;
        let words = [*interface, (time >> 32) as u32, time as u32, length, length].map(u32::to_le_bytes);
        block(6, &[words.as_flattened(), packet].concat());
    }
    file
}
