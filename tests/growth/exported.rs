//! What is written of a report: the list of all exchanges, texts and packets, redacted.

use crate::{Files, Input, failures, one};
use gateway_triage_core::Case;
use gateway_triage_core::again::{Packets, Seen};
use gateway_triage_core::export::{self, Evidence};
use gateway_triage_core::redact::Redactor;
use gateway_triage_core::report::Report;
use gateway_triage_tests::build::packet::Link;
use gateway_triage_tests::build::talk::{Capture, Flow, Side};
use gateway_triage_tests::build::{file, tls};
use std::fmt::Write as _;

pub static INPUTS: &[Input] = &[
    Input { name: "requests for one host, exported", make: failures::one_host, size: 250 },
    Input { name: "requests for one host that go well, exported", make: one_host, size: 100 },
    Input { name: "tunnels to many names of one address, exported", make: names_of_one_address, size: 250 },
    Input { name: "files with a failure each, exported", make: files, size: 50 },
    Input { name: "interfaces, exported", make: interfaces, size: 1_000 },
    Input {
        name: "labels of a name, exported",
        make: |size| targets(&["http://", "a.", "example.com/"], size),
        size: 200,
    },
    Input { name: "colons of a target, exported", make: |size| targets(&["", "a:", "80"], size), size: 200 },
];

/// Writes all that can be written.
pub fn write(case: &Case, mut report: Report, files: &Files) {
    assert!(!case.exchanges(&report).is_empty(), "a request is listed");
    let mut redactor = Redactor::new([7; 16]);
    redactor.report(&mut report);
    let mut evidence = Evidence::of(&report, None);
    let wanted: Vec<u32> = evidence.wanted().map(|(input, _)| input).collect();
    for input in wanted {
        let mut packets = Packets::default();
        let mut take = |seen: Seen<'_>| {
            evidence.take(input, &seen, Some(&mut redactor));
        };
        packets.push(&files[input as usize].1, &mut take);
        packets.end(&mut take);
    }
    let _ = evidence.file();
    let _ = redactor.replaced();
    for write in [export::markdown, export::html, export::short] {
        let _ = write(&report, None);
    }
}

/// A gateway that looks the same host up for each request, and opens a connection for every second one.
fn one_host(requests: u64) -> Files {
    let mut capture = Capture::new(Link::Ethernet, 1_767_225_600, &["10.0.0.2"]);
    let mut client = Flow::new("10.1.0.1:40000", "10.0.0.2:3128");
    let mut upstream = Flow::new("10.0.0.2:20000", "198.51.100.9:80");
    capture.open(&mut client, 1);
    for at in 0..requests {
        let head = format!("GET http://shop.example.com/{at} HTTP/1.1\r\nHost: shop.example.com\r\n\r\n");
        capture.send(&mut client, Side::Opener, head.as_bytes());
        failures::look_up(&mut capture, at, "shop.example.com", "198.51.100.9");
        if at % 2 == 0 {
            upstream = Flow::new(&format!("10.0.0.2:{}", 20_000 + at), "198.51.100.9:80");
            capture.open(&mut upstream, 1);
        }
        let head = format!("GET /{at} HTTP/1.1\r\nHost: shop.example.com\r\n\r\n");
        capture.send(&mut upstream, Side::Opener, head.as_bytes());
        for flow in [&mut upstream, &mut client] {
            capture.send(flow, Side::Server, b"HTTP/1.1 204 No Content\r\n\r\n");
        }
        capture.wait_ms(5);
    }
    one("a.pcap", file::pcap(&capture))
}

