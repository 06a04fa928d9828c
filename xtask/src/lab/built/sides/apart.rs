//! Gateway and client, gateway and server; and captures that prove less than they seem to.

use gateway_triage_tests::build::packet::Link;
use gateway_triage_tests::build::talk::{Flow, Side};

use super::super::super::recipe::Expect;
use super::super::Built;
use super::super::scene::{CLIENT, SITE, Scene};
use super::firewall::dropped_syns;
use super::view::{self, Crossing, NAT, ROUTED, inside, outside};
use super::{AFTER, TARGET, TO_CLIENT, asked, failed, refuse, scene};

/// Over the provider's network to the server.
const TO_SERVER: Crossing = Crossing { hops: 12, delay: (9000, 8000), ahead: 78_000, peers: &[192, 0, 2, 10], ..NAT };

pub fn all() -> Vec<Built> {
    vec![
        client_and_gateway(),
        server_never_sent(),
        server_sent(),
        spoofed(),
        filtered(),
        ended_before(),
        began_later(),
        seems_to_follow(),
        names_alone(false),
        names_alone(true),
        one_direction(),
        client_leg_reset(),
    ]
}

fn case(folder: &'static str, name: &'static str, about: &str) -> Built {
    Built::new(folder, name, about, AFTER).counts(3, 0)
}

fn client_and_gateway() -> Built {
    let mut scene = scene();
    let (mut client, request, mut site) = asked(&mut scene);
    let syn = scene.capture.syn(&mut site);
    scene.capture.wait_ms(20);
    let reset = scene.capture.refuse(&mut site);
    let told = refuse(&mut scene, &mut client);
    let (gateway, browser) = (inside(&scene.capture, &[]), outside(&scene.capture, &TO_CLIENT, |_| false));
    case("tcp-syn-reset", "sides-client-and-gateway", "The site refuses; captures of the gateway and of the client's PC, whose clock is an hour ahead: one failure, not two.")
        .file("client.pcap", browser.file.clone())
        .file("gateway.pcap", gateway.file.clone())
        .expects(failed("tcp-syn-reset").at("gateway.pcap", &gateway.at(&[request, syn, reset, told])))
}

/// A request that ends with a RST which only the gateway sees, or both.
fn reset_at_gateway(name: &'static str, by_server: bool, about: &str) -> Built {
    let mut scene = scene();
    let (mut client, request, mut site) = asked(&mut scene);
    scene.capture.open(&mut site, 30);
    let sent = scene.forward(&mut site, TARGET);
    scene.capture.wait_ms(10);
    let reset = scene.capture.reset(&mut site, Side::Server);
    let told = refuse(&mut scene, &mut client);
    let gateway = inside(&scene.capture, &[]);
    let server = outside(&scene.capture, &TO_SERVER, |n| !by_server && n == reset);
    let who = if by_server { "upstream-host" } else { "device-on-path" };
    let mut expect =
        failed("response-reset").text("reset_by", who).at("gateway.pcap", &gateway.at(&[request, sent, reset, told]));
    if by_server {
        expect = expect.at("server.pcap", &server.at(&[reset]));
    }
    case("response-reset", name, about)
        .file("gateway.pcap", gateway.file.clone())
        .file("server.pcap", server.file.clone())
        .expects(expect)
}

fn server_never_sent() -> Built {
    reset_at_gateway(
        "sides-server-never-sent",
        false,
        "The gateway gets a RST with the server's address and time to live; the server's own capture shows that it sent none.",
    )
}

fn server_sent() -> Built {
    reset_at_gateway("sides-server-sent", true, "The server's own capture shows the RST that the gateway got.")
}

