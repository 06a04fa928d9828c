//! Failures of which a decisive packet is missing, late or of another kind than usual, and what else tells them: what the
//! other side acknowledged, what is too large for the path, what was known before.

use gateway_triage_tests::build::dns::{A, AAAA, NOERROR, Question, Record};
use gateway_triage_tests::build::file::pcap;
use gateway_triage_tests::build::packet::{Link, v4};
use gateway_triage_tests::build::talk::{Capture, Flow, Side};
use gateway_triage_tests::build::tls::{Hello, change_cipher, encrypted, flight13};

use super::Built;
use super::scene::{DNS, EGRESS, GATEWAY, MORNING, SITE, Scene, failure};

const TARGET: &str = "http://www.example.com/";
const PAGE: &str = "<html><head><title>504 Gateway Timeout</title></head><body>504 Gateway Timeout</body></html>\n";

pub fn all() -> Vec<Built> {
    vec![
        fin_not_captured(),
        half_head_fin_not_captured(),
        tail_of_1207(),
        server_flight_too_large(),
        answer_after_giving_up(),
        ipv6_without_hardware(),
        two_clocks(),
        checks_refused_before(),
        forgotten_before_the_capture(),
    ]
}

fn case(folder: &'static str, name: &'static str, about: &str, after: &'static str, scene: &Scene) -> Built {
    Built::new(folder, name, about, after).file("capture.pcap", pcap(&scene.capture))
}

/// A request that the site has acknowledged: the client's connection, the site's, and both requests' numbers.
fn asked(scene: &mut Scene) -> (Flow, Flow, [u64; 2]) {
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 22);
    let sent = scene.forward(&mut site, TARGET);
    (client, site, [asked, sent])
}

fn fin_not_captured() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 8080);
    let (mut client, mut site, [asked, sent]) = asked(&mut scene);
    scene.capture.wait_ms(60_000);
    scene.capture.lose(&mut site, Side::Opener, 1);
    let told = scene.answer(&mut client, "504 Gateway Timeout", "", PAGE);
    scene.capture.wait_ms(20);
    let fin = scene.capture.fin(&mut site, Side::Server);
    scene.capture.ack(&mut site, Side::Opener);
    scene.capture.close(&mut client, Side::Opener);
    case(
        "response-timeout",
        "gateways-fin-not-captured",
        "The gateway gives up after 60 s; the capture lacks its FIN, and holds the site's, which acknowledges it.",
        "RFC 9293 section 3.6: a FIN takes one sequence number",
        &scene,
    )
    .expects(
        failure("response-timeout", TARGET, 504).text("upstream", SITE).at("capture.pcap", &[asked, sent, fin, told]),
    )
}

fn half_head_fin_not_captured() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 8080);
    let (mut client, mut site, [asked, sent]) = asked(&mut scene);
    let heard = scene.capture.send(&mut site, Side::Server, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nSet-Coo");
    scene.capture.ack(&mut site, Side::Opener);
    scene.capture.wait_ms(60_000);
    scene.capture.lose(&mut site, Side::Opener, 1);
    let told = scene.answer(&mut client, "504 Gateway Timeout", "", PAGE);
    scene.capture.wait_ms(20);
    let fin = scene.capture.fin(&mut site, Side::Server);
    scene.capture.ack(&mut site, Side::Opener);
    scene.capture.close(&mut client, Side::Opener);
    case(
        "response-stalled",
        "gateways-fin-not-captured",
        "Half of a header, then nothing for 60 s; the capture lacks the gateway's FIN, and holds the site's, which acknowledges it.",
        "RFC 9293 section 3.6: a FIN takes one sequence number",
        &scene,
    )
    .expects(
        failure("response-stalled", TARGET, 504)
            .text("upstream", SITE)
            .at("capture.pcap", &[asked, sent, heard, fin, told]),
    )
}

fn tail_of_1207() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 8080);
    let (mut client, mut site, [asked, sent]) = asked(&mut scene);
    let mut heard = site.clone();
    scene.capture.lose(&mut heard, Side::Server, 2 * 1460);
    let small = scene.capture.send(&mut heard, Side::Server, &[b'x'; 1207]);
    scene.capture.ack(&mut site, Side::Opener);
    scene.capture.wait_ms(60_000);
    scene.capture.fin(&mut site, Side::Opener);
    let told = scene.answer(&mut client, "504 Gateway Timeout", "", PAGE);
    scene.capture.close(&mut client, Side::Opener);
    case(
        "pmtu-blackhole",
        "rest-of-1207-passes",
        "Of the answer two full-sized segments never arrive; the rest of 1207 bytes, which a tunnel still takes, does.",
        "categories 2.6, direction server to proxy",
        &scene,
    )
    .expects(
        failure("pmtu-blackhole", TARGET, 504).text("upstream", SITE).at("capture.pcap", &[asked, sent, small, told]),
    )
}

