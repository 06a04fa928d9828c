//! Good traffic of further kinds, each of which a careless reader takes for a failure.

use gateway_triage_tests::build::dns::{A, AAAA, NXDOMAIN, Question, Record, SERVFAIL};
use gateway_triage_tests::build::file::{pcap, pcapng};
use gateway_triage_tests::build::packet::{Link, v4};
use gateway_triage_tests::build::talk::Side::{Opener, Server};

use super::Built;
use super::scene::{DNS, SITE, Scene};

const TARGET: &str = "http://www.example.com/";

pub fn all() -> Vec<Built> {
    vec![chunked(), close_delimited(), preconnected(), idle(), lookups_beside(), early_answer()]
}

fn healthy(name: &'static str, about: &str) -> Built {
    Built::new("healthy", name, about, "contract: a healthy exchange gives no finding, however untidy its packets")
}

/// The answer comes in pieces of this length, through the gateway, and both connections stay open.
fn relayed(scene: &mut Scene, answer: &[u8], piece: usize, closed: bool) {
    let mut client = scene.client();
    scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 22);
    scene.forward(&mut site, TARGET);
    for part in answer.chunks(piece) {
        for flow in [&mut site, &mut client] {
            scene.capture.send(flow, Server, part);
            scene.capture.ack(flow, Opener);
        }
    }
    let first = if closed { Server } else { Opener };
    scene.capture.close(&mut site, first);
    scene.capture.close(&mut client, first);
}

fn chunked() -> Built {
    let mut scene = Scene::new(Link::Vlan(12), 3128);
    let answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5;name=\"a;b\"\r\nhello\r\n0006 ; x\r\n world\r\n00\r\nX-Sum: 1\r\nX-Other: 2\r\n\r\n";
    relayed(&mut scene, answer, 3, false);
    healthy(
        "chunks-in-small-pieces",
        "Chunk extensions, leading zeros and trailers, in segments of three bytes: sizes and line ends are split.",
    )
    .file("capture.pcap", pcap(&scene.capture))
}

fn close_delimited() -> Built {
    let mut scene = Scene::new(Link::Raw, 8888);
    let answer =
        [&b"HTTP/1.0 200 OK\r\n\r\n"[..], &b"<h1>502 Bad Gateway</h1> is what this page explains. ".repeat(40)]
            .concat();
    relayed(&mut scene, &answer, 1460, true);
    healthy(
        "closed-at-the-end",
        "No length and no chunks: the answer ends where the connection does, and its text tells of a 502.",
    )
    .file("capture.pcap", pcap(&scene.capture))
}

fn preconnected() -> Built {
    let mut scene = Scene::new(Link::Sll, 3128);
    let mut client = scene.client();
    let head = b"CONNECT www.example.com:443 HTTP/1.1\r\nHost: www.example.com:443\r\n\r\n";
    scene.capture.send(&mut client, Opener, head);
    scene.capture.ack(&mut client, Server);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream("192.0.2.10:443");
    scene.capture.open(&mut site, 22);
    scene.capture.send(&mut client, Server, b"HTTP/1.1 200 Connection established\r\n\r\n");
    scene.capture.ack(&mut client, Opener);
    // The browser thought it might need it. The site's patience ends first, with RST.
    scene.capture.wait_ms(60_000);
    scene.capture.reset(&mut site, Server);
    scene.capture.reset(&mut client, Server);
    let mut idle = scene.client();
    scene.capture.wait_ms(900);
    scene.capture.reset(&mut idle, Opener);
    healthy(
        "preconnect-reset",
        "A tunnel that nobody used is reset by the site after a minute, and a connection without a request by the client.",
    )
    .file("capture.pcap", pcap(&scene.capture))
}

fn idle() -> Built {
    let mut scene = Scene::new(Link::Sll2, 9090);
    let mut client = scene.client();
    scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 22);
    scene.forward(&mut site, TARGET);
    for flow in [&mut site, &mut client] {
        scene.answer(flow, "200 OK", "", "All is well.\n");
    }
    // Nothing for three minutes but acknowledgements; then the site is done with it.
    for _ in 0..4 {
        scene.capture.wait_ms(45_000);
        for flow in [&mut site, &mut client] {
            scene.capture.ack(flow, Opener);
            scene.capture.ack(flow, Server);
        }
    }
    scene.capture.reset(&mut site, Server);
    scene.capture.reset(&mut client, Server);
    healthy(
        "idle-then-reset",
        "Connections that are kept for three minutes after their answer and then reset by the server.",
    )
    .file("capture.pcap", pcap(&scene.capture))
}

fn lookups_beside() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 8080);
    let mut client = scene.client();
    scene.request(&mut client, "GET", TARGET);
    // AAAA fails, the other name server's AAAA does not answer, PTR does not exist; A is there.
    let six = Question::new(0x2001, "www.example.com", AAAA);
    scene.capture.ask("198.51.100.5:40001", DNS, &six);
    scene.capture.wait_ms(2);
    scene.capture.tell("198.51.100.5:40001", DNS, &six, SERVFAIL, &[]);
    scene.capture.ask("198.51.100.5:40002", "10.30.0.54:53", &six);
    let name = Question::new(0x2002, "10.2.0.192.in-addr.arpa", 12);
    scene.capture.ask("198.51.100.5:40003", DNS, &name);
    scene.capture.wait_ms(2);
    scene.capture.tell("198.51.100.5:40003", DNS, &name, NXDOMAIN, &[]);
    let four = Question::new(0x2003, "wWw.eXample.coM", A);
    scene.capture.ask("198.51.100.5:40004", DNS, &four);
    scene.capture.wait_ms(2);
    scene.capture.tell(
        "198.51.100.5:40004",
        DNS,
        &four,
        0,
        &[Record::Cname("edge.example.net".to_owned()), Record::A(v4("192.0.2.10"))],
    );
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 22);
    scene.forward(&mut site, TARGET);
    for flow in [&mut site, &mut client] {
        scene.answer(flow, "200 OK", "", "All is well.\n");
        scene.capture.close(flow, Opener);
    }
    healthy(
        "other-lookups-fail",
        "AAAA gives SERVFAIL and once no answer, PTR gives NXDOMAIN, A gives the address, asked in mixed case.",
    )
    .file("capture.pcapng", pcapng(&scene.capture))
}

fn early_answer() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 8080);
    let mut client = scene.client();
    let mut site = scene.upstream(SITE);
    let fields = "Host: www.example.com\r\nContent-Length: 90000\r\n\r\n";
    scene.capture.send(&mut client, Opener, format!("POST {TARGET} HTTP/1.1\r\n{fields}").as_bytes());
    scene.capture.ack(&mut client, Server);
    scene.resolve("www.example.com", "192.0.2.10");
    scene.capture.open(&mut site, 22);
    scene.capture.send(&mut site, Opener, format!("POST / HTTP/1.1\r\n{fields}").as_bytes());
    for flow in [&mut client, &mut site] {
        scene.capture.send_all(flow, Opener, &[b'x'; 9000]);
        scene.capture.ack(flow, Server);
    }
    for flow in [&mut site, &mut client] {
        scene.answer(flow, "413 Content Too Large", "Connection: close\r\n", "Too much.\n");
        scene.capture.fin(flow, Server);
        scene.capture.reset(flow, Opener);
    }
    healthy(
        "answered-before-the-upload-ends",
        "413 before the whole body was sent, then FIN, then RST for the rest of the upload: the client has its answer.",
    )
    .file("capture.pcap", pcap(&scene.capture))
}
