//! TLS that an everyday server and gateway cannot be made to show on demand: hidden alerts in every place, large
//! ClientHellos on a path that drops them, names that are not the host's.

use gateway_triage_tests::build::dns::{NOERROR, Record};
use gateway_triage_tests::build::file::pcap;
use gateway_triage_tests::build::packet::{Link, v4};
use gateway_triage_tests::build::talk::{Flow, Side};
use gateway_triage_tests::build::tls::{
    Hello, alert, certificate, change_cipher, encrypted, finished12, finished13, flight12, flight13, hidden_alert,
    record, server_finished12, server_hello,
};

use super::super::recipe::Expect;
use super::Built;
use super::scene::{CLIENT, DNS, GATEWAY, Scene};

const HOST: &str = "www.example.com";
const TARGET: &str = "www.example.com:443";
const SITE: &str = "192.0.2.10:443";
const PAGE: &str = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>\n";
const RFC: &str = "RFC 8446 sections 4, 5 and 6, RFC 5246 section 7";

pub fn all() -> Vec<Built> {
    vec![
        hello_in_pieces(),
        hidden_refusal(),
        hidden_alert_of_server(),
        goodbye_after_data(),
        goodbye_when_idle(),
        stalls_after_hello(),
        reset_after_finished(),
        closed_after_finished(),
        large_hello_lost(),
        large_hello_reset(),
        large_hello_on_small_path(),
        large_hello_passes(),
        decrypted_refusal(),
        decrypted_hidden_refusal(),
        listener_refused(),
        outer_name(),
        grease_name(),
        connect_outer_name(),
        greeted_by_ssh(),
        behind_decryption(),
        upstream_reset(),
        upstream_empty(),
        upstream_silent(),
        checked_after_handshake(),
        old_hello(),
        preconnect(),
    ]
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

/// A small ClientHello that the site answers, and a page. The packet of the ClientHello.
fn small_passes(scene: &mut Scene) -> u64 {
    let mut site = direct(scene);
    let number = told(scene, &mut site, Side::Opener, &hello(1));
    told(scene, &mut site, Side::Server, &flight13());
    told(scene, &mut site, Side::Opener, &[finished13(), encrypted(300)].concat());
    told(scene, &mut site, Side::Server, &[encrypted(250), encrypted(1200), encrypted(90)].concat());
    scene.capture.close(&mut site, Side::Opener);
    number
}

fn large_hello_lost() -> Built {
    let mut scene = scene();
    scene.resolve(HOST, "192.0.2.10");
    let small = small_passes(&mut scene);
    let mut site = direct(&mut scene);
    let bytes = large(2);
    let first = scene.capture.send(&mut site, Side::Opener, &bytes[..1460]);
    let mut after_first = site.clone();
    scene.capture.send(&mut site, Side::Opener, &bytes[1460..]);
    for gap in [300, 600, 1200, 2400, 4800] {
        scene.capture.wait_ms(gap);
        scene.capture.send_again(&mut after_first, Side::Opener, &bytes[..1460]);
    }
    scene.capture.wait_ms(700);
    let left = scene.capture.fin(&mut site, Side::Opener);
    built(
        "tls-no-response",
        "large-hello-lost",
        "A ClientHello with a post-quantum key share needs two segments and is never acknowledged; a small one passes.",
        &scene,
    )
    .counts(2, 1)
    .expects(Expect::new("tls-no-response", "proven").text("host", HOST).at("capture.pcap", &[first, left, small]))
}

fn large_hello_reset() -> Built {
    let mut scene = scene();
    scene.resolve(HOST, "192.0.2.10");
    let mut site = direct(&mut scene);
    let first = told(&mut scene, &mut site, Side::Opener, &large(2));
    let reset = scene.capture.reset(&mut site, Side::Server);
    scene.capture.wait_ms(20_000);
    let small = small_passes(&mut scene);
    built(
        "tls-reset",
        "large-hello-reset",
        "A ClientHello of two segments is answered by RST; twenty seconds later a small one passes.",
        &scene,
    )
    .counts(2, 1)
    .expects(Expect::new("tls-reset", "proven").text("host", HOST).at("capture.pcap", &[first, reset, small]))
}

fn large_hello_on_small_path() -> Built {
    let mut scene = scene();
    scene.resolve(HOST, "192.0.2.10");
    let mut site = direct(&mut scene);
    let bytes = large(2);
    let mut before = site.clone();
    let first = scene.capture.send(&mut site, Side::Opener, &bytes[..1460]);
    let mut between = site.clone();
    scene.capture.send(&mut site, Side::Opener, &bytes[1460..]);
    scene.capture.wait_ms(18);
    // The server has the second piece alone, and asks for the first.
    scene.capture.ack(&mut before, Side::Server);
    for gap in [200, 400, 800, 1600, 3200, 6400] {
        scene.capture.wait_ms(gap);
        scene.capture.send_again(&mut between, Side::Opener, &bytes[..1460]);
    }
    scene.capture.wait_ms(300);
    scene.capture.fin(&mut site, Side::Opener);
    built(
        "pmtu-blackhole",
        "large-hello",
        "Of a ClientHello in two segments the full-sized one vanishes; the small one behind it arrives.",
        &scene,
    )
    .expects(Expect::new("pmtu-blackhole", "proven").text("host", HOST).at("capture.pcap", &[first]))
}

fn large_hello_passes() -> Built {
    let mut scene = scene();
    scene.resolve(HOST, "192.0.2.10");
    let mut site = direct(&mut scene);
    told(&mut scene, &mut site, Side::Opener, &large(2));
    told(&mut scene, &mut site, Side::Server, &flight13());
    told(&mut scene, &mut site, Side::Opener, &[finished13(), encrypted(300)].concat());
    told(&mut scene, &mut site, Side::Server, &[encrypted(250), encrypted(1200), encrypted(90)].concat());
    scene.capture.close(&mut site, Side::Opener);
    built("healthy", "large-hello", "A ClientHello of two segments that the server takes.", &scene).counts(1, 1)
}

/// The gateway's own connection to the site, with a ClientHello of its own, as far as the server's flight.
fn own_leg(scene: &mut Scene, site: &mut Flow) -> u64 {
    let number = told(scene, site, Side::Opener, &hello(7));
    told(scene, site, Side::Server, &flight13());
    told(scene, site, Side::Opener, &finished13());
    number
}

fn decrypted_refusal() -> Built {
    let mut scene = scene();
    let (mut client, mut site, asked) = tunnel(&mut scene, TARGET);
    told(&mut scene, &mut client, Side::Opener, &hello(0));
    let own = own_leg(&mut scene, &mut site);
    let shown = flight12(&certificate(HOST, "Gateway CA", "260101000000Z", "261231000000Z"));
    told(&mut scene, &mut client, Side::Server, &shown);
    let refused = told(&mut scene, &mut client, Side::Opener, &alert(2, 48));
    scene.capture.close(&mut client, Side::Opener);
    scene.capture.close(&mut site, Side::Opener);
    built(
        "client-tls-rejected",
        "decrypted-tunnel",
        "The gateway decrypts: it has a connection of its own to the site, and the client does not know its CA.",
        &scene,
    )
    .expects(in_tunnel("client-tls-rejected", "proven").at("capture.pcap", &[asked, own, refused]))
}

fn decrypted_hidden_refusal() -> Built {
    let mut scene = scene();
    let (mut client, mut site, asked) = tunnel(&mut scene, TARGET);
    told(&mut scene, &mut client, Side::Opener, &hello(0));
    let own = own_leg(&mut scene, &mut site);
    told(&mut scene, &mut client, Side::Server, &flight13());
    let refused = told(&mut scene, &mut client, Side::Opener, &[change_cipher(), hidden_alert()].concat());
    scene.capture.reset(&mut client, Side::Opener);
    scene.capture.close(&mut site, Side::Opener);
    built(
        "client-tls-rejected",
        "decrypted-tunnel-tls13",
        "The gateway decrypts; TLS 1.3 hides the alert by which the client refuses its certificate.",
        &scene,
    )
    .expects(in_tunnel("client-tls-rejected", "likely").at("capture.pcap", &[asked, own, refused]))
}

fn listener_refused() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 443);
    // Others are served meanwhile.
    let mut other = scene.client();
    told(&mut scene, &mut other, Side::Opener, &hello(1));
    told(&mut scene, &mut other, Side::Server, &flight13());
    told(&mut scene, &mut other, Side::Opener, &[finished13(), encrypted(300)].concat());
    let mut site = Flow::new(&format!("{GATEWAY}:41000"), "192.0.2.10:80").server_ttl(52);
    scene.capture.open(&mut site, 18);
    scene.forward(&mut site, "http://www.example.com/");
    scene.answer(&mut site, "200 OK", "", "<html>All is well.</html>\n");
    told(&mut scene, &mut other, Side::Server, &[encrypted(250), encrypted(500), encrypted(90)].concat());
    let mut client = scene.client();
    told(&mut scene, &mut client, Side::Opener, &hello(2));
    told(&mut scene, &mut client, Side::Server, &flight13());
    let refused = told(&mut scene, &mut client, Side::Opener, &alert(2, 46));
    scene.capture.close(&mut client, Side::Opener);
    scene.capture.close(&mut site, Side::Opener);
    scene.capture.close(&mut other, Side::Opener);
    built(
        "client-tls-rejected",
        "https-listener",
        "A reverse proxy serves https and asks the site in plain text; one client refuses its certificate.",
        &scene,
    )
    .counts(2, 1)
    .expects(
        Expect::new("client-tls-rejected", "likely")
            .text("client", CLIENT)
            .text("gateway", GATEWAY)
            .text("host", HOST)
            .at("capture.pcap", &[refused]),
    )
}

