//! Failures at a gateway of no particular make, mostly for what the recording could or could not see.

use gateway_triage_tests::build::file::{pcap, pcapng};
use gateway_triage_tests::build::packet::Link;
use gateway_triage_tests::build::talk::{Capture, Flow, Side};

use super::super::recipe::Expect;
use super::Built;
use super::scene::{CLIENT, EGRESS, MORNING, SITE, Scene, failure};

const TARGET: &str = "http://www.example.com/";
const PAGE: &str = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>\n";

pub fn all() -> Vec<Built> {
    vec![
        no_attempt(),
        client_leg_only(),
        client_resets(),
        half_header(),
        upstream_reset_only(),
        upstream_refused_raw(),
        lost_return(),
        cut_short_by_snap(),
        two_failures_among_good(),
        connect_prohibited(),
        packet_too_big(),
    ]
}

fn no_attempt() -> Built {
    let mut scene = Scene::new(Link::Sll2, 8080);
    scene.good("http://static.example.net/");
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    let told = scene.answer(&mut client, "502 Bad Gateway", "", PAGE);
    scene.capture.close(&mut client, Side::Opener);
    scene.capture.wait_ms(300);
    scene.good("http://static.example.net/logo");
    Built::new("no-attempt", "answered-at-once", "The gateway answers 502 within a millisecond; no lookup, no SYN, while other requests go out as usual (a cached negative lookup would look so).", "categories: no-attempt")
        .file("capture.pcap", pcap(&scene.capture))
        .expects(failure("no-attempt", TARGET, 502).null("upstream").at("capture.pcap", &[asked, told]))
        .counts(3, 0)
}

fn client_leg_only() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 8080);
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.capture.wait_ms(21_000);
    let told = scene.answer(&mut client, "502 Bad Gateway", "", PAGE);
    scene.capture.close(&mut client, Side::Opener);
    let mut expect = failure("undetermined", TARGET, 502).null("upstream").at("capture.pcap", &[asked, told]);
    expect.fields.retain(|(field, _)| *field != "confidence" && *field != "generated_by");
    Built::new(
        "undetermined",
        "client-side-only",
        "Recorded between client and gateway: 502 after 21 s, and nothing of what the gateway tried.",
        "categories: no-upstream-leg",
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(expect)
}

fn client_resets() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 8080);
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 22);
    scene.forward(&mut site, TARGET);
    scene.capture.wait_ms(30_000);
    let left = scene.capture.reset(&mut client, Side::Opener);
    scene.capture.wait_ms(1);
    scene.capture.reset(&mut site, Side::Opener);
    let expect =
        failure("client-abort", TARGET, 0).null("status").text("reset_by", "client").at("capture.pcap", &[asked, left]);
    let mut expect = expect;
    expect.fields.retain(|(field, _)| *field != "generated_by");
    Built::new("client-abort", "client-resets", "The client resets its connection after 30 s of waiting; the gateway then resets its own, which is a consequence.", "categories: client-abort")
        .file("capture.pcap", pcap(&scene.capture))
        .expects(expect)
}

fn half_header() -> Built {
    let mut scene = Scene::new(Link::Sll2, 8080);
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 22);
    let sent = scene.forward(&mut site, TARGET);
    let heard = scene.capture.send(&mut site, Side::Server, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nSet-Coo");
    scene.capture.ack(&mut site, Side::Opener);
    scene.capture.wait_ms(2);
    let ended = scene.capture.fin(&mut site, Side::Server);
    scene.capture.fin(&mut site, Side::Opener);
    let told = scene.answer(&mut client, "502 Bad Gateway", "", PAGE);
    scene.capture.close(&mut client, Side::Opener);
    Built::new(
        "response-truncated",
        "half-header",
        "The site closes in the middle of the header fields; the gateway answers 502.",
        "contract: part of a header and then FIN is response-truncated",
    )
    .file("capture.pcapng", pcapng(&scene.capture))
    .expects(
        failure("response-truncated", TARGET, 502)
            .text("upstream", SITE)
            .at("capture.pcapng", &[asked, sent, heard, ended, told]),
    )
}

/// What a finding has where the clients' side is not recorded.
fn upstream_only(category: &str) -> Expect {
    Expect::new(category, "proven").null("client").null("status").text("gateway", EGRESS).text("upstream", SITE)
}

