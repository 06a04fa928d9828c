//! Answers that HTTP does not allow, or that are unusual and allowed: what a gateway makes of them decides.

use gateway_triage_tests::build::file::pcap;
use gateway_triage_tests::build::packet::Link;
use gateway_triage_tests::build::talk::{Flow, Side};

use super::Built;
use super::scene::{SITE, Scene, failure};

const TARGET: &str = "http://www.example.com/";
const PAGE: &str = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>\n";
const CLOSED: &str = "Connection: close\r\n";

pub fn all() -> Vec<Built> {
    vec![
        refused(
            "conflicting-lengths",
            "The answer has two lengths that contradict each other; the gateway answers 502, as it has to.",
            "RFC 9112, section 6.3",
            "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Length: 60\r\n\r\nhello\n",
            "proven",
        ),
        refused(
            "switches-unasked",
            "The site answers 101 to a request without Upgrade; the gateway answers 502.",
            "RFC 9110, sections 7.8 and 15.2.2",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
            "proven",
        ),
        refused(
            "folded-first-line",
            "Right after the status line comes a line that begins with a blank; the gateway answers 502.",
            "RFC 9112, section 2.2",
            "HTTP/1.1 200 OK\r\n X-Folded: yes\r\nContent-Length: 6\r\n\r\nhello\n",
            "proven",
        ),
        refused(
            "length-and-chunks",
            "The answer is chunked and has a length as well; the gateway refuses the ambiguity with 502, as nginx does.",
            "RFC 9112, section 6.3; nginx: \"Content-Length\" and \"Transfer-Encoding\" headers at the same time",
            "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello\n\r\n0\r\n\r\n",
            "likely",
        ),
        left_over(),
        passed_on(),
        borne(),
    ]
}

fn scene() -> Scene {
    Scene::new(Link::Ethernet, 3128)
}

/// A client's connection and the gateway's to the site.
fn legs(scene: &mut Scene) -> (Flow, Flow) {
    let client = scene.client();
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 20);
    (client, site)
}

/// A request on both legs. The numbers of its packets.
fn ask(scene: &mut Scene, client: &mut Flow, site: &mut Flow, method: &str, target: &str) -> [u64; 2] {
    let asked = scene.request(client, method, target);
    let path = target.trim_start_matches("http://www.example.com");
    let text = format!("{method} {path} HTTP/1.1\r\nHost: www.example.com\r\nVia: 1.1 gateway.example.net\r\n\r\n");
    let sent = scene.capture.send(site, Side::Opener, text.as_bytes());
    scene.capture.wait_ms(20);
    scene.capture.ack(site, Side::Server);
    [asked, sent]
}

/// Bytes of the server on a connection. The number of their packet.
fn say(scene: &mut Scene, flow: &mut Flow, text: &str) -> u64 {
    let number = scene.capture.send(flow, Side::Server, text.as_bytes());
    scene.capture.ack(flow, Side::Opener);
    scene.capture.wait_ms(1);
    number
}

/// One request, one answer of the site, and 502.
fn refused(name: &'static str, about: &str, after: &'static str, answer: &str, confidence: &str) -> Built {
    let mut scene = scene();
    let (mut client, mut site) = legs(&mut scene);
    let mut numbers = ask(&mut scene, &mut client, &mut site, "GET", TARGET).to_vec();
    numbers.push(say(&mut scene, &mut site, answer));
    scene.capture.fin(&mut site, Side::Opener);
    numbers.push(scene.answer(&mut client, "502 Bad Gateway", CLOSED, PAGE));
    scene.capture.close(&mut client, Side::Server);
    Built::new("response-invalid", name, about, after).file("capture.pcap", pcap(&scene.capture)).expects(
        failure("response-invalid", TARGET, 502)
            .text("confidence", confidence)
            .text("upstream", SITE)
            .at("capture.pcap", &numbers),
    )
}

