//! Past the limits of a capture point the report says which, and counts what was left out.

use alloc::string::String;
use alloc::vec::Vec;

use super::connection::{Connection, KEPT};
use super::conversation::{Conversation, PIPELINE};
use super::lookups::{LOOKUPS, Lookup};
use super::point::{CONNECTIONS, WAITING};
use super::transaction::{Request, Response, Transaction};
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

/// A segment of a client to port 80.
fn segment(client: u32, sequence: u32, flags: u8, data: &[u8]) -> Vec<u8> {
    let [a, b, c, d] = sequence.to_be_bytes();
    let head = [0x9c, 0x40, 0, 80, a, b, c, d, 0, 0, 0, 1, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0];
    ip(6, client, &[&head, data].concat())
}

/// Each connection may keep 256 KiB that wait for a missing byte; all together may not.
#[test]
fn bytes_that_wait_for_others_are_bounded_in_total() {
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

/// Behind a hole each direction keeps 256 KiB, and then goes on without the missing bytes: three never come to a MiB.
#[test]
fn bytes_that_wait_for_others_are_bounded_for_each_direction() {
    let of = |client: u32| {
        let behind_a_hole = (0..1_000).map(move |at| segment(client, 10 + at * 1_400, 0x18, &[b'x'; 1_400]));
        core::iter::once(segment(client, 1, 2, &[])).chain(behind_a_hole)
    };
    let report = read(&pcap(101, (0..3).flat_map(of)));
    assert!(!warnings(&report).contains("limit"), "{}", warnings(&report));

    // Of small segments it keeps 256: a request behind more of them is read.
    let request = b"GET /a HTTP/1.1\r\nHost: www.example.com\r\n\r\n";
    let read_behind = |many: u32| {
        let begun = [segment(9, 1, 2, &[]), segment(9, 2, 0x18, request)];
        let small = (0..many).map(|at| segment(9, 1_000 + at, 0x18, b"x"));
        let behind = [segment(9, 1_000 + many, 0x18, request)];
        read(&pcap(101, begun.into_iter().chain(small).chain(behind))).exchanges.total
    };
    assert_eq!((read_behind(200), read_behind(257)), (1, 2));
}

/// HTTP/2 in the clear: a client that opens stream after stream, and no answer.
#[test]
fn streams_that_wait_beyond_the_limit_are_counted() {
    let asked = |streams: u32| {
        let segment = |sequence: u32, flags: u8, data: &[u8]| {
            let [a, b, c, d] = sequence.to_be_bytes();
            let head = [0x9c, 0x40, 0, 80, a, b, c, d, 0, 0, 0, 1, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0];
            ip(6, 9, &[&head, data].concat())
        };
        let mut said = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec();
        for stream in 0..streams {
            // GET / over http, and the host as a literal (RFC 7541).
            said.extend([0, 0, 20, 1, 5]);
            said.extend((2 * stream + 1).to_be_bytes());
            said.extend(b"\x82\x84\x86\x01\x0fwww.example.com");
        }
        let mut sequence = 2;
        let mut all = alloc::vec![segment(1, 2, &[])];
        for part in said.chunks(1_400) {
            all.push(segment(sequence, 0x18, part));
            sequence += part.len() as u32;
        }
        warnings(&read(&pcap(101, all.into_iter())))
    };
    assert!(!asked(256).contains("not followed"), "{}", asked(256));
    assert!(asked(263).contains("7 requests were not followed to their end"), "{}", asked(263));
}

/// What lies in more tunnels than are opened is not looked into; five headers of IP are (RFC 2003).
#[test]
fn tunnels_in_tunnels_are_opened_up_to_some() {
    let told = |headers: usize| {
        let inner = ip(17, 9, &[0x9c, 0x40, 0, 53, 0, 9, 0, 0, 99]);
        let nested = (1..headers).fold(inner, |inside, _| ip(4, 9, &inside));
        warnings(&read(&pcap(101, core::iter::once(nested))))
    };
    assert!(told(5).contains("1 packets at port 53 hold no DNS message"), "{}", told(5));
    assert_eq!(told(6), told(7));
    assert!(!told(6).contains("port 53"), "{}", told(6));
}

#[test]
fn packets_whose_fragments_never_came_are_counted() {
    let first_of = |number: u8| {
        let mut packet = ip(17, 9, &[0x9c, 0x40, 0, 53, 0, 99, 0, 0]);
        (packet[5], packet[6]) = (number, 0x20);
        packet
    };
    let told = warnings(&read(&pcap(101, (0..70).map(first_of))));
    assert!(told.contains("70 fragmented IP packets lack fragments"), "{told}");
}

/// A list of all requests is wanted, and one connection has more of them than are kept.
#[test]
fn healthy_requests_beyond_the_limit_are_counted() {
    const SERVED: u32 = 200_000;
    let (asked, answered) = (b"GET /a HTTP/1.1\r\nHost: www.example.com\r\n\r\n", b"HTTP/1.1 204 No Content\r\n\r\n");
    let mut ends = [2_u32, 501];
    let exchange = (0..SERVED + 9).flat_map(move |_| {
        let [client, server] = ends;
        ends = [client + asked.len() as u32, server + answered.len() as u32];
        let [sequence, acked] = [client, server].map(u32::to_be_bytes);
        let head = [&[0x9c, 0x40, 0, 80], &sequence, &acked, &[0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0][..]].concat();
        let request = ip(6, 9, &[&head[..], asked].concat());
        let [sequence, acked] = [server, ends[0]].map(u32::to_be_bytes);
        let head = [&[0, 80, 0x9c, 0x40], &sequence, &acked, &[0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0][..]].concat();
        let mut answer = ip(6, 9, &[&head[..], answered].concat());
        let (client, server) = answer[12..20].split_at_mut(4);
        client.swap_with_slice(server);
        [request, answer]
    });
    let mut case = Case::new(Options { exchanges: true, ..Options::default() });
    let input = case.input("limits.pcap");
    case.read(input, &pcap(101, exchange));
    case.end(input);
    let report = case.report();
    assert_eq!((report.exchanges.total, report.exchanges.failed), (u64::from(SERVED) + 9, 0));
    assert!(warnings(&report).starts_with("9 more "), "{}", warnings(&report));
}

/// Each connection may have a head of 256 KiB that is not whole yet; all together may not. What was asked for is known all the same.
#[test]
fn heads_that_are_not_whole_are_bounded_in_total() {
    let read_of = |clients: u32, gone: bool| {
        let of = move |client: u32| {
            let first = b"GET http://www.example.com/a HTTP/1.1\r\nHost: www.example.com\r\nX: ";
            let after = 2 + first.len() as u32;
            let more = (0..150).map(move |at| segment(client, after + at * 1400, 0x18, &[b'x'; 1400]));
            // It resets, and more than a second of something else follows.
            let reset = segment(client, after + 150 * 1400, 4, &[]);
            let later = (0..1200).map(|_| ip(17, 9, &[0x9c, 0x40, 0, 80, 0, 8, 0, 0]));
            let end = core::iter::once(reset).chain(later).filter(move |_| gone);
            [segment(client, 1, 2, &[]), segment(client, 2, 0x18, first)].into_iter().chain(more).chain(end)
        };
        read(&pcap(101, (0..clients).flat_map(of)))
    };
    let begun = |clients: u32| read_of(clients, false);
    assert!(!warnings(&begun(4)).contains("limit"), "{}", warnings(&begun(4)));
    let report = begun(8);
    let told = warnings(&report);
    assert!(told.contains("a part of a message's head, and could not wait for them: 1 MiB"), "{told}");
    let gone = warnings(&read_of(12, true));
    assert!(!gone.contains("limit"), "what is over waits for nothing: {gone}");
    assert_eq!(begun(4).exchanges.total, 0, "a head that is not whole is no request yet");
    assert!((1..=8).contains(&report.exchanges.total), "{:?}", report.exchanges);
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
fn a_connection_takes_less_than_a_kilobyte() {
    assert!(size_of::<Connection>() <= 712, "{}", size_of::<Connection>());
    assert!(size_of::<Conversation>() <= 456, "{}", size_of::<Conversation>());
    let exchange = size_of::<Transaction>() + size_of::<Request>() + size_of::<Response>();
    assert!(exchange <= 432, "{exchange}");
    // With its first query and answer, which take no room of their own.
    assert!(size_of::<Lookup>() <= 192, "{}", size_of::<Lookup>());
}

/// A host that sends SYN after SYN, 10 ms apart: of those between the first few and the last none is kept.
#[test]
fn of_many_syns_the_first_few_and_the_last_are_kept() {
    let other = |_| ip(17, 9, &[0x9c, 0x40, 0, 80, 0, 8, 0, 0]);
    let syns = (0..20).flat_map(|_| core::iter::once(segment(9, 1, 2, &[])).chain((0..9).map(other)));
    let report = read(&pcap(101, syns));
    let shown: Vec<u64> = report.findings[0].evidence.iter().filter_map(|event| event.packet).collect();
    assert_eq!((shown.first(), shown.last()), (Some(&1), Some(&191)), "{shown:?}");
    assert!(shown.contains(&101) && !shown.contains(&111) && shown.len() <= KEPT, "{shown:?}");
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