fn outer(name: &str) -> Vec<u8> {
    Hello { name, grease: true, ..Hello::default() }.record()
}

fn outer_name() -> Built {
    let mut scene = scene();
    scene.look_up(DNS, "private.example.net", NOERROR, &[Record::A(v4("192.0.2.10"))]);
    let mut site = direct(&mut scene);
    let said = told(&mut scene, &mut site, Side::Opener, &outer("cover.example.org"));
    let reset = scene.capture.reset(&mut site, Side::Server);
    built(
        "tls-reset",
        "encrypted-client-hello",
        "The name outside an encrypted ClientHello is not the host; DNS tells which name was looked up.",
        &scene,
    )
    .expects(Expect::new("tls-reset", "proven").text("host", "private.example.net").at("capture.pcap", &[said, reset]))
}

fn grease_name() -> Built {
    let mut scene = scene();
    scene.look_up(DNS, "other.example.net", NOERROR, &[Record::A(v4("192.0.2.10"))]);
    scene.look_up(DNS, HOST, NOERROR, &[Record::A(v4("192.0.2.10"))]);
    scene.look_up(DNS, "third.example.net", NOERROR, &[Record::A(v4("192.0.2.10"))]);
    let mut site = direct(&mut scene);
    let said = told(&mut scene, &mut site, Side::Opener, &outer(HOST));
    let reset = scene.capture.reset(&mut site, Side::Server);
    built(
        "tls-reset",
        "grease-client-hello",
        "A ClientHello with GREASE in place of an encrypted one: its name was looked up, so it is the host.",
        &scene,
    )
    .expects(Expect::new("tls-reset", "proven").text("host", HOST).at("capture.pcap", &[said, reset]))
}