fn server_flight_too_large() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 8080);
    let mut client = scene.client();
    let text = "CONNECT www.example.com:443 HTTP/1.1\r\nHost: www.example.com:443\r\n\r\n";
    let asked = scene.capture.send(&mut client, Side::Opener, text.as_bytes());
    scene.capture.ack(&mut client, Side::Server);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream("192.0.2.10:443");
    scene.capture.open(&mut site, 22);
    let granted = "HTTP/1.1 200 Connection established\r\n\r\n";
    let granted = scene.capture.send(&mut client, Side::Server, granted.as_bytes());
    let hello = Hello { name: "www.example.com", ..Hello::default() }.record();
    scene.capture.send(&mut client, Side::Opener, &hello);
    scene.capture.ack(&mut client, Side::Server);
    let hello = scene.capture.send(&mut site, Side::Opener, &hello);
    scene.capture.wait_ms(22);
    scene.capture.ack(&mut site, Side::Server);
    let flight = [flight13(), change_cipher(), encrypted(3300), encrypted(281), encrypted(53)].concat();
    let lost = flight.len() / 1460 * 1460;
    let mut heard = site.clone();
    scene.capture.lose(&mut heard, Side::Server, lost);
    let small = scene.capture.send(&mut heard, Side::Server, &flight[lost..]);
    scene.capture.ack(&mut site, Side::Opener);
    scene.capture.wait_ms(30_000);
    scene.capture.close(&mut client, Side::Opener);
    scene.capture.fin(&mut site, Side::Opener);
    let mut expect = failure("pmtu-blackhole", "www.example.com:443", 200)
        .text("upstream", "192.0.2.10:443")
        .at("capture.pcap", &[asked, granted, hello, small]);
    expect.fields.retain(|(field, _)| *field != "method" && *field != "host");
    case(
        "pmtu-blackhole",
        "certificate-too-large-for-the-path",
        "In a tunnel the server's part of the handshake is lost but for its last, small segment.",
        "categories 2.6, direction server to proxy",
        &scene,
    )
    .expects(expect.text("method", "CONNECT").text("host", "www.example.com"))
    .counts(1, 0)
}

fn answer_after_giving_up() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 8080);
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    let resolver = format!("{EGRESS}:50900");
    let question = Question::new(0x2b01, "www.example.com", A);
    let first = scene.capture.ask(&resolver, DNS, &question);
    scene.capture.wait_ms(5_000);
    scene.capture.ask(&resolver, DNS, &question);
    scene.capture.wait_ms(5_000);
    let told = scene.answer(&mut client, "504 Gateway Timeout", "", PAGE);
    scene.capture.close(&mut client, Side::Opener);
    scene.capture.wait_ms(1_500);
    let late = scene.capture.tell(&resolver, DNS, &question, NOERROR, &[Record::A(v4("192.0.2.10"))]);
    case(
        "dns-no-response",
        "answer-after-giving-up",
        "The DNS server answers 1.5 s after the gateway has given up and told the client 504.",
        "categories: dns-no-response, late answer",
        &scene,
    )
    .expects(failure("dns-no-response", TARGET, 504).null("upstream").at("capture.pcap", &[asked, first, late, told]))
}

fn ipv6_without_hardware() -> Built {
    let mut scene = Scene::new(Link::Raw, 8080).one_armed();
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    let resolver = format!("{GATEWAY}:50900");
    let question = Question::new(0x2b01, "www.example.com", AAAA);
    let query = scene.capture.ask(&resolver, DNS, &question);
    scene.capture.wait_ms(2);
    let address = "2001:db8:10::10".parse().unwrap_or(std::net::Ipv6Addr::UNSPECIFIED);
    let given = scene.capture.tell(&resolver, DNS, &question, NOERROR, &[Record::Aaaa(address)]);
    scene.capture.wait_ms(1);
    let mut site = Flow::new("[2001:db8:20::2]:50200", "[2001:db8:10::10]:80");
    let syn = scene.capture.syn(&mut site);
    scene.capture.wait_ms(3);
    let refused = scene.capture.icmp("2001:db8:20::1", syn, 1, 1);
    let told = scene.answer(&mut client, "502 Bad Gateway", "", PAGE);
    scene.capture.close(&mut client, Side::Opener);
    case(
        "tcp-icmp-prohibited",
        "ipv6-without-hardware-addresses",
        "A capture without hardware addresses: clients and DNS see the gateway's IPv4 address, the site its IPv6 address, which a router turns away.",
        "RFC 4443 section 3.1, code 1",
        &scene,
    )
    .expects(
        failure("tcp-icmp-prohibited", TARGET, 502)
            .text("upstream", "[2001:db8:10::10]:80")
            .at("capture.pcap", &[asked, query, given, syn, refused, told]),
    )
}

