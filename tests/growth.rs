//! Memory grows with the input and not with its square, nor does the work that allocates: both are counted, on inputs of one size, twice and four
//! times that. Counts do not depend on the machine, as times would. `cargo xtask bench growth` measures the same by time.

use gateway_triage_core::{Case, Options};
use gateway_triage_tests::build::dns::{A, NOERROR, Question, Record};
use gateway_triage_tests::build::file;
use gateway_triage_tests::build::packet::{self, Hop, Link, Segment};
use gateway_triage_tests::build::talk::{Capture, Flow, Side};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};
use std::alloc::System;
use std::fmt::Write as _;
use std::net::SocketAddr;
use xtask::synthetic::frame::{file_header, record_header};
use xtask::synthetic::small::SMALL;

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// A kind of input, of a size.
struct Input {
    name: &'static str,
    file: &'static str,
    make: fn(u64) -> Vec<u8>,
    /// The smallest size.
    size: u64,
}

static INPUTS: &[Input] = &[
    Input { name: "open connections", file: "a.pcap", make: |size| small("SYN flood", size), size: 4_000 },
    Input { name: "addresses of the capturing machine", file: "a.pcap", make: own_addresses, size: 2_000 },
    Input { name: "lookups answered", file: "a.pcap", make: |size| small("DNS", size), size: 4_000 },
    Input {
        name: "lookups that failed",
        file: "a.pcap",
        make: |size| small("DNS without such a name", size),
        size: 4_000,
    },
    Input { name: "requests answered", file: "a.pcap", make: |size| small("short requests", size), size: 8_000 },
    Input { name: "exchanges of a proxy", file: "a.pcap", make: exchanges, size: 16_000 },
    Input {
        name: "failures in a capture",
        file: "a.pcap",
        make: |size| small("requests that fail", size),
        size: 12_000,
    },
    Input { name: "requests for one host, each with a lookup", file: "a.pcap", make: one_host, size: 500 },
    Input { name: "failures in a log", file: "access.log", make: failures, size: 1_000 },
];

fn small(name: &str, packets: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let kind = SMALL.iter().find(|kind| kind.name == name).expect("this kind is made");
    kind.write(&mut bytes, packets).expect("memory can be written");
    bytes
}

/// SYNs of so many addresses, each sent by the machine that records: who floods others shows as the owner of all of them.
fn own_addresses(packets: u64) -> Vec<u8> {
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
    file
}

/// A gateway that looks the same host up for each request, and is refused by it.
fn one_host(requests: u64) -> Vec<u8> {
    let mut capture = Capture::new(Link::Ethernet, 1_767_225_600, &["10.0.0.2"]);
    for at in 0..requests as u16 {
        let [a, b] = at.to_be_bytes();
        let mut client = Flow::new(&format!("10.1.{a}.{b}:40000"), "10.0.0.2:3128");
        capture.open(&mut client, 1);
        let head = b"GET http://shop.example.com/ HTTP/1.1\r\nHost: shop.example.com\r\n\r\n";
        capture.send(&mut client, Side::Opener, head);
        let question = Question::new(at, "shop.example.com", A);
        capture.ask(&format!("10.0.0.2:{}", 10_000 + at), "10.0.0.53:53", &question);
        let answer = [Record::A(packet::v4("198.51.100.9"))];
        capture.tell(&format!("10.0.0.2:{}", 10_000 + at), "10.0.0.53:53", &question, NOERROR, &answer);
        let mut upstream = Flow::new(&format!("10.0.0.2:{}", 20_000 + at), "198.51.100.9:80");
        capture.syn(&mut upstream);
        capture.refuse(&mut upstream);
        capture.send(&mut client, Side::Server, b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
        capture.close(&mut client, Side::Opener);
        capture.wait_ms(5);
    }
    file::pcap(&capture)
}

fn exchanges(packets: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    xtask::synthetic::http_capture(&mut bytes, packets).expect("memory can be written");
    bytes
}

fn failures(lines: u64) -> Vec<u8> {
    let mut text = String::new();
    for line in 0..lines {
        let (seconds, client, host) = (1_767_225_600 + line, line % 50, line % 200);
        let _ = writeln!(
            text,
            "{seconds}.000  60000 10.1.0.{client} TCP_MISS/504 4032 GET http://www{host}.example.com/{line} - \
             HIER_DIRECT/198.51.100.{host} text/html"
        );
    }
    text.into_bytes()
}

/// What reading and reporting it came to, and what was still held before the report.
fn cost(input: &Input, size: u64) -> (Stats, usize) {
    let bytes = (input.make)(size);
    let region = Region::new(COUNTED);
    let mut case = Case::new(Options::default());
    let id = case.input(input.file);
    bytes.chunks(1 << 20).for_each(|chunk| case.read(id, chunk));
    case.end(id);
    let read = region.change();
    let held = read.bytes_allocated.saturating_sub(read.bytes_deallocated);
    let report = case.report();
    assert!(report.inputs[0].warnings.iter().all(|warning| !warning.contains("limit")), "{:?}", report.inputs);
    (region.change(), held)
}

/// One test for all: what several tests do at the same time would be counted together.
#[test]
fn work_and_memory_grow_with_the_input() {
    for input in INPUTS {
        let [one, two, four] = [1, 2, 4].map(|times| cost(input, input.size * times));
        for (what, [one, two, four]) in [
            ("allocations", [one, two, four].map(|(stats, _)| stats.allocations)),
            ("bytes allocated", [one, two, four].map(|(stats, _)| stats.bytes_allocated)),
            ("bytes held", [one, two, four].map(|(_, held)| held)),
        ] {
            // Lists double: what four times as much takes may be a step ahead. With the square it would be sixteen times.
            assert!(two < one * 3 && four < one * 6, "{}: {what} grow as {one}, {two}, {four}", input.name);
        }
    }
    let open = &INPUTS[0];
    let [(_, held), (_, more)] = [10_000, 20_000].map(|connections| cost(open, connections));
    let each = more.saturating_sub(held) / 10_000;
    assert!(each < 800, "an open connection holds {each} bytes");
}
