//! TLS that an everyday server and gateway cannot be made to show on demand: hidden alerts in every place, large
//! ClientHellos on a path that drops them, names that are not the host's.

mod decrypted;
mod large;
mod names;
mod reverse;

use gateway_triage_tests::build::file::pcap;
use gateway_triage_tests::build::packet::Link;
use gateway_triage_tests::build::talk::{Flow, Side};
use gateway_triage_tests::build::tls::{
    Hello, alert, certificate, change_cipher, encrypted, finished12, finished13, flight12, flight13, hidden_alert,
    server_hello,
};

use super::super::recipe::Expect;
use super::Built;
use super::scene::{CLIENT, GATEWAY, Scene};

const HOST: &str = "www.example.com";
const TARGET: &str = "www.example.com:443";
const SITE: &str = "192.0.2.10:443";
const PAGE: &str = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>\n";
const RFC: &str = "RFC 8446 sections 4, 5 and 6, RFC 5246 section 7";

pub fn all() -> Vec<Built> {
    let mut all = vec![
        hello_in_pieces(),
        hidden_refusal(),
        hidden_alert_of_server(),
        goodbye_after_data(),
        goodbye_when_idle(),
        stalls_after_hello(),
        reset_after_finished(),
        closed_after_finished(),
        preconnect(),
    ];
    all.extend(large::all());
    all.extend(decrypted::all());
    all.extend(names::all());
    all.extend(reverse::all());
    all
}

fn scene() -> Scene {
    Scene::new(Link::Ethernet, 8080)
}

fn hello(seed: u8) -> Vec<u8> {
    Hello { name: HOST, seed, ..Hello::default() }.record()
}

fn large(seed: u8) -> Vec<u8> {
    Hello { name: HOST, large: true, grease: true, seed }.record()
}

/// A tunnel of the client and its other leg, granted. The number of the request.
fn tunnel(scene: &mut Scene, target: &str) -> (Flow, Flow, u64) {
    let mut client = scene.client();
    let asked = scene.request(&mut client, "CONNECT", target);
    scene.resolve(target.trim_end_matches(":443"), "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 18);
    scene.capture.send(&mut client, Side::Server, b"HTTP/1.1 200 Connection established\r\n\r\n");
    scene.capture.ack(&mut client, Side::Opener);
    (client, site, asked)
}

/// The client says it on its leg, the gateway passes it on. The numbers of the first packets.
fn up(scene: &mut Scene, client: &mut Flow, site: &mut Flow, data: &[u8]) -> [u64; 2] {
    let one = scene.capture.send_all(client, Side::Opener, data);
    scene.capture.ack(client, Side::Server);
    let other = scene.capture.send_all(site, Side::Opener, data);
    scene.capture.wait_ms(18);
    scene.capture.ack(site, Side::Server);
    [one, other]
}

/// The site says it, the gateway passes it on.
fn down(scene: &mut Scene, client: &mut Flow, site: &mut Flow, data: &[u8]) -> [u64; 2] {
    let one = scene.capture.send_all(site, Side::Server, data);
    scene.capture.ack(site, Side::Opener);
    let other = scene.capture.send_all(client, Side::Server, data);
    scene.capture.ack(client, Side::Opener);
    [one, other]
}

fn in_tunnel(category: &str, confidence: &str) -> Expect {
    Expect::new(category, confidence)
        .text("client", CLIENT)
        .text("gateway", GATEWAY)
        .text("method", "CONNECT")
        .text("target", TARGET)
        .text("host", HOST)
}

fn built(folder: &'static str, name: &'static str, about: &str, scene: &Scene) -> Built {
    Built::new(folder, name, about, RFC).file("capture.pcap", pcap(&scene.capture))
}

/// A connection of the gateway to the site, opened; nothing of a client is seen.
fn direct(scene: &mut Scene) -> Flow {
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 18);
    site
}

