//! Captures in which much fails.

use crate::{Files, Input, one};
use gateway_triage_tests::build::dns::{A, NOERROR, Question, Record};
use gateway_triage_tests::build::file;
use gateway_triage_tests::build::packet::{self, Link};
use gateway_triage_tests::build::talk::{Capture, Flow, Side};

pub static INPUTS: &[Input] = &[
    Input { name: "requests for one host, each with a lookup", make: one_host, size: 500 },
    Input { name: "requests for one host that refuses, all at the same time", make: at_once, size: 500 },
    Input { name: "tunnels to one host that refuses", make: tunnels, size: 500 },
    Input { name: "hosts that refuse, without a client's side", make: no_client, size: 500 },
    Input { name: "hosts that refuse, all at the same time", make: many_hosts, size: 500 },
    Input { name: "hosts at one address that refuses, all at the same time", make: one_address, size: 500 },
    Input { name: "addresses of one host, each refused", make: addresses, size: 2_000 },
    Input { name: "requests whose host and path are written anew, all at the same time", make: rewritten, size: 500 },
    Input { name: "requests of which none is sent on, while others are tried", make: unsent, size: 500 },
];

const UNAVAILABLE: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

fn client(at: u64) -> String {
    format!("10.{}.{}.{}:40000", at / 40_000 + 1, at / 200 % 200, at % 200 + 1)
}

/// A gateway that looks the same host up for each request, and is refused by it.
fn one_host(requests: u64) -> Files {
    let mut capture = Capture::new(Link::Ethernet, 1_767_225_600, &["10.0.0.2"]);
    for at in 0..requests as u16 {
        let mut client = Flow::new(&client(at.into()), "10.0.0.2:3128");
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
        capture.send(&mut client, Side::Server, UNAVAILABLE);
        capture.close(&mut client, Side::Opener);
        capture.wait_ms(5);
    }
    one("a.pcap", file::pcap(&capture))
}

/// All clients ask, then all connections are tried, then all are answered: each could be of any other.
fn at_once(requests: u64) -> Files {
    with_clients(requests, b"GET http://198.51.100.9/ HTTP/1.1\r\nHost: 198.51.100.9\r\n\r\n", requests)
}

fn tunnels(requests: u64) -> Files {
    with_clients(requests, b"CONNECT 198.51.100.9:80 HTTP/1.1\r\nHost: 198.51.100.9:80\r\n\r\n", 1)
}

/// So many at the same time.
fn with_clients(requests: u64, head: &[u8], together: u64) -> Files {
    let mut capture = Capture::new(Link::Ethernet, 1_767_225_600, &["10.0.0.2"]);
    for first in (0..requests).step_by(together as usize) {
        let numbers = first..first + together;
        let mut clients: Vec<Flow> = numbers.clone().map(|at| Flow::new(&client(at), "10.0.0.2:3128")).collect();
        for client in &mut clients {
            capture.open(client, 1);
            capture.send(client, Side::Opener, head);
        }
        let mut tried: Vec<Flow> =
            numbers.map(|at| Flow::new(&format!("10.0.0.2:{}", 20_000 + at % 40_000), "198.51.100.9:80")).collect();
        for flow in &mut tried {
            capture.syn(flow);
        }
        for flow in &mut tried {
            capture.refuse(flow);
        }
        for client in &mut clients {
            capture.send(client, Side::Server, UNAVAILABLE);
            capture.close(client, Side::Opener);
        }
        capture.wait_ms(5);
    }
    one("a.pcap", file::pcap(&capture))
}

/// A host of its own for each request.
fn many_hosts(requests: u64) -> Files {
    looked_up(requests, |at| [198, 51 + (at >> 16) as u8, (at >> 8) as u8, at as u8])
}

/// As a CDN has them.
fn one_address(requests: u64) -> Files {
    looked_up(requests, |_| [198, 51, 100, 9])
}

/// All clients ask, then all hosts are looked up, then all are tried, then all clients are answered.
fn looked_up(requests: u64, address: fn(u64) -> [u8; 4]) -> Files {
    let mut capture = Capture::new(Link::Ethernet, 1_767_225_600, &["10.0.0.2"]);
    let mut clients = clients(requests);
    for (at, client) in (0..).zip(&mut clients) {
        capture.open(client, 1);
        let head = format!("GET http://h{at}.example.com/ HTTP/1.1\r\nHost: h{at}.example.com\r\n\r\n");
        capture.send(client, Side::Opener, head.as_bytes());
    }
    for at in 0..requests {
        look_up(&mut capture, at, &format!("h{at}.example.com"), &[Record::A(address(at).into())]);
    }
    let to = |at| format!("{}:80", core::net::Ipv4Addr::from(address(at)));
    let mut tried: Vec<Flow> = (0..requests).map(|at| outward(at, &to(at))).collect();
    refused(&mut capture, &mut tried, &mut clients);
    one("a.pcap", file::pcap(&capture))
}

