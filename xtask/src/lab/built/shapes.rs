//! Gateways of another shape: with one interface, in front of servers instead of clients, on an odd port.

use gateway_triage_tests::build::dns::NXDOMAIN;
use gateway_triage_tests::build::file::{pcap, pcapng};
use gateway_triage_tests::build::packet::Link;
use gateway_triage_tests::build::talk::{Flow, Side};

use super::Built;
use super::scene::{CLIENT, EGRESS, GATEWAY, SITE, Scene, failure};

const TARGET: &str = "http://www.example.com/";
const PAGE: &str = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>\n";
const ONE_ARMED: &str = "house: a gateway with one address on both sides";
const REVERSE: &str = "a reverse proxy such as nginx";

pub fn all() -> Vec<Built> {
    vec![
        one_armed_healthy(),
        one_armed_refused(),
        one_armed_nxdomain(),
        one_armed_timeout(),
        reverse_healthy(),
        reverse_refused(),
        reverse_timeout(),
        other_port(),
    ]
}

fn one_armed(link: Link) -> Scene {
    Scene::new(link, 8080).one_armed()
}

fn one_armed_healthy() -> Built {
    let mut scene = one_armed(Link::Ethernet);
    scene.good(TARGET);
    scene.good("http://static.example.net/logo");
    Built::new(
        "healthy",
        "one-armed",
        "A gateway with one interface: the same address towards clients and sites.",
        ONE_ARMED,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .counts(2, 0)
}

fn one_armed_refused() -> Built {
    let mut scene = one_armed(Link::Ethernet);
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    let syn = scene.capture.syn(&mut site);
    scene.capture.wait_ms(19);
    let reset = scene.capture.refuse(&mut site);
    let told = scene.answer(&mut client, "502 Bad Gateway", "", PAGE);
    scene.capture.close(&mut client, Side::Opener);
    Built::new("tcp-syn-reset", "one-armed", "A gateway with one interface; the site refuses its SYN.", ONE_ARMED)
        .file("capture.pcap", pcap(&scene.capture))
        .expects(
            failure("tcp-syn-reset", TARGET, 502).text("upstream", SITE).at("capture.pcap", &[asked, syn, reset, told]),
        )
}

fn one_armed_nxdomain() -> Built {
    let mut scene = one_armed(Link::Sll2);
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    let (a, _) = scene.resolve_not("www.example.com", NXDOMAIN);
    let told = scene.answer(&mut client, "504 Gateway Timeout", "", PAGE);
    scene.capture.close(&mut client, Side::Opener);
    Built::new("dns-nxdomain", "one-armed", "A gateway with one interface; the name does not exist.", ONE_ARMED)
        .file("capture.pcapng", pcapng(&scene.capture))
        .expects(failure("dns-nxdomain", TARGET, 504).null("upstream").at("capture.pcapng", &[asked, a, told]))
}

fn one_armed_timeout() -> Built {
    let mut scene = one_armed(Link::Ethernet);
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 20);
    let sent = scene.forward(&mut site, TARGET);
    scene.capture.wait_ms(60_000);
    scene.capture.reset(&mut site, Side::Opener);
    let told = scene.answer(&mut client, "504 Gateway Timeout", "", PAGE);
    scene.capture.close(&mut client, Side::Opener);
    Built::new("response-timeout", "one-armed", "A gateway with one interface; the site never answers, and after 60 s the gateway resets the connection itself.", ONE_ARMED)
        .file("capture.pcap", pcap(&scene.capture))
        .expects(failure("response-timeout", TARGET, 504).text("upstream", SITE).at("capture.pcap", &[asked, sent, told]))
}

/// A server behind the gateway: found by configuration, not by DNS.
const BEHIND: &str = "198.51.100.80:8080";

/// The client's request as it is sent to a server: without scheme and host in its target.
fn ask_server(scene: &mut Scene, flow: &mut Flow, path: &str) -> u64 {
    let text = format!("GET {path} HTTP/1.1\r\nHost: shop.example.com\r\nUser-Agent: Mozilla/5.0\r\n\r\n");
    let number = scene.capture.send(flow, Side::Opener, text.as_bytes());
    scene.capture.ack(flow, Side::Server);
    scene.capture.wait_ms(1);
    number
}

fn behind(scene: &mut Scene) -> Flow {
    scene.upstream(BEHIND).server_ttl(64)
}

fn pass_on(scene: &mut Scene, flow: &mut Flow, path: &str) -> u64 {
    let text = format!("GET {path} HTTP/1.0\r\nHost: backend\r\nX-Real-IP: {CLIENT}\r\nConnection: close\r\n\r\n");
    let number = scene.capture.send(flow, Side::Opener, text.as_bytes());
    scene.capture.wait_ms(1);
    scene.capture.ack(flow, Side::Server);
    number
}