fn left_over() -> Built {
    let next = "http://www.example.com/next";
    let mut scene = scene();
    let (mut client, mut site) = legs(&mut scene);
    ask(&mut scene, &mut client, &mut site, "HEAD", TARGET);
    say(&mut scene, &mut site, "HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\n<html>All is well.</html>\n");
    say(&mut scene, &mut client, "HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\n");
    scene.capture.wait_ms(300);
    let mut numbers = ask(&mut scene, &mut client, &mut site, "GET", next).to_vec();
    numbers.push(say(&mut scene, &mut site, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n"));
    scene.capture.fin(&mut site, Side::Opener);
    numbers.push(scene.answer(&mut client, "502 Bad Gateway", CLOSED, PAGE));
    scene.capture.close(&mut client, Side::Server);
    Built::new(
        "response-invalid",
        "bytes-left-over",
        "The site sends a body with its answer to HEAD; its bytes stand before the next answer on the connection, and the gateway answers 502.",
        "RFC 9112, section 6.3 (no body after HEAD)",
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(
        failure("response-invalid", next, 502)
            .text("confidence", "likely")
            .text("upstream", SITE)
            .at("capture.pcap", &numbers),
    )
    .counts(2, 0)
}

/// Answers with something that HTTP does not allow, or that looks so.
const UNTIDY: [(&str, &str); 12] = [
    ("GET", "HTTP/1.1 200 OK\r\nthis line is no field\r\nContent-Length: 3\r\n\r\nok\n"),
    ("GET", "HTTP/1.1 200 OK\r\nX-Blank : yes\r\nContent-Length: 3\r\n\r\nok\n"),
    ("GET", "HTTP/1.1 200 OK\r\nX-Folded: a\r\n b\r\nContent-Length: 3\r\n\r\nok\n"),
    ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\nContent-Length: 3\r\n\r\nok\n"),
    ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nok\n\r\n0\r\n\r\n"),
    ("GET", "HTTP/1.1 200 OK\nServer: line feeds alone\nContent-Length: 3\n\nok\n"),
    ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n\r\n"),
    ("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n"),
    ("GET", "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nok\n"),
    ("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 300\r\n\r\n"),
    ("GET", "HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nok\n"),
    (
        "GET",
        "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 299 Odd\r\nX-Text: \u{e4}\r\nContent-Length: 0\r\n\r\n",
    ),
];

fn passed_on() -> Built {
    let mut scene = scene();
    for (method, answer) in UNTIDY {
        let (mut client, mut site) = legs(&mut scene);
        ask(&mut scene, &mut client, &mut site, method, TARGET);
        say(&mut scene, &mut site, answer);
        let (fields, body) = if method == "HEAD" || answer.contains(" 304 ") || answer.contains(" 204 ") {
            ("Content-Length: 3\r\n\r\n", "")
        } else {
            ("Content-Length: 3\r\n\r\n", "ok\n")
        };
        let status = answer.lines().rfind(|line| line.starts_with("HTTP/")).unwrap_or_default();
        say(&mut scene, &mut client, &format!("{status}\r\n{fields}{body}"));
        scene.capture.close(&mut site, Side::Opener);
        scene.capture.close(&mut client, Side::Opener);
    }
    Built::new(
        "healthy",
        "untidy-answers-passed-on",
        "The site's answers hold what HTTP does not allow, or what is unusual; the gateway takes each and the client gets a good one.",
        "contract: a healthy exchange gives no finding, however untidy its packets",
    )
    .file("capture.pcap", pcap(&scene.capture))
    .counts(UNTIDY.len(), 0)
}

fn borne() -> Built {
    let mut scene = scene();
    let answer = "HTTP/1.1 200 OK\r\nX-Blank : yes\r\nContent-Length: 3\r\n\r\nok\n";
    for _ in 0..2 {
        let (mut client, mut site) = legs(&mut scene);
        ask(&mut scene, &mut client, &mut site, "GET", TARGET);
        say(&mut scene, &mut site, answer);
        say(&mut scene, &mut client, "HTTP/1.1 200 OK\r\nX-Blank: yes\r\nContent-Length: 3\r\n\r\nok\n");
        scene.capture.close(&mut site, Side::Opener);
        scene.capture.close(&mut client, Side::Opener);
    }
    let (mut client, mut site) = legs(&mut scene);
    let [asked, _] = ask(&mut scene, &mut client, &mut site, "GET", TARGET);
    say(&mut scene, &mut site, answer);
    let told = scene.answer(&mut client, "502 Bad Gateway", CLOSED, PAGE);
    let expect = failure("undetermined", TARGET, 502).unset("confidence").unset("generated_by");
    Built::new(
        "undetermined",
        "flaw-that-the-gateway-bears",
        "The site's header has a blank before a colon each time. The gateway passes two such answers on and answers 502 to the third: the blank is not why.",
        "RFC 9112, section 5.1",
    )
    .file("capture.pcap", pcap(&scene.capture))
    .expects(expect.at("capture.pcap", &[asked, told]))
    .counts(3, 0)
}
