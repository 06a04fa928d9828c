//! Names in ClientHellos that are not the host's, and servers that speak no TLS.

use super::{HOST, SITE, TARGET, built, direct, hello, in_tunnel, scene, told, tunnel, up};
use crate::lab::built::Built;
use crate::lab::built::scene::DNS;
use crate::lab::recipe::Expect;
use gateway_triage_tests::build::dns::{NOERROR, Record};
use gateway_triage_tests::build::packet::v4;
use gateway_triage_tests::build::talk::Side;
use gateway_triage_tests::build::tls::Hello;

pub fn all() -> Vec<Built> {
    vec![outer_name(), grease_name(), connect_outer_name(), greeted_by_ssh()]
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
