//! Which attempt belongs to which request, and which failure was the last word.

use gateway_triage_tests::build::dns::{NOERROR, NXDOMAIN, Record, SERVFAIL};
use gateway_triage_tests::build::file::pcap;
use gateway_triage_tests::build::packet::{Link, v4};
use gateway_triage_tests::build::talk::{Flow, Side};

use super::Built;
use super::scene::{CLIENT, DNS, EGRESS, GATEWAY, SITE, Scene, failure};

const TARGET: &str = "http://www.example.com/";
const PAGE: &str = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>\n";
const AFTER: &str = "categories: decision order; contract: exchanges and attempts";

pub fn all() -> Vec<Built> {
    vec![
        second_address_refuses(),
        retried(),
        icmp_then_connected(),
        other_flows_icmp(),
        search_suffix(),
        second_resolver(),
        without_lookup(),
        old_connection(),
        never_answered(),
        client_resets_afterwards(),
        client_asks_dns_too(),
        asked_right_after(),
    ]
}

fn scene() -> Scene {
    Scene::new(Link::Ethernet, 8080)
}

/// The site answers and everybody goes home.
fn served(scene: &mut Scene, mut client: Flow, mut site: Flow) {
    scene.forward(&mut site, TARGET);
    scene.answer(&mut site, "200 OK", "", "<html>All is well.</html>\n");
    scene.answer(&mut client, "200 OK", "", "<html>All is well.</html>\n");
    scene.capture.close(&mut client, Side::Opener);
    scene.capture.close(&mut site, Side::Opener);
}

fn refuse(scene: &mut Scene, client: &mut Flow) -> u64 {
    let told = scene.answer(client, "502 Bad Gateway", "", PAGE);
    scene.capture.close(client, Side::Opener);
    told
}

fn second_address_refuses() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    let mut numbers = vec![scene.request(&mut client, "GET", TARGET)];
    let records = [Record::A(v4("192.0.2.10")), Record::A(v4("192.0.2.11"))];
    scene.look_up(DNS, "www.example.com", NOERROR, &records);
    let mut first = scene.upstream(SITE);
    for gap in [1000, 2000, 2000] {
        scene.capture.syn(&mut first);
        scene.capture.wait_ms(gap);
    }
    let mut second = scene.upstream("192.0.2.11:80");
    numbers.push(scene.capture.syn(&mut second));
    scene.capture.wait_ms(20);
    numbers.push(scene.capture.refuse(&mut second));
    numbers.push(refuse(&mut scene, &mut client));
    Built::new(
        "tcp-syn-reset",
        "second-address-refuses",
        "The first address never answers, the second refuses: the last word is the RST.",
        AFTER,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(failure("tcp-syn-reset", TARGET, 502).text("upstream", "192.0.2.11:80").at("capture.pcap", &numbers))
}

fn retried() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut first = scene.upstream(SITE);
    scene.capture.open(&mut first, 20);
    scene.forward(&mut first, TARGET);
    scene.capture.reset(&mut first, Side::Server);
    let mut second = scene.upstream(SITE);
    scene.capture.open(&mut second, 20);
    served(&mut scene, client, second);
    Built::new(
        "healthy",
        "retried-after-reset",
        "The site resets the first connection after the request; the gateway tries again and the client is served.",
        AFTER,
    )
    .file("capture.pcap", pcap(&scene.capture))
}

