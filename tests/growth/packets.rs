//! Captures that differ in how their packets and files hang together.

use crate::{Files, Input, failures, one};
use gateway_triage_tests::build::packet::{self, Hop, Link};
use gateway_triage_tests::build::talk::{Capture, Flow, Side};
use gateway_triage_tests::build::{file, h2};
use std::net::{IpAddr, SocketAddr};
use xtask::synthetic::frame::{file_header, record_header};

pub static INPUTS: &[Input] = &[
    Input { name: "fragments of a packet", make: fragments, size: 250 },
    Input { name: "machines of one network, each known by the next", make: machines, size: 250 },
    Input { name: "files of one capture", make: files, size: 20 },
    Input { name: "failures beside connections that lack packets", make: lacking, size: 300 },
    Input { name: "requests of a gateway that fail on one connection", make: one_connection, size: 250 },
    Input { name: "streams that fail on one connection", make: streams, size: 250 },
    Input { name: "segments out of order on one connection", make: out_of_order, size: 1_000 },
];

const TIME: u64 = 1_767_225_600;

/// One datagram in fragments of eight bytes, the last one first.
fn fragments(count: u64) -> Files {
    let (from, to) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
    let mut capture = Capture::new(Link::Ethernet, TIME, &["10.0.0.2"]);
    for place in (0..count as u16).rev() {
        let mut ip = packet::may_fragment(packet::ip(from, to, 17, Hop { ttl: 64, id: 7 }, &[b'x'; 8]));
        let [high, low] = place.to_be_bytes();
        ip[6..8].copy_from_slice(&[high | if u64::from(place) + 1 < count { 0x20 } else { 0 }, low]);
        capture.put(from, to, ip);
    }
    one("a.pcap", file::pcap(&capture))
}

/// Each speaks to all, then each to the one before, the last first; then the last speaks on.
fn machines(count: u64) -> Files {
    let mut file = file_header();
    let datagram = packet::udp(
        SocketAddr::from(([10, 0, 0, 1], 5_000)),
        SocketAddr::from(([10, 0, 0, 255], 5_000)),
        Hop { ttl: 64, id: 1 },
        b"here",
    );
    let card = |at: u64| [2, 0, 0, 0, (at >> 8) as u8, at as u8];
    let registered = (0..count).map(|at| (card(at), [0xFF; 6]));
    let joined = (1..count).rev().map(|at| (card(at), card(at - 1)));
    let spoken = (0..count).map(|_| (card(count - 1), card(count - 2)));
    for (at, macs) in (0..).zip(registered.chain(joined).chain(spoken)) {
        let frame = Link::Ethernet.frame(&datagram, macs, false, 0);
        file.extend(record_header(TIME * 1_000_000 + at, frame.len()));
        file.extend(frame);
    }
    one("a.pcap", file)
}

/// A rotated capture: between its files nothing is captured for a while, and its clock steps in each.
fn files(count: u64) -> Files {
    let each = |part: u64| {
        let mut capture = Capture::new(Link::Ethernet, TIME + part * 60, &["10.0.0.2"]);
        for at in 0..20 {
            failures::refused(&mut capture, part * 20 + at);
            capture.wait_ms(5);
            if at == 10 {
                capture.set_clock_ms(-2_000);
            }
        }
        (format!("dump-{part:04}.pcap"), file::pcap(&capture))
    };
    (0..count).map(each).collect()
}

/// So many connections of which the capture lacks a part, and as many failures after them.
fn lacking(count: u64) -> Files {
    let mut capture = Capture::new(Link::Ethernet, TIME, &["10.0.0.2"]);
    for at in 0..count {
        let mut flow = Flow::new(&format!("10.0.0.2:{}", 10_000 + at), "198.51.100.8:9000");
        capture.open(&mut flow, 1);
        capture.send(&mut flow, Side::Opener, b"one");
        capture.lose(&mut flow, Side::Server, 100);
        capture.ack(&mut flow, Side::Opener);
        capture.close(&mut flow, Side::Opener);
        capture.wait_ms(5);
    }
    capture.wait_ms(60_000);
    for at in 0..count {
        failures::refused(&mut capture, at);
        capture.wait_ms(5);
    }
    one("a.pcap", file::pcap(&capture))
}

/// A client whose every second request on its one connection fails, without a gateway in sight.
fn one_connection(requests: u64) -> Files {
    let mut capture = Capture::new(Link::Ethernet, TIME, &["10.0.0.2"]);
    let mut flow = Flow::new("10.0.0.2:40000", "198.51.100.9:80");
    capture.open(&mut flow, 1);
    for at in 0..requests {
        let head = format!("GET /{at} HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
        capture.send(&mut flow, Side::Opener, head.as_bytes());
        let well = at % 2 == 0;
        let answer = if well { b"HTTP/1.1 204 No Content\r\n\r\n" } else { failures::UNAVAILABLE };
        capture.send(&mut flow, Side::Server, answer);
        capture.wait_ms(5);
    }
    one("a.pcap", file::pcap(&capture))
}

/// The same in HTTP/2.
fn streams(count: u64) -> Files {
    let mut capture = Capture::new(Link::Ethernet, TIME, &["10.0.0.2"]);
    let mut flow = Flow::new("10.0.0.2:40000", "198.51.100.9:80");
    capture.open(&mut flow, 1);
    capture.send(&mut flow, Side::Opener, &h2::preface());
    capture.send(&mut flow, Side::Server, &h2::settings());
    for at in 0..count as u32 {
        let stream = 2 * at + 1;
        capture.send(&mut flow, Side::Opener, &h2::get(stream, "www.example.com", &format!("/{at}")));
        let status = if at % 2 == 0 { "204" } else { "503" };
        capture.send(&mut flow, Side::Server, &h2::headers(stream, true, &[(":status", status)]));
        capture.wait_ms(5);
    }
    one("a.pcap", file::pcap(&capture))
}

/// Every second segment comes a few hundred too late.
fn out_of_order(segments: u64) -> Files {
    let mut capture = Capture::new(Link::Ethernet, TIME, &["10.0.0.2"]);
    let mut flow = Flow::new("10.0.0.2:40000", "198.51.100.9:9000");
    capture.open(&mut flow, 1);
    let mut late = flow.clone();
    for at in 0..segments {
        if at % 2 == 0 {
            capture.lose(&mut flow, Side::Opener, 10);
        } else {
            capture.send(&mut flow, Side::Opener, b"0123456789");
        }
        if at > 200 {
            match at % 2 {
                0 => _ = capture.send(&mut late, Side::Opener, b"0123456789"),
                _ => capture.lose(&mut late, Side::Opener, 10),
            }
        }
    }
    one("a.pcap", file::pcap(&capture))
}