fn upstream_reset_only() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 8080);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 22);
    let sent = scene.forward(&mut site, TARGET);
    scene.capture.wait_ms(60);
    let reset = scene.capture.reset(&mut site, Side::Server);
    Built::new(
        "response-reset",
        "upstream-side-only",
        "Recorded between gateway and site: request, then RST. No client is in the capture.",
        "contract: an upstream failure without a client side is an exchange",
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(upstream_only("response-reset").text("host", "www.example.com").at("capture.pcap", &[sent, reset]))
}

fn upstream_refused_raw() -> Built {
    let mut capture = Capture::new(Link::Raw, MORNING, &[EGRESS]);
    let mut site = Flow::new(&format!("{EGRESS}:50201"), SITE).server_ttl(52);
    let syn = capture.syn(&mut site);
    capture.wait_ms(18);
    let reset = capture.refuse(&mut site);
    Built::new(
        "tcp-syn-reset",
        "upstream-side-only-raw",
        "Raw IP, no DNS and no client in the capture: two packets, a SYN and the RST that answers it.",
        "contract: an upstream failure without a client side is an exchange",
    )
    .file("capture.pcap", pcap(&capture))
    .expects(upstream_only("tcp-syn-reset").at("capture.pcap", &[syn, reset]))
}

fn lost_return() -> Built {
    let mut scene = Scene::new(Link::Sll2, 8080);
    let mut client = scene.client();
    let mut numbers = vec![scene.request(&mut client, "GET", TARGET)];
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    for gap in [1000, 2000, 4000] {
        numbers.push(scene.capture.syn(&mut site));
        scene.capture.wait_ms(21);
        numbers.push(scene.capture.syn_ack(&mut site));
        scene.capture.wait_ms(gap);
    }
    numbers.push(scene.answer(&mut client, "504 Gateway Timeout", "", PAGE));
    scene.capture.close(&mut client, Side::Opener);
    let mut expect = failure("return-path", TARGET, 504).text("upstream", SITE).at("capture.pcap", &numbers);
    expect.fields.retain(|(field, _)| *field != "confidence");
    Built::new("return-path", "syn-ack-not-accepted", "The SYN-ACK reaches the gateway's interface, but the gateway repeats its SYN: the answer comes in where it is not accepted (wrong interface, reverse-path filter).", "categories: return-path (asymmetric route)")
        .file("capture.pcap", pcap(&scene.capture))
        .expects(expect)
}

fn cut_short_by_snap() -> Built {
    let mut scene = Scene::new(Link::Vlan(120), 8080);
    scene.capture.snap(96);
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    let syn = scene.capture.syn(&mut site);
    scene.capture.wait_ms(23);
    let reset = scene.capture.refuse(&mut site);
    let told = scene.answer(&mut client, "502 Bad Gateway", "", PAGE);
    scene.capture.close(&mut client, Side::Opener);
    Built::new("tcp-syn-reset", "snap-96-vlan", "Tagged frames cut after 96 bytes: the first lines of request and answer are there, and the RST that answers the SYN.", "house: captures with a short snap length")
        .file("capture.pcap", pcap(&scene.capture))
        .expects(failure("tcp-syn-reset", TARGET, 502).text("upstream", SITE).at("capture.pcap", &[asked, syn, reset, told]))
}