fn asked_right_after() -> Built {
    const OTHER: &str = "http://www.example.net/";
    let mut scene = scene();
    let (mut one, mut two) = (scene.client(), scene.client());
    let mut first = vec![scene.request(&mut one, "GET", TARGET)];
    scene.capture.wait_ms(5);
    let mut site = scene.upstream(SITE);
    first.push(scene.capture.syn(&mut site));
    let mut second = vec![scene.request(&mut two, "GET", OTHER)];
    scene.capture.wait_ms(5);
    let mut other = scene.upstream("192.0.2.20:80");
    second.push(scene.capture.syn(&mut other));
    scene.capture.wait_ms(20);
    first.push(scene.capture.refuse(&mut site));
    second.push(scene.capture.refuse(&mut other));
    first.push(refuse(&mut scene, &mut one));
    second.push(refuse(&mut scene, &mut two));
    Built::new(
        "tcp-syn-reset",
        "asked-right-after",
        "The next request comes right after the SYN that the one before it caused: a request causes only what follows it.",
        AFTER,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .counts(2, 0)
    .expects(failure("tcp-syn-reset", TARGET, 502).text("confidence", "likely").text("upstream", SITE).at("capture.pcap", &first))
    .expects(
        failure("tcp-syn-reset", OTHER, 502).text("confidence", "likely").text("upstream", "192.0.2.20:80").at("capture.pcap", &second),
    )
}

fn icmp_then_connected() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    let syn = scene.capture.syn(&mut site);
    scene.capture.wait_ms(4);
    scene.capture.icmp("198.51.100.1", syn, 3, 1);
    scene.capture.wait_ms(996);
    scene.capture.syn(&mut site);
    scene.capture.wait_ms(20);
    scene.capture.syn_ack(&mut site);
    scene.capture.established(&mut site);
    served(&mut scene, client, site);
    Built::new(
        "healthy",
        "unreachable-for-a-moment",
        "The first SYN gets ICMP host unreachable; it is sent again, the connection stands, the page comes.",
        AFTER,
    )
    .file("capture.pcap", pcap(&scene.capture))
}

fn other_flows_icmp() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    let mut numbers = vec![asked, scene.capture.syn(&mut site)];
    // Somebody else's packet to the same site is rejected meanwhile.
    let mut stranger = Flow::new(&format!("{EGRESS}:61000"), "192.0.2.10:25");
    let other = scene.capture.syn(&mut stranger);
    scene.capture.wait_ms(3);
    scene.capture.icmp("198.51.100.1", other, 3, 13);
    for gap in [1000, 2000] {
        scene.capture.wait_ms(gap);
        numbers.push(scene.capture.syn(&mut site));
    }
    scene.capture.wait_ms(4000);
    numbers.push(refuse(&mut scene, &mut client));
    Built::new(
        "tcp-syn-unanswered",
        "icmp-of-another-flow",
        "The SYNs stay unanswered; the ICMP beside them quotes another connection, to port 25 of the same site.",
        AFTER,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(failure("tcp-syn-unanswered", TARGET, 502).text("upstream", SITE).at("capture.pcap", &numbers))
}

fn search_suffix() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    scene.request(&mut client, "GET", "http://intranet.example/");
    scene.look_up(DNS, "intranet.example.corp.example.net", NXDOMAIN, &[]);
    scene.look_up(DNS, "intranet.example", NOERROR, &[Record::A(v4("192.0.2.10"))]);
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 20);
    served(&mut scene, client, site);
    Built::new("healthy", "search-suffix", "The name with the search suffix does not exist, the bare name does.", AFTER)
        .file("capture.pcap", pcap(&scene.capture))
}

fn second_resolver() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    scene.request(&mut client, "GET", TARGET);
    scene.look_up(DNS, "www.example.com", SERVFAIL, &[]);
    scene.look_up("10.30.0.54:53", "www.example.com", NOERROR, &[Record::A(v4("192.0.2.10"))]);
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 20);
    served(&mut scene, client, site);
    Built::new("healthy", "second-resolver", "The first DNS server says SERVFAIL, the second knows the address.", AFTER)
        .file("capture.pcap", pcap(&scene.capture))
}

fn without_lookup() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    let mut numbers = vec![scene.request(&mut client, "GET", TARGET)];
    let mut site = scene.upstream(SITE);
    for gap in [1000, 2000, 4000] {
        numbers.push(scene.capture.syn(&mut site));
        scene.capture.wait_ms(gap);
    }
    numbers.push(refuse(&mut scene, &mut client));
    scene.good("http://static.example.net/");
    Built::new(
        "tcp-syn-unanswered",
        "address-known-before",
        "The gateway has the address in its cache: no lookup in the capture, SYNs without answer, then 502.",
        AFTER,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(failure("tcp-syn-unanswered", TARGET, 502).text("upstream", SITE).at("capture.pcap", &numbers))
    .counts(2, 0)
}

