//! The engineer's own test next to the failing request, and what waits and idle times tell.

use gateway_triage_tests::build::dns::{NOERROR, NXDOMAIN, Record};
use gateway_triage_tests::build::file::pcap;
use gateway_triage_tests::build::packet::{Link, v4};
use gateway_triage_tests::build::talk::{Flow, Side};

use super::Built;
use super::scene::{CLIENT, DNS, EGRESS, SITE, Scene, failure};
use crate::lab::recipe::Expect;

const TARGET: &str = "http://www.example.com/";
const PAGE: &str = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>\n";
const TEST: &str = "contract: the engineer's own test is compared and never blamed";

pub fn all() -> Vec<Built> {
    vec![
        direct_works(),
        shell_works(),
        refused_by_user_agent(),
        direct_fails_too(),
        kept_answer_of_dns(),
        forgotten_connection(),
        aborted_after_idle(),
        large_answer_lost(),
        large_answer_late(),
        upload_cut(),
        upload_refused(),
        expects(),
        final_never_comes(),
        pipelined(),
        text_of_a_response(),
        clocks_and_suffixes(),
    ]
}

fn scene() -> Scene {
    Scene::new(Link::Ethernet, 3128)
}

fn case(folder: &'static str, name: &'static str, about: &str, after: &'static str, scene: &Scene) -> Built {
    Built::new(folder, name, about, after).file("capture.pcap", pcap(&scene.capture))
}

/// A request as a tool sends it, straight to a site, and its answer.
fn direct(scene: &mut Scene, from: &str, site: &str, answer: &str) -> [u64; 2] {
    let mut flow = Flow::new(from, site).server_ttl(52);
    scene.capture.open(&mut flow, 20);
    let text = "GET / HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n\r\n";
    let asked = scene.capture.send(&mut flow, Side::Opener, text.as_bytes());
    scene.capture.wait_ms(20);
    let told = scene.answer(&mut flow, answer, "", "<html>All is well.</html>\n");
    scene.capture.close(&mut flow, Side::Opener);
    [asked, told]
}

fn refuse(scene: &mut Scene, client: &mut Flow) -> u64 {
    let told = scene.answer(client, "502 Bad Gateway", "", PAGE);
    scene.capture.close(client, Side::Opener);
    told
}

fn direct_works() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    let mut numbers = vec![scene.request(&mut client, "GET", TARGET)];
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    numbers.push(scene.capture.syn(&mut site));
    scene.capture.wait_ms(20);
    numbers.push(scene.capture.refuse(&mut site));
    numbers.push(refuse(&mut scene, &mut client));
    scene.capture.wait_ms(4000);
    numbers.extend(direct(&mut scene, &format!("{CLIENT}:61000"), "192.0.2.11:80", "200 OK"));
    case("tcp-syn-reset", "direct-test-works", "The site refuses the gateway; a moment later curl on the client's machine reaches it directly, at another address.", TEST, &scene)
        .expects(failure("tcp-syn-reset", TARGET, 502).text("upstream", SITE).at("capture.pcap", &numbers))
}

fn shell_works() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 20);
    let sent = scene.forward(&mut site, TARGET);
    scene.capture.wait_ms(3);
    let reset = scene.capture.reset(&mut site, Side::Server);
    let told = refuse(&mut scene, &mut client);
    scene.capture.wait_ms(9000);
    let test = direct(&mut scene, &format!("{EGRESS}:61000"), SITE, "200 OK");
    let mut numbers = vec![asked, sent, reset, told];
    numbers.extend(test);
    case("response-reset", "shell-test-works", "The site resets on the gateway's request with Via and X-Forwarded-For; curl from the gateway's own shell is served.", TEST, &scene)
        .expects(failure("response-reset", TARGET, 502).text("upstream", SITE).at("capture.pcap", &numbers))
}

fn refused_by_user_agent() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 20);
    let sent = scene.forward(&mut site, TARGET);
    scene.capture.wait_ms(5);
    let ended = scene.capture.fin(&mut site, Side::Server);
    scene.capture.fin(&mut site, Side::Opener);
    let told = refuse(&mut scene, &mut client);
    let test = direct(&mut scene, &format!("{CLIENT}:61000"), SITE, "404 Not Found");
    let mut numbers = vec![asked, sent, ended, told];
    numbers.extend(test);
    case(
        "response-empty",
        "direct-test-finds-nothing",
        "The site closes on the gateway's request; the direct test gets 404: it does answer.",
        TEST,
        &scene,
    )
    .expects(failure("response-empty", TARGET, 502).text("upstream", SITE).at("capture.pcap", &numbers))
}

