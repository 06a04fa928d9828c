//! Services that the gateway needs before it answers: ICAP scanners, directories, reputation.

use gateway_triage_tests::build::dns::{NOERROR, Record};
use gateway_triage_tests::build::file::pcap;
use gateway_triage_tests::build::packet::{Link, v4};
use gateway_triage_tests::build::talk::{Flow, Side};

use super::Built;
use super::scene::{DNS, EGRESS, SITE, Scene, failure};

const TARGET: &str = "http://www.example.com/";
const SCANNER: &str = "10.30.0.60:1344";
const PAGE: &str =
    "<html><head><title>ERROR</title></head><body>The requested page could not be retrieved.</body></html>\n";
const AFTER: &str = "contract: required-service; RFC 3507 (ICAP)";

pub fn all() -> Vec<Built> {
    vec![
        scanner_unreachable(),
        scanner_silent(),
        scanner_fails(),
        answer_not_scanned(),
        directory_refuses(),
        directory_silent(),
        reputation(),
        scanned(),
        fails_open(),
        directory_down_beside(),
        site_refuses_meanwhile(),
        permission(),
        rewritten(),
    ]
}

fn scene() -> Scene {
    Scene::new(Link::Ethernet, 8080)
}

fn case(folder: &'static str, name: &'static str, about: &str, scene: &Scene) -> Built {
    Built::new(folder, name, about, AFTER).file("capture.pcap", pcap(&scene.capture))
}

fn refused(numbers: &[u64], status: u16) -> crate::lab::recipe::Expect {
    failure("required-service", TARGET, status).null("upstream").at("capture.pcap", numbers)
}

/// An ICAP request, its HTTP request in a segment of its own.
fn reqmod(scene: &mut Scene, icap: &mut Flow) -> u64 {
    let head =
        b"REQMOD icap://scanner.example.net:1344/reqmod ICAP/1.0\r\nHost: scanner.example.net\r\nAllow: 204\r\nEncapsulated: req-hdr=0, null-body=90\r\n\r\n";
    let number = scene.capture.send(icap, Side::Opener, head);
    let inside =
        format!("GET {TARGET} HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: Mozilla/5.0\r\nAccept: */*\r\n\r\n");
    scene.capture.send(icap, Side::Opener, inside.as_bytes());
    scene.capture.ack(icap, Side::Server);
    number
}

fn scanner_unreachable() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    let mut numbers = vec![scene.request(&mut client, "GET", TARGET)];
    let mut icap = scene.upstream(SCANNER);
    for gap in [1000, 2000, 4000] {
        numbers.push(scene.capture.syn(&mut icap));
        scene.capture.wait_ms(gap);
    }
    numbers.push(scene.answer(&mut client, "500 Internal Server Error", "", PAGE));
    case(
        "required-service",
        "scanner-does-not-answer-syn",
        "The ICAP scanner does not answer the gateway's SYNs; it answers 500 and never asks the site.",
        &scene,
    )
    .expects(refused(&numbers, 500))
}

fn scanner_silent() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    let mut icap = scene.upstream(SCANNER);
    scene.capture.open(&mut icap, 1);
    let scan = reqmod(&mut scene, &mut icap);
    scene.capture.wait_ms(30_000);
    let gave_up = scene.capture.fin(&mut icap, Side::Opener);
    let told = scene.answer(&mut client, "503 Service Unavailable", "", PAGE);
    case("required-service", "scanner-is-silent", "The ICAP scanner takes the request and says nothing for 30 s; the gateway closes and answers 503. The HTTP inside ICAP is no exchange.", &scene)
        .expects(refused(&[asked, scan, gave_up, told], 503))
}

fn scanner_fails() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    let mut icap = scene.upstream("10.30.0.60:5000");
    scene.capture.open(&mut icap, 1);
    let scan = reqmod(&mut scene, &mut icap);
    scene.capture.wait_ms(10);
    let heard = scene.capture.send(&mut icap, Side::Server, b"ICAP/1.0 503 Service overloaded\r\nISTag: \"x\"\r\n\r\n");
    scene.capture.ack(&mut icap, Side::Opener);
    let told = scene.answer(&mut client, "500 Internal Server Error", "", PAGE);
    case(
        "required-service",
        "scanner-says-503",
        "The ICAP scanner, on a port of its own, answers ICAP 503: the gateway answers 500.",
        &scene,
    )
    .expects(refused(&[asked, scan, heard, told], 500))
}

