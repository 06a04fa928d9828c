//! Cisco WSA look-alikes: 502 without a SYN-ACK, 504 after RST, without DNS, without a response.
//!
//! After the vendor's article; the packets' timing is that of a FreeBSD-like stack (3 s first, keepinit 75 s).

use gateway_triage_tests::build::dns::{A, Question};
use gateway_triage_tests::build::file::pcap;
use gateway_triage_tests::build::packet::Link;
use gateway_triage_tests::build::talk::{Flow, Side};

use super::Built;
use super::scene::{CLIENT, DNS, EGRESS, SITE, Scene, failure};

const AFTER: &str = "Cisco: Why do we see 502 / 504 GATEWAY_TIMEOUT errors when browsing to certain sites?";
const PAGE: &str = "<html><head><title>Gateway Timeout</title></head><body>The system cannot communicate with the external server. The Internet server may be busy, may be permanently down, or may be unreachable because of network problems. Notification: GATEWAY_TIMEOUT</body></html>\n";
const FIELDS: &str = "Via: 1.1 wsa.example.net:80 (Cisco-WSA/11.8.0-453)\r\nConnection: keep-alive\r\n";
const TARGET: &str = "http://www.example.com/";

/// The access log's line; it is written when the answer is sent.
fn log(scene: &Scene, status: u16, elapsed_ms: u64) -> String {
    let now = scene.capture.now();
    format!(
        "{}.{:03} {elapsed_ms} {CLIENT} NONE/{status} 1729 GET {TARGET} - DIRECT/www.example.com - DEFAULT_CASE_11-DefaultGroup-DefaultGroup-NONE-NONE-NONE-DefaultGroup <nc,ns,-,\"-\",-,-,-,-,\"-\",-,-,-,\"-\",-,-,\"-\",\"-\",-,-,nc,-,\"-\",\"-\",\"Unknown\",\"Unknown\",\"-\",\"-\",{:.2},0,-,\"-\",\"-\",-,\"-\",-,-,\"-\",\"-\"> -\n",
        now / 1_000_000,
        now / 1000 % 1000,
        1729.0 * 8.0 / elapsed_ms.max(1) as f64,
    )
}

pub fn all() -> Vec<Built> {
    vec![no_syn_ack(), spoofed(), reset(), reset_after_request(), dns_silent(), no_response()]
}

/// Gaps between the SYNs of one attempt, in milliseconds, then the time until it is given up.
const GAPS: [u64; 6] = [3000, 3200, 3400, 6400, 12_800, 24_000];
const REST: u64 = 22_200;

fn syns(scene: &mut Scene, flow: &mut Flow) -> Vec<u64> {
    let mut numbers = vec![scene.capture.syn(flow)];
    for gap in GAPS {
        scene.capture.wait_ms(gap);
        numbers.push(scene.capture.syn(flow));
    }
    scene.capture.wait_ms(REST);
    numbers
}

fn no_syn_ack() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 3128);
    let mut client = scene.client();
    let began = scene.capture.now();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    let mut numbers = syns(&mut scene, &mut site);
    let told = scene.answer(&mut client, "502 Bad Gateway", FIELDS, PAGE);
    let log = log(&scene, 502, (scene.capture.now() - began) / 1000);
    scene.capture.close(&mut client, Side::Opener);
    numbers.extend([asked, told]);
    Built::new(
        "tcp-syn-unanswered",
        "wsa-502-without-syn-ack",
        "The site never answers the gateway's SYNs; after 75 s the WSA answers 502 and logs NONE/502.",
        AFTER,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .joined("accesslog", &log)
    .expects(failure("tcp-syn-unanswered", TARGET, 502).text("upstream", SITE).at("capture.pcap", &numbers))
}

fn spoofed() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 3128);
    scene.good("http://intranet.example.net/");
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = Flow::new(&format!("{CLIENT}:40123"), SITE);
    let mut numbers = syns(&mut scene, &mut site);
    let told = scene.answer(&mut client, "502 Bad Gateway", FIELDS, PAGE);
    scene.capture.close(&mut client, Side::Opener);
    numbers.extend([asked, told]);
    let mut expect = failure("return-path", TARGET, 502).text("upstream", SITE).at("capture.pcap", &numbers);
    // Where the SYN-ACK went is not in this capture: how sure one may be is for the engine to say.
    expect.fields.retain(|(field, _)| *field != "confidence");
    Built::new(
        "return-path",
        "wsa-spoofed-client-address",
        "IP spoofing without return redirection: the gateway's SYNs carry the client's address, and no SYN-ACK comes back to it. A site that is fetched with the gateway's own address works.",
        AFTER,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(expect)
    .counts(2, 0)
}