fn direct_fails_too() -> Built {
    let mut scene = scene();
    scene.good(TARGET);
    // Clients may not go out directly: the firewall drops the test. It is none of the gateway's failures.
    let mut test = Flow::new(&format!("{CLIENT}:61000"), SITE);
    for gap in [1000, 2000, 4000] {
        scene.capture.syn(&mut test);
        scene.capture.wait_ms(gap);
    }
    scene.good(TARGET);
    case(
        "healthy",
        "direct-test-is-blocked",
        "Through the gateway all is well; the client's own attempt to go directly gets no answer.",
        TEST,
        &scene,
    )
    .counts(2, 0)
}

fn kept_answer_of_dns() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    let (_, told) = scene.look_up(DNS, "www.example.com", NXDOMAIN, &[]);
    let first = scene.answer(&mut client, "503 Service Unavailable", "", PAGE);
    scene.capture.wait_ms(20_000);
    let again = scene.request(&mut client, "GET", TARGET);
    let second = scene.answer(&mut client, "503 Service Unavailable", "", PAGE);
    let after = "categories: negative DNS cache";
    case(
        "dns-nxdomain",
        "kept-answer",
        "NXDOMAIN; twenty seconds later the same name is wanted again and the gateway answers without a lookup.",
        after,
        &scene,
    )
    .expects(failure("dns-nxdomain", TARGET, 503).at("capture.pcap", &[asked, told, first]))
    .expects(
        failure("dns-nxdomain", TARGET, 503).text("confidence", "likely").at("capture.pcap", &[told, again, second]),
    )
    .counts(2, 0)
}

/// A request that is served, then a pause, then one more on the same connections. Its numbers.
fn kept_connection(scene: &mut Scene, pause: u64) -> (Flow, Flow, [u64; 2]) {
    let mut client = scene.client();
    scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 20);
    scene.forward(&mut site, TARGET);
    for flow in [&mut site, &mut client] {
        scene.answer(flow, "200 OK", "", "<html>All is well.</html>\n");
    }
    scene.capture.wait_ms(pause);
    let asked = scene.request(&mut client, "GET", "http://www.example.com/next");
    let text = "GET /next HTTP/1.1\r\nHost: www.example.com\r\nVia: 1.1 gateway.example.net\r\n\r\n";
    let sent = scene.capture.send(&mut site, Side::Opener, text.as_bytes());
    scene.capture.wait_ms(20);
    (client, site, [asked, sent])
}

fn next(category: &str, status: u16) -> Expect {
    failure(category, "http://www.example.com/next", status).text("host", "www.example.com").text("upstream", SITE)
}

fn forgotten_connection() -> Built {
    let mut scene = scene();
    let (mut client, mut site, [asked, sent]) = kept_connection(&mut scene, 75_000);
    let reset = scene.capture.forget(&mut site, Side::Server);
    let told = refuse(&mut scene, &mut client);
    case("keepalive-race", "server-has-forgotten", "A connection idle for 75 s is used again; the server does not know it any more and answers with a RST without ACK.", "RFC 9293, 3.10.7.1; categories: keepalive-race", &scene)
        .expects(next("keepalive-race", 502).at("capture.pcap", &[asked, sent, reset, told]))
        .counts(2, 0)
}

fn aborted_after_idle() -> Built {
    let mut scene = scene();
    let (mut client, mut site, [asked, sent]) = kept_connection(&mut scene, 3000);
    scene.capture.ack(&mut site, Side::Server);
    scene.capture.wait_ms(700);
    let reset = scene.capture.reset(&mut site, Side::Server);
    let told = refuse(&mut scene, &mut client);
    case(
        "response-reset",
        "aborted-on-a-kept-connection",
        "A kept connection is used again; the server acknowledges the request and aborts 0.7 s later: no race.",
        "categories: keepalive-race, what rules it out",
        &scene,
    )
    .expects(next("response-reset", 502).at("capture.pcap", &[asked, sent, reset, told]))
    .counts(2, 0)
}

fn large_answer_lost() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 20);
    let sent = scene.forward(&mut site, TARGET);
    // Three full-sized segments vanish on the way, the small rest arrives; so do the server's repetitions.
    let mut heard = site.clone();
    scene.capture.lose(&mut heard, Side::Server, 3 * 1460);
    let small = scene.capture.send(&mut heard, Side::Server, &[b'x'; 300]);
    scene.capture.ack(&mut site, Side::Opener);
    scene.capture.wait_ms(60_000);
    let gave_up = scene.capture.fin(&mut site, Side::Opener);
    let told = scene.answer(&mut client, "504 Gateway Timeout", "", PAGE);
    let _ = gave_up;
    case(
        "pmtu-blackhole",
        "answer-too-large-for-the-path",
        "Of the answer only the last, small segment reaches the gateway; the full-sized ones before it never do.",
        "categories 2.6, direction server to proxy",
        &scene,
    )
    .expects(
        failure("pmtu-blackhole", TARGET, 504).text("upstream", SITE).at("capture.pcap", &[asked, sent, small, told]),
    )
}

