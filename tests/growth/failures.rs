//! Captures in which much fails.

use crate::{Files, Input, one};
use gateway_triage_tests::build::dns::{A, NOERROR, NXDOMAIN, Question, Record};
use gateway_triage_tests::build::file;
use gateway_triage_tests::build::packet::{self, Link};
use gateway_triage_tests::build::talk::{Capture, Flow, Side};

pub static INPUTS: &[Input] = &[
    Input { name: "requests for one host, each with a lookup", make: one_host, size: 500 },
    Input { name: "requests for one host that refuses, all at the same time", make: at_once, size: 500 },
    Input { name: "tunnels to one host that refuses", make: tunnels, size: 500 },
    Input { name: "hosts that refuse, without a client's side", make: no_client, size: 500 },
    Input { name: "addresses of one host", make: addresses, size: 250 },
    Input { name: "lookups of one host that fail, all at the same time", make: looked_up, size: 250 },
    Input { name: "requests that fail on one connection", make: |size| kept_alive(size, true), size: 250 },
    Input { name: "the same, without a client's side", make: |size| kept_alive(size, false), size: 500 },
    Input { name: "rounds of a loop", make: rounds, size: 250 },
];

pub const UNAVAILABLE: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

fn client(at: u64) -> String {
    format!("10.{}.{}.{}:40000", at / 40_000 + 1, at / 200 % 200, at % 200 + 1)
}

/// A gateway that looks the same host up for each request, and is refused by it.
pub fn one_host(requests: u64) -> Files {
    let mut capture = Capture::new(Link::Ethernet, 1_767_225_600, &["10.0.0.2"]);
    for at in 0..requests as u16 {
        let mut client = Flow::new(&client(at.into()), "10.0.0.2:3128");
        capture.open(&mut client, 1);
        capture.send(&mut client, Side::Opener, SHOP);
        look_up(&mut capture, at.into(), "shop.example.com", "198.51.100.9");
        let mut upstream = Flow::new(&format!("10.0.0.2:{}", 20_000 + at), "198.51.100.9:80");
        capture.syn(&mut upstream);
        capture.refuse(&mut upstream);
        capture.send(&mut client, Side::Server, UNAVAILABLE);
        capture.close(&mut client, Side::Opener);
        capture.wait_ms(5);
    }
    one("a.pcap", file::pcap(&capture))
}

/// The gateway asks for a name and gets an address.
pub fn look_up(capture: &mut Capture, at: u64, name: &str, address: &str) {
    let (port, question) = (10_000 + at % 50_000, Question::new(at as u16, name, A));
    capture.ask(&format!("10.0.0.2:{port}"), "10.0.0.53:53", &question);
    let answer = [Record::A(packet::v4(address))];
    capture.tell(&format!("10.0.0.2:{port}"), "10.0.0.53:53", &question, NOERROR, &answer);
}