fn told(scene: &mut Scene, site: &mut Flow, side: Side, data: &[u8]) -> u64 {
    let number = scene.capture.send_all(site, side, data);
    scene.capture.wait_ms(9);
    scene.capture.ack(site, if side == Side::Opener { Side::Server } else { Side::Opener });
    scene.capture.wait_ms(9);
    number
}

fn hello_in_pieces() -> Built {
    let mut scene = scene();
    let mut site = direct(&mut scene);
    let whole = hello(0);
    let body = &whole[5..];
    let pieces: Vec<Vec<u8>> =
        body.chunks(70).map(|piece| [&[22, 3, 1, 0, piece.len() as u8], piece].concat()).collect();
    let bytes = pieces.concat();
    let mut numbers = vec![];
    for piece in bytes.chunks(111) {
        numbers.push(scene.capture.send(&mut site, Side::Opener, piece));
    }
    scene.capture.ack(&mut site, Side::Server);
    let refused = scene.capture.send(&mut site, Side::Server, &alert(2, 70));
    scene.capture.fin(&mut site, Side::Server);
    let (first, last) = (numbers[0], numbers[numbers.len() - 1]);
    built(
        "tls-alert",
        "hello-in-pieces",
        "A ClientHello over several records and segments; the server knows no such version.",
        &scene,
    )
    .expects(Expect::new("tls-alert", "proven").text("host", HOST).at("capture.pcap", &[first, last, refused]))
}

fn hidden_refusal() -> Built {
    let mut scene = scene();
    let (mut client, mut site, asked) = tunnel(&mut scene, TARGET);
    up(&mut scene, &mut client, &mut site, &hello(0));
    down(&mut scene, &mut client, &mut site, &flight13());
    let said = up(&mut scene, &mut client, &mut site, &[change_cipher(), hidden_alert()].concat());
    scene.capture.close(&mut client, Side::Opener);
    scene.capture.close(&mut site, Side::Opener);
    built(
        "tls-certificate",
        "hidden-alert-in-tunnel",
        "TLS 1.3 in a tunnel: after the server's certificate the client sends one record of an alert's size and leaves.",
        &scene,
    )
    .expects(in_tunnel("tls-certificate", "likely").text("upstream", SITE).at("capture.pcap", &[asked, said[0], said[1]]))
}

fn hidden_alert_of_server() -> Built {
    let mut scene = scene();
    let (mut client, mut site, asked) = tunnel(&mut scene, TARGET);
    up(&mut scene, &mut client, &mut site, &hello(0));
    down(&mut scene, &mut client, &mut site, &flight13());
    // An empty Certificate, Finished, and the request at once.
    let last = [change_cipher(), encrypted(25), encrypted(53), encrypted(120)].concat();
    up(&mut scene, &mut client, &mut site, &last);
    let said = down(&mut scene, &mut client, &mut site, &hidden_alert());
    scene.capture.close(&mut site, Side::Server);
    scene.capture.close(&mut client, Side::Server);
    built(
        "tls-alert",
        "hidden-alert-for-client-certificate",
        "TLS 1.3 in a tunnel: the client shows no certificate, and the server answers with a record of an alert's size.",
        &scene,
    )
    .expects(in_tunnel("tls-alert", "likely").text("upstream", SITE).at("capture.pcap", &[asked, said[0], said[1]]))
}

fn goodbye_after_data() -> Built {
    let mut scene = scene();
    let (mut client, mut site, _) = tunnel(&mut scene, TARGET);
    up(&mut scene, &mut client, &mut site, &hello(0));
    down(&mut scene, &mut client, &mut site, &flight13());
    up(&mut scene, &mut client, &mut site, &[finished13(), encrypted(300)].concat());
    down(&mut scene, &mut client, &mut site, &[encrypted(250), encrypted(250)].concat());
    down(&mut scene, &mut client, &mut site, &[encrypted(1400), hidden_alert()].concat());
    scene.capture.fin(&mut site, Side::Server);
    up(&mut scene, &mut client, &mut site, &hidden_alert());
    scene.capture.fin(&mut site, Side::Opener);
    scene.capture.close(&mut client, Side::Opener);
    built(
        "healthy",
        "tls13-goodbye-after-data",
        "TLS 1.3: tickets, an answer, and a close_notify that is as long as an alert.",
        &scene,
    )
    .counts(1, 1)
}

