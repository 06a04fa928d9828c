//! Captures of many machines.

use crate::{Files, Input, one};
use gateway_triage_tests::build::file;
use gateway_triage_tests::build::packet::{self, Hop, Link, Segment};
use gateway_triage_tests::build::talk::{Capture, Flow, Side};
use std::net::SocketAddr;
use xtask::synthetic::frame::{file_header, record_header};

pub static INPUTS: &[Input] = &[
    Input { name: "addresses of the capturing machine", make: own, size: 2_000 },
    Input { name: "addresses of the capturing machine that serve", make: serving, size: 500 },
    Input { name: "proxies", make: proxies, size: 250 },
];

/// SYNs of so many addresses, each sent by the machine that records: who floods others shows as the owner of all of them.
fn own(packets: u64) -> Files {
    let mut file = file_header();
    file[20..24].copy_from_slice(&Link::Sll.number().to_le_bytes());
    for at in 0..packets as u32 {
        let [_, a, b, c] = at.to_be_bytes();
        let (from, to) = (SocketAddr::from(([11, a, b, c], 40_000)), SocketAddr::from(([192, 0, 2, 1], 80)));
        let syn =
            Segment { sequence: at, acknowledges: 0, flags: packet::SYN, window: 65_535, options: &[], data: &[] };
        let syn = packet::tcp(from, to, Hop { ttl: 64, id: 0 }, &syn);
        let frame = Link::Sll.frame(&syn, ([2, 0, 0, 0, 0, 1], [0; 6]), true, 0);
        file.extend(record_header(1_767_225_600_000_000 + 10 * u64::from(at), frame.len()));
        file.extend(frame);
    }
    one("a.pcap", file)
}

/// A request to each of so many addresses of the machine that records, which asks another host for it and is refused.
fn serving(addresses: u64) -> Files {
    let own: Vec<String> = (0..addresses).map(numbered).collect();
    let mut capture = Capture::new(Link::Sll, 1_767_225_600, &own.iter().map(String::as_str).collect::<Vec<_>>());
    for (at, address) in own.iter().enumerate() {
        refused(&mut capture, "172.16.0.9", address, at);
    }
    one("a.pcap", file::pcap(&capture))
}

/// So many proxies, seen from a place between: each is asked, asks another host, and is refused.
fn proxies(count: u64) -> Files {
    let mut capture = Capture::new(Link::Ethernet, 1_767_225_600, &[]);
    for at in 0..count {
        refused(&mut capture, &format!("172.16.{}.{}", at / 200, at % 200 + 1), &numbered(at), at as usize);
    }
    one("a.pcap", file::pcap(&capture))
}

fn numbered(at: u64) -> String {
    format!("10.{}.{}.{}", at / 40_000 + 1, at / 200 % 200, at % 200 + 1)
}

fn refused(capture: &mut Capture, client: &str, gateway: &str, at: usize) {
    let mut down = Flow::new(&format!("{client}:{}", 10_000 + at % 50_000), &format!("{gateway}:3128"));
    capture.open(&mut down, 1);
    let head = format!("GET http://h{}.example.com/ HTTP/1.1\r\nHost: h{0}.example.com\r\n\r\n", at % 50);
    capture.send(&mut down, Side::Opener, head.as_bytes());
    let mut up = Flow::new(&format!("{gateway}:{}", 10_000 + at % 50_000), &format!("198.51.100.{}:80", at % 50 + 1));
    capture.syn(&mut up);
    capture.refuse(&mut up);
    capture.send(&mut down, Side::Server, b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
    capture.close(&mut down, Side::Opener);
    capture.wait_ms(5);
}
