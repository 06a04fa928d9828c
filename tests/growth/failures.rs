//! Captures in which much fails, one after the other.

use crate::{Files, Input, one};
use gateway_triage_tests::build::dns::{A, NOERROR, Question, Record};
use gateway_triage_tests::build::file;
use gateway_triage_tests::build::packet::{self, Link};
use gateway_triage_tests::build::talk::{Capture, Flow, Side};

pub static INPUTS: &[Input] = &[
    Input { name: "requests for one host, each with a lookup", make: one_host, size: 500 },
    Input { name: "addresses of one host, each refused", make: addresses, size: 1_000 },
    Input { name: "tunnels to one host that refuses", make: tunnels, size: 500 },
    Input { name: "hosts that refuse, without a client's side", make: no_client, size: 500 },
    Input { name: "requests that fail on one connection", make: |size| kept_alive(size, true), size: 250 },
    Input { name: "the same, without a client's side", make: |size| kept_alive(size, false), size: 500 },
    Input { name: "rounds of a loop", make: rounds, size: 250 },
];

pub const SHOP: &[u8] = b"GET http://shop.example.com/ HTTP/1.1\r\nHost: shop.example.com\r\n\r\n";
pub const UNAVAILABLE: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

/// A connection of its own from a client to the gateway.
pub fn client(at: u64) -> Flow {
    client_to(at, "10.0.0.2:3128")
}

/// The same to anybody.
pub fn client_to(at: u64, server: &str) -> Flow {
    Flow::new(&format!("10.{}.{}.{}:40000", at / 40_000 + 1, at / 200 % 200, at % 200 + 1), server)
}

/// A connection of the gateway's.
pub fn outward(at: u64, to: &str) -> Flow {
    Flow::new(&format!("10.0.0.2:{}", 20_000 + at % 40_000), to)
}

/// What the gateway sees, which asks and is asked.
pub fn capture() -> Capture {
    Capture::new(Link::Ethernet, 1_767_225_600, &["10.0.0.2"])
}

/// The gateway looks a name up.
pub fn look_up(capture: &mut Capture, at: u64, name: &str, address: &str) {
    let (from, question) = (format!("10.0.0.2:{}", 10_000 + at % 50_000), Question::new(at as u16, name, A));
    capture.ask(&from, "10.0.0.53:53", &question);
    capture.tell(&from, "10.0.0.53:53", &question, NOERROR, &[Record::A(packet::v4(address))]);
}

/// A request to the gateway, which is refused by the host.
pub fn refused(capture: &mut Capture, at: u64) {
    fails(capture, at, b"GET http://198.51.100.9/ HTTP/1.1\r\nHost: 198.51.100.9\r\n\r\n", None, "198.51.100.9");
}

/// The same of any host, with its name where that is looked up.
fn fails(capture: &mut Capture, at: u64, head: &[u8], name: Option<&str>, address: &str) {
    let mut down = client(at);
    capture.open(&mut down, 1);
    capture.send(&mut down, Side::Opener, head);
    if let Some(name) = name {
        look_up(capture, at, name, address);
    }
    let mut up = outward(at, &format!("{address}:80"));
    capture.syn(&mut up);
    capture.refuse(&mut up);
    capture.send(&mut down, Side::Server, UNAVAILABLE);
    capture.close(&mut down, Side::Opener);
}

/// One failure after the other.
fn each(requests: u64, mut fails: impl FnMut(&mut Capture, u64)) -> Files {
    let mut capture = capture();
    for at in 0..requests {
        fails(&mut capture, at);
        capture.wait_ms(5);
    }
    one("a.pcap", file::pcap(&capture))
}

/// A gateway that looks the same host up for each request, and is refused by it.
pub fn one_host(requests: u64) -> Files {
    each(requests, |capture, at| fails(capture, at, SHOP, Some("shop.example.com"), "198.51.100.9"))
}

/// DNS gives another address of the host for each request, and each refuses.
fn addresses(requests: u64) -> Files {
    each(requests, |capture, at| fails(capture, at, SHOP, Some("shop.example.com"), &address(at)))
}

fn tunnels(requests: u64) -> Files {
    let head = b"CONNECT 198.51.100.9:80 HTTP/1.1\r\nHost: 198.51.100.9:80\r\n\r\n";
    each(requests, |capture, at| fails(capture, at, head, None, "198.51.100.9"))
}

/// One of many servers.
pub fn address(at: u64) -> String {
    format!("198.{}.{}.{}", at / 40_000 + 18, at / 200 % 200, at % 200 + 1)
}

/// A capture taken behind the gateway: it looks up and tries one host after the other.
fn no_client(hosts: u64) -> Files {
    each(hosts, |capture, at| {
        look_up(capture, at, &format!("h{at}.example.com"), &address(at));
        let mut up = outward(at, &format!("{}:443", address(at)));
        capture.syn(&mut up);
        capture.refuse(&mut up);
    })
}

/// One client, or the gateway, asks on a connection that is kept; each request fails.
fn kept_alive(requests: u64, clients: bool) -> Files {
    let mut capture = capture();
    let (opener, server) =
        if clients { ("10.1.1.1:40000", "10.0.0.2:3128") } else { ("10.0.0.2:40000", "198.51.100.9:80") };
    let mut kept = Flow::new(opener, server);
    capture.open(&mut kept, 1);
    for at in 0..requests {
        let start = if clients { "http://198.51.100.9" } else { "" };
        let head = format!("GET {start}/{at} HTTP/1.1\r\nHost: 198.51.100.9\r\nVia: 1.1 gw\r\n\r\n");
        capture.send(&mut kept, Side::Opener, head.as_bytes());
        if clients {
            let mut upstream = outward(at, "198.51.100.9:80");
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
    let mut capture = capture();
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
