//! Who sent the RST: the host, a device in its name, or nobody knows; and a bare ACK in answer to a SYN.

use gateway_triage_tests::build::file::{pcap, pcapng};
use gateway_triage_tests::build::packet::{ACK, Link, RST};
use gateway_triage_tests::build::talk::{Flow, Forged, Side};

use super::super::recipe::Expect;
use super::Built;
use super::scene::{SITE, Scene, failure};

const TARGET: &str = "http://www.example.com/report";
const PAGE: &str = "<html><body>502 Bad Gateway</body></html>\n";
const AFTER: &str = "RFC 9293 section 3.10.7, RFC 5961: what a host does with a segment, and what it never does";

pub fn all() -> Vec<Built> {
    vec![
        of_the_host(),
        of_a_device(),
        farther_but_late(),
        after_syn_proxy(),
        stepping(),
        to_the_syn(),
        then_syn_ack(),
        not_heeded(),
        challenged(),
        challenged_for_good(),
        port_again(),
    ]
}

fn case(folder: &'static str, name: &'static str, about: &str, scene: &Scene) -> Built {
    Built::new(folder, name, about, AFTER).file("capture.pcap", pcap(&scene.capture))
}

/// Client and gateway until the gateway has asked the site: both flows and the numbers of both requests.
fn asked(scene: &mut Scene) -> (Flow, Flow, u64, u64) {
    let mut client = scene.client();
    let request = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 20);
    let sent = scene.forward(&mut site, TARGET);
    (client, site, request, sent)
}

fn told(scene: &mut Scene, client: &mut Flow) -> u64 {
    let told = scene.answer(client, "502 Bad Gateway", "", PAGE);
    scene.capture.close(client, Side::Opener);
    told
}

fn reset(by: &str, evidence: &[u64]) -> Expect {
    failure("response-reset", TARGET, 502).text("upstream", SITE).text("reset_by", by).at("capture.pcap", evidence)
}

fn of_the_host() -> Built {
    let mut scene = Scene::new(Link::Sll2, 3128);
    let (mut client, mut site, request, sent) = asked(&mut scene);
    scene.capture.wait_ms(40);
    let rst = scene.capture.reset(&mut site, Side::Server);
    let told = told(&mut scene, &mut client);
    case(
        "response-reset",
        "rst-of-the-host",
        "The RST has the hops of the host's other packets and its next number.",
        &scene,
    )
    .expects(reset("upstream-host", &[request, sent, rst, told]))
}

fn of_a_device() -> Built {
    let mut scene = Scene::new(Link::Sll2, 3128);
    let mut client = scene.client();
    let request = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 20);
    // The device answers at once, ten hops nearer than the host.
    let sent = scene.ask(&mut site, TARGET);
    let rst = scene.capture.forge(&mut site, Side::Server, Forged { ttl: Some(63), ..Forged::new(RST | ACK) });
    let told = told(&mut scene, &mut client);
    case(
        "response-reset",
        "rst-of-a-device",
        "The RST comes at once, from much nearer than the host's SYN-ACK.",
        &scene,
    )
    .expects(reset("device-on-path", &[request, sent, rst, told]))
}

fn farther_but_late() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 3128);
    let (mut client, mut site, request, sent) = asked(&mut scene);
    scene.capture.wait_ms(500);
    let rst = scene.capture.forge(&mut site, Side::Server, Forged { ttl: Some(58), ..Forged::new(RST | ACK) });
    let told = told(&mut scene, &mut client);
    case("response-reset", "rst-with-one-sign", "The hops differ, and nothing else does: one sign is no proof.", &scene)
        .expects(reset("unknown", &[request, sent, rst, told]))
}

fn after_syn_proxy() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 3128);
    let mut client = scene.client();
    let request = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    // The SYN-ACK is a firewall's; from then on the host answers itself.
    let mut site = scene.upstream(SITE).server_ttl(254);
    scene.capture.open(&mut site, 2);
    let mut site = site.server_ttl(52);
    let sent = scene.forward(&mut site, TARGET);
    scene.capture.wait_ms(30);
    let rst = scene.capture.reset(&mut site, Side::Server);
    let told = told(&mut scene, &mut client);
    case(
        "response-reset",
        "rst-behind-a-syn-proxy",
        "The SYN-ACK is a SYN proxy's: its hops say nothing of the RST, which has those of the host's data.",
        &scene,
    )
    .expects(reset("upstream-host", &[request, sent, rst, told]))
}

fn stepping() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 3128);
    let (mut client, mut site, request, sent) = asked(&mut scene);
    scene.capture.wait_ms(3);
    let mut first = 0;
    for ahead in [0, 1460, 2920] {
        let forged = Forged { ttl: Some(120), ahead, ..Forged::new(RST) };
        let number = scene.capture.forge(&mut site, Side::Server, forged);
        first = if first == 0 { number } else { first };
    }
    let told = told(&mut scene, &mut client);
    case("response-reset", "rsts-that-guess", "Three RSTs with stepping sequence numbers and other hops.", &scene)
        .expects(reset("device-on-path", &[request, sent, first, told]))
}

