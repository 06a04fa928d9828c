//! Captures in which much fails at the same time: all clients ask, then all is tried, then all are answered. Each try could be of any
//! of the requests.

use crate::failures::{SHOP, UNAVAILABLE, address, capture, client, look_up, outward};
use crate::{Files, Input, one};
use gateway_triage_tests::build::dns::{A, NXDOMAIN, Question};
use gateway_triage_tests::build::file;
use gateway_triage_tests::build::talk::{Capture, Flow, Side};

pub static INPUTS: &[Input] = &[
    Input { name: "requests for one host that refuses, at once", make: one_host, size: 500 },
    Input { name: "hosts that refuse, at once", make: |size| hosts(size, address), size: 500 },
    Input { name: "hosts at one address that refuses, at once", make: |size| hosts(size, cdn), size: 500 },
    Input { name: "requests whose host and path are written anew, at once", make: rewritten, size: 500 },
    Input { name: "requests for paths that end alike, at once", make: alike, size: 500 },
    Input { name: "requests of which none is sent on, while others are tried", make: unsent, size: 500 },
    Input { name: "lookups of one host that fail, at once", make: looked_up, size: 250 },
];

/// All ask, the gateway does something, and all are answered.
fn asked(requests: u64, head: impl Fn(u64) -> String, gateway: impl FnOnce(&mut Capture)) -> Files {
    let mut capture = capture();
    let mut clients: Vec<Flow> = (0..requests).map(client).collect();
    for (at, client) in (0..).zip(&mut clients) {
        capture.open(client, 1);
        capture.send(client, Side::Opener, head(at).as_bytes());
    }
    gateway(&mut capture);
    for client in &mut clients {
        capture.send(client, Side::Server, UNAVAILABLE);
        capture.close(client, Side::Opener);
    }
    one("a.pcap", file::pcap(&capture))
}

fn shop(_: u64) -> String {
    String::from_utf8_lossy(SHOP).into_owned()
}

/// So many are tried, and refuse.
fn refuse(capture: &mut Capture, count: u64, to: impl Fn(u64) -> String) {
    let mut tried: Vec<Flow> = (0..count).map(|at| outward(at, &to(at))).collect();
    for flow in &mut tried {
        capture.syn(flow);
    }
    for flow in &mut tried {
        capture.refuse(flow);
    }
}

fn one_host(requests: u64) -> Files {
    let head = |_| "GET http://198.51.100.9/ HTTP/1.1\r\nHost: 198.51.100.9\r\n\r\n".into();
    asked(requests, head, |capture| refuse(capture, requests, |_| "198.51.100.9:80".into()))
}

/// A host of its own for each request.
fn hosts(requests: u64, address: fn(u64) -> String) -> Files {
    let head = |at| format!("GET http://h{at}.example.com/ HTTP/1.1\r\nHost: h{at}.example.com\r\n\r\n");
    asked(requests, head, |capture| {
        for at in 0..requests {
            look_up(capture, at, &format!("h{at}.example.com"), &address(at));
        }
        refuse(capture, requests, |at| format!("{}:80", address(at)));
    })
}

fn cdn(_: u64) -> String {
    "198.51.100.9".into()
}

/// A reverse proxy that asks its backend under another name and path.
fn rewritten(requests: u64) -> Files {
    let head = |_| "GET /shop/cart HTTP/1.1\r\nHost: www.example.com\r\n\r\n".into();
    asked(requests, head, |capture| {
        reset(capture, requests, |_| "GET /app HTTP/1.1\r\nHost: backend.internal\r\n\r\n".into())
    })
}

/// One that asks its backend for the same.
fn alike(requests: u64) -> Files {
    let head = |at| format!("GET /api/{at}/status HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
    asked(requests, head, |capture| reset(capture, requests, head))
}

/// So many are asked, and reset the connection.
fn reset(capture: &mut Capture, count: u64, head: impl Fn(u64) -> String) {
    let mut upstream: Vec<Flow> = (0..count).map(|at| outward(at, "10.0.9.9:8080")).collect();
    for (at, flow) in (0..).zip(&mut upstream) {
        capture.open(flow, 1);
        capture.send(flow, Side::Opener, head(at).as_bytes());
    }
    for flow in &mut upstream {
        capture.reset(flow, Side::Server);
    }
}

/// The gateway answers all clients by itself, while it tries something else as often.
fn unsent(requests: u64) -> Files {
    asked(requests, shop, |capture| {
        look_up(capture, 1, "shop.example.com", "198.51.100.9");
        refuse(capture, requests, |_| "198.51.100.77:8080".into());
    })
}

/// The host is looked up for each.
fn looked_up(requests: u64) -> Files {
    asked(requests, shop, |capture| {
        for at in 0..requests {
            let (from, question) =
                (format!("10.0.0.2:{}", 10_000 + at % 50_000), Question::new(at as u16, "shop.example.com", A));
            capture.ask(&from, "10.0.0.53:53", &question);
            capture.tell(&from, "10.0.0.53:53", &question, NXDOMAIN, &[]);
        }
    })
}
