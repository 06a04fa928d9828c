//! Transparent redirection, spoofed addresses, and what travels before or around the packets.

use gateway_triage_tests::build::file::pcap;
use gateway_triage_tests::build::packet::{Hop, Link, RST, ip, v4};
use gateway_triage_tests::build::talk::{Flow, Forged, Side};

use super::super::recipe::Expect;
use super::Built;
use super::scene::{CLIENT, EGRESS, GATEWAY, SITE, Scene, failure};

const HOST: &str = "www.example.com";
const PAGE: &str = "<html><body>502 Bad Gateway</body></html>\n";
const GOOD: &str = "<html>All is well.</html>\n";
const AFTER: &str = "RFC 3040 section 2.5: an intercepting proxy answers in the origin's name";

pub fn all() -> Vec<Built> {
    vec![
        own_address(),
        own_address_refused(),
        same_addresses(),
        same_addresses_reset(),
        same_addresses_no_interface(),
        redirected_in_gre(),
        owner_resets(),
        before_the_request(),
        before_the_request_binary(),
        in_the_clients_name(),
    ]
}

/// The machine that records is the gateway: it speaks for the site towards the client.
fn to_client(scene: &mut Scene) {
    scene.capture.speaks_for(&[GATEWAY, "192.0.2.10"]);
}

/// And for itself, or the client, towards the site.
fn to_site(scene: &mut Scene) {
    scene.capture.speaks_for(&[GATEWAY, EGRESS, CLIENT]);
}

fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: {HOST}\r\nUser-Agent: Mozilla/5.0\r\n\r\n").into_bytes()
}

/// The client's connection, addressed to the site, with its request. The request's number.
fn client_leg(scene: &mut Scene, port: u16) -> (Flow, u64) {
    to_client(scene);
    let mut client = Flow::new(&format!("{CLIENT}:{port}"), SITE);
    scene.capture.open(&mut client, 1);
    let asked = scene.capture.send(&mut client, Side::Opener, &get("/news"));
    scene.capture.ack(&mut client, Side::Server);
    scene.capture.wait_ms(1);
    (client, asked)
}

/// The gateway's connection under this address: opened, and asked on. The request's number.
fn site_leg(scene: &mut Scene, from: &str, on: u32) -> (Flow, u64) {
    to_site(scene);
    let mut site = Flow::new(from, SITE).server_ttl(52).again(on);
    scene.capture.open(&mut site, 18);
    let sent = scene.capture.send(&mut site, Side::Opener, &get("/news"));
    scene.capture.wait_ms(20);
    scene.capture.ack(&mut site, Side::Server);
    (site, sent)
}

fn answered(scene: &mut Scene, client: &mut Flow, status: &str, body: &str) -> u64 {
    to_client(scene);
    let told = scene.answer(client, status, "", body);
    scene.capture.close(client, Side::Opener);
    told
}

fn fine(scene: &mut Scene, client: &mut Flow, site: &mut Flow) {
    to_site(scene);
    scene.answer(site, "200 OK", "", GOOD);
    answered(scene, client, "200 OK", GOOD);
    to_site(scene);
    scene.capture.close(site, Side::Opener);
}

fn case(folder: &'static str, name: &'static str, about: &str, scene: &Scene) -> Built {
    Built::new(folder, name, about, AFTER).file("capture.pcap", pcap(&scene.capture))
}

fn failed(category: &str, evidence: &[u64]) -> Expect {
    failure(category, "/news", 502).text("host", HOST).text("upstream", SITE).at("capture.pcap", evidence)
}

fn own_address() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 80);
    let (mut client, _) = client_leg(&mut scene, 51_000);
    let (mut site, _) = site_leg(&mut scene, &format!("{EGRESS}:40001"), 0);
    fine(&mut scene, &mut client, &mut site);
    case("healthy", "intercepted", "The gateway answers in the site's name and asks under its own address.", &scene)
}

fn own_address_refused() -> Built {
    let mut scene = Scene::new(Link::Sll2, 80);
    let (mut client, asked) = client_leg(&mut scene, 51_000);
    to_site(&mut scene);
    let mut site = Flow::new(&format!("{EGRESS}:40001"), SITE).server_ttl(52);
    let syn = scene.capture.syn(&mut site);
    scene.capture.wait_ms(18);
    let rst = scene.capture.refuse(&mut site);
    let told = answered(&mut scene, &mut client, "502 Bad Gateway", PAGE);
    case("tcp-syn-reset", "intercepted", "The gateway answers in the site's name; the site refuses its SYN.", &scene)
        .expects(failed("tcp-syn-reset", &[asked, syn, rst, told]).text("gateway", EGRESS))
}

