//! What the messages themselves say: loops by `Via`, the gateway's own word in `Proxy-Status`, parent proxies.

use gateway_triage_tests::build::file::pcap;
use gateway_triage_tests::build::packet::Link;
use gateway_triage_tests::build::talk::{Flow, Side};

use super::Built;
use super::scene::{CLIENT, GATEWAY, SITE, Scene, failure};
use crate::lab::recipe::Expect;

const TARGET: &str = "http://www.example.com/";
const PARENT: &str = "10.40.0.3:3128";
const PAGE: &str =
    "<html><head><title>ERROR</title></head><body>The requested page could not be retrieved.</body></html>\n";
const VIA: &str = "RFC 9110, section 7.6.3 (Via)";
const WORD: &str = "RFC 9209 (Proxy-Status)";
const PARENTS: &str = "categories: parent-proxy-error";

pub fn all() -> Vec<Built> {
    vec![
        back_by_the_parent(),
        asks_itself(),
        without_via(),
        two_ask_each_other(),
        several_servers_of_one_machine(),
        chain(),
        own_test_meanwhile(),
        word_alone(),
        word_of_the_next_hop(),
        word_of_dns(),
        packets_before_the_word(),
        parent_answers(),
        parent_is_silent(),
        parent_refuses_tunnel(),
    ]
}

fn scene() -> Scene {
    Scene::new(Link::Ethernet, 3128)
}

/// A request of one proxy to another.
fn ask(scene: &mut Scene, flow: &mut Flow, via: &str) -> u64 {
    let via = if via.is_empty() { String::new() } else { format!("Via: {via}\r\n") };
    let text = format!("GET {TARGET} HTTP/1.1\r\nHost: www.example.com\r\n{via}Connection: keep-alive\r\n\r\n");
    let number = scene.capture.send(flow, Side::Opener, text.as_bytes());
    scene.capture.ack(flow, Side::Server);
    scene.capture.wait_ms(1);
    number
}

fn back_by_the_parent() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    let mut up = scene.upstream(PARENT);
    scene.capture.open(&mut up, 1);
    ask(&mut scene, &mut up, "1.1 gw.example.net (squid/5.7)");
    let mut back = Flow::new("10.40.0.3:41000", &format!("{GATEWAY}:3128"));
    scene.capture.open(&mut back, 1);
    let returned = ask(&mut scene, &mut back, "1.1 gw.example.net (squid/5.7), 1.1 parent.example.net (squid/5.7)");
    let fields = "X-Squid-Error: ERR_ACCESS_DENIED 0\r\n";
    let refused = scene.answer(&mut back, "403 Forbidden", fields, PAGE);
    scene.answer(&mut up, "403 Forbidden", fields, PAGE);
    let told = scene.answer(&mut client, "403 Forbidden", fields, PAGE);
    Built::new(
        "proxy-loop",
        "back-by-the-parent",
        "The parent proxy sends the request back to the gateway, which finds its own name in Via and ends the loop with 403, as Squid does.",
        VIA,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(failure("proxy-loop", TARGET, 403).at("capture.pcap", &[asked, returned, refused, told]))
    .counts(1, 0)
}