fn large_answer_late() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 20);
    scene.forward(&mut site, TARGET);
    let body = "y".repeat(1700);
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let (large, small) = answer.as_bytes().split_at(1460);
    // The first segment is lost once and comes again, after the second.
    let mut ahead = site.clone();
    scene.capture.lose(&mut ahead, Side::Server, large.len());
    scene.capture.send(&mut ahead, Side::Server, small);
    scene.capture.ack(&mut site, Side::Opener);
    scene.capture.wait_ms(220);
    scene.capture.send(&mut site, Side::Server, large);
    scene.capture.lose(&mut site, Side::Server, small.len());
    scene.capture.ack(&mut site, Side::Opener);
    scene.capture.send_all(&mut client, Side::Server, answer.as_bytes());
    scene.capture.ack(&mut client, Side::Opener);
    case(
        "healthy",
        "first-segment-comes-late",
        "The full-sized first segment of the answer is lost once and comes after the small second one.",
        "RFC 9293: retransmission",
        &scene,
    )
}

fn upload(scene: &mut Scene, status: &str) -> (Flow, [u64; 4]) {
    let mut client = scene.client();
    let fields = "Host: www.example.com\r\nContent-Length: 90000\r\n\r\n";
    let asked = scene.capture.send(&mut client, Side::Opener, format!("POST {TARGET} HTTP/1.1\r\n{fields}").as_bytes());
    scene.capture.ack(&mut client, Side::Server);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 20);
    let sent = scene.capture.send(&mut site, Side::Opener, format!("POST / HTTP/1.1\r\n{fields}").as_bytes());
    for flow in [&mut client, &mut site] {
        scene.capture.send_all(flow, Side::Opener, &[b'x'; 9000]);
        scene.capture.ack(flow, Side::Server);
    }
    let heard = scene.answer(&mut site, status, "Connection: close\r\n", "Too much.\n");
    scene.capture.send_all(&mut site, Side::Opener, &[b'x'; 2920]);
    let reset = scene.capture.reset(&mut site, Side::Server);
    (client, [asked, sent, heard, reset])
}

fn upload_cut() -> Built {
    let mut scene = scene();
    let (mut client, numbers) = upload(&mut scene, "413 Content Too Large");
    let told = refuse(&mut scene, &mut client);
    let mut all = numbers.to_vec();
    all.push(told);
    case(
        "response-reset",
        "answer-lost-by-its-own-reset",
        "The site answers 413 before the upload ends and resets; the RST takes the answer away, the gateway says 502.",
        "RFC 9112, section 9.6",
        &scene,
    )
    .expects(
        failure("response-reset", TARGET, 502)
            .text("method", "POST")
            .text("confidence", "likely")
            .text("upstream", SITE)
            .at("capture.pcap", &all),
    )
}

fn upload_refused() -> Built {
    let mut scene = scene();
    let (mut client, _) = upload(&mut scene, "413 Content Too Large");
    scene.answer(&mut client, "413 Content Too Large", "Connection: close\r\n", "Too much.\n");
    scene.capture.close(&mut client, Side::Server);
    case(
        "healthy",
        "upload-refused-and-reset",
        "The site answers 413 before the upload ends and resets; the gateway had read the answer and passes it on.",
        "RFC 9112, section 9.6",
        &scene,
    )
}

fn expecting(scene: &mut Scene, flow: &mut Flow, target: &str) -> u64 {
    let text = format!(
        "PUT {target} HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: 5000\r\nExpect: 100-continue\r\n\r\n"
    );
    let number = scene.capture.send(flow, Side::Opener, text.as_bytes());
    scene.capture.ack(flow, Side::Server);
    number
}

