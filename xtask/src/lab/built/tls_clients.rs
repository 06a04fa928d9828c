//! Clients that speak TLS to the gateway itself, as the server of its own or in a tunnel that it decrypts.

use gateway_triage_tests::build::file::pcap;
use gateway_triage_tests::build::packet::Link;
use gateway_triage_tests::build::talk::{Flow, Side};
use gateway_triage_tests::build::tls::{
    Hello, alert, certificate, encrypted, finished12, finished13, flight12, flight13, server_finished12,
};

use super::super::recipe::Expect;
use super::Built;
use super::scene::{CLIENT, GATEWAY, Scene};

const HOST: &str = "www.example.com";
const RFC: &str = "RFC 8446 sections 4 and 6.2, RFC 5246 section 7.2";

pub fn all() -> Vec<Built> {
    vec![leaves_at_certificate(), scanners(), check_fails(), torn_record()]
}

/// A reverse proxy's own capture of all its interfaces.
fn listener() -> Scene {
    Scene::new(Link::Sll2, 443)
}

fn hello(name: &'static str, seed: u8) -> Vec<u8> {
    Hello { name, seed, ..Hello::default() }.record()
}

fn shown() -> Vec<u8> {
    flight12(&certificate(HOST, "Example CA", "260101000000Z", "261231000000Z"))
}

fn told(scene: &mut Scene, flow: &mut Flow, side: Side, data: &[u8]) -> u64 {
    let number = scene.capture.send_all(flow, side, data);
    scene.capture.ack(flow, if side == Side::Opener { Side::Server } else { Side::Opener });
    scene.capture.wait_ms(2);
    number
}

/// A client as far as the gateway's certificate; the number of its ClientHello.
fn greeted(scene: &mut Scene, name: &'static str, seed: u8) -> (Flow, u64) {
    let mut client = scene.client();
    let said = told(scene, &mut client, Side::Opener, &hello(name, seed));
    told(scene, &mut client, Side::Server, &shown());
    (client, said)
}

/// A client that asks and is answered.
fn served(scene: &mut Scene, client: &mut Flow) {
    told(scene, client, Side::Opener, &finished12());
    told(scene, client, Side::Server, &server_finished12());
    told(scene, client, Side::Opener, &encrypted(260));
    told(scene, client, Side::Server, &encrypted(900));
    scene.capture.close(client, Side::Opener);
}

