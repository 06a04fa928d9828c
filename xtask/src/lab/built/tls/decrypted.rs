//! What a gateway that decrypts shows: its own handshakes, and clients that refuse them.

use super::{HOST, SITE, TARGET, built, hello, in_tunnel, scene, told, tunnel};
use crate::lab::built::Built;
use crate::lab::built::scene::{CLIENT, GATEWAY, Scene};
use crate::lab::recipe::Expect;
use gateway_triage_tests::build::packet::Link;
use gateway_triage_tests::build::talk::{Flow, Side};
use gateway_triage_tests::build::tls::{
    alert, certificate, change_cipher, encrypted, finished13, flight12, flight13, hidden_alert,
};

pub fn all() -> Vec<Built> {
    vec![decrypted_refusal(), decrypted_hidden_refusal(), listener_refused(), behind_decryption()]
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
