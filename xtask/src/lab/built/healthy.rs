//! Good traffic that looks bad, and is hard to bring about on purpose.

use gateway_triage_tests::build::file::pcap;
use gateway_triage_tests::build::packet::Link;
use gateway_triage_tests::build::talk::Side::{Opener, Server};

use super::Built;
use super::scene::{SITE, Scene};

const TARGET: &str = "http://www.example.com/";

pub fn all() -> Vec<Built> {
    vec![retransmissions(), doubled(), informational(), upgrade(), slow_syn(), late_start(), half_close(), own_tests()]
}

fn healthy(name: &'static str, about: &str) -> Built {
    Built::new("healthy", name, about, "contract: a healthy exchange gives no finding, however untidy its packets")
}

fn page(length: usize) -> Vec<u8> {
    let mut out =
        format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\n").into_bytes();
    out.extend(b"All is well. ".iter().cycle().take(length));
    out
}

fn retransmissions() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 8080);
    let mut client = scene.client();
    scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 40);
    let request = b"GET / HTTP/1.1\r\nHost: www.example.com\r\nVia: 1.1 gateway.example.net\r\n\r\n";
    scene.capture.send(&mut site, Opener, request);
    scene.capture.wait_ms(240);
    scene.capture.send_again(&mut site, Opener, request);
    scene.capture.wait_ms(40);
    scene.capture.ack(&mut site, Server);
    let whole = page(5000);
    // Second and third segment change places, the fourth comes twice.
    let parts: Vec<&[u8]> = whole.chunks(1460).collect();
    scene.capture.send(&mut site, Server, parts[0]);
    let mut early = site.clone();
    scene.capture.lose(&mut early, Server, parts[1].len());
    scene.capture.send(&mut early, Server, parts[2]);
    scene.capture.ack(&mut site, Opener);
    scene.capture.wait_ms(3);
    scene.capture.send(&mut site, Server, parts[1]);
    scene.capture.lose(&mut site, Server, parts[2].len());
    scene.capture.ack(&mut site, Opener);
    scene.capture.send(&mut site, Server, parts[3]);
    scene.capture.wait_ms(210);
    scene.capture.send_again(&mut site, Server, parts[3]);
    scene.capture.ack(&mut site, Opener);
    scene.capture.send_all(&mut client, Server, &whole);
    scene.capture.ack(&mut client, Opener);
    scene.capture.close(&mut client, Opener);
    scene.capture.close(&mut site, Opener);
    healthy("retransmissions", "The request is sent twice, segments of the answer come in another order and one comes twice; the answer is whole.")
        .file("capture.pcap", pcap(&scene.capture))
}

fn doubled() -> Built {
    let mut scene = Scene::new(Link::Sll2, 8080);
    scene.capture.twice(true);
    scene.good(TARGET);
    scene.good("http://www.example.com/again");
    healthy(
        "any-records-twice",
        "The recording with -i any holds each packet twice, as above a bond: no packet is a retransmission.",
    )
    .file("capture.pcap", pcap(&scene.capture))
    .counts(2, 0)
}

fn informational() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 8080);
    let mut client = scene.client();
    let head = b"POST http://www.example.com/upload HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: 600\r\nExpect: 100-continue\r\n\r\n";
    scene.capture.send(&mut client, Opener, head);
    scene.capture.ack(&mut client, Server);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 22);
    scene.capture.send(
        &mut site,
        Opener,
        b"POST /upload HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: 600\r\nExpect: 100-continue\r\n\r\n",
    );
    scene.capture.wait_ms(22);
    for (flow, from) in [(&mut site, Server), (&mut client, Server)] {
        scene.capture.send(flow, from, b"HTTP/1.1 100 Continue\r\n\r\n");
        scene.capture.ack(flow, Opener);
    }
    let body = [b'x'; 600];
    for flow in [&mut client, &mut site] {
        scene.capture.send(flow, Opener, &body);
        scene.capture.ack(flow, Server);
    }
    scene.capture.wait_ms(50);
    for flow in [&mut site, &mut client] {
        scene.capture.send(flow, Server, b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n");
        scene.capture.send(flow, Server, b"HTTP/1.1 201 Created\r\nLocation: /upload/1\r\nContent-Length: 0\r\n\r\n");
        scene.capture.ack(flow, Opener);
    }
    scene.capture.close(&mut client, Opener);
    scene.capture.close(&mut site, Opener);
    healthy("informational-answers", "100 Continue and 103 Early Hints before the final answer.")
        .file("capture.pcap", pcap(&scene.capture))
}