fn expects() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    expecting(&mut scene, &mut client, TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 20);
    expecting(&mut scene, &mut site, "/");
    for flow in [&mut site, &mut client] {
        scene.answer(flow, "417 Expectation Failed", "", "No.\n");
    }
    // The client tries again at once on the same connection, without the expectation, and then asks for more.
    for flow in [&mut client, &mut site] {
        let text = "PUT / HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: 4\r\n\r\nabcd";
        scene.capture.send(flow, Side::Opener, text.as_bytes());
        scene.capture.ack(flow, Side::Server);
    }
    for flow in [&mut site, &mut client] {
        scene.answer(flow, "201 Created", "", "Done.\n");
        scene.capture.close(flow, Side::Opener);
    }
    case(
        "healthy",
        "expectation-refused",
        "Expect: 100-continue is answered by 417; the body is never sent, the next request is, on the same connection.",
        "RFC 9110, section 10.1.1",
        &scene,
    )
    .counts(2, 0)
}

fn final_never_comes() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    let asked = expecting(&mut scene, &mut client, TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 20);
    let sent = expecting(&mut scene, &mut site, "/");
    for flow in [&mut site, &mut client] {
        scene.capture.send(flow, Side::Server, b"HTTP/1.1 100 Continue\r\n\r\n");
        scene.capture.ack(flow, Side::Opener);
    }
    for flow in [&mut client, &mut site] {
        scene.capture.send_all(flow, Side::Opener, &[b'x'; 5000]);
        scene.capture.ack(flow, Side::Server);
    }
    scene.capture.wait_ms(60_000);
    scene.capture.fin(&mut site, Side::Opener);
    let told = refuse(&mut scene, &mut client);
    case(
        "response-timeout",
        "continue-and-then-nothing",
        "100 Continue, the body is sent and acknowledged, and no final status comes in a minute.",
        "RFC 9110, section 10.1.1",
        &scene,
    )
    .expects(
        failure("response-timeout", TARGET, 502)
            .text("method", "PUT")
            .text("upstream", SITE)
            .at("capture.pcap", &[asked, sent, told]),
    )
}

fn pipelined() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    let text = |path: &str| format!("GET http://www.example.com/{path} HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
    let both = format!("{}{}", text("one"), text("two"));
    let asked = scene.capture.send(&mut client, Side::Opener, both.as_bytes());
    scene.capture.ack(&mut client, Side::Server);
    scene.look_up(DNS, "www.example.com", NOERROR, &[Record::A(v4("192.0.2.10"))]);
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 20);
    scene.forward(&mut site, "http://www.example.com/one");
    for flow in [&mut site, &mut client] {
        scene.answer(flow, "200 OK", "", "<html>One.</html>\n");
    }
    let sent = scene.forward(&mut site, "http://www.example.com/two");
    scene.capture.wait_ms(900);
    let reset = scene.capture.reset(&mut site, Side::Server);
    let told = refuse(&mut scene, &mut client);
    case(
        "response-reset",
        "second-of-two-in-one-segment",
        "Two requests in one segment: the first is served, the second's connection is reset.",
        "RFC 9112, section 9.3.2",
        &scene,
    )
    .expects(
        failure("response-reset", "http://www.example.com/two", 502)
            .text("host", "www.example.com")
            .text("upstream", SITE)
            .at("capture.pcap", &[asked, sent, reset, told]),
    )
    .counts(2, 0)
}

fn text_of_a_response() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    scene.request(&mut client, "GET", "http://www.example.com/notes.txt");
    let parts: [&[u8]; 3] = [
        b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nWhat the old gateway used to send:\n\n",
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n<html>502</html>\n",
        b"\nand then it closed.\n",
    ];
    for part in parts {
        scene.capture.send(&mut client, Side::Server, part);
        scene.capture.ack(&mut client, Side::Opener);
    }
    scene.capture.close(&mut client, Side::Server);
    case(
        "healthy",
        "text-that-looks-like-a-status",
        "Recorded at the client: a text without a length; one of its segments begins like a response with 502.",
        "RFC 9112, section 6.3",
        &scene,
    )
}

fn clocks_and_suffixes() -> Built {
    let mut scene = scene();
    // Upstream only: what a host looks up for itself is no request of anybody's.
    scene.look_up(DNS, "2.debian.pool.ntp.org", NXDOMAIN, &[]);
    scene.look_up(DNS, "time.example.net", NXDOMAIN, &[]);
    scene.look_up(DNS, "old.example.org.corp.example.net", NXDOMAIN, &[]);
    let (_, told) = scene.look_up(DNS, "old.example.org", NXDOMAIN, &[]);
    case("dns-nxdomain", "suffix-and-clocks-beside", "Recorded upstream only: a name that does not exist, tried with a search suffix first, and time servers' names that do not exist.", "contract: upstream failures without a client's side", &scene)
        .expects(Expect::new("dns-nxdomain", "proven").text("host", "old.example.org").at("capture.pcap", &[told]))
}
