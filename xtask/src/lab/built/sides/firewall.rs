//! Ingress and egress of a firewall: what it dropped, what it made, and what it let pass.

use gateway_triage_tests::build::talk::Side;

use super::super::Built;
use super::super::scene::Scene;
use super::view::{ASA, Crossing, NAT, ROUTED, inside, outside};
use super::{AFTER, TARGET, asked, failed, refuse, scene, syns};

const GET: &[u8] =
    b"GET / HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: Mozilla/5.0\r\nVia: 1.1 gateway.example.net\r\n\r\n";

pub fn all() -> Vec<Built> {
    vec![
        syn_dropped(
            "sides-syn-dropped",
            &Crossing { ahead: 3_200_000, ..NAT },
            "It hides the gateway behind its own address; the outer clock is 3.2 s ahead.",
        ),
        syn_dropped(
            "sides-syn-dropped-asa",
            &Crossing { ahead: -741_000, ..ASA },
            "It translates addresses and ports, rewrites sequence numbers and counts no hop.",
        ),
        syn_dropped(
            "sides-syn-dropped-drift",
            &Crossing { gains: 60, delay: (40, 50), ..ROUTED },
            "It only routes; the outer clock gains 60 microseconds in a second.",
        ),
        syn_passed(),
        syn_ack_dropped(),
        reset_by_firewall(),
        refused_by_server(),
        reset_both_ways(),
        server_resets(),
        request_swallowed(),
        response_swallowed(),
        silent_beyond(),
        icmp_by_firewall(),
    ]
}

fn case(folder: &'static str, name: &'static str, about: &str) -> Built {
    Built::new(folder, name, about, AFTER).counts(3, 0)
}

fn syn_dropped(name: &'static str, crossing: &Crossing, more: &str) -> Built {
    let mut scene = scene();
    if crossing.gains > 0 {
        scene.capture.wait_ms(100_000);
    }
    let (mut client, request, mut site) = asked(&mut scene);
    let syns = syns(&mut scene, &mut site);
    let told = refuse(&mut scene, &mut client);
    let (ingress, egress) = (inside(&scene.capture, &[]), outside(&scene.capture, crossing, |n| syns.contains(&n)));
    let mut seen = syns.clone();
    seen.extend([request, told]);
    case(
        "tcp-syn-unanswered",
        name,
        &format!(
            "The firewall drops the gateway's SYNs: they are in the ingress capture and not in the egress one. {more}"
        ),
    )
    .file("ingress.pcap", ingress.file.clone())
    .file("egress.pcap", egress.file)
    .expects(failed("tcp-syn-unanswered").list("says", &["dropped them"]).at("ingress.pcap", &ingress.at(&seen)))
}

fn syn_passed() -> Built {
    let mut scene = scene();
    let (mut client, request, mut site) = asked(&mut scene);
    let syns = syns(&mut scene, &mut site);
    let told = refuse(&mut scene, &mut client);
    let (ingress, egress) = (inside(&scene.capture, &[]), outside(&scene.capture, &NAT, |_| false));
    let mut seen = syns.clone();
    seen.extend([request, told]);
    case(
        "tcp-syn-unanswered",
        "sides-syn-passed",
        "The SYNs come out of the firewall and nothing comes back: the fault lies beyond it.",
    )
    .file("ingress.pcap", ingress.file.clone())
    .file("egress.pcap", egress.file.clone())
    .expects(failed("tcp-syn-unanswered").at("ingress.pcap", &ingress.at(&seen)).at("egress.pcap", &egress.at(&syns)))
}

fn syn_ack_dropped() -> Built {
    let mut scene = scene();
    let (mut client, request, mut site) = asked(&mut scene);
    let (mut syns, mut answers) = (Vec::new(), Vec::new());
    for gap in [980, 1980, 3980] {
        syns.push(scene.capture.syn(&mut site));
        scene.capture.wait_ms(20);
        answers.push(scene.capture.syn_ack(&mut site));
        scene.capture.wait_ms(gap);
    }
    let told = refuse(&mut scene, &mut client);
    let (ingress, egress) = (inside(&scene.capture, &answers), outside(&scene.capture, &NAT, |_| false));
    let mut seen = syns.clone();
    seen.extend([request, told]);
    case(
        "return-path",
        "sides-syn-ack-dropped",
        "Each SYN-ACK comes back to the firewall's outer side and not through it.",
    )
    .file("ingress.pcap", ingress.file.clone())
    .file("egress.pcap", egress.file.clone())
    .expects(
        failed("return-path")
            .list("says", &["dropped it"])
            .at("ingress.pcap", &ingress.at(&seen))
            .at("egress.pcap", &egress.at(&answers)),
    )
}

