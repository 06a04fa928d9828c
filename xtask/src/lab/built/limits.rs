//! What a capture says of itself: filters, packets it missed, copies, and a clock that steps.

use gateway_triage_tests::build::file::{Extra, pcap, pcapng, pcapng_with};
use gateway_triage_tests::build::packet::Link;
use gateway_triage_tests::build::talk::{Flow, Side};

use super::Built;
use super::scene::{SITE, Scene, failure};

const TARGET: &str = "http://www.example.com/list";
const PAGE: &str = "<html><body>502 Bad Gateway</body></html>\n";
const PCAPNG: &str = "draft-ietf-opsawg-pcapng: what a capture says of itself";

pub fn all() -> Vec<Built> {
    vec![
        filtered(),
        filter_lets_through(),
        missed_at_that_time(),
        missed_at_another_time(),
        statistics(),
        gap_in_another_connection(),
        copies(),
        clock_back(),
        clock_back_healthy(),
        clock_ahead_healthy(),
    ]
}

/// SYNs without an answer, until the gateway gives up: the client's connection, and the numbers of the evidence.
fn unanswered(scene: &mut Scene) -> Vec<u64> {
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    let mut numbers = vec![asked];
    for wait in [1000, 2000, 4000] {
        numbers.push(scene.capture.syn(&mut site));
        scene.capture.wait_ms(wait);
    }
    numbers.push(scene.answer(&mut client, "502 Bad Gateway", "", PAGE));
    scene.capture.close(&mut client, Side::Opener);
    numbers
}

fn silent(name: &'static str, about: &str, confidence: &str, scene: &Scene, extra: Extra, numbers: &[u64]) -> Built {
    Built::new("tcp-syn-unanswered", name, about, PCAPNG)
        .file("capture.pcapng", pcapng_with(&scene.capture, extra))
        .expects(
            failure("tcp-syn-unanswered", TARGET, 502)
                .text("confidence", confidence)
                .text("upstream", SITE)
                .at("capture.pcapng", numbers),
        )
}

fn filtered() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 3128);
    let numbers = unanswered(&mut scene);
    let extra = Extra { filter: Some("tcp port 3128 or tcp port 80 or udp port 53"), ..Extra::default() };
    silent(
        "filter-without-icmp",
        "The capture filter would have kept an ICMP error out.",
        "likely",
        &scene,
        extra,
        &numbers,
    )
}

fn filter_lets_through() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 3128);
    let numbers = unanswered(&mut scene);
    let extra = Extra { filter: Some("not port 22"), ..Extra::default() };
    silent(
        "filter-that-hides-nothing",
        "The capture filter lets every answer through.",
        "proven",
        &scene,
        extra,
        &numbers,
    )
}

fn missed_at_that_time() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 3128);
    let numbers = unanswered(&mut scene);
    let extra = Extra { missed: Some((numbers[2], 7)), ..Extra::default() };
    silent(
        "packets-missed-meanwhile",
        "The capturing host missed seven packets between two SYNs.",
        "likely",
        &scene,
        extra,
        &numbers,
    )
}

fn missed_at_another_time() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 3128);
    scene.good("http://www.example.net/");
    scene.capture.wait_ms(30_000);
    let numbers = unanswered(&mut scene);
    let extra = Extra { missed: Some((5, 7)), ..Extra::default() };
    silent(
        "packets-missed-before",
        "The capturing host missed packets half a minute earlier: not of this exchange.",
        "proven",
        &scene,
        extra,
        &numbers,
    )
    .counts(2, 0)
}

fn statistics() -> Built {
    let mut scene = Scene::new(Link::Sll2, 3128);
    let numbers = unanswered(&mut scene);
    let extra = Extra { dropped: 12, directions: true, ..Extra::default() };
    silent(
        "packets-missed-somewhen",
        "The interface's statistics tell of packets missed, not when.",
        "likely",
        &scene,
        extra,
        &numbers,
    )
}