fn reset() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 3128);
    let mut client = scene.client();
    let began = scene.capture.now();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    let syn = scene.capture.syn(&mut site);
    scene.capture.wait_ms(24);
    let reset = scene.capture.refuse(&mut site);
    let told = scene.answer(&mut client, "504 Gateway Timeout", FIELDS, PAGE);
    let log = log(&scene, 504, (scene.capture.now() - began) / 1000);
    scene.capture.close(&mut client, Side::Opener);
    Built::new(
        "tcp-syn-reset",
        "wsa-504-after-reset",
        "The gateway's SYN is answered by RST; the WSA answers 504 and logs NONE/504.",
        AFTER,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .joined("accesslog", &log)
    .expects(
        failure("tcp-syn-reset", TARGET, 504).text("upstream", SITE).at("capture.pcap", &[asked, syn, reset, told]),
    )
}

fn reset_after_request() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 3128);
    let mut client = scene.client();
    let began = scene.capture.now();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 22);
    let sent = scene.forward(&mut site, TARGET);
    scene.capture.wait_ms(3);
    let reset = scene.capture.reset(&mut site, Side::Server);
    let told = scene.answer(&mut client, "504 Gateway Timeout", FIELDS, PAGE);
    let log = log(&scene, 504, (scene.capture.now() - began) / 1000);
    scene.capture.close(&mut client, Side::Opener);
    Built::new(
        "response-reset",
        "wsa-504-reset-after-get",
        "The connection stands, the GET is sent and acknowledged, then comes RST instead of a response; the WSA answers 504.",
        AFTER,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .joined("accesslog", &log)
    .expects(
        failure("response-reset", TARGET, 504).text("upstream", SITE).at("capture.pcap", &[asked, sent, reset, told]),
    )
}

fn dns_silent() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 3128);
    let mut client = scene.client();
    let began = scene.capture.now();
    let asked = scene.request(&mut client, "GET", TARGET);
    let resolver = format!("{EGRESS}:53101");
    let question = Question::new(0x7b01, "www.example.com", A);
    let mut numbers = vec![asked];
    for (server, wait) in [(DNS, 5000), ("10.30.0.54:53", 5000), (DNS, 10_000), ("10.30.0.54:53", 10_000)] {
        numbers.push(scene.capture.ask(&resolver, server, &question));
        scene.capture.wait_ms(wait);
    }
    numbers.push(scene.answer(&mut client, "504 Gateway Timeout", FIELDS, PAGE));
    let log = log(&scene, 504, (scene.capture.now() - began) / 1000);
    scene.capture.close(&mut client, Side::Opener);
    // No DNS answer at all is in the capture: whether it could have seen one is for the engine to weigh.
    let mut expect = failure("dns-no-response", TARGET, 504).null("upstream").at("capture.pcap", &numbers);
    expect.fields.retain(|(field, _)| *field != "confidence");
    Built::new(
        "dns-no-response",
        "wsa-504-dns-silent",
        "Neither of the two DNS servers answers the gateway's queries; after 30 s the WSA answers 504.",
        AFTER,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .joined("accesslog", &log)
    .expects(expect)
}

fn no_response() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 3128);
    let mut client = scene.client();
    let began = scene.capture.now();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 22);
    let sent = scene.forward(&mut site, TARGET);
    scene.capture.wait_ms(150_000);
    scene.capture.fin(&mut site, Side::Opener);
    let told = scene.answer(&mut client, "504 Gateway Timeout", FIELDS, PAGE);
    let log = log(&scene, 504, (scene.capture.now() - began) / 1000);
    scene.capture.close(&mut client, Side::Opener);
    Built::new(
        "response-timeout",
        "wsa-504-no-response",
        "The GET is sent and acknowledged, and no response comes for 150 s; the WSA closes and answers 504.",
        AFTER,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .joined("accesslog", &log)
    .expects(failure("response-timeout", TARGET, 504).text("upstream", SITE).at("capture.pcap", &[asked, sent, told]))
}