fn same_addresses() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 80);
    let (mut client, _) = client_leg(&mut scene, 51_000);
    let (mut site, _) = site_leg(&mut scene, &format!("{CLIENT}:51000"), 1_200_000_000);
    fine(&mut scene, &mut client, &mut site);
    case(
        "healthy",
        "intercepted-and-spoofed",
        "Both legs have the client's and the site's addresses and ports; sequence numbers and hardware addresses tell them apart.",
        &scene,
    )
}

fn same_addresses_reset() -> Built {
    let mut scene = Scene::new(Link::Sll2, 80);
    let (mut client, asked) = client_leg(&mut scene, 51_000);
    let (mut site, sent) = site_leg(&mut scene, &format!("{CLIENT}:51000"), 1_200_000_000);
    scene.capture.wait_ms(25);
    let rst = scene.capture.reset(&mut site, Side::Server);
    let told = answered(&mut scene, &mut client, "502 Bad Gateway", PAGE);
    case(
        "response-reset",
        "intercepted-and-spoofed",
        "Both legs have the same addresses and ports; the site resets the gateway's.",
        &scene,
    )
    .expects(failed("response-reset", &[asked, sent, rst, told]).null("gateway").text("reset_by", "upstream-host"))
}

fn same_addresses_no_interface() -> Built {
    let mut scene = Scene::new(Link::Raw, 80);
    let (mut client, asked) = client_leg(&mut scene, 51_000);
    let (mut site, sent) = site_leg(&mut scene, &format!("{CLIENT}:51000"), 1_200_000_000);
    scene.capture.wait_ms(25);
    let fin = scene.capture.fin(&mut site, Side::Server);
    scene.capture.fin(&mut site, Side::Opener);
    let told = answered(&mut scene, &mut client, "502 Bad Gateway", PAGE);
    case(
        "response-empty",
        "intercepted-and-spoofed-raw",
        "Both legs have the same addresses and ports, and no link layer tells them apart: the sequence numbers do.",
        &scene,
    )
    .expects(failed("response-empty", &[asked, sent, fin, told]).null("gateway"))
}

/// WCCP version 2: GRE from the router to the gateway, with four bytes of redirect header.
fn gre(inner: Vec<u8>) -> Vec<u8> {
    let payload = [&[0, 0, 0x88, 0x3E, 0, 0, 0, 0][..], &inner].concat();
    ip(v4("10.20.0.1").into(), v4(GATEWAY).into(), 47, Hop { ttl: 255, id: 7 }, &payload)
}

fn redirected_in_gre() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 80);
    to_client(&mut scene);
    let mut client = Flow::new(&format!("{CLIENT}:51000"), SITE);
    scene.capture.wrap(Some(gre));
    scene.capture.syn(&mut client);
    scene.capture.wrap(None);
    scene.capture.syn_ack(&mut client);
    scene.capture.wrap(Some(gre));
    scene.capture.established(&mut client);
    let asked = scene.capture.send(&mut client, Side::Opener, &get("/news"));
    scene.capture.wrap(None);
    scene.capture.ack(&mut client, Side::Server);
    to_site(&mut scene);
    let mut site = Flow::new(&format!("{EGRESS}:40001"), SITE);
    let mut syns = Vec::new();
    for wait in [1000, 2000, 4000] {
        syns.push(scene.capture.syn(&mut site));
        scene.capture.wait_ms(wait);
    }
    to_client(&mut scene);
    let told = scene.answer(&mut client, "502 Bad Gateway", "", PAGE);
    case(
        "tcp-syn-unanswered",
        "wccp-gre",
        "A router sends the client's packets to the gateway in GRE (WCCP); the site does not answer.",
        &scene,
    )
    .expects(failed("tcp-syn-unanswered", &[&[asked][..], &syns, &[told]].concat()).text("gateway", EGRESS))
}