fn answer_not_scanned() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 20);
    scene.forward(&mut site, TARGET);
    scene.answer(&mut site, "200 OK", "", "<html>All is well.</html>\n");
    let mut icap = scene.upstream(SCANNER);
    scene.capture.open(&mut icap, 1);
    let scan = scene.capture.send(
        &mut icap,
        Side::Opener,
        b"RESPMOD icap://scanner.example.net/respmod ICAP/1.0\r\nHost: scanner.example.net\r\nEncapsulated: res-hdr=0, res-body=60\r\n\r\n",
    );
    scene.capture.send(
        &mut icap,
        Side::Opener,
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n1a\r\n<html>All is well.</html>\n\r\n0\r\n\r\n",
    );
    scene.capture.ack(&mut icap, Side::Server);
    scene.capture.wait_ms(4);
    let cut = scene.capture.reset(&mut icap, Side::Server);
    let told = scene.answer(&mut client, "502 Bad Gateway", "", PAGE);
    case("required-service", "scanner-resets-on-the-answer", "The site answers well, but the scanner resets the connection when it is given the answer: the gateway answers 502.", &scene)
        .expects(refused(&[asked, scan, cut, told], 502))
}

fn directory_refuses() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    let mut ldap = scene.upstream("10.30.0.70:389");
    let syn = scene.capture.syn(&mut ldap);
    scene.capture.wait_ms(1);
    let reset = scene.capture.refuse(&mut ldap);
    let told = scene.answer(&mut client, "504 Gateway Timeout", "", PAGE);
    case("required-service", "directory-refuses", "The directory (LDAP) refuses the gateway's connection: it answers 504, as the article says of a required service.", &scene)
        .expects(refused(&[asked, syn, reset, told], 504))
}

fn directory_silent() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    let mut kerberos = scene.upstream("10.30.0.70:88");
    scene.capture.open(&mut kerberos, 1);
    let question = scene.capture.send(&mut kerberos, Side::Opener, &[0x6a; 180]);
    scene.capture.ack(&mut kerberos, Side::Server);
    scene.capture.wait_ms(10_000);
    let gave_up = scene.capture.reset(&mut kerberos, Side::Opener);
    let told = scene.answer(&mut client, "503 Service Unavailable", "", PAGE);
    case(
        "required-service",
        "kerberos-is-silent",
        "The Kerberos server takes the question and does not answer in 10 s.",
        &scene,
    )
    .expects(refused(&[asked, question, gave_up, told], 503))
}

fn reputation() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    let mut numbers = vec![scene.request(&mut client, "GET", TARGET)];
    scene.look_up(DNS, "reputation.vendor.example", NOERROR, &[Record::A(v4("203.0.113.80"))]);
    let mut cloud = scene.upstream("203.0.113.80:443");
    for gap in [1000, 2000, 400] {
        numbers.push(scene.capture.syn(&mut cloud));
        scene.capture.wait_ms(gap);
    }
    numbers.push(scene.answer(&mut client, "503 Service Unavailable", "", PAGE));
    case("required-service", "reputation-cloud-is-silent", "The gateway looks up a service of its vendor's, gets no answer to its SYNs, and answers 503 without asking the site.", &scene)
        .expects(refused(&numbers, 503).text("confidence", "likely"))
}

fn scanned() -> Built {
    let mut scene = scene();
    // An OPTIONS check, then a request that is scanned; HTTP inside ICAP in segments of its own.
    let mut icap = scene.upstream(SCANNER);
    scene.capture.open(&mut icap, 1);
    scene.capture.send(
        &mut icap,
        Side::Opener,
        b"OPTIONS icap://scanner.example.net/reqmod ICAP/1.0\r\nHost: scanner.example.net\r\n\r\n",
    );
    scene.capture.send(
        &mut icap,
        Side::Server,
        b"ICAP/1.0 200 OK\r\nMethods: REQMOD\r\nISTag: \"x\"\r\nEncapsulated: null-body=0\r\n\r\n",
    );
    let mut client = scene.client();
    scene.request(&mut client, "GET", TARGET);
    reqmod(&mut scene, &mut icap);
    scene.capture.send(&mut icap, Side::Server, b"ICAP/1.0 204 No Content\r\nISTag: \"x\"\r\n\r\n");
    scene.capture.ack(&mut icap, Side::Opener);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 20);
    scene.forward(&mut site, TARGET);
    for flow in [&mut site, &mut client] {
        scene.answer(flow, "200 OK", "", "<html>All is well.</html>\n");
        scene.capture.close(flow, Side::Opener);
    }
    scene.capture.reset(&mut icap, Side::Server);
    case(
        "healthy",
        "scanned-by-icap",
        "A request is scanned and served; the HTTP inside ICAP is no exchange of its own, and the scanner's RST afterwards harms nobody.",
        &scene,
    )
}