fn connect_outer_name() -> Built {
    let mut scene = scene();
    let (mut client, mut site, asked) = tunnel(&mut scene, TARGET);
    let said = up(&mut scene, &mut client, &mut site, &outer("cover.example.org"));
    let reset = scene.capture.reset(&mut site, Side::Server);
    scene.capture.reset(&mut client, Side::Server);
    built(
        "tls-reset",
        "encrypted-client-hello-in-tunnel",
        "The CONNECT names the host, the ClientHello inside another one: an encrypted ClientHello's outer name.",
        &scene,
    )
    .expects(
        in_tunnel("tls-reset", "proven").text("upstream", SITE).at("capture.pcap", &[asked, said[0], said[1], reset]),
    )
}

fn greeted_by_ssh() -> Built {
    let mut scene = scene();
    let mut site = direct(&mut scene);
    let greeting = scene.capture.send(&mut site, Side::Server, b"SSH-2.0-OpenSSH_9.6\r\n");
    let said = told(&mut scene, &mut site, Side::Opener, &hello(0));
    scene.capture.close(&mut site, Side::Server);
    built("tls-not-spoken", "greeting-before-hello", "The server greets as SSH does before it is asked.", &scene)
        .expects(Expect::new("tls-not-spoken", "proven").text("host", HOST).at("capture.pcap", &[greeting, said]))
}

fn behind_decryption() -> Built {
    let mut scene = scene();
    let (mut client, mut site, asked) = tunnel(&mut scene, TARGET);
    told(&mut scene, &mut client, Side::Opener, &hello(0));
    told(&mut scene, &mut site, Side::Opener, &hello(7));
    let expired = certificate(HOST, "Example CA", "250101000000Z", "260101000000Z");
    let shown = told(&mut scene, &mut site, Side::Server, &flight12(&expired));
    let refused = told(&mut scene, &mut site, Side::Opener, &alert(2, 45));
    scene.capture.close(&mut site, Side::Opener);
    // The client gets an error page inside.
    told(&mut scene, &mut client, Side::Server, &flight13());
    told(&mut scene, &mut client, Side::Opener, &[finished13(), encrypted(300)].concat());
    told(&mut scene, &mut client, Side::Server, &[encrypted(250), encrypted(900), hidden_alert()].concat());
    scene.capture.close(&mut client, Side::Server);
    built(
        "tls-certificate",
        "behind-decryption",
        "A gateway that decrypts refuses the site's expired certificate; what it tells the client is encrypted.",
        &scene,
    )
    .expects(
        in_tunnel("tls-certificate", "proven")
            .null("status")
            .text("upstream", SITE)
            .at("capture.pcap", &[asked, shown, refused]),
    )
}