fn owner_resets() -> Built {
    let mut scene = Scene::new(Link::Sll2, 3128);
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", "http://www.example.com/news");
    scene.resolve(HOST, "192.0.2.10");
    to_site(&mut scene);
    let mut site = Flow::new(&format!("{CLIENT}:40001"), SITE);
    let syn = scene.capture.syn(&mut site);
    // The answer goes to the address' owner, who knows of no SYN; a mirror shows both here.
    scene.capture.speaks_for(&[GATEWAY]);
    scene.capture.wait_ms(20);
    let syn_ack = scene.capture.syn_ack(&mut site);
    let rst = scene.capture.forge(&mut site, Side::Opener, Forged { ahead: 1, ttl: Some(63), ..Forged::new(RST) });
    scene.capture.wait_ms(5000);
    let told = scene.answer(&mut client, "502 Bad Gateway", "", PAGE);
    scene.capture.close(&mut client, Side::Opener);
    Built::new(
        "return-path",
        "owner-of-the-address-resets",
        "The gateway asks with the client's address; the SYN-ACK goes to the client itself, which resets it.",
        "RFC 9293 section 3.10.7.1",
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(
        failure("return-path", "http://www.example.com/news", 502)
            .text("upstream", SITE)
            .at("capture.pcap", &[asked, syn, syn_ack, rst, told]),
    )
}

/// A balancer's connection to a reverse proxy, with a header before the request; the server behind refuses.
fn behind_balancer(header: &[u8], name: &'static str, about: &str) -> Built {
    let mut scene = Scene::new(Link::Ethernet, 80);
    let mut balancer = scene.client();
    scene.capture.send(&mut balancer, Side::Opener, header);
    scene.capture.ack(&mut balancer, Side::Server);
    let asked = scene.capture.send(&mut balancer, Side::Opener, &get("/news"));
    scene.capture.ack(&mut balancer, Side::Server);
    scene.capture.wait_ms(1);
    let mut site = scene.upstream("198.51.100.80:8080");
    let syn = scene.capture.syn(&mut site);
    scene.capture.wait_ms(1);
    let rst = scene.capture.refuse(&mut site);
    let told = scene.answer(&mut balancer, "502 Bad Gateway", "", PAGE);
    scene.capture.close(&mut balancer, Side::Opener);
    Built::new("tcp-syn-reset", name, about, "HAProxy: The PROXY protocol, versions 1 and 2")
        .file("capture.pcap", pcap(&scene.capture))
        .expects(
            failure("tcp-syn-reset", "/news", 502)
                .text("host", HOST)
                .text("client", "203.0.113.9")
                .text("upstream", "198.51.100.80:8080")
                .at("capture.pcap", &[asked, syn, rst, told]),
        )
}

fn before_the_request() -> Built {
    behind_balancer(
        b"PROXY TCP4 203.0.113.9 10.20.0.2 56324 80\r\n",
        "proxy-protocol-1",
        "A balancer's line names the real client before the request.",
    )
}

fn before_the_request_binary() -> Built {
    let header = [&b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0C"[..], &[203, 0, 113, 9, 10, 20, 0, 2, 0xDC, 4, 0, 80]].concat();
    behind_balancer(&header, "proxy-protocol-2", "A balancer's binary header names the real client before the request.")
}

/// A reverse proxy that is addressed itself, and asks in the client's name.
fn in_the_clients_name() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 80);
    scene.capture.speaks_for(&[GATEWAY]);
    let mut client = Flow::new(&format!("{CLIENT}:40007"), &format!("{GATEWAY}:80"));
    scene.capture.open(&mut client, 1);
    let asked = scene.capture.send(&mut client, Side::Opener, &get("/news"));
    scene.capture.ack(&mut client, Side::Server);
    scene.capture.speaks_for(&[GATEWAY, CLIENT]);
    let mut site = Flow::new(&format!("{CLIENT}:52007"), SITE).server_ttl(52);
    let syn = scene.capture.syn(&mut site);
    scene.capture.wait_ms(20);
    let refused = scene.capture.refuse(&mut site);
    scene.capture.speaks_for(&[GATEWAY]);
    let told = scene.answer(&mut client, "503 Service Unavailable", "Connection: close\r\n", PAGE);
    scene.capture.close(&mut client, Side::Server);
    Built::new(
        "tcp-syn-reset",
        "asked-in-the-clients-name",
        "A reverse proxy asks in the client's name (source 0.0.0.0 usesrc clientip of HAProxy); the site refuses. One interface: the hardware address tells whose SYN it is.",
        "HAProxy Configuration Manual, source",
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(
        failure("tcp-syn-reset", "/news", 503)
            .text("host", HOST)
            .text("upstream", SITE)
            .at("capture.pcap", &[asked, syn, refused, told]),
    )
}