fn upgrade() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 8080);
    let mut client = scene.client();
    scene.capture.send(&mut client, Opener, b"GET http://www.example.com/chat HTTP/1.1\r\nHost: www.example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    scene.capture.ack(&mut client, Server);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 22);
    scene.capture.send(&mut site, Opener, b"GET /chat HTTP/1.1\r\nHost: www.example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    scene.capture.wait_ms(22);
    for flow in [&mut site, &mut client] {
        scene.capture.send(flow, Server, b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
        scene.capture.ack(flow, Opener);
    }
    for _ in 0..3 {
        scene.capture.wait_ms(700);
        for flow in [&mut site, &mut client] {
            scene.capture.send(flow, Server, &[0x81, 5, b'h', b'e', b'l', b'l', b'o']);
            scene.capture.ack(flow, Opener);
        }
    }
    // The chat ends with RST, as browsers do when a tab is closed.
    scene.capture.reset(&mut client, Opener);
    scene.capture.reset(&mut site, Opener);
    healthy("upgrade", "101 and a WebSocket that lives for two seconds and ends with RST.")
        .file("capture.pcap", pcap(&scene.capture))
}

fn slow_syn() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 8080);
    let mut client = scene.client();
    scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.syn(&mut site);
    scene.capture.wait_ms(1000);
    scene.capture.syn(&mut site);
    scene.capture.wait_ms(2000);
    scene.capture.syn(&mut site);
    scene.capture.wait_ms(30);
    scene.capture.syn_ack(&mut site);
    scene.capture.established(&mut site);
    scene.forward(&mut site, TARGET);
    scene.capture.send_all(&mut site, Server, &page(200));
    scene.capture.ack(&mut site, Opener);
    scene.capture.send_all(&mut client, Server, &page(200));
    scene.capture.ack(&mut client, Opener);
    scene.capture.close(&mut client, Opener);
    scene.capture.close(&mut site, Opener);
    healthy("third-syn-answered", "Two SYNs are lost, the third is answered, and the page comes.")
        .file("capture.pcap", pcap(&scene.capture))
}

fn late_start() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 8080);
    // Both connections and the lookup are older than the capture.
    let mut client = gateway_triage_tests::build::talk::Flow::new("10.20.0.50:51000", "10.20.0.2:8080");
    let mut site = scene.upstream(SITE);
    for target in [TARGET, "http://www.example.com/next"] {
        scene.request(&mut client, "GET", target);
        scene.forward(&mut site, target);
        scene.capture.send_all(&mut site, Server, &page(300));
        scene.capture.ack(&mut site, Opener);
        scene.capture.send_all(&mut client, Server, &page(300));
        scene.capture.ack(&mut client, Opener);
        scene.capture.wait_ms(2500);
    }
    healthy(
        "begins-late-ends-early",
        "Connections that were there before the capture and are there after it: no handshake, no lookup, no FIN.",
    )
    .file("capture.pcap", pcap(&scene.capture))
    .counts(2, 0)
}

fn half_close() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 8080);
    let mut client = scene.client();
    scene.request(&mut client, "GET", TARGET);
    // The client has nothing more to say, and still listens.
    scene.capture.fin(&mut client, Opener);
    scene.capture.ack(&mut client, Server);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 22);
    scene.forward(&mut site, TARGET);
    scene.capture.wait_ms(300);
    scene.capture.send_all(&mut site, Server, &page(400));
    scene.capture.ack(&mut site, Opener);
    scene.capture.send_all(&mut client, Server, &page(400));
    scene.capture.ack(&mut client, Opener);
    scene.capture.fin(&mut client, Server);
    scene.capture.ack(&mut client, Opener);
    scene.capture.close(&mut site, Opener);
    healthy(
        "half-close",
        "The client closes its sending side right after the request and still gets its answer: it has not left.",
    )
    .file("capture.pcap", pcap(&scene.capture))
}

fn own_tests() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 8080);
    scene.good(TARGET);
    // A telnet to a closed port and a TCP traceroute, run on the gateway by its engineer.
    let mut telnet = scene.upstream("192.0.2.10:8081");
    scene.capture.syn(&mut telnet);
    scene.capture.wait_ms(20);
    scene.capture.refuse(&mut telnet);
    for ttl in 1..=3 {
        let mut probe = scene.upstream(SITE).opener_ttl(ttl);
        let syn = scene.capture.syn(&mut probe);
        scene.capture.wait_ms(3);
        scene.capture.icmp("198.51.100.1", syn, 11, 0);
        scene.capture.wait_ms(400);
    }
    scene.good("http://www.example.com/after");
    healthy("engineers-own-tests", "Between two good exchanges the engineer's telnet is refused and a TCP traceroute gets its ICMP time exceeded: no client asked for them.")
        .file("capture.pcap", pcap(&scene.capture))
        .counts(2, 0)
}
