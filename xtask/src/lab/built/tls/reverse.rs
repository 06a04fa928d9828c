//! Reverse proxies that encrypt to the site: what is seen of the failure is its size and place.

use super::{HOST, PAGE, SITE, built, direct, good12, hello, scene, told};
use crate::lab::built::Built;
use crate::lab::built::scene::{Scene, failure};
use crate::lab::recipe::Expect;
use gateway_triage_tests::build::talk::{Flow, Side};
use gateway_triage_tests::build::tls::{encrypted, finished12, record, server_finished12};

pub fn all() -> Vec<Built> {
    vec![upstream_reset(), upstream_empty(), upstream_silent(), checked_after_handshake(), old_hello()]
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
    failure(category, "http://www.example.com/", 502).text("confidence", "likely").text("upstream", SITE)
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