fn old_connection() -> Built {
    let mut scene = scene();
    // Both connections are older than the capture.
    let mut client = Flow::new(&format!("{CLIENT}:51000"), &format!("{GATEWAY}:8080"));
    let mut site = scene.upstream(SITE);
    scene.request(&mut client, "GET", TARGET);
    scene.forward(&mut site, TARGET);
    scene.answer(&mut site, "200 OK", "", "<html>All is well.</html>\n");
    scene.answer(&mut client, "200 OK", "", "<html>All is well.</html>\n");
    scene.capture.wait_ms(400);
    let target = "http://www.example.com/search";
    let asked = scene.request(&mut client, "GET", target);
    let sent = scene.forward(&mut site, target);
    scene.capture.wait_ms(700);
    let reset = scene.capture.reset(&mut site, Side::Server);
    let told = scene.answer(&mut client, "502 Bad Gateway", "", PAGE);
    Built::new("response-reset", "on-an-old-connection", "Connections from before the capture: the first request is served, the second is acknowledged and answered by RST 0.7 s later.", AFTER)
        .file("capture.pcap", pcap(&scene.capture))
        .expects(failure("response-reset", target, 502).text("upstream", SITE).at("capture.pcap", &[asked, sent, reset, told]))
        .counts(2, 0)
}

fn never_answered() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 20);
    let sent = scene.forward(&mut site, TARGET);
    scene.capture.wait_ms(35);
    let ended = scene.capture.fin(&mut site, Side::Server);
    scene.capture.fin(&mut site, Side::Opener);
    scene.capture.ack(&mut site, Side::Server);
    let left = scene.capture.fin(&mut client, Side::Server);
    scene.capture.fin(&mut client, Side::Opener);
    scene.capture.ack(&mut client, Side::Server);
    let mut expect = failure("response-empty", TARGET, 0)
        .null("status")
        .text("upstream", SITE)
        .at("capture.pcap", &[asked, sent, ended, left]);
    expect.fields.retain(|(field, _)| *field != "generated_by");
    Built::new(
        "response-empty",
        "gateway-closes-too",
        "The site closes without a byte, and the gateway closes the client's connection without an answer of its own.",
        AFTER,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(expect)
}

fn client_resets_afterwards() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 20);
    scene.forward(&mut site, TARGET);
    scene.answer(&mut site, "200 OK", "", "<html>All is well.</html>\n");
    scene.answer(&mut client, "200 OK", "", "<html>All is well.</html>\n");
    scene.capture.wait_ms(800);
    scene.capture.reset(&mut client, Side::Opener);
    scene.capture.close(&mut site, Side::Opener);
    Built::new(
        "healthy",
        "client-resets-afterwards",
        "The client has its whole answer and ends its connection with RST, as some systems do.",
        AFTER,
    )
    .file("capture.pcap", pcap(&scene.capture))
}

fn client_asks_dns_too() -> Built {
    let mut scene = scene();
    let question = |id, name| gateway_triage_tests::build::dns::Question::new(id, name, 1);
    // The browser looks for its proxy configuration, through the same router.
    let wpad = question(0x5151, "wpad.example.net");
    let resolver = format!("{CLIENT}:53999");
    scene.capture.ask(&resolver, DNS, &wpad);
    scene.capture.wait_ms(2);
    scene.capture.tell(&resolver, DNS, &wpad, NXDOMAIN, &[]);
    scene.good(TARGET);
    let silent = question(0x5152, "printer.example.net");
    scene.capture.ask(&resolver, DNS, &silent);
    scene.capture.wait_ms(1000);
    scene.capture.ask(&resolver, DNS, &silent);
    scene.good("http://www.example.com/next");
    Built::new(
        "healthy",
        "clients-own-lookups",
        "The client's own lookups fail (NXDOMAIN, silence): they are none of the gateway's.",
        AFTER,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .counts(2, 0)
}