fn reset_by_firewall() -> Built {
    let mut scene = scene();
    let (mut client, request, site) = asked(&mut scene);
    let mut site = site.server_ttl(64);
    let syn = scene.capture.syn(&mut site);
    let reset = scene.capture.refuse(&mut site);
    let told = refuse(&mut scene, &mut client);
    let (ingress, egress) = (inside(&scene.capture, &[]), outside(&scene.capture, &NAT, |n| n == syn || n == reset));
    case(
        "tcp-syn-reset",
        "sides-reset-by-firewall",
        "A RST answers the SYN at the ingress; neither is in the egress capture.",
    )
    .file("ingress.pcap", ingress.file.clone())
    .file("egress.pcap", egress.file)
    .expects(
        failed("tcp-syn-reset")
            .text("reset_by", "device-on-path")
            .at("ingress.pcap", &ingress.at(&[request, syn, reset, told])),
    )
}

fn refused_by_server() -> Built {
    let mut scene = scene();
    let (mut client, request, site) = asked(&mut scene);
    let mut site = site.server_ttl(63);
    let syn = scene.capture.syn(&mut site);
    scene.capture.wait_ms(12);
    let reset = scene.capture.refuse(&mut site);
    let told = refuse(&mut scene, &mut client);
    let (ingress, egress) = (inside(&scene.capture, &[]), outside(&scene.capture, &NAT, |_| false));
    case(
        "tcp-syn-reset",
        "sides-refused-by-server",
        "The RST passes the firewall; the server on its outer network sent it.",
    )
    .file("ingress.pcap", ingress.file.clone())
    .file("egress.pcap", egress.file.clone())
    .expects(
        failed("tcp-syn-reset")
            .text("reset_by", "upstream-host")
            .at("ingress.pcap", &ingress.at(&[request, syn, reset, told]))
            .at("egress.pcap", &egress.at(&[reset])),
    )
}