fn two_failures_among_good() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 8080);
    scene.good("http://static.example.net/a");
    let mut first = scene.client();
    let mut refused = vec![scene.request(&mut first, "GET", "http://www.example.com/one")];
    // A second client request overlaps the first.
    let mut second = scene.client();
    let mut reset = vec![scene.request(&mut second, "GET", "http://app.example.org/two")];
    scene.resolve("app.example.org", "203.0.113.20");
    scene.resolve("www.example.com", "192.0.2.10");
    let mut app = scene.upstream("203.0.113.20:80");
    scene.capture.open(&mut app, 12);
    reset.push(scene.forward(&mut app, "http://app.example.org/two"));
    let mut site = scene.upstream(SITE);
    refused.push(scene.capture.syn(&mut site));
    scene.capture.wait_ms(20);
    refused.push(scene.capture.refuse(&mut site));
    refused.push(scene.answer(&mut first, "502 Bad Gateway", "", PAGE));
    scene.good("http://static.example.net/b");
    reset.push(scene.capture.reset(&mut app, Side::Server));
    reset.push(scene.answer(&mut second, "502 Bad Gateway", "", PAGE));
    scene.capture.close(&mut first, Side::Opener);
    scene.capture.close(&mut second, Side::Opener);
    scene.good("http://static.example.net/c");
    Built::new(
        "response-reset",
        "two-failures-overlap",
        "Two requests fail in different ways while they overlap, among three good ones.",
        "categories: pairing the legs",
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(
        failure("tcp-syn-reset", "http://www.example.com/one", 502).text("upstream", SITE).at("capture.pcap", &refused),
    )
    .expects(
        failure("response-reset", "http://app.example.org/two", 502)
            .text("upstream", "203.0.113.20:80")
            .at("capture.pcap", &reset),
    )
    .counts(5, 0)
}

fn connect_prohibited() -> Built {
    let target = "secure.example.com:443";
    let mut scene = Scene::new(Link::Ethernet, 8080);
    let mut client = scene.client();
    let asked = scene.request(&mut client, "CONNECT", target);
    scene.resolve("secure.example.com", "192.0.2.10");
    let mut site = scene.upstream("192.0.2.10:443");
    let syn = scene.capture.syn(&mut site);
    scene.capture.wait_ms(4);
    let refusal = scene.capture.icmp("198.51.100.1", syn, 3, 13);
    let told = scene.answer(&mut client, "503 Service Unavailable", "", PAGE);
    scene.capture.close(&mut client, Side::Server);
    Built::new(
        "tcp-icmp-prohibited",
        "connect-prohibited",
        "CONNECT whose SYN a firewall rejects with ICMP code 13: the gateway refuses the tunnel with 503.",
        "categories: tcp-icmp-unreachable",
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(
        failure("tcp-icmp-prohibited", target, 503)
            .text("method", "CONNECT")
            .text("host", "secure.example.com")
            .text("client", CLIENT)
            .text("upstream", "192.0.2.10:443")
            .at("capture.pcap", &[asked, syn, refusal, told]),
    )
}

fn packet_too_big() -> Built {
    let target = "http://[2001:db8:10::10]/upload";
    let mut scene = Scene::new(Link::Sll2, 8080);
    let mut client = scene.client();
    let head = |target: &str| {
        format!("POST {target} HTTP/1.1\r\nHost: [2001:db8:10::10]\r\nContent-Length: 1200\r\n\r\n{}", "x".repeat(1200))
    };
    let asked = scene.capture.send(&mut client, Side::Opener, head(target).as_bytes());
    scene.capture.ack(&mut client, Side::Server);
    let mut site = Flow::new("[2001:db8:100::5]:50200", "[2001:db8:10::10]:80").server_ttl(52);
    scene.capture.open(&mut site, 20);
    let body = head("/upload");
    let mut sent = scene.capture.send(&mut site, Side::Opener, body.as_bytes());
    let first = sent;
    let mut told = Vec::new();
    for gap in [300, 600, 1200, 2400] {
        scene.capture.wait_ms(1);
        told.push(scene.capture.icmp_mtu("2001:db8:100::1", sent, (2, 0), 1280));
        scene.capture.wait_ms(gap);
        sent = scene.capture.send_again(&mut site, Side::Opener, body.as_bytes());
    }
    scene.capture.wait_ms(4000);
    let answer = scene.answer(&mut client, "504 Gateway Timeout", "", PAGE);
    scene.capture.fin(&mut site, Side::Opener);
    scene.capture.close(&mut client, Side::Server);
    Built::new(
        "pmtu-blackhole",
        "packet-too-big-ignored",
        "A router on the IPv6 path takes 1280 bytes and says so by ICMPv6; the gateway sends the same full-sized segment again.",
        "RFC 4443, section 3.2; RFC 8201",
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(
        failure("pmtu-blackhole", target, 504)
            .unset("confidence")
            .text("method", "POST")
            .text("host", "2001:db8:10::10")
            .text("upstream", "[2001:db8:10::10]:80")
            .at("capture.pcap", &[asked, first, told[0], answer]),
    )
}