/// All tunnels are asked for, then all connections opened to the one address, each for a name of its own.
fn names_of_one_address(tunnels: u64) -> Files {
    let mut capture = Capture::new(Link::Ethernet, 1_767_225_600, &["10.0.0.2"]);
    let mut clients: Vec<Flow> = (0..tunnels)
        .map(|at| Flow::new(&format!("10.1.{}.{}:40000", at / 200, at % 200 + 1), "10.0.0.2:3128"))
        .collect();
    for (at, client) in clients.iter_mut().enumerate() {
        capture.open(client, 1);
        let head = format!("CONNECT h{at}.example.com:443 HTTP/1.1\r\nHost: h{at}.example.com:443\r\n\r\n");
        capture.send(client, Side::Opener, head.as_bytes());
    }
    for (at, client) in clients.iter_mut().enumerate() {
        let (name, port) = (format!("h{at}.example.com"), 20_000 + at);
        failures::look_up(&mut capture, at as u64, &name, "198.51.100.9");
        let mut upstream = Flow::new(&format!("10.0.0.2:{port}"), "198.51.100.9:443");
        capture.open(&mut upstream, 1);
        capture.send(client, Side::Server, b"HTTP/1.1 200 Connection established\r\n\r\n");
        let hello = tls::Hello { name: &name, ..tls::Hello::default() }.record();
        capture.send(client, Side::Opener, &hello);
        capture.send(&mut upstream, Side::Opener, &hello);
    }
    for client in &mut clients {
        capture.close(client, Side::Opener);
    }
    one("a.pcap", file::pcap(&capture))
}

/// Logs of so many nodes, with a few failures each.
fn files(count: u64) -> Files {
    let log = |file: u64| {
        let mut text = String::new();
        for line in 0..4 {
            let _ = writeln!(
                text,
                "{}.000  60000 10.1.0.{line} TCP_MISS/504 4032 GET http://www{line}.example.com/{file} - \
                 HIER_DIRECT/198.51.100.{line} text/html",
                1_767_225_600 + line
            );
        }
        (format!("proxy-{file}.access.log"), text.into_bytes())
    };
    (0..count).map(log).collect()
}

/// A pcapng file with so many interfaces; on each somebody is refused.
fn interfaces(count: u64) -> Files {
    let mut capture = Capture::new(Link::Ethernet, 1_767_225_600, &["10.0.0.2"]);
    for at in 0..count {
        let server = format!("198.18.{}.{}:80", at / 200, at % 200 + 1);
        let mut flow = Flow::new(&format!("10.0.0.2:{}", 10_000 + at), &server);
        capture.syn(&mut flow);
        capture.refuse(&mut flow);
        capture.wait_ms(5);
    }
    let mut bytes = file::pcapng(&capture);
    // The section and the one interface; its packets follow, two of each connection.
    let packets = 28 + u32::from_le_bytes([bytes[32], bytes[33], bytes[34], bytes[35]]) as usize;
    let interface = bytes[28..packets].to_vec();
    let mut at = packets;
    for number in 0..2 * count as u32 {
        bytes[at + 8..at + 12].copy_from_slice(&(number / 2).to_le_bytes());
        at += u32::from_le_bytes([bytes[at + 4], bytes[at + 5], bytes[at + 6], bytes[at + 7]]) as usize;
    }
    bytes.splice(packets..packets, interface.repeat(count as usize - 1));
    one("a.pcapng", bytes)
}

/// A few requests that fail, with a target that repeats its middle so often.
fn targets(&[before, middle, after]: &[&str; 3], times: u64) -> Files {
    let target = [before, &middle.repeat(times as usize), after].concat();
    let mut capture = Capture::new(Link::Ethernet, 1_767_225_600, &["10.0.0.2"]);
    for at in 0..4 {
        let mut client = Flow::new(&format!("10.1.0.{}:40000", at + 1), "10.0.0.2:3128");
        capture.open(&mut client, 1);
        let method = if before.is_empty() { "CONNECT" } else { "GET" };
        let head = format!("{method} {target} HTTP/1.1\r\nHost: a=b:80\r\n\r\n");
        capture.send(&mut client, Side::Opener, head.as_bytes());
        capture.send(&mut client, Side::Server, failures::UNAVAILABLE);
        capture.close(&mut client, Side::Opener);
        capture.wait_ms(5);
    }
    one("a.pcap", file::pcap(&capture))
}