/// A request to the gateway, which is refused by the host.
pub fn refused(capture: &mut Capture, at: u64) {
    let mut down = Flow::new(&client(at), "10.0.0.2:3128");
    capture.open(&mut down, 1);
    capture.send(&mut down, Side::Opener, b"GET http://198.51.100.9/ HTTP/1.1\r\nHost: 198.51.100.9\r\n\r\n");
    let mut up = Flow::new(&format!("10.0.0.2:{}", 20_000 + at % 40_000), "198.51.100.9:80");
    capture.syn(&mut up);
    capture.refuse(&mut up);
    capture.send(&mut down, Side::Server, UNAVAILABLE);
    capture.close(&mut down, Side::Opener);
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

/// A capture taken behind the gateway: it looks up and tries one host after the other.
fn no_client(hosts: u64) -> Files {
    let mut capture = Capture::new(Link::Ethernet, 1_767_225_600, &["10.0.0.2"]);
    for at in 0..hosts {
        let address = format!("198.{}.{}.{}", at / 40_000 + 18, at / 200 % 200, at % 200 + 1);
        look_up(&mut capture, at, &format!("h{at}.example.com"), &address);
        let mut up = Flow::new(&format!("10.0.0.2:{}", 10_000 + at % 50_000), &format!("{address}:443"));
        capture.syn(&mut up);
        capture.refuse(&mut up);
        capture.wait_ms(5);
    }
    one("a.pcap", file::pcap(&capture))
}

const SHOP: &[u8] = b"GET http://shop.example.com/ HTTP/1.1\r\nHost: shop.example.com\r\n\r\n";

/// DNS gives another address of the host for each request, and each refuses.
fn addresses(requests: u64) -> Files {
    let mut capture = Capture::new(Link::Ethernet, 1_767_225_600, &["10.0.0.2"]);
    for at in 0..requests {
        let mut client = Flow::new(&client(at), "10.0.0.2:3128");
        capture.open(&mut client, 1);
        capture.send(&mut client, Side::Opener, SHOP);
        let address = format!("198.{}.{}.{}", at / 40_000 + 18, at / 200 % 200, at % 200 + 1);
        look_up(&mut capture, at, "shop.example.com", &address);
        let mut upstream = Flow::new(&format!("10.0.0.2:{}", 10_000 + at % 50_000), &format!("{address}:80"));
        capture.syn(&mut upstream);
        capture.refuse(&mut upstream);
        capture.send(&mut client, Side::Server, UNAVAILABLE);
        capture.close(&mut client, Side::Opener);
        capture.wait_ms(5);
    }
    one("a.pcap", file::pcap(&capture))
}

/// All clients ask, then the host is looked up for each, then all are answered.
fn looked_up(requests: u64) -> Files {
    let mut capture = Capture::new(Link::Ethernet, 1_767_225_600, &["10.0.0.2"]);
    let mut clients: Vec<Flow> = (0..requests).map(|at| Flow::new(&client(at), "10.0.0.2:3128")).collect();
    for client in &mut clients {
        capture.open(client, 1);
        capture.send(client, Side::Opener, SHOP);
    }
    for at in 0..requests {
        let (question, port) = (Question::new(at as u16, "shop.example.com", A), 10_000 + at % 50_000);
        capture.ask(&format!("10.0.0.2:{port}"), "10.0.0.53:53", &question);
        capture.tell(&format!("10.0.0.2:{port}"), "10.0.0.53:53", &question, NXDOMAIN, &[]);
    }
    for client in &mut clients {
        capture.send(client, Side::Server, UNAVAILABLE);
        capture.close(client, Side::Opener);
    }
    one("a.pcap", file::pcap(&capture))
}

/// One client, or the gateway, asks on a connection that is kept; each request fails.
fn kept_alive(requests: u64, clients: bool) -> Files {
    let mut capture = Capture::new(Link::Ethernet, 1_767_225_600, &["10.0.0.2"]);
    let (opener, server) =
        if clients { ("10.1.1.1:40000", "10.0.0.2:3128") } else { ("10.0.0.2:40000", "198.51.100.9:80") };
    let mut kept = Flow::new(opener, server);
    capture.open(&mut kept, 1);
    for at in 0..requests {
        let start = if clients { "http://198.51.100.9" } else { "" };
        let head = format!("GET {start}/{at} HTTP/1.1\r\nHost: 198.51.100.9\r\nVia: 1.1 gw\r\n\r\n");
        capture.send(&mut kept, Side::Opener, head.as_bytes());
        if clients {
            let mut upstream = Flow::new(&format!("10.0.0.2:{}", 10_000 + at % 50_000), "198.51.100.9:80");
            capture.syn(&mut upstream);
            capture.refuse(&mut upstream);
        }
        capture.send(&mut kept, Side::Server, UNAVAILABLE);
        capture.wait_ms(5);
    }
    one("a.pcap", file::pcap(&capture))
}

/// A gateway that asks itself for the same, ever deeper.
fn rounds(depth: u64) -> Files {
    let mut capture = Capture::new(Link::Ethernet, 1_767_225_600, &["10.0.0.2"]);
    let mut flows = Vec::new();
    for at in 0..depth {
        let opener = if at == 0 { "10.1.1.1:40000".into() } else { format!("10.0.0.2:{}", 10_000 + at) };
        let mut flow = Flow::new(&opener, "10.0.0.2:3128");
        capture.open(&mut flow, 1);
        let via = if at == 0 { "" } else { "Via: 1.1 gw.example.com\r\n" };
        let head = format!("GET http://shop.example.com/ HTTP/1.1\r\nHost: shop.example.com\r\n{via}\r\n");
        capture.send(&mut flow, Side::Opener, head.as_bytes());
        flows.push(flow);
    }
    for flow in flows.iter_mut().rev() {
        capture.send(flow, Side::Server, UNAVAILABLE);
        capture.close(flow, Side::Server);
    }
    one("a.pcap", file::pcap(&capture))
}