fn reverse_healthy() -> Built {
    let mut scene = Scene::new(Link::Sll2, 80);
    for path in ["/", "/basket"] {
        let mut client = scene.client();
        ask_server(&mut scene, &mut client, path);
        let mut server = behind(&mut scene);
        scene.capture.open(&mut server, 1);
        pass_on(&mut scene, &mut server, path);
        scene.answer(&mut server, "200 OK", "Connection: close\r\n", "<html>Shop.</html>\n");
        scene.capture.close(&mut server, Side::Server);
        scene.answer(&mut client, "200 OK", "Server: nginx\r\n", "<html>Shop.</html>\n");
        scene.capture.close(&mut client, Side::Opener);
    }
    Built::new(
        "healthy",
        "reverse-proxy",
        "A gateway in front of a server: no DNS, another Host towards the server, both requests served.",
        REVERSE,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .counts(2, 0)
}

fn reverse_refused() -> Built {
    let mut scene = Scene::new(Link::Sll2, 80);
    let mut client = scene.client();
    let asked = ask_server(&mut scene, &mut client, "/basket");
    let mut server = behind(&mut scene);
    let syn = scene.capture.syn(&mut server);
    scene.capture.wait_ms(1);
    let reset = scene.capture.refuse(&mut server);
    let told = scene.answer(&mut client, "502 Bad Gateway", "Server: nginx\r\n", PAGE);
    scene.capture.close(&mut client, Side::Opener);
    Built::new(
        "tcp-syn-reset",
        "reverse-proxy",
        "A gateway in front of a server that is not running: no DNS, SYN, RST, 502.",
        REVERSE,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(
        failure("tcp-syn-reset", "/basket", 502)
            .text("host", "shop.example.com")
            .text("upstream", BEHIND)
            .at("capture.pcap", &[asked, syn, reset, told]),
    )
}

fn reverse_timeout() -> Built {
    let mut scene = Scene::new(Link::Sll, 80);
    let mut client = scene.client();
    let asked = ask_server(&mut scene, &mut client, "/report");
    let mut server = behind(&mut scene);
    scene.capture.open(&mut server, 1);
    let sent = pass_on(&mut scene, &mut server, "/report");
    scene.capture.wait_ms(60_000);
    scene.capture.fin(&mut server, Side::Opener);
    let told = scene.answer(&mut client, "504 Gateway Time-out", "Server: nginx\r\n", PAGE);
    scene.capture.close(&mut client, Side::Opener);
    Built::new(
        "response-timeout",
        "reverse-proxy",
        "A gateway in front of a server that takes the request and says nothing for 60 s.",
        REVERSE,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(
        failure("response-timeout", "/report", 504)
            .text("host", "shop.example.com")
            .text("upstream", BEHIND)
            .at("capture.pcap", &[asked, sent, told]),
    )
}

fn other_port() -> Built {
    let target = "http://app.example.com:8443/login";
    let mut scene = Scene::new(Link::Ethernet, 8888);
    let mut client = Flow::new(&format!("{CLIENT}:50900"), &format!("{GATEWAY}:8888"));
    scene.capture.open(&mut client, 1);
    // HTTP/1.0 with an explicit port and no Host field.
    let text = format!("GET {target} HTTP/1.0\r\nUser-Agent: old\r\n\r\n");
    let asked = scene.capture.send(&mut client, Side::Opener, text.as_bytes());
    scene.capture.ack(&mut client, Side::Server);
    scene.resolve("app.example.com", "203.0.113.20");
    let mut site = Flow::new(&format!("{EGRESS}:50901"), "203.0.113.20:8443").server_ttl(50);
    scene.capture.open(&mut site, 15);
    let sent = scene.forward(&mut site, "http://app.example.com/login");
    scene.capture.wait_ms(15);
    let ended = scene.capture.fin(&mut site, Side::Server);
    scene.capture.fin(&mut site, Side::Opener);
    let told = scene.answer(&mut client, "502 Bad Gateway", "Connection: close\r\n", PAGE);
    scene.capture.close(&mut client, Side::Server);
    Built::new(
        "response-empty",
        "odd-ports",
        "An HTTP/1.0 client without Host field, a proxy on port 8888, a site on port 8443 that closes without a byte.",
        "house: HTTP is found on any port",
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(
        failure("response-empty", target, 502)
            .text("host", "app.example.com")
            .text("upstream", "203.0.113.20:8443")
            .at("capture.pcap", &[asked, sent, ended, told]),
    )
}