fn reset_both_ways() -> Built {
    let mut scene = scene();
    let (mut client, request, mut site) = asked(&mut scene);
    scene.capture.open(&mut site, 18);
    let sent = scene.forward(&mut site, TARGET);
    // The device ends both halves: each end gets a RST with the other's address.
    let to_gateway = scene.capture.reset(&mut site, Side::Server);
    let to_server = scene.capture.reset(&mut site, Side::Opener);
    let told = refuse(&mut scene, &mut client);
    let (ingress, egress) = (inside(&scene.capture, &[to_server]), outside(&scene.capture, &NAT, |n| n == to_gateway));
    case(
        "response-reset",
        "sides-reset-both-ways",
        "The firewall resets both ends: each capture has a RST that the other side never sent.",
    )
    .file("ingress.pcap", ingress.file.clone())
    .file("egress.pcap", egress.file.clone())
    .expects(
        failed("response-reset")
            .text("reset_by", "device-on-path")
            .at("ingress.pcap", &ingress.at(&[request, sent, to_gateway, told]))
            .at("egress.pcap", &egress.at(&[to_server])),
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
    let crossing = Crossing { ahead: -3_600_000_000, ..ASA };
    let (ingress, egress) = (inside(&scene.capture, &[]), outside(&scene.capture, &crossing, |_| false));
    case(
        "response-reset",
        "sides-server-resets",
        "The server's RST passes the firewall, which rewrites sequence numbers; the outer clock is an hour behind.",
    )
    .file("ingress.pcap", ingress.file.clone())
    .file("egress.pcap", egress.file.clone())
    .expects(
        failed("response-reset")
            .text("reset_by", "upstream-host")
            .at("ingress.pcap", &ingress.at(&[request, sent, reset, told]))
            .at("egress.pcap", &egress.at(&[reset])),
    )
}

fn request_swallowed() -> Built {
    let mut scene = scene();
    let (mut client, request, mut site) = asked(&mut scene);
    let opened = scene.capture.open(&mut site, 18);
    let mut sent = vec![scene.capture.send(&mut site, Side::Opener, GET)];
    for gap in [300, 600, 1200] {
        scene.capture.wait_ms(gap);
        sent.push(scene.capture.send_again(&mut site, Side::Opener, GET));
    }
    scene.capture.wait_ms(3000);
    let left = scene.capture.fin(&mut site, Side::Opener);
    let told = refuse(&mut scene, &mut client);
    let hidden = sent.clone();
    let (ingress, egress) = (inside(&scene.capture, &[]), outside(&scene.capture, &NAT, |n| hidden.contains(&n)));
    case(
        "request-unacked",
        "sides-request-swallowed",
        "The handshake passes the firewall, the request does not: it is sent again and again and never comes out.",
    )
    .file("ingress.pcap", ingress.file.clone())
    .file("egress.pcap", egress.file.clone())
    .expects(
        failed("request-unacked")
            .list("says", &["swallowed them"])
            .at("ingress.pcap", &ingress.at(&[request, sent[0], left, told]))
            .at("egress.pcap", &egress.at(&[opened])),
    )
}

fn response_swallowed() -> Built {
    let mut scene = scene();
    let (mut client, request, mut site) = asked(&mut scene);
    scene.capture.open(&mut site, 18);
    let sent = scene.forward(&mut site, TARGET);
    scene.capture.wait_ms(15);
    let body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\n<virus />";
    let mut answers = vec![scene.capture.send(&mut site, Side::Server, body)];
    for gap in [400, 800, 1600] {
        scene.capture.wait_ms(gap);
        answers.push(scene.capture.send_again(&mut site, Side::Server, body));
    }
    scene.capture.wait_ms(4000);
    // What the gateway does not have it does not acknowledge.
    let mut unheard = site.clone().server_behind(body.len());
    let left = scene.capture.fin(&mut unheard, Side::Opener);
    let told = refuse(&mut scene, &mut client);
    let (ingress, egress) = (inside(&scene.capture, &answers), outside(&scene.capture, &NAT, |_| false));
    case(
        "response-timeout",
        "sides-response-swallowed",
        "The response comes back to the firewall's outer side, again and again, and not through it.",
    )
    .file("ingress.pcap", ingress.file.clone())
    .file("egress.pcap", egress.file.clone())
    .expects(
        failed("response-timeout")
            .at("ingress.pcap", &ingress.at(&[request, sent, left, told]))
            .at("egress.pcap", &egress.at(&[answers[0]])),
    )
}

fn silent_beyond() -> Built {
    let mut scene = scene();
    let (mut client, request, mut site) = asked(&mut scene);
    scene.capture.open(&mut site, 18);
    let sent = scene.forward(&mut site, TARGET);
    scene.capture.wait_ms(30_000);
    let left = scene.capture.fin(&mut site, Side::Opener);
    let told = refuse(&mut scene, &mut client);
    let (ingress, egress) = (inside(&scene.capture, &[]), outside(&scene.capture, &NAT, |_| false));
    case(
        "response-timeout",
        "sides-silent-beyond",
        "The request passes the firewall and is acknowledged; no answer comes to its outer side either.",
    )
    .file("ingress.pcap", ingress.file.clone())
    .file("egress.pcap", egress.file.clone())
    .expects(
        failed("response-timeout")
            .at("ingress.pcap", &ingress.at(&[request, sent, left, told]))
            .at("egress.pcap", &egress.at(&[sent])),
    )
}

fn icmp_by_firewall() -> Built {
    let mut scene = scene();
    let (mut client, request, mut site) = asked(&mut scene);
    let syn = scene.capture.syn(&mut site);
    let icmp = scene.capture.icmp("10.20.0.1", syn, 3, 13);
    let told = refuse(&mut scene, &mut client);
    let (ingress, egress) = (inside(&scene.capture, &[]), outside(&scene.capture, &NAT, |n| n == syn || n == icmp));
    case(
        "tcp-icmp-prohibited",
        "sides-icmp-by-firewall",
        "The firewall refuses the SYN with an ICMP error; nothing comes out of it.",
    )
    .file("ingress.pcap", ingress.file.clone())
    .file("egress.pcap", egress.file)
    .expects(failed("tcp-icmp-prohibited").at("ingress.pcap", &ingress.at(&[request, syn, icmp, told])))
}

/// For other files of cases.
pub fn dropped_syns(scene: &mut Scene) -> (u64, Vec<u64>, u64) {
    let (mut client, request, mut site) = asked(scene);
    let syns = syns(scene, &mut site);
    let told = refuse(scene, &mut client);
    (request, syns, told)
}