fn goodbye_when_idle() -> Built {
    let mut scene = scene();
    let mut site = direct(&mut scene);
    told(&mut scene, &mut site, Side::Opener, &hello(0));
    told(&mut scene, &mut site, Side::Server, &flight13());
    told(&mut scene, &mut site, Side::Opener, &finished13());
    scene.capture.wait_ms(60_000);
    told(&mut scene, &mut site, Side::Server, &hidden_alert());
    scene.capture.close(&mut site, Side::Server);
    built(
        "healthy",
        "tls13-goodbye-when-idle",
        "TLS 1.3 without tickets and without a request: the server leaves after a minute.",
        &scene,
    )
    .counts(1, 1)
}

fn preconnect() -> Built {
    let mut scene = scene();
    let mut site = direct(&mut scene);
    told(&mut scene, &mut site, Side::Opener, &hello(0));
    told(&mut scene, &mut site, Side::Server, &flight13());
    told(&mut scene, &mut site, Side::Opener, &finished13());
    told(&mut scene, &mut site, Side::Opener, &hidden_alert());
    scene.capture.close(&mut site, Side::Opener);
    built("healthy", "tls13-check", "A health check: handshake, close_notify, FIN; nothing is asked.", &scene)
        .counts(1, 1)
}

fn stalls_after_hello() -> Built {
    let mut scene = scene();
    let (mut client, mut site, asked) = tunnel(&mut scene, TARGET);
    let said = up(&mut scene, &mut client, &mut site, &hello(0));
    down(&mut scene, &mut client, &mut site, &server_hello(0x0303, 0xc02f));
    scene.capture.wait_ms(20_000);
    let left = scene.capture.fin(&mut client, Side::Opener);
    scene.capture.fin(&mut site, Side::Opener);
    built("tls-no-response", "stops-after-server-hello", "The server sends its ServerHello and nothing more.", &scene)
        .expects(in_tunnel("tls-no-response", "proven").at("capture.pcap", &[asked, said[0], said[1], left]))
}

fn good12() -> Vec<u8> {
    flight12(&certificate(HOST, "Example CA", "260101000000Z", "261231000000Z"))
}

fn reset_after_finished() -> Built {
    let mut scene = scene();
    let (mut client, mut site, asked) = tunnel(&mut scene, TARGET);
    up(&mut scene, &mut client, &mut site, &hello(0));
    down(&mut scene, &mut client, &mut site, &good12());
    up(&mut scene, &mut client, &mut site, &finished12());
    let reset = scene.capture.reset(&mut site, Side::Server);
    scene.capture.close(&mut client, Side::Server);
    built("tls-reset", "after-finished", "TLS 1.2: RST in place of the server's Finished.", &scene)
        .expects(in_tunnel("tls-reset", "proven").text("upstream", SITE).at("capture.pcap", &[asked, reset]))
}

fn closed_after_finished() -> Built {
    let mut scene = scene();
    let mut site = direct(&mut scene);
    told(&mut scene, &mut site, Side::Opener, &hello(0));
    told(&mut scene, &mut site, Side::Server, &flight13());
    told(&mut scene, &mut site, Side::Opener, &finished13());
    let fin = scene.capture.fin(&mut site, Side::Server);
    scene.capture.fin(&mut site, Side::Opener);
    built("tls-closed", "after-finished", "TLS 1.3: the server closes as soon as it has the client's Finished.", &scene)
        .expects(
            Expect::new("tls-closed", "proven").text("host", HOST).text("upstream", SITE).at("capture.pcap", &[fin]),
        )
}