fn clients(requests: u64) -> Vec<Flow> {
    (0..requests).map(|at| Flow::new(&client(at), "10.0.0.2:3128")).collect()
}

fn outward(at: u64, to: &str) -> Flow {
    Flow::new(&format!("10.0.0.2:{}", 20_000 + at % 40_000), to)
}

fn look_up(capture: &mut Capture, at: u64, name: &str, records: &[Record]) {
    let (from, question) = (format!("10.0.0.2:{}", 10_000 + at % 50_000), Question::new(at as u16, name, A));
    capture.ask(&from, "10.0.0.53:53", &question);
    capture.tell(&from, "10.0.0.53:53", &question, NOERROR, records);
}

fn refused(capture: &mut Capture, tried: &mut [Flow], clients: &mut [Flow]) {
    for flow in &mut *tried {
        capture.syn(flow);
    }
    for flow in tried {
        capture.refuse(flow);
    }
    for client in clients {
        capture.send(client, Side::Server, UNAVAILABLE);
        capture.close(client, Side::Opener);
    }
}

/// A name that is looked up for each request, and has another address each time.
fn addresses(requests: u64) -> Files {
    let mut capture = Capture::new(Link::Ethernet, 1_767_225_600, &["10.0.0.2"]);
    for (at, mut client) in (0..).zip(clients(requests)) {
        capture.open(&mut client, 1);
        let head = b"GET http://shop.example.com/ HTTP/1.1\r\nHost: shop.example.com\r\n\r\n";
        capture.send(&mut client, Side::Opener, head);
        let address = [198, 51 + (at >> 16) as u8, (at >> 8) as u8, at as u8];
        look_up(&mut capture, at, "shop.example.com", &[Record::A(address.into())]);
        let to = format!("{}:80", core::net::Ipv4Addr::from(address));
        refused(&mut capture, &mut [outward(at, &to)], &mut [client]);
        capture.wait_ms(5);
    }
    one("a.pcap", file::pcap(&capture))
}

/// A reverse proxy that asks its backend under another name and path, for all clients at the same time.
fn rewritten(requests: u64) -> Files {
    let mut capture = Capture::new(Link::Ethernet, 1_767_225_600, &["10.0.0.2"]);
    let mut clients: Vec<Flow> = (0..requests).map(|at| Flow::new(&client(at), "10.0.0.2:80")).collect();
    for client in &mut clients {
        capture.open(client, 1);
        capture.send(client, Side::Opener, b"GET /shop/cart HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
    }
    let mut upstream: Vec<Flow> = (0..requests).map(|at| outward(at, "10.0.9.9:8080")).collect();
    for flow in &mut upstream {
        capture.open(flow, 1);
        capture.send(flow, Side::Opener, b"GET /app HTTP/1.1\r\nHost: backend.internal\r\n\r\n");
    }
    for flow in &mut upstream {
        capture.reset(flow, Side::Server);
    }
    for client in &mut clients {
        capture.send(client, Side::Server, UNAVAILABLE);
        capture.close(client, Side::Opener);
    }
    one("a.pcap", file::pcap(&capture))
}

/// The gateway answers all clients by itself, while it tries something else as often.
fn unsent(requests: u64) -> Files {
    let mut capture = Capture::new(Link::Ethernet, 1_767_225_600, &["10.0.0.2"]);
    look_up(&mut capture, 1, "shop.example.com", &[Record::A(packet::v4("198.51.100.9"))]);
    let mut clients = clients(requests);
    for client in &mut clients {
        capture.open(client, 1);
        let head = b"GET http://shop.example.com/ HTTP/1.1\r\nHost: shop.example.com\r\n\r\n";
        capture.send(client, Side::Opener, head);
    }
    let mut tried: Vec<Flow> = (0..requests).map(|at| outward(at, "198.51.100.77:8080")).collect();
    refused(&mut capture, &mut tried, &mut clients);
    one("a.pcap", file::pcap(&capture))
}

/// A capture taken behind the gateway: it looks up and tries one host after the other.
fn no_client(hosts: u64) -> Files {
    let mut capture = Capture::new(Link::Ethernet, 1_767_225_600, &["10.0.0.2"]);
    for at in 0..hosts {
        let (name, port) = (format!("h{at}.example.com"), 10_000 + at % 50_000);
        let address = format!("198.{}.{}.{}", at / 40_000 + 18, at / 200 % 200, at % 200 + 1);
        let question = Question::new(at as u16, &name, A);
        capture.ask(&format!("10.0.0.2:{port}"), "10.0.0.53:53", &question);
        capture.tell(
            &format!("10.0.0.2:{port}"),
            "10.0.0.53:53",
            &question,
            NOERROR,
            &[Record::A(packet::v4(&address))],
        );
        let mut up = Flow::new(&format!("10.0.0.2:{port}"), &format!("{address}:443"));
        capture.syn(&mut up);
        capture.refuse(&mut up);
        capture.wait_ms(5);
    }
    one("a.pcap", file::pcap(&capture))
}