fn fails_open() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    scene.request(&mut client, "GET", TARGET);
    let mut icap = scene.upstream(SCANNER);
    scene.capture.syn(&mut icap);
    scene.capture.wait_ms(1);
    scene.capture.refuse(&mut icap);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 20);
    scene.forward(&mut site, TARGET);
    for flow in [&mut site, &mut client] {
        scene.answer(flow, "200 OK", "", "<html>All is well.</html>\n");
        scene.capture.close(flow, Side::Opener);
    }
    case(
        "healthy",
        "scanner-down-let-pass",
        "The ICAP scanner refuses; the gateway lets the request pass without it.",
        &scene,
    )
}

fn directory_down_beside() -> Built {
    let mut scene = scene();
    for _ in 0..3 {
        let mut ldap = Flow::new(&format!("{EGRESS}:{}", 41_000), "10.30.0.70:636");
        scene.capture.syn(&mut ldap);
        scene.capture.wait_ms(1);
        scene.capture.refuse(&mut ldap);
        scene.good(TARGET);
    }
    case(
        "healthy",
        "directory-down-beside",
        "The directory refuses the gateway's checks again and again, while every request goes well.",
        &scene,
    )
    .counts(3, 0)
}

fn site_refuses_meanwhile() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    let mut numbers = vec![scene.request(&mut client, "GET", TARGET)];
    let mut icap = scene.upstream(SCANNER);
    scene.capture.syn(&mut icap);
    scene.capture.wait_ms(1);
    scene.capture.refuse(&mut icap);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    numbers.push(scene.capture.syn(&mut site));
    scene.capture.wait_ms(20);
    numbers.push(scene.capture.refuse(&mut site));
    numbers.push(scene.answer(&mut client, "502 Bad Gateway", "", PAGE));
    case(
        "tcp-syn-reset",
        "scanner-down-and-site-refuses",
        "The scanner refuses and is passed over; then the site refuses: that is why.",
        &scene,
    )
    .expects(failure("tcp-syn-reset", TARGET, 502).text("upstream", SITE).at("capture.pcap", &numbers))
}

/// A reverse proxy asks another host for another path than its client asked for, and gets a RST.
fn reset_elsewhere(answer: &str) -> (Scene, [u64; 4]) {
    let mut scene = Scene::new(Link::Sll2, 80);
    let mut client = scene.client();
    let asked = scene.capture.send(
        &mut client,
        Side::Opener,
        b"GET /orders/7 HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: Mozilla/5.0\r\n\r\n",
    );
    scene.capture.ack(&mut client, Side::Server);
    let mut other = scene.upstream("203.0.113.20:8080");
    scene.capture.open(&mut other, 3);
    let sent = scene.capture.send(
        &mut other,
        Side::Opener,
        b"GET /v2/check HTTP/1.0\r\nHost: inside.example.net\r\nConnection: close\r\n\r\n",
    );
    scene.capture.ack(&mut other, Side::Server);
    scene.capture.wait_ms(40);
    let reset = scene.capture.reset(&mut other, Side::Server);
    let told = scene.answer(&mut client, answer, "Connection: close\r\n", PAGE);
    scene.capture.close(&mut client, Side::Server);
    (scene, [asked, sent, reset, told])
}

fn permission() -> Built {
    let (scene, numbers) = reset_elsewhere("500 Internal Server Error");
    case(
        "required-service",
        "permission-server-resets",
        "A reverse proxy asks a server for permission first (auth_request of nginx, forward authentication of Traefik); it resets, and the gateway answers 500.",
        &scene,
    )
    .expects(
        failure("required-service", "/orders/7", 500)
            .text("confidence", "likely")
            .text("host", "www.example.com")
            .at("capture.pcap", &numbers),
    )
}

fn rewritten() -> Built {
    let (scene, numbers) = reset_elsewhere("502 Bad Gateway");
    case(
        "response-reset",
        "host-and-path-rewritten",
        "A reverse proxy writes another host and another path into what it asks its server for; the server resets, and the gateway answers 502.",
        &scene,
    )
    .expects(
        failure("response-reset", "/orders/7", 502)
            .text("confidence", "likely")
            .text("host", "www.example.com")
            .text("upstream", "203.0.113.20:8080")
            .at("capture.pcap", &numbers),
    )
}