fn leaves_at_certificate() -> Built {
    let mut scene = listener();
    let (mut client, said) = greeted(&mut scene, HOST, 1);
    let left = scene.capture.fin(&mut client, Side::Opener);
    scene.capture.fin(&mut client, Side::Server);
    scene.capture.ack(&mut client, Side::Opener);
    Built::new(
        "client-tls-rejected",
        "https-listener-closed",
        "Recorded on a reverse proxy: a client asks it for a host by name and closes without a word as soon as it has the certificate.",
        RFC,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(
        Expect::new("client-tls-rejected", "likely")
            .text("client", CLIENT)
            .text("gateway", GATEWAY)
            .text("host", HOST)
            .null("upstream")
            .at("capture.pcap", &[said, left]),
    )
}

fn scanners() -> Built {
    let mut scene = listener();
    // A health check: as far as the certificate, and by address.
    let (mut check, _) = greeted(&mut scene, "", 1);
    scene.capture.reset(&mut check, Side::Opener);
    // The whole handshake and nothing more.
    let mut probe = scene.client();
    told(&mut scene, &mut probe, Side::Opener, &hello(HOST, 2));
    told(&mut scene, &mut probe, Side::Server, &flight13());
    told(&mut scene, &mut probe, Side::Opener, &finished13());
    scene.capture.close(&mut probe, Side::Opener);
    // An offer that the gateway does not take.
    let mut old = scene.client();
    told(&mut scene, &mut old, Side::Opener, &hello(HOST, 3));
    told(&mut scene, &mut old, Side::Server, &alert(2, 70));
    scene.capture.close(&mut old, Side::Server);
    // A browser that gives one of its connections up and uses another.
    let (mut spare, _) = greeted(&mut scene, HOST, 4);
    scene.capture.close(&mut spare, Side::Opener);
    let (mut client, _) = greeted(&mut scene, HOST, 5);
    served(&mut scene, &mut client);
    Built::new(
        "healthy",
        "https-listener-scanners",
        "Recorded on a reverse proxy: a health check, a probe that only opens TLS, an offer that is not taken, a browser's spare connection. Nobody refuses the certificate.",
        RFC,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .counts(5, 5)
}

fn check_fails() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 443);
    // Another client without TLS shows who the gateway is, and leaves a connection to the site open.
    let mut plain = Flow::new("10.20.0.60:50001", &format!("{GATEWAY}:80"));
    scene.capture.open(&mut plain, 1);
    scene.capture.send_all(&mut plain, Side::Opener, b"GET /p HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
    let mut site = Flow::new(&format!("{GATEWAY}:41000"), "192.0.2.10:80").server_ttl(62);
    scene.capture.open(&mut site, 1);
    let asks = |scene: &mut Scene, site: &mut Flow, path: &str| {
        let head = format!("GET {path} HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-For: {CLIENT}\r\n\r\n");
        scene.capture.send_all(site, Side::Opener, head.as_bytes());
    };
    let good = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes";
    asks(&mut scene, &mut site, "/p");
    scene.capture.wait_ms(5);
    scene.capture.send_all(&mut site, Side::Server, good);
    scene.capture.send_all(&mut plain, Side::Server, good);
    scene.capture.close(&mut plain, Side::Opener);
    scene.capture.wait_ms(500);
    let (mut client, _) = greeted(&mut scene, HOST, 1);
    told(&mut scene, &mut client, Side::Opener, &finished12());
    told(&mut scene, &mut client, Side::Server, &server_finished12());
    told(&mut scene, &mut client, Side::Opener, &encrypted(260));
    asks(&mut scene, &mut site, "/");
    // A health check of another server, just then.
    let mut check = Flow::new(&format!("{GATEWAY}:41001"), "192.0.2.11:80").server_ttl(62);
    scene.capture.syn(&mut check);
    scene.capture.wait_ms(1);
    scene.capture.refuse(&mut check);
    scene.capture.wait_ms(4);
    scene.capture.send_all(&mut site, Side::Server, good);
    told(&mut scene, &mut client, Side::Server, &encrypted(90));
    scene.capture.close(&mut client, Side::Opener);
    Built::new(
        "healthy",
        "https-listener-check-fails",
        "A reverse proxy's health check of a second server is refused while it serves a client in TLS from the first one.",
        RFC,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .counts(2, 1)
}

fn torn_record() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 8080);
    let mut client = scene.client();
    let asked = scene.request(&mut client, "CONNECT", "www.example.com:443");
    scene.resolve(HOST, "192.0.2.10");
    scene.capture.send_all(&mut client, Side::Server, b"HTTP/1.1 200 Connection established\r\n\r\n");
    told(&mut scene, &mut client, Side::Opener, &hello(HOST, 0));
    let mut site = scene.upstream("192.0.2.10:443");
    scene.capture.open(&mut site, 18);
    told(&mut scene, &mut site, Side::Opener, &hello(HOST, 7));
    told(&mut scene, &mut site, Side::Server, &shown());
    told(&mut scene, &mut site, Side::Opener, &finished12());
    told(&mut scene, &mut site, Side::Server, &server_finished12());
    told(&mut scene, &mut client, Side::Server, &flight13());
    told(&mut scene, &mut client, Side::Opener, &[finished13(), encrypted(300)].concat());
    let request = told(&mut scene, &mut site, Side::Opener, &encrypted(260));
    let answer = encrypted(6000);
    told(&mut scene, &mut site, Side::Server, &answer[..4000]);
    scene.capture.wait_ms(150);
    let reset = scene.capture.reset(&mut site, Side::Server);
    scene.capture.close(&mut client, Side::Server);
    Built::new(
        "response-truncated",
        "decrypted-record-torn",
        "A gateway that decrypts; the site resets the connection in the middle of an encrypted record.",
        "RFC 8446 section 5.1 (a record is whole or nothing)",
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(
        Expect::new("response-truncated", "likely")
            .text("client", CLIENT)
            .text("method", "CONNECT")
            .text("host", HOST)
            .text("upstream", "192.0.2.10:443")
            .null("status")
            .at("capture.pcap", &[asked, request, reset]),
    )
}
