//! The turns that one exchange can take over HTTP/1.x (RFC 9110, RFC 9112), as lists of steps: those that fail in one
//! capture, those that go well in another.

use gateway_triage_tests::build::file::pcap;
use gateway_triage_tests::build::packet::Link;
use gateway_triage_tests::build::talk::{Flow, Side};

use super::Built;
use super::scene::{CLIENT, GATEWAY, SITE, Scene};
use crate::lab::recipe::Expect;

/// One step.
#[derive(Clone, Copy)]
enum Step {
    /// The client to the gateway.
    Client(&'static str),
    /// The gateway to the site.
    Gateway(&'static str),
    /// The site to the gateway.
    Site(&'static str),
    /// The gateway to the client.
    Answer(&'static str),
    /// Milliseconds pass.
    Wait(u64),
    /// The site closes its connection with the gateway, or resets it.
    SiteCloses,
    SiteResets,
    /// The gateway closes its connection to the site, or resets it.
    GatewayCloses,
    GatewayResets,
    /// The gateway opens another connection to the site.
    Again,
    /// The gateway closes the client's connection.
    Ends,
    /// The gateway resets the client's connection, the client opens another.
    Refuses,
}

use Step::*;

/// A turn that fails: its name, what it is, the status that the client gets, and the steps. `/a` in them becomes the name.
type Failing = (&'static str, &'static str, u16, &'static [Step]);

const GET: &str = "GET http://www.example.com/a HTTP/1.1\r\nHost: www.example.com\r\n\r\n";
const SENT: &str = "GET /a HTTP/1.1\r\nHost: www.example.com\r\nVia: 1.1 gateway.example.net\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n";
const BAD: &str = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbad\n";
const LATE: &str = "HTTP/1.1 504 Gateway Timeout\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbad\n";
const UPLOAD: &str =
    "POST http://www.example.com/a HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: 12\r\n\r\nhello\n";
const SENT_UPLOAD: &str = "POST /a HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: 12\r\n\r\nhello\n";
const EXPECTS: &str = "POST http://www.example.com/a HTTP/1.1\r\nHost: www.example.com\r\nExpect: 100-continue\r\nContent-Length: 6\r\n\r\n";
const SENT_EXPECTS: &str =
    "POST /a HTTP/1.1\r\nHost: www.example.com\r\nExpect: 100-continue\r\nContent-Length: 6\r\n\r\n";
const GO_ON: &str = "HTTP/1.1 100 Continue\r\n\r\n";
const REFUSED: &str = "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n";
const UPGRADE: &str = "GET http://www.example.com/a HTTP/1.1\r\nHost: www.example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
const SENT_UPGRADE: &str =
    "GET /a HTTP/1.1\r\nHost: www.example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
const SWITCHES: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
const HINTS: &str = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n";
const PARTIAL: &str = "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\nhello\n";
const TIMED_OUT: &str = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
const EMPTY_200: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

const FAILING: &[Failing] = &[
    (
        "continue-then-reset",
        "response-reset",
        502,
        &[
            Client(EXPECTS),
            Gateway(SENT_EXPECTS),
            Site(GO_ON),
            Answer(GO_ON),
            Client("hello\n"),
            Gateway("hello\n"),
            SiteResets,
            Answer(BAD),
        ],
    ),
    (
        "continue-then-silence",
        "response-timeout",
        504,
        &[
            Client(EXPECTS),
            Gateway(SENT_EXPECTS),
            Site(GO_ON),
            Answer(GO_ON),
            Client("hello\n"),
            Gateway("hello\n"),
            Wait(60_000),
            GatewayCloses,
            Answer(LATE),
        ],
    ),
    (
        "continue-never",
        "response-timeout",
        504,
        &[Client(EXPECTS), Gateway(SENT_EXPECTS), Wait(60_000), GatewayCloses, Answer(LATE)],
    ),
    ("refusal-lost", "undetermined", 502, &[Client(EXPECTS), Gateway(SENT_EXPECTS), Site(REFUSED), Answer(BAD)]),
    ("hints-then-reset", "response-reset", 502, &[Client(GET), Gateway(SENT), Site(HINTS), SiteResets, Answer(BAD)]),
    ("hints-then-closed", "response-empty", 502, &[Client(GET), Gateway(SENT), Site(HINTS), SiteCloses, Answer(BAD)]),
    (
        "hints-then-no-http",
        "response-invalid",
        502,
        &[Client(GET), Gateway(SENT), Site(HINTS), Site("<html>no head</html>"), SiteCloses, Answer(BAD)],
    ),
    (
        "upload-stops",
        "undetermined",
        504,
        &[Client(UPLOAD), Gateway(SENT_UPLOAD), Wait(60_000), GatewayResets, Answer(LATE)],
    ),
    ("upload-reset", "response-reset", 502, &[Client(UPLOAD), Gateway(SENT_UPLOAD), SiteResets, Answer(BAD)]),
    (
        "upload-refused-early",
        "response-reset",
        502,
        &[
            Client(UPLOAD),
            Gateway(SENT_UPLOAD),
            Site("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
            SiteCloses,
            Gateway("world\n"),
            SiteResets,
            Answer(BAD),
        ],
    ),
    (
        "cut-before-the-client",
        "response-truncated",
        502,
        &[Client(GET), Gateway(SENT), Site(PARTIAL), SiteCloses, Answer(BAD)],
    ),
    (
        "length-too-large",
        "response-stalled",
        504,
        &[Client(GET), Gateway(SENT), Site(PARTIAL), Wait(60_000), GatewayCloses, Answer(LATE)],
    ),
    (
        "trailer-cut",
        "response-truncated",
        502,
        &[
            Client(GET),
            Gateway(SENT),
            Site("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=\"a;b\"\r\nok\n\r\n0\r\nX-Sum: 1\r\n"),
            SiteCloses,
            Answer(BAD),
        ],
    ),
    (
        "old-origin-reset",
        "response-truncated",
        502,
        &[Client(GET), Gateway(SENT), Site("HTTP/1.0 200 OK\r\n\r\nhello\n"), SiteResets, Answer(BAD)],
    ),
    (
        "chunk-negative",
        "response-bad-chunk",
        502,
        &[
            Client(GET),
            Gateway(SENT),
            Site("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n"),
            Answer(BAD),
        ],
    ),
    (
        "body-that-it-could-not-read",
        "undetermined",
        502,
        &[
            Client(GET),
            Gateway(SENT),
            Site("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nxyz"),
            Answer(BAD),
        ],
    ),
    (
        "body-after-head",
        "response-invalid",
        502,
        &[
            Client("HEAD http://www.example.com/a HTTP/1.1\r\nHost: www.example.com\r\n\r\n"),
            Gateway("HEAD /a HTTP/1.1\r\nHost: www.example.com\r\n\r\n"),
            Site(OK),
            Answer("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\n"),
        ],
    ),
    (
        "no-content-with-body",
        "response-invalid",
        502,
        &[Client(GET), Gateway(SENT), Site("HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nok\n"), Answer(BAD)],
    ),
    (
        "two-answers",
        "response-invalid",
        502,
        &[
            Client(GET),
            Gateway(SENT),
            Site("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nno\n"),
            Answer(BAD),
        ],
    ),
    (
        "status-600",
        "response-invalid",
        502,
        &[Client(GET), Gateway(SENT), Site("HTTP/1.1 600 Odd\r\nContent-Length: 0\r\n\r\n"), Answer(BAD)],
    ),
    (
        "half-status-line",
        "response-truncated",
        502,
        &[Client(GET), Gateway(SENT), Site("HTTP/1.1 2"), SiteCloses, Answer(BAD)],
    ),
    ("upgrade-reset", "response-reset", 502, &[Client(UPGRADE), Gateway(SENT_UPGRADE), SiteResets, Answer(BAD)]),
    ("upgrade-lost", "undetermined", 502, &[Client(UPGRADE), Gateway(SENT_UPGRADE), Site(SWITCHES), Answer(BAD)]),
    (
        "timeout-crosses",
        "keepalive-race",
        502,
        &[
            Client("GET http://www.example.com/ HTTP/1.1\r\nHost: www.example.com\r\n\r\n"),
            Gateway("GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n"),
            Site(OK),
            Answer(OK),
            Wait(4000),
            Site(TIMED_OUT),
            SiteCloses,
            Client(GET),
            Gateway(SENT),
            SiteResets,
            Answer(BAD),
        ],
    ),
    (
        "retried-in-vain",
        "response-timeout",
        504,
        &[Client(GET), Gateway(SENT), SiteResets, Again, Gateway(SENT), Wait(30_000), GatewayCloses, Answer(LATE)],
    ),
    (
        "error-after-retry",
        "origin-error",
        503,
        &[
            Client(GET),
            Gateway(SENT),
            SiteResets,
            Again,
            Gateway(SENT),
            Site("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbad\n"),
            Answer("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbad\n"),
        ],
    ),
    (
        "own-page-cut",
        "response-reset",
        502,
        &[
            Client(GET),
            Gateway(SENT),
            SiteResets,
            Answer("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 400\r\n\r\nbad\n"),
            Ends,
        ],
    ),
];

/// Turns that go well: the requests in them, and the steps.
const WELL: &[(&str, usize, &[Step])] = &[
    (
        "old-origin",
        1,
        &[Client(GET), Gateway(SENT), Site("HTTP/1.0 200 OK\r\n\r\nhello\n"), SiteCloses, GatewayCloses, Answer(OK)],
    ),
    (
        "old-origin-kept",
        2,
        &[
            Client(GET),
            Gateway(SENT),
            Site("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nok\n"),
            Answer(OK),
            Client(GET),
            Gateway(SENT),
            Site(OK),
            Answer(OK),
        ],
    ),
    (
        "refused-expectation",
        2,
        &[
            Client(EXPECTS),
            Gateway(SENT_EXPECTS),
            Site(REFUSED),
            Answer(REFUSED),
            Client(GET),
            Gateway(SENT),
            Site(OK),
            Answer(OK),
        ],
    ),
    (
        "answered-early",
        2,
        &[
            Client(UPLOAD),
            Gateway(SENT_UPLOAD),
            Site(OK),
            Answer(OK),
            Client("world\n"),
            Gateway("world\n"),
            Client(GET),
            Gateway(SENT),
            Site(OK),
            Answer(OK),
        ],
    ),
    ("upload-stops", 1, &[Client(UPLOAD), Gateway(SENT_UPLOAD), Wait(20_000), GatewayResets, Answer(TIMED_OUT), Ends]),
    (
        "upload-stops-says-the-site",
        1,
        &[Client(UPLOAD), Gateway(SENT_UPLOAD), Wait(20_000), Site(TIMED_OUT), SiteCloses, Answer(TIMED_OUT), Ends],
    ),
    (
        "last-line-missing",
        1,
        &[
            Client(GET),
            Gateway(SENT),
            Site("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nok\n\r\n0\r\n"),
            SiteCloses,
            Answer(OK),
        ],
    ),
    (
        "two-answers",
        1,
        &[
            Client(GET),
            Gateway(SENT),
            Site("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nno\n"),
            Answer(OK),
        ],
    ),
    (
        "timeout-when-idle",
        1,
        &[Client(GET), Gateway(SENT), Site(OK), Answer(OK), Wait(4000), Site(TIMED_OUT), SiteCloses, GatewayCloses],
    ),
    (
        "retried",
        2,
        &[
            Client(GET),
            Gateway(SENT),
            Site(OK),
            Answer(OK),
            Wait(4000),
            Client(GET),
            Gateway(SENT),
            SiteResets,
            Again,
            Gateway(SENT),
            Site(OK),
            Answer(OK),
        ],
    ),
    (
        "retried-after-an-error",
        1,
        &[
            Client(GET),
            Gateway(SENT),
            Site("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"),
            Again,
            Gateway(SENT),
            Site(OK),
            Answer(OK),
        ],
    ),
    (
        "closed-then-retried",
        1,
        &[Client(GET), Gateway(SENT), SiteCloses, GatewayCloses, Again, Gateway(SENT), Site(OK), Answer(OK)],
    ),
    ("stale-instead", 1, &[Client(GET), Gateway(SENT), SiteResets, Answer(OK)]),
    (
        "sent-elsewhere",
        1,
        &[
            Client(GET),
            Gateway(SENT),
            SiteResets,
            Answer("HTTP/1.1 302 Found\r\nLocation: /sorry\r\nContent-Length: 0\r\n\r\n"),
        ],
    ),
    (
        "upgrade-refused",
        1,
        &[
            Client(UPGRADE),
            Gateway(SENT_UPGRADE),
            Site("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n"),
            Answer("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n"),
        ],
    ),
    (
        "upgrade-ended",
        1,
        &[
            Client(UPGRADE),
            Gateway(SENT_UPGRADE),
            Site(SWITCHES),
            Answer(SWITCHES),
            Site("\u{2}xx"),
            Answer("\u{2}xx"),
            SiteResets,
            Ends,
        ],
    ),
    ("head-of-old", 1, &[Client(GET), Gateway(SENT), Site("<html>old</html>"), SiteCloses, Answer(OK)]),
    (
        "empty-lines",
        2,
        &[
            Client(GET),
            Gateway(SENT),
            Site("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n\r\n"),
            Answer(OK),
            Client(GET),
            Gateway(SENT),
            Site("\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n"),
            Answer(OK),
        ],
    ),
    (
        "not-modified",
        2,
        &[
            Client(GET),
            Gateway(SENT),
            Site("HTTP/1.1 304 Not Modified\r\nContent-Length: 300\r\n\r\n"),
            Answer("HTTP/1.1 304 Not Modified\r\n\r\n"),
            Client(GET),
            Gateway(SENT),
            Site(OK),
            Answer(OK),
        ],
    ),
    (
        "status-999",
        1,
        &[
            Client(GET),
            Gateway(SENT),
            Site("HTTP/1.1 999 Request Denied\r\nContent-Length: 0\r\n\r\n"),
            Answer("HTTP/1.1 999 Request Denied\r\nContent-Length: 0\r\n\r\n"),
        ],
    ),
    (
        "only-a-status-line",
        1,
        &[Client(GET), Gateway(SENT), Site("HTTP/1.1 200 OK\r\n\r\n"), SiteCloses, Answer(EMPTY_200)],
    ),
    // The gateway closes an idle connection just as the client uses it; the client asks again (RFC 9112 section 9.3.1).
    (
        "client-races-and-retries",
        3,
        &[
            Client(GET),
            Gateway(SENT),
            Site(OK),
            Answer(OK),
            Wait(5000),
            Ends,
            Client(GET),
            Refuses,
            Client(GET),
            Gateway(SENT),
            Site(OK),
            Answer(OK),
        ],
    ),
];

/// Plays the steps. The numbers of the packets that say something.
fn play(scene: &mut Scene, name: &str, steps: &[Step]) -> Vec<u64> {
    let mut client = scene.client();
    scene.resolve("www.example.com", "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 20);
    let say = |scene: &mut Scene, flow: &mut Flow, side: Side, text: &str| {
        let text = text.replace("/a ", &format!("/{name} "));
        let number = scene.capture.send(flow, side, text.as_bytes());
        scene.capture.wait_ms(4);
        let other = if side == Side::Opener { Side::Server } else { Side::Opener };
        scene.capture.ack(flow, other);
        number
    };
    let mut numbers = Vec::new();
    let mut crossed = false;
    for step in steps {
        scene.capture.wait_ms(1);
        let number = match step {
            Client(text) => say(scene, &mut client, Side::Opener, text),
            Answer(text) => say(scene, &mut client, Side::Server, text),
            Gateway(text) => say(scene, &mut site, Side::Opener, text),
            Site(text) => say(scene, &mut site, Side::Server, text),
            SiteCloses => scene.capture.fin(&mut site, Side::Server),
            SiteResets => scene.capture.reset(&mut site, Side::Server),
            GatewayCloses => scene.capture.fin(&mut site, Side::Opener),
            GatewayResets => scene.capture.reset(&mut site, Side::Opener),
            Wait(milliseconds) => {
                scene.capture.wait_ms(*milliseconds);
                continue;
            }
            Again => {
                site = scene.upstream(SITE);
                scene.capture.open(&mut site, 20)
            }
            Ends => {
                crossed = true;
                scene.capture.fin(&mut client, Side::Server)
            }
            Refuses => {
                scene.capture.reset(&mut client, Side::Server);
                crossed = false;
                client = scene.client();
                continue;
            }
        };
        numbers.push(number);
    }
    if !crossed {
        scene.capture.close(&mut client, Side::Opener);
    }
    scene.capture.wait_ms(3000);
    numbers
}

pub fn all() -> Vec<Built> {
    vec![failing(), well()]
}

fn failing() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 3128);
    let mut built = Built::new(
        "mixed",
        "every-turn-that-fails",
        "One gateway, one site, and the ways in which messages of HTTP/1.x go wrong between them, one after the other.",
        "RFC 9110, RFC 9112",
    );
    for (name, category, status, steps) in FAILING {
        let numbers = play(&mut scene, name, steps);
        let target = format!("http://www.example.com/{name}");
        let told = *numbers.last().unwrap_or(&0) - u64::from(matches!(steps.last(), Some(Ends)));
        let mut expect = Expect::default()
            .text("category", category)
            .text("client", CLIENT)
            .text("gateway", GATEWAY)
            .text("target", &target)
            .text("upstream", SITE)
            .number("status", *status);
        if matches!(steps.last(), Some(Answer(_))) {
            expect = expect.at("capture.pcap", &[told]);
        }
        built = built.expects(expect);
    }
    let requests = FAILING.len() + 1;
    built.file("capture.pcap", pcap(&scene.capture)).counts(requests, 0)
}

fn well() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 3128);
    for (name, _, steps) in WELL {
        play(&mut scene, name, steps);
    }
    Built::new(
        "healthy",
        "every-turn-that-goes-well",
        "One gateway, one site, and the unusual ways in which an exchange of HTTP/1.x comes to a good end: refused expectations, early answers, retries, odd statuses, 408 on an idle connection, HTTP/1.0 and 0.9.",
        "RFC 9110, RFC 9112; contract: a healthy exchange gives no finding, however untidy its packets",
    )
    .file("capture.pcap", pcap(&scene.capture))
    .counts(WELL.iter().map(|(_, requests, _)| requests).sum(), 0)
}