fn gap_in_another_connection() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 3128);
    let mut other = scene.upstream("203.0.113.7:80");
    scene.capture.open(&mut other, 20);
    scene.forward(&mut other, "http://www.example.net/");
    scene.capture.lose(&mut other, Side::Server, 1460);
    scene.answer(&mut other, "200 OK", "", "<html>All is well.</html>\n");
    scene.capture.close(&mut other, Side::Opener);
    scene.capture.wait_ms(20_000);
    let numbers = unanswered(&mut scene);
    silent(
        "gap-in-another-connection",
        "The capture lacks bytes of another connection, long before: that says nothing of this one.",
        "proven",
        &scene,
        Extra::default(),
        &numbers,
    )
}

fn copies() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 3128);
    scene.capture.twice(true);
    scene.good(TARGET);
    Built::new(
        "healthy",
        "copies-by-packet-number",
        "Each packet twice, told by its number in the capture, as pktmon records it at several components.",
        PCAPNG,
    )
    .file("capture.pcapng", pcapng_with(&scene.capture, Extra { ids: true, ..Extra::default() }))
}

/// A request that the site takes and never answers.
fn waiting(scene: &mut Scene) -> (Flow, Flow, u64, u64) {
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 20);
    let sent = scene.forward(&mut site, TARGET);
    (client, site, asked, sent)
}

fn clock_back() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 3128);
    let (mut client, mut site, asked, sent) = waiting(&mut scene);
    scene.capture.wait_ms(30_000);
    scene.capture.set_clock_ms(-3_600_000);
    scene.capture.wait_ms(30_000);
    scene.capture.fin(&mut site, Side::Opener);
    let told = scene.answer(&mut client, "504 Gateway Timeout", "", PAGE);
    scene.capture.close(&mut client, Side::Opener);
    scene.capture.fin(&mut site, Side::Server);
    Built::new(
        "response-timeout",
        "clock-steps-back",
        "While the gateway waits, its clock is set back by an hour: nothing is measured across the step.",
        "house: no duration spans a step of the clock",
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(
        failure("response-timeout", TARGET, 504)
            .text("confidence", "likely")
            .text("upstream", SITE)
            .at("capture.pcap", &[asked, sent, told]),
    )
}

fn clock_back_healthy() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 3128);
    let (mut client, mut site, _, _) = waiting(&mut scene);
    scene.capture.set_clock_ms(-86_400_000);
    scene.answer(&mut site, "200 OK", "", "<html>All is well.</html>\n");
    scene.answer(&mut client, "200 OK", "", "<html>All is well.</html>\n");
    scene.capture.close(&mut client, Side::Opener);
    scene.capture.close(&mut site, Side::Opener);
    scene.good("http://www.example.net/");
    Built::new(
        "healthy",
        "clock-steps-back",
        "The clock is set back by a day between request and response.",
        "house: a step of the clock fails nothing",
    )
    .file("capture.pcapng", pcapng(&scene.capture))
    .counts(2, 0)
}

fn clock_ahead_healthy() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 3128);
    let mut client = scene.client();
    scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.syn(&mut site);
    scene.capture.set_clock_ms(7_200_000);
    scene.capture.wait_ms(20);
    scene.capture.syn_ack(&mut site);
    scene.capture.established(&mut site);
    scene.forward(&mut site, TARGET);
    scene.answer(&mut site, "200 OK", "", "<html>All is well.</html>\n");
    scene.answer(&mut client, "200 OK", "", "<html>All is well.</html>\n");
    scene.capture.close(&mut client, Side::Opener);
    scene.capture.close(&mut site, Side::Opener);
    Built::new(
        "healthy",
        "clock-steps-ahead",
        "The clock is set ahead by two hours between SYN and SYN-ACK.",
        "house: a step of the clock fails nothing",
    )
    .file("capture.pcap", pcap(&scene.capture))
}