/// A good exchange with the host, so that its hops and its distance are known, then a refused SYN.
fn to_the_syn() -> Built {
    let mut scene = Scene::new(Link::Sll2, 3128);
    scene.good("http://www.example.com/before");
    let mut client = scene.client();
    let request = scene.request(&mut client, "GET", TARGET);
    let mut site = scene.upstream(SITE);
    let syn = scene.capture.syn(&mut site);
    let forged = Forged { ttl: Some(63), sequence: Some(0), heard: 1, ..Forged::new(RST | ACK) };
    let rst = scene.capture.forge(&mut site, Side::Server, forged);
    let told = told(&mut scene, &mut client);
    case(
        "tcp-syn-reset",
        "rst-of-a-device",
        "The host answered a minute ago from ten hops; now a SYN is refused at once from one hop away.",
        &scene,
    )
    .counts(2, 0)
    .expects(
        failure("tcp-syn-reset", TARGET, 502)
            .text("upstream", SITE)
            .text("reset_by", "device-on-path")
            .at("capture.pcap", &[request, syn, rst, told]),
    )
}

fn then_syn_ack() -> Built {
    let mut scene = Scene::new(Link::Sll2, 3128);
    let mut client = scene.client();
    let request = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    let syn = scene.capture.syn(&mut site);
    scene.capture.wait_ms(1);
    let forged = Forged { ttl: Some(63), sequence: Some(0), heard: 1, ..Forged::new(RST | ACK) };
    let rst = scene.capture.forge(&mut site, Side::Server, forged);
    scene.capture.wait_ms(19);
    let syn_ack = scene.capture.syn_ack(&mut site);
    scene.capture.forge(&mut site, Side::Opener, Forged { ahead: 1, ..Forged::new(RST) });
    let told = told(&mut scene, &mut client);
    case(
        "tcp-syn-reset",
        "syn-ack-after-the-rst",
        "The host's SYN-ACK arrives after the RST that bears its name.",
        &scene,
    )
    .expects(
        failure("tcp-syn-reset", TARGET, 502)
            .text("upstream", SITE)
            .text("reset_by", "device-on-path")
            .at("capture.pcap", &[request, syn, rst, syn_ack, told]),
    )
}

fn not_heeded() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 3128);
    let (mut client, mut site, _, _) = asked(&mut scene);
    let forged = Forged { ttl: Some(63), ahead: 500_000, ..Forged::new(RST) };
    scene.capture.forge(&mut site, Side::Server, forged);
    scene.capture.wait_ms(5);
    scene.answer(&mut site, "200 OK", "", "<html>All is well.</html>\n");
    scene.answer(&mut client, "200 OK", "", "<html>All is well.</html>\n");
    scene.capture.close(&mut client, Side::Opener);
    scene.capture.close(&mut site, Side::Opener);
    case(
        "healthy",
        "rst-not-heeded",
        "A RST with a number far off is passed over (RFC 5961): the exchange goes on.",
        &scene,
    )
}

/// An older connection on the same ports, of which the host still knows.
fn challenge(scene: &mut Scene, site: &mut Flow) -> (u64, u64, u64) {
    let syn = scene.capture.syn(site);
    scene.capture.wait_ms(20);
    let forged = Forged { sequence: Some(77_000), acknowledges: Some(3_300_000_000), ..Forged::new(ACK) };
    let ack = scene.capture.forge(site, Side::Server, forged);
    let forged = Forged { sequence: Some(3_300_000_000), ..Forged::new(RST) };
    let rst = scene.capture.forge(site, Side::Opener, forged);
    (syn, ack, rst)
}

fn challenged() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 3128);
    let mut client = scene.client();
    scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    challenge(&mut scene, &mut site);
    scene.capture.wait_ms(1000);
    scene.capture.open(&mut site, 20);
    scene.forward(&mut site, TARGET);
    scene.answer(&mut site, "200 OK", "", "<html>All is well.</html>\n");
    scene.answer(&mut client, "200 OK", "", "<html>All is well.</html>\n");
    scene.capture.close(&mut client, Side::Opener);
    scene.capture.close(&mut site, Side::Opener);
    case(
        "healthy",
        "challenge-ack-then-connected",
        "A bare ACK answers the SYN (the port was used before), the gateway resets, and its next SYN connects.",
        &scene,
    )
}

fn challenged_for_good() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 3128);
    let mut client = scene.client();
    let request = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    let (syn, ack, _) = challenge(&mut scene, &mut site);
    for wait in [1000, 2000, 4000] {
        scene.capture.wait_ms(wait);
        challenge(&mut scene, &mut site);
    }
    scene.capture.wait_ms(8000);
    let told = scene.answer(&mut client, "504 Gateway Timeout", "", PAGE);
    scene.capture.close(&mut client, Side::Opener);
    case("undetermined", "challenge-ack-for-good", "Every SYN is answered by a bare ACK of an older connection: somebody drops the gateway's RST. That is no silence.", &scene)
        .expects(failure("undetermined", TARGET, 504).text("confidence", "possible").text("generated_by", "unknown").text("upstream", SITE).at("capture.pcap", &[request, syn, ack, told]))
}

fn port_again() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 3128);
    let mut client = scene.client();
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 20);
    for turn in 0..2 {
        scene.request(&mut client, "GET", TARGET);
        if turn == 1 {
            // The same ports again, with numbers far from the first ones.
            site = site.again(900_000_000);
            scene.capture.open(&mut site, 20);
        }
        scene.forward(&mut site, TARGET);
        scene.answer(&mut site, "200 OK", "Connection: close\r\n", "<html>All is well.</html>\n");
        scene.answer(&mut client, "200 OK", "", "<html>All is well.</html>\n");
        scene.capture.close(&mut site, Side::Server);
        scene.capture.wait_ms(1500);
    }
    scene.capture.close(&mut client, Side::Opener);
    Built::new(
        "healthy",
        "ports-used-twice",
        "Two connections of the gateway on the same addresses and ports, one after the other.",
        AFTER,
    )
    .file("capture.pcapng", pcapng(&scene.capture))
    .counts(2, 0)
}