fn spoofed() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    let request = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = Flow::new(&format!("{CLIENT}:40123"), SITE);
    let (mut syns, mut answers, mut resets) = (Vec::new(), Vec::new(), Vec::new());
    for gap in [980, 1980, 3980] {
        syns.push(scene.capture.syn(&mut site));
        scene.capture.wait_ms(20);
        answers.push(scene.capture.syn_ack(&mut site));
        // The client knows no such connection: a bare RST with the number that was acknowledged.
        let mut unknown = site.clone();
        resets.push(scene.capture.reset(&mut unknown, Side::Opener));
        scene.capture.wait_ms(gap);
    }
    let told = refuse(&mut scene, &mut client);
    let strays: Vec<u64> = answers.iter().chain(&resets).copied().collect();
    let gateway = inside(&scene.capture, &strays);
    let browser = outside(&scene.capture, &Crossing { ahead: -52_000, ..TO_CLIENT }, |n| syns.contains(&n));
    let mut seen = syns.clone();
    seen.extend([request, told]);
    case(
        "return-path",
        "sides-spoofed-and-client",
        "The gateway sends SYNs with the client's address; the SYN-ACKs come to the client, which resets them.",
    )
    .file("gateway.pcap", gateway.file.clone())
    .file("client.pcap", browser.file.clone())
    .expects(failed("return-path").at("gateway.pcap", &gateway.at(&seen)).at("client.pcap", &browser.at(&answers)))
}

/// The server's RST in answer to a SYN, and an outer capture in which neither could have been.
fn unproven(name: &'static str, about: &str, hidden: impl Fn(u64, u64) -> bool) -> Built {
    let mut scene = scene();
    let (mut client, request, mut site) = asked(&mut scene);
    let syn = scene.capture.syn(&mut site);
    scene.capture.wait_ms(18);
    let reset = scene.capture.refuse(&mut site);
    let told = refuse(&mut scene, &mut client);
    let ingress = inside(&scene.capture, &[]);
    let egress = outside(&scene.capture, &NAT, |n| n == syn || n == reset || hidden(n, syn));
    case("tcp-syn-reset", name, about)
        .file("ingress.pcap", ingress.file.clone())
        .file("egress.pcap", egress.file)
        .expects(
            failed("tcp-syn-reset")
                .text("reset_by", "upstream-host")
                .at("ingress.pcap", &ingress.at(&[request, syn, reset, told])),
        )
}

fn filtered() -> Built {
    // Of each good exchange the outer capture has the lookups alone: it was made with the filter `port 53`.
    let mut lookups = Vec::new();
    let scene = scene();
    for (frame, number) in scene.capture.frames().iter().zip(1_u64..) {
        if frame.bytes.get(23) == Some(&17) {
            lookups.push(number);
        }
    }
    let last = *lookups.last().expect("the good exchange has lookups");
    unproven(
        "sides-egress-filtered",
        "The server refuses the SYN; the egress capture was made with a filter for DNS and proves nothing.",
        move |n, _| n > last || !lookups.contains(&n),
    )
}

fn ended_before() -> Built {
    unproven(
        "sides-egress-ended-before",
        "The server refuses the SYN; the egress capture had ended before.",
        |n, syn| n >= syn,
    )
}

fn began_later() -> Built {
    unproven("sides-egress-began-later", "The server refuses the SYN; the egress capture began after it.", |n, syn| {
        n <= syn
    })
}

fn seems_to_follow() -> Built {
    let mut scene = scene();
    let (request, syns, told) = dropped_syns(&mut scene);
    let crossing = Crossing { ahead: 40_000_000, ..ROUTED };
    let ingress = inside(&scene.capture, &[]);
    let egress = outside(&scene.capture, &crossing, |n| syns.contains(&n));
    let mut seen = syns.clone();
    seen.extend([request, told]);
    case("tcp-syn-unanswered", "sides-seems-to-follow", "The outer clock is 40 s ahead, so that the egress capture seems to follow the ingress one; it is the same time.")
        .file("ingress.pcap", ingress.file.clone())
        .file("egress.pcap", egress.file)
        .expects(failed("tcp-syn-unanswered").at("ingress.pcap", &ingress.at(&seen)))
}