fn asks_itself() -> Built {
    let mut scene = scene().one_armed();
    let mut client = scene.client();
    let mut numbers = vec![scene.request(&mut client, "GET", TARGET)];
    scene.resolve("www.example.com", GATEWAY);
    // DNS gives the gateway's own address for the site; each round adds its name.
    let mut rounds = Vec::new();
    let mut via = String::from("1.1 gw.example.net");
    for _ in 0..3 {
        let mut own = scene.upstream(&format!("{GATEWAY}:3128"));
        scene.capture.open(&mut own, 0);
        numbers.push(ask(&mut scene, &mut own, &via));
        via.push_str(", 1.1 gw.example.net");
        rounds.push(own);
    }
    scene.capture.wait_ms(200);
    for mut own in rounds.into_iter().rev() {
        scene.answer(&mut own, "502 Bad Gateway", "", PAGE);
    }
    numbers.push(scene.answer(&mut client, "502 Bad Gateway", "", PAGE));
    Built::new(
        "proxy-loop",
        "asks-itself",
        "DNS gives the gateway its own address for the site: it asks itself, with one name more in Via each time, until it gives up.",
        VIA,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(failure("proxy-loop", TARGET, 502).at("capture.pcap", &numbers))
    .counts(1, 0)
}

fn without_via() -> Built {
    let mut scene = Scene::new(Link::Sll, 3128).one_armed();
    let mut client = scene.client();
    let mut numbers = vec![scene.request(&mut client, "GET", TARGET)];
    let mut rounds = Vec::new();
    for _ in 0..4 {
        let mut own = scene.upstream(&format!("{GATEWAY}:3128"));
        scene.capture.open(&mut own, 0);
        numbers.push(ask(&mut scene, &mut own, ""));
        rounds.push(own);
    }
    scene.capture.wait_ms(900);
    for mut own in rounds.into_iter().rev() {
        scene.answer(&mut own, "503 Service Unavailable", "", PAGE);
    }
    numbers.push(scene.answer(&mut client, "503 Service Unavailable", "", PAGE));
    Built::new(
        "proxy-loop",
        "asks-itself-without-via",
        "The gateway writes no Via and asks itself: four connections within each other for the same page, then 503.",
        "categories: proxy-loop, connections multiply",
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(failure("proxy-loop", TARGET, 503).at("capture.pcap", &numbers))
    .counts(1, 0)
}

fn two_ask_each_other() -> Built {
    let (one, other) = (format!("{GATEWAY}:80"), "10.40.0.7:80");
    let mut scene = Scene::new(Link::Ethernet, 80);
    let mut client = scene.client();
    let request = |host: &str| format!("GET /shop HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let mut numbers = vec![scene.capture.send(&mut client, Side::Opener, request("www.example.com").as_bytes())];
    scene.capture.ack(&mut client, Side::Server);
    let mut rounds = Vec::new();
    for port in [41_000, 41_010, 41_020] {
        let mut there = Flow::new(&format!("{GATEWAY}:{port}"), other);
        let mut back = Flow::new(&format!("10.40.0.7:{port}"), &one);
        for (flow, host) in [(&mut there, "10.40.0.7"), (&mut back, GATEWAY)] {
            scene.capture.open(flow, 1);
            let number = scene.capture.send(flow, Side::Opener, request(host).as_bytes());
            scene.capture.ack(flow, Side::Server);
            if host == GATEWAY {
                numbers.push(number);
            }
        }
        rounds.extend([there, back]);
    }
    scene.capture.wait_ms(400);
    for mut flow in rounds.into_iter().rev() {
        scene.answer(&mut flow, "502 Bad Gateway", "Connection: close\r\n", PAGE);
        scene.capture.close(&mut flow, Side::Server);
    }
    numbers.push(scene.answer(&mut client, "502 Bad Gateway", "Connection: close\r\n", PAGE));
    scene.capture.close(&mut client, Side::Server);
    Built::new(
        "proxy-loop",
        "two-ask-each-other",
        "Two reverse proxies without Via have each other as the server for the site: the request goes to and fro, and then 502 comes back.",
        "categories: proxy-loop, connections multiply",
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(
        failure("proxy-loop", "/shop", 502).text("host", "www.example.com").at("capture.pcap", &numbers),
    )
}

fn several_servers_of_one_machine() -> Built {
    let mut scene = Scene::new(Link::Sll, 80).one_armed();
    let request = b"GET /shop HTTP/1.1\r\nHost: www.example.com\r\nX-Forwarded-For: 10.20.0.50\r\n\r\n";
    let mut client = scene.client();
    let mut cache = scene.upstream(&format!("{GATEWAY}:6081"));
    let mut shop = scene.upstream(&format!("{GATEWAY}:8080"));
    let mut numbers = Vec::new();
    for flow in [&mut client, &mut cache, &mut shop] {
        if !numbers.is_empty() {
            scene.capture.open(flow, 0);
        }
        numbers.push(scene.capture.send(flow, Side::Opener, request));
        scene.capture.ack(flow, Side::Server);
    }
    scene.capture.wait_ms(300);
    numbers.push(scene.capture.fin(&mut shop, Side::Server));
    scene.capture.fin(&mut shop, Side::Opener);
    for flow in [&mut cache, &mut client] {
        numbers.push(scene.answer(flow, "503 Service Unavailable", "Connection: close\r\n", PAGE));
        scene.capture.close(flow, Side::Server);
    }
    Built::new(
        "response-empty",
        "several-servers-of-one-machine",
        "A web server, a cache and an application on one machine ask each other under its address, each on a port of its own; the application closes without an answer. That is no loop.",
        "categories: proxy-loop, connections multiply",
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(
        failure("response-empty", "/shop", 503)
            .text("host", "www.example.com")
            .text("upstream", "10.20.0.2:8080")
            .at("capture.pcap", &[numbers[0], numbers[2], numbers[3], numbers[5]]),
    )
}

fn chain() -> Built {
    let mut scene = scene();
    // The client is itself a proxy; our gateway asks a parent, all have names of their own.
    let mut child = scene.client();
    ask(&mut scene, &mut child, "1.1 branch.example.net (squid/5.7)");
    let mut up = scene.upstream(PARENT);
    scene.capture.open(&mut up, 1);
    ask(&mut scene, &mut up, "1.1 branch.example.net (squid/5.7), 1.1 gw.example.net (squid/5.7)");
    let fields = "Via: 1.1 parent.example.net, 1.1 gw.example.net\r\n";
    for flow in [&mut up, &mut child] {
        scene.answer(flow, "200 OK", fields, "<html>All is well.</html>\n");
        scene.capture.close(flow, Side::Opener);
    }
    // The branch's policy refuses another: its names differ, and 403 is an answer.
    let mut child = scene.client();
    ask(&mut scene, &mut child, "1.1 branch.example.net (squid/5.7)");
    scene.answer(&mut child, "403 Forbidden", fields, PAGE);
    Built::new("healthy", "chain-of-three-proxies", "A child proxy, the gateway and a parent, each with its own name in Via; a second request is refused by policy with 403.", VIA)
        .file("capture.pcap", pcap(&scene.capture))
        .counts(2, 0)
}

fn own_test_meanwhile() -> Built {
    let mut scene = Scene::new(Link::Sll, 3128).one_armed();
    let mut client = scene.client();
    scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 22);
    scene.forward(&mut site, TARGET);
    // An engineer on the gateway asks the proxy for the same page while it is under way.
    let mut shell = Flow::new(&format!("{GATEWAY}:60001"), &format!("{GATEWAY}:3128"));
    scene.capture.open(&mut shell, 0);
    ask(&mut scene, &mut shell, "");
    let mut second = scene.upstream(SITE);
    scene.capture.open(&mut second, 22);
    scene.forward(&mut second, TARGET);
    for flow in [&mut site, &mut second, &mut client, &mut shell] {
        scene.answer(flow, "200 OK", "", "<html>All is well.</html>\n");
        scene.capture.close(flow, Side::Opener);
    }
    Built::new(
        "healthy",
        "engineer-asks-the-proxy-on-its-own-host",
        "curl on the gateway asks the gateway's own proxy for a page that a client is loading: no loop.",
        VIA,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .counts(2, 0)
}

/// Recorded between client and gateway alone; the answer carries the gateway's word.
fn told(status: &str, word: &str) -> (Scene, [u64; 2]) {
    let mut scene = scene();
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.capture.wait_ms(15_000);
    let told = scene.answer(&mut client, status, &format!("Proxy-Status: {word}\r\n"), PAGE);
    (scene, [asked, told])
}

fn word_alone() -> Built {
    let (scene, numbers) =
        told("504 Gateway Timeout", "gw.example.net; error=connection_timeout; next-hop=\"192.0.2.10:80\"");
    Built::new(
        "tcp-syn-unanswered",
        "proxy-status-alone",
        "Recorded between client and gateway; the gateway's Proxy-Status says connection_timeout.",
        WORD,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(failure("tcp-syn-unanswered", TARGET, 504).text("confidence", "likely").at("capture.pcap", &numbers))
}

fn word_of_the_next_hop() -> Built {
    let (scene, numbers) = told(
        "502 Bad Gateway",
        "parent.example.net; error=dns_error; rcode=\"NXDOMAIN\", gw.example.net; received-status=502",
    );
    Built::new(
        "parent-proxy-error",
        "proxy-status-of-the-parent",
        "Proxy-Status: the parent names an error, the gateway only says that it received 502.",
        WORD,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(
        failure("parent-proxy-error", TARGET, 502)
            .text("confidence", "likely")
            .text("generated_by", "parent-proxy")
            .at("capture.pcap", &numbers),
    )
}

fn word_of_dns() -> Built {
    let (scene, numbers) = told("502 Bad Gateway", "gw.example.net; error=dns_error; rcode=\"SERVFAIL\"; info-code=22");
    Built::new(
        "dns-servfail",
        "proxy-status-with-rcode",
        "Proxy-Status: dns_error with the response code SERVFAIL.",
        WORD,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(failure("dns-servfail", TARGET, 502).at("capture.pcap", &numbers))
}

fn packets_before_the_word() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    let mut numbers = vec![scene.request(&mut client, "GET", TARGET)];
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    numbers.push(scene.capture.syn(&mut site));
    scene.capture.wait_ms(22);
    numbers.push(scene.capture.refuse(&mut site));
    let fields = "Proxy-Status: gw.example.net; error=connection_timeout\r\n";
    numbers.push(scene.answer(&mut client, "504 Gateway Timeout", fields, PAGE));
    Built::new(
        "tcp-syn-reset",
        "proxy-status-says-otherwise",
        "The SYN is answered by RST; the gateway's Proxy-Status calls it connection_timeout. The packets decide.",
        WORD,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(failure("tcp-syn-reset", TARGET, 504).text("upstream", SITE).at("capture.pcap", &numbers))
}

fn parent_answers() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    let mut up = scene.upstream(PARENT);
    scene.capture.open(&mut up, 1);
    let sent = ask(&mut scene, &mut up, "1.1 gw.example.net");
    scene.capture.wait_ms(500);
    let heard = scene.answer(&mut up, "503 Service Unavailable", "Via: 1.1 parent.example.net\r\n", PAGE);
    let told = scene.answer(
        &mut client,
        "503 Service Unavailable",
        "Via: 1.1 parent.example.net, 1.1 gw.example.net\r\n",
        PAGE,
    );
    Built::new(
        "parent-proxy-error",
        "parent-answers-503",
        "The parent proxy answers 503; the gateway passes it on.",
        PARENTS,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(
        failure("parent-proxy-error", TARGET, 503)
            .text("upstream", PARENT)
            .text("generated_by", "parent-proxy")
            .at("capture.pcap", &[asked, sent, heard, told]),
    )
}

fn parent_is_silent() -> Built {
    let mut scene = scene();
    // Earlier the parent worked: so it is known as one.
    let mut client = scene.client();
    scene.request(&mut client, "GET", TARGET);
    let mut up = scene.upstream(PARENT);
    scene.capture.open(&mut up, 1);
    ask(&mut scene, &mut up, "1.1 gw.example.net");
    for flow in [&mut up, &mut client] {
        scene.answer(flow, "200 OK", "", "<html>All is well.</html>\n");
        scene.capture.close(flow, Side::Opener);
    }
    scene.capture.wait_ms(5000);
    let mut client = scene.client();
    let mut numbers = vec![scene.request(&mut client, "GET", TARGET)];
    let mut up = scene.upstream(PARENT);
    for gap in [1000, 2000, 4000] {
        numbers.push(scene.capture.syn(&mut up));
        scene.capture.wait_ms(gap);
    }
    numbers.push(scene.answer(&mut client, "503 Service Unavailable", "", PAGE));
    Built::new(
        "tcp-syn-unanswered",
        "parent-is-silent",
        "The parent proxy worked a moment ago and now does not answer the SYN.",
        PARENTS,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(failure("tcp-syn-unanswered", TARGET, 503).text("upstream", PARENT).at("capture.pcap", &numbers))
    .counts(2, 0)
}

fn parent_refuses_tunnel() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    let head = b"CONNECT www.example.com:443 HTTP/1.1\r\nHost: www.example.com:443\r\n\r\n";
    let asked = scene.capture.send(&mut client, Side::Opener, head);
    scene.capture.ack(&mut client, Side::Server);
    let mut up = scene.upstream(PARENT);
    scene.capture.open(&mut up, 1);
    let sent = scene.capture.send(&mut up, Side::Opener, head);
    scene.capture.ack(&mut up, Side::Server);
    scene.capture.wait_ms(60_000);
    let heard = scene.answer(&mut up, "504 Gateway Timeout", "", PAGE);
    let told = scene.answer(&mut client, "504 Gateway Timeout", "", PAGE);
    Built::new(
        "parent-proxy-error",
        "parent-answers-connect-504",
        "The parent proxy answers CONNECT with 504 after a minute; the gateway passes it on.",
        PARENTS,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(
        Expect::new("parent-proxy-error", "proven")
            .text("client", CLIENT)
            .text("gateway", GATEWAY)
            .text("method", "CONNECT")
            .text("target", "www.example.com:443")
            .text("upstream", PARENT)
            .number("status", 504)
            .text("generated_by", "parent-proxy")
            .at("capture.pcap", &[asked, sent, heard, told]),
    )
}
