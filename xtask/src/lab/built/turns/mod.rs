//! The turns that one exchange can take over HTTP/1.x (RFC 9110, RFC 9112), as lists of steps: those that fail in one
//! capture, those that go well in another.

mod failing;
mod well;

use gateway_triage_tests::build::file::pcap;
use gateway_triage_tests::build::packet::Link;
use gateway_triage_tests::build::talk::{Flow, Side};

use super::Built;
use super::scene::{CLIENT, GATEWAY, SITE, Scene};
use crate::lab::recipe::Expect;
use failing::FAILING;
use well::WELL;

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