/// A reverse proxy with a plain client, and TLS to the site: as far as the request, which is encrypted.
fn encrypted_upstream(scene: &mut Scene, asks: bool) -> (Flow, Flow, u64, u64) {
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", "http://www.example.com/");
    scene.resolve(HOST, "192.0.2.10");
    let mut site = direct(scene);
    told(scene, &mut site, Side::Opener, &hello(0));
    told(scene, &mut site, Side::Server, &good12());
    told(scene, &mut site, Side::Opener, &finished12());
    told(scene, &mut site, Side::Server, &server_finished12());
    let request = if asks { told(scene, &mut site, Side::Opener, &encrypted(260)) } else { 0 };
    (client, site, asked, request)
}

fn refused_client(scene: &mut Scene, client: &mut Flow) -> u64 {
    let number = scene.answer(client, "502 Bad Gateway", "", PAGE);
    scene.capture.close(client, Side::Opener);
    number
}

fn page(category: &str) -> Expect {
    super::scene::failure(category, "http://www.example.com/", 502).text("confidence", "likely").text("upstream", SITE)
}

fn upstream_reset() -> Built {
    let mut scene = scene();
    let (mut client, mut site, asked, request) = encrypted_upstream(&mut scene, true);
    let reset = scene.capture.reset(&mut site, Side::Server);
    let answer = refused_client(&mut scene, &mut client);
    built(
        "response-reset",
        "encrypted-upstream",
        "TLS towards the site: RST in place of an answer to the request.",
        &scene,
    )
    .expects(page("response-reset").at("capture.pcap", &[asked, request, reset, answer]))
}

fn upstream_empty() -> Built {
    let mut scene = scene();
    let (mut client, mut site, asked, request) = encrypted_upstream(&mut scene, true);
    scene.capture.send(&mut site, Side::Server, &record(21, &[0x5a; 26]));
    let fin = scene.capture.fin(&mut site, Side::Server);
    scene.capture.fin(&mut site, Side::Opener);
    let answer = refused_client(&mut scene, &mut client);
    built(
        "response-empty",
        "encrypted-upstream",
        "TLS towards the site: close_notify and FIN in place of an answer.",
        &scene,
    )
    .expects(page("response-empty").at("capture.pcap", &[asked, request, fin, answer]))
}

fn upstream_silent() -> Built {
    let mut scene = scene();
    let (mut client, mut site, asked, request) = encrypted_upstream(&mut scene, true);
    scene.capture.wait_ms(60_000);
    let fin = scene.capture.fin(&mut site, Side::Opener);
    scene.capture.fin(&mut site, Side::Server);
    let answer = refused_client(&mut scene, &mut client);
    built(
        "response-timeout",
        "encrypted-upstream",
        "TLS towards the site: the request is acknowledged and never answered.",
        &scene,
    )
    .expects(page("response-timeout").at("capture.pcap", &[asked, request, fin, answer]))
}

fn checked_after_handshake() -> Built {
    let mut scene = scene();
    let (mut client, mut site, asked, _) = encrypted_upstream(&mut scene, false);
    let fin = scene.capture.fin(&mut site, Side::Opener);
    scene.capture.fin(&mut site, Side::Server);
    let answer = refused_client(&mut scene, &mut client);
    built(
        "tls-certificate",
        "checked-after-handshake",
        "The gateway finishes the handshake, closes without asking anything, and answers 502: so nginx checks certificates.",
        &scene,
    )
    .expects(page("tls-certificate").at("capture.pcap", &[asked, fin, answer]))
}

fn old_hello() -> Built {
    let mut scene = scene();
    let mut site = direct(&mut scene);
    // Length, ClientHello, TLS 1.0, three ciphers, no session, a challenge of 16 bytes.
    let mut bytes = vec![0x80, 34, 1, 3, 1, 0, 9, 0, 0, 0, 16, 0, 0, 4, 0, 0, 5, 0, 0, 10];
    bytes.extend([0x5a; 16]);
    let said = told(&mut scene, &mut site, Side::Opener, &bytes);
    let fin = scene.capture.fin(&mut site, Side::Server);
    scene.capture.fin(&mut site, Side::Opener);
    built("tls-closed", "ssl2-hello", "A ClientHello in the format of SSL 2.0; the server closes.", &scene)
        .expects(Expect::new("tls-closed", "proven").text("upstream", SITE).at("capture.pcap", &[said, fin]))
}