fn two_clocks() -> Built {
    let mut clients = Scene::new(Link::Ethernet, 8080);
    let mut client = clients.client();
    let asked = clients.request(&mut client, "GET", TARGET);
    clients.capture.wait_ms(60);
    let told = clients.answer(&mut client, "502 Bad Gateway", "", PAGE);
    clients.capture.close(&mut client, Side::Opener);
    // The other machine's clock is two minutes ahead; it began to record before.
    let mut capture = Capture::new(Link::Ethernet, MORNING - 60, &[EGRESS]);
    let mut other = Flow::new(&format!("{EGRESS}:49000"), "192.0.2.77:443");
    capture.open(&mut other, 20);
    capture.close(&mut other, Side::Opener);
    capture.wait_ms(180_000);
    let mut site = Flow::new(&format!("{EGRESS}:50200"), SITE);
    capture.syn(&mut site);
    capture.wait_ms(20);
    capture.refuse(&mut site);
    let mut expect = failure("undetermined", TARGET, 502).null("upstream").at("clients.pcap", &[asked, told]);
    expect.fields.retain(|(field, _)| *field != "confidence" && *field != "generated_by");
    Built::new(
        "undetermined",
        "two-places-two-clocks",
        "Clients' side and upstream side in two files, whose clocks are two minutes apart: the refused connection of this request is in the other one, at another time.",
        "categories: time-skew",
    )
    .file("clients.pcap", pcap(&clients.capture))
    .file("upstream.pcap", pcap(&capture))
    .expects(expect)
}

fn checks_refused_before() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 80).one_armed();
    let check = |scene: &mut Scene| {
        for server in ["10.30.0.21:8080", "10.30.0.22:8080"] {
            let mut flow = scene.upstream(server);
            scene.capture.syn(&mut flow);
            scene.capture.refuse(&mut flow);
        }
        scene.capture.wait_ms(2_000);
    };
    check(&mut scene);
    check(&mut scene);
    let mut client = scene.client();
    let text = "GET /cart HTTP/1.1\r\nHost: shop.example.com\r\nUser-Agent: Mozilla/5.0\r\n\r\n";
    let asked = scene.capture.send(&mut client, Side::Opener, text.as_bytes());
    scene.capture.ack(&mut client, Side::Server);
    scene.capture.wait_ms(1);
    let told = scene.answer(&mut client, "503 Service Unavailable", "", PAGE);
    scene.capture.close(&mut client, Side::Opener);
    scene.capture.wait_ms(1_000);
    check(&mut scene);
    let mut expect = failure("no-attempt", "/cart", 503).null("upstream").at("capture.pcap", &[asked, told]);
    expect.fields.retain(|(field, _)| *field != "host");
    case(
        "no-attempt",
        "health-checks-are-refused",
        "A load balancer answers 503 at once; its checks of both servers, before and after, are refused. The checks are no failures of clients.",
        "contract: an upstream failure is an exchange only where no client side is captured",
        &scene,
    )
    .expects(expect.text("host", "shop.example.com"))
}

fn forgotten_before_the_capture() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 8080);
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    let mut site = scene.upstream(SITE);
    let sent = scene.ask(&mut site, TARGET);
    scene.capture.wait_ms(20);
    let reset = scene.capture.forget(&mut site, Side::Server);
    let told = scene.answer(&mut client, "502 Bad Gateway", "", PAGE);
    scene.capture.close(&mut client, Side::Opener);
    let mut expect =
        failure("keepalive-race", TARGET, 502).text("upstream", SITE).at("capture.pcap", &[asked, sent, reset, told]);
    expect.fields.retain(|(field, _)| *field != "confidence");
    case(
        "keepalive-race",
        "forgotten-before-the-capture",
        "A connection from before the capture; the server answers the request with a RST without ACK: it does not know it any more.",
        "RFC 9293 section 3.10.7.1",
        &scene,
    )
    .expects(expect.text("confidence", "likely"))
}
