//! Captures in which what clients ask cannot be read.

use crate::failures::{client, client_to, look_up, outward};
use crate::{Files, Input, one};
use gateway_triage_tests::build::file;
use gateway_triage_tests::build::packet::Link;
use gateway_triage_tests::build::talk::{Capture, Flow, Side};
use gateway_triage_tests::build::tls::{Hello, encrypted, finished13, flight13, server_hello};

pub static INPUTS: &[Input] = &[
    Input { name: "tunnels that are open at the same time", make: open, size: 250 },
    Input { name: "tunnels to names of one address, open at the same time", make: names, size: 250 },
    Input { name: "questions inside TLS, all at the same time", make: |size| asked(size, "10.0.0.2:443"), size: 250 },
    Input { name: "the same, redirected to the gateway", make: |size| asked(size, "198.51.100.9:443"), size: 250 },
];

/// All are granted, then the host refuses the gateway once for each.
fn open(tunnels: u64) -> Files {
    granted(tunnels, |_| "198.51.100.9".into())
}

/// The same to a name of its own each, as a CDN has them.
fn names(tunnels: u64) -> Files {
    granted(tunnels, |at| format!("h{at}.example.com"))
}

fn granted(tunnels: u64, name: impl Fn(u64) -> String) -> Files {
    let mut capture = Capture::new(Link::Ethernet, 1_767_225_600, &["10.0.0.2"]);
    let mut clients: Vec<Flow> = (0..tunnels).map(client).collect();
    for (at, client) in (0..).zip(&mut clients) {
        capture.open(client, 1);
        let name = name(at);
        let head = format!("CONNECT {name}:443 HTTP/1.1\r\nHost: {name}:443\r\n\r\n");
        capture.send(client, Side::Opener, head.as_bytes());
        look_up(&mut capture, at, &name, "198.51.100.9");
        capture.send(client, Side::Server, b"HTTP/1.1 200 Connection established\r\n\r\n");
        capture.send(client, Side::Opener, &Hello { name: "shop.example.com", ..Hello::default() }.record());
    }
    refuse(&mut capture, tunnels);
    clients.iter_mut().for_each(|client| capture.close(client, Side::Server));
    one("a.pcap", file::pcap(&capture))
}

/// All ask inside TLS, then the host refuses the gateway once for each, then all are answered.
fn asked(questions: u64, server: &str) -> Files {
    let mut capture = Capture::new(Link::Ethernet, 1_767_225_600, &["10.0.0.2", "198.51.100.9"]);
    let mut clients: Vec<Flow> = (0..questions).map(|at| client_to(at, server)).collect();
    for client in &mut clients {
        capture.open(client, 1);
        capture.send(client, Side::Opener, &Hello { name: "shop.example.com", ..Hello::default() }.record());
        capture.send_all(client, Side::Server, &[server_hello(0x0304, 0x1301), flight13()].concat());
        capture.send(client, Side::Opener, &finished13());
    }
    // One in the clear, by which the gateway is known.
    let mut clear = Flow::new("10.1.1.1:50000", "10.0.0.2:80");
    capture.open(&mut clear, 1);
    capture.send(&mut clear, Side::Opener, b"GET / HTTP/1.1\r\nHost: shop.example.com\r\n\r\n");
    clients.iter_mut().for_each(|client| {
        capture.send(client, Side::Opener, &encrypted(300));
    });
    refuse(&mut capture, questions);
    capture.send(&mut clear, Side::Server, b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
    for client in &mut clients {
        capture.send(client, Side::Server, &encrypted(400));
        capture.close(client, Side::Server);
    }
    one("a.pcap", file::pcap(&capture))
}

fn refuse(capture: &mut Capture, times: u64) {
    for at in 0..times {
        let mut tried = outward(at, "198.51.100.9:443");
        capture.syn(&mut tried);
        capture.refuse(&mut tried);
    }
}
