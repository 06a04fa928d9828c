//! Both sides of a device in one file: an interface for each, or put together without a mark; and a gateway that also
//! passes others' packets on.

use gateway_triage_tests::build::packet::{Link, mac};
use gateway_triage_tests::build::talk::{Capture, Flow, Side};

use super::super::Built;
use super::super::scene::{EGRESS, GATEWAY, Scene, failure};
use super::view::{self, ASA, Crossing, NAT, ROUTED, View, inside, outside};
use super::{AFTER, TARGET, asked, failed, refuse, scene, syns};

pub fn all() -> Vec<Built> {
    vec![syn_dropped(), server_resets(), healthy(), merged_reset(), gateway_that_routes()]
}

fn case(folder: &'static str, name: &'static str, about: &str, file: (&'static str, Vec<u8>)) -> Built {
    Built::new(folder, name, about, AFTER).counts(3, 0).file(file.0, file.1)
}

fn both(inner: &View, outer: &View) -> (Vec<u8>, [View; 2]) {
    view::one_file([(inner, "inside"), (outer, "outside")])
}

fn syn_dropped() -> Built {
    let mut scene = scene();
    let (mut client, request, mut site) = asked(&mut scene);
    let syns = syns(&mut scene, &mut site);
    let told = refuse(&mut scene, &mut client);
    let (inner, outer) = (inside(&scene.capture, &[]), outside(&scene.capture, &NAT, |n| syns.contains(&n)));
    let (file, [inner, _]) = both(&inner, &outer);
    let mut seen = syns;
    seen.extend([request, told]);
    case(
        "tcp-syn-unanswered",
        "sides-one-file-syn-dropped",
        "One pcapng file of a firewall's two interfaces: the SYNs are on the inside and not on the outside, where other connections have the firewall's address.",
        ("firewall.pcapng", file),
    )
    .expects(
        failed("tcp-syn-unanswered")
            .list("says", &["firewall.pcapng (inside)", "firewall.pcapng (outside)", "dropped them"])
            .at("firewall.pcapng", &inner.at(&seen)),
    )
}

fn server_resets() -> Built {
    let mut scene = scene();
    let (mut client, request, mut site) = asked(&mut scene);
    scene.capture.open(&mut site, 18);
    let sent = scene.forward(&mut site, TARGET);
    scene.capture.wait_ms(30);
    let reset = scene.capture.reset(&mut site, Side::Server);
    let told = refuse(&mut scene, &mut client);
    let (inner, outer) = (inside(&scene.capture, &[]), outside(&scene.capture, &ASA, |_| false));
    let (file, [inner, outer]) = both(&inner, &outer);
    let seen: Vec<u64> = inner.at(&[request, sent, reset, told]).into_iter().chain(outer.at(&[reset])).collect();
    case(
        "response-reset",
        "sides-one-file-server-resets",
        "One pcapng file of a firewall's two interfaces: the server's RST comes by on both; the firewall rewrites addresses, ports and sequence numbers.",
        ("firewall.pcapng", file),
    )
    .expects(failed("response-reset").text("reset_by", "upstream-host").at("firewall.pcapng", &seen))
}

fn healthy() -> Built {
    let mut scene = scene();
    for _ in 0..2 {
        scene.good(TARGET);
    }
    let crossing = Crossing { anonymous: true, ..NAT };
    let (inner, outer) = (inside(&scene.capture, &[]), outside(&scene.capture, &crossing, |_| false));
    case(
        "healthy",
        "sides-one-file-translated",
        "One pcapng file of a firewall's two interfaces, with translated addresses: everything counts once.",
        ("firewall.pcapng", both(&inner, &outer).0),
    )
}

fn merged_reset() -> Built {
    let mut scene = scene();
    scene.good(TARGET);
    let (mut client, request, mut site) = asked(&mut scene);
    scene.capture.open(&mut site, 18);
    let sent = scene.forward(&mut site, TARGET);
    let reset = scene.capture.reset(&mut site, Side::Server);
    let told = refuse(&mut scene, &mut client);
    let (inner, outer) = (inside(&scene.capture, &[]), outside(&scene.capture, &NAT, |n| n == reset));
    let (file, [inner, _]) = view::merged([&inner, &outer]);
    Built::new(
        "response-reset",
        "sides-merged-reset-by-firewall",
        "Ingress and egress capture put into one pcap file: the RST is on one of the two networks alone.",
        AFTER,
    )
    .counts(4, 0)
    .file("merged.pcap", file)
    .expects(
        failed("response-reset")
            .text("reset_by", "device-on-path")
            .at("merged.pcap", &inner.at(&[request, sent, reset, told])),
    )
}

/// The recording machine is the gateway, with a leg on each interface, and passes a neighbour's connections on.
fn gateway_that_routes() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 8080);
    neighbour(&mut scene.capture, 40_001);
    scene.good("http://www.example.org/");
    let (mut client, request, mut site) = asked(&mut scene);
    scene.capture.open(&mut site, 18);
    let sent = scene.forward(&mut site, TARGET);
    scene.capture.wait_ms(30);
    let reset = scene.capture.reset(&mut site, Side::Server);
    let told = scene.answer(&mut client, "502 Bad Gateway", "", super::PAGE);
    scene.capture.close(&mut client, Side::Opener);
    neighbour(&mut scene.capture, 40_002);
    // The gateway's own leg to the Internet is on its outer interface alone.
    let public = |bytes: &[u8]| bytes[26..29] == [198, 51, 100] || bytes[30..33] == [198, 51, 100];
    let frames = || scene.capture.frames().iter().zip(1_u64..);
    let own: Vec<u64> = frames().filter(|(frame, _)| public(&frame.bytes)).map(|(_, number)| number).collect();
    let rest: Vec<u64> = frames().map(|(_, number)| number).filter(|number| !own.contains(number)).collect();
    let hardware = |address: &str| mac(address.parse().expect("an address"));
    let (router, lan_card, wan_card) = (hardware("198.51.100.1"), hardware(GATEWAY), hardware(EGRESS));
    let lan = inside(&scene.capture, &own).rewired(&[(router, lan_card)]);
    let passing = Crossing { host: NEIGHBOUR, translated: EGRESS, near: &[], ..ROUTED };
    let routed = outside(&scene.capture, &passing, |_| false);
    let routed = routed.rewired(&[([2, 0xfe, 0, 0, 0, 1], wan_card), ([2, 0xfe, 0, 0, 0, 2], router)]);
    let wan = inside(&scene.capture, &rest).beside(&routed);
    let (file, [lan, wan]) = view::one_file([(&lan, "lan"), (&wan, "wan")]);
    let seen: Vec<u64> = lan.at(&[request, told]).into_iter().chain(wan.at(&[sent, reset])).collect();
    Built::new(
        "response-reset",
        "sides-gateway-that-routes",
        "One pcapng file of a gateway's two interfaces: its own legs, one on each, and a neighbour's connections that it only passes on.",
        AFTER,
    )
    .counts(2, 0)
    .file("gateway.pcapng", file)
    .expects(
        failure("response-reset", TARGET, 502)
            .text("upstream", "192.0.2.10:80")
            .at("gateway.pcapng", &seen),
    )
}

const NEIGHBOUR: &str = "10.20.0.77";

fn neighbour(capture: &mut Capture, port: u16) {
    let mut flow = Flow::new(&format!("{NEIGHBOUR}:{port}"), "203.0.113.99:443");
    capture.open(&mut flow, 25);
    capture.send(&mut flow, Side::Opener, &[0x16, 3, 1, 0, 60, 1, 0, 0, 56, 3, 3, 7, 7, 7, 7]);
    capture.wait_ms(25);
    capture.ack(&mut flow, Side::Server);
    capture.close(&mut flow, Side::Opener);
    capture.wait_ms(100);
}