/// Lookups and nothing else: no SYN tells that the second file is the first one's time.
fn names_alone(copied: bool) -> Built {
    let mut scene = Scene::new(Link::Ethernet, 8080).one_armed();
    scene.resolve("www.example.org", "192.0.2.20");
    scene.capture.wait_ms(900);
    let (four, six) = scene.resolve_not("www.example.com", 2);
    scene.capture.wait_ms(2500);
    scene.resolve("www.example.net", "192.0.2.30");
    let crossing = Crossing { ahead: 45_000_000, ..ROUTED };
    let first = inside(&scene.capture, &[]);
    let (name, about, second) = if copied {
        (
            "sides-names-copied",
            "DNS alone, and a copy of it whose clock is 45 s ahead: it does not continue the first file.",
            view::copy(&scene.capture, 45_000_000),
        )
    } else {
        (
            "sides-names-egress",
            "DNS alone, on both sides of a firewall, the outer clock 45 s ahead: the second file does not continue the first.",
            outside(&scene.capture, &crossing, |_| false),
        )
    };
    Built::new("dns-servfail", name, about, AFTER)
        .file("ingress.pcap", first.file.clone())
        .file("egress.pcap", second.file)
        .counts(1, 0)
        .tells("egress.pcap", "clock_offset", "45.0")
        .expects(
            Expect::new("dns-servfail", "proven")
                .text("gateway", "10.20.0.2")
                .text("host", "www.example.com")
                .at("ingress.pcap", &first.at(&[four, six])),
        )
}

fn one_direction() -> Built {
    let mut scene = scene();
    let (mut client, request, mut site) = asked(&mut scene);
    scene.capture.open(&mut site, 18);
    let sent = scene.forward(&mut site, TARGET);
    scene.capture.wait_ms(30);
    let reset = scene.capture.reset(&mut site, Side::Server);
    let told = refuse(&mut scene, &mut client);
    // A mirror port that copies what goes out and not what comes in.
    let incoming: Vec<u64> = scene
        .capture
        .frames()
        .iter()
        .zip(1_u64..)
        .filter(|(frame, _)| frame.bytes.get(30..34) == Some(&[10, 20, 0, 2]))
        .map(|(_, number)| number)
        .collect();
    let ingress = inside(&scene.capture, &[]);
    let egress = outside(&scene.capture, &NAT, |n| incoming.contains(&n));
    case("response-reset", "sides-egress-one-direction", "The server resets; the egress capture has only what goes out, so that the RST is missing in it for another reason.")
        .file("ingress.pcap", ingress.file.clone())
        .file("egress.pcap", egress.file)
        .expects(failed("response-reset").text("reset_by", "upstream-host").at("ingress.pcap", &ingress.at(&[request, sent, reset, told])))
}

fn client_leg_reset() -> Built {
    let mut scene = scene();
    let (mut client, request, mut site) = asked(&mut scene);
    scene.capture.open(&mut site, 18);
    scene.forward(&mut site, TARGET);
    scene.capture.wait_ms(400);
    // A device in the middle ends both halves of the client's connection.
    let to_gateway = scene.capture.reset(&mut client, Side::Opener);
    let to_client = scene.capture.reset(&mut client, Side::Server);
    scene.capture.close(&mut site, Side::Opener);
    scene.capture.wait_ms(1500);
    scene.good(super::FINE);
    let gateway = inside(&scene.capture, &[to_client]);
    let browser = outside(&scene.capture, &Crossing { ahead: -9_000_000, ..TO_CLIENT }, |n| n == to_gateway);
    case("client-abort", "sides-reset-between-client-and-gateway", "The gateway gets a RST with the client's address, and the client one with the gateway's; neither of them sent any.")
        .file("client.pcap", browser.file.clone())
        .file("gateway.pcap", gateway.file.clone())
        .expects(
            failed("client-abort")
                .null("status")
                .text("generated_by", "unknown")
                .text("reset_by", "device-on-path")
                .at("gateway.pcap", &gateway.at(&[request, to_gateway]))
                .at("client.pcap", &browser.at(&[to_client])),
        )
}
