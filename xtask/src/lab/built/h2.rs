//! HTTP/2 in the clear, as gateways speak it to gRPC servers and to each other (RFC 9113).

use gateway_triage_tests::build::file::pcap;
use gateway_triage_tests::build::h2::{data, get, goaway, headers, preface, reset, settings};
use gateway_triage_tests::build::packet::Link;
use gateway_triage_tests::build::talk::{Flow, Side};

use super::super::recipe::Expect;
use super::Built;
use super::scene::{SITE, Scene, failure};

const HOST: &str = "www.example.com";
const TARGET: &str = "http://www.example.com/";
const PAGE: &str = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>\n";
const RFC: &str = "RFC 9113 sections 6.4, 6.8 and 7";

pub fn all() -> Vec<Built> {
    vec![
        calm_down(),
        not_taken(),
        goaway_when_done(),
        internal_error(),
        reset_in_the_middle(),
        no_more_needed(),
        several_streams(),
        unavailable(),
        grpc_status(),
        answered_by_http1(),
    ]
}

/// A client's request, and the gateway's connection to the site, on which HTTP/2 was begun.
fn begun() -> (Scene, Flow, Flow, u64) {
    let mut scene = Scene::new(Link::Ethernet, 8080);
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.resolve(HOST, "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 18);
    scene.capture.send(&mut site, Side::Opener, &preface());
    scene.capture.send(&mut site, Side::Server, &settings());
    (scene, client, site, asked)
}

fn says(scene: &mut Scene, site: &mut Flow, side: Side, bytes: &[u8]) -> u64 {
    let number = scene.capture.send(site, side, bytes);
    scene.capture.wait_ms(9);
    scene.capture.ack(site, if side == Side::Opener { Side::Server } else { Side::Opener });
    number
}

fn refused(scene: &mut Scene, client: &mut Flow) -> u64 {
    let number = scene.answer(client, "502 Bad Gateway", "", PAGE);
    scene.capture.close(client, Side::Opener);
    number
}

fn served(scene: &mut Scene, client: &mut Flow) {
    scene.answer(client, "200 OK", "", "<html>All is well.</html>\n");
    scene.capture.close(client, Side::Opener);
}

fn built(folder: &'static str, name: &'static str, about: &str, scene: &Scene) -> Built {
    Built::new(folder, name, about, RFC).file("capture.pcap", pcap(&scene.capture))
}

fn expect(category: &str, numbers: &[u64]) -> Expect {
    failure(category, TARGET, 502).text("upstream", SITE).at("capture.pcap", numbers)
}

const OK: &[(&str, &str)] = &[(":status", "200"), ("content-type", "text/html")];

fn calm_down() -> Built {
    let (mut scene, mut client, mut site, asked) = begun();
    let request = says(&mut scene, &mut site, Side::Opener, &get(1, HOST, "/"));
    let ended = says(&mut scene, &mut site, Side::Server, &goaway(1, 11));
    scene.capture.close(&mut site, Side::Server);
    let answer = refused(&mut scene, &mut client);
    built(
        "h2-goaway",
        "calm-down",
        "The server ends the connection with ENHANCE_YOUR_CALM while a stream waits.",
        &scene,
    )
    .expects(expect("h2-goaway", &[asked, request, ended, answer]))
}

fn not_taken() -> Built {
    let (mut scene, mut client, mut site, asked) = begun();
    let request = says(&mut scene, &mut site, Side::Opener, &get(1, HOST, "/"));
    let ended = says(&mut scene, &mut site, Side::Server, &goaway(0, 0));
    scene.capture.close(&mut site, Side::Server);
    let answer = refused(&mut scene, &mut client);
    built(
        "h2-goaway",
        "not-taken",
        "GOAWAY with NO_ERROR and last stream 0: the request was not taken, and not tried again.",
        &scene,
    )
    .expects(expect("h2-goaway", &[asked, request, ended, answer]))
}

fn goaway_when_done() -> Built {
    let (mut scene, mut client, mut site, _) = begun();
    says(&mut scene, &mut site, Side::Opener, &get(1, HOST, "/"));
    says(&mut scene, &mut site, Side::Server, &[goaway(1, 0), headers(1, false, OK)].concat());
    says(&mut scene, &mut site, Side::Server, &data(1, true, 400));
    served(&mut scene, &mut client);
    scene.capture.close(&mut site, Side::Server);
    built("healthy", "h2-goaway-when-done", "The server says goodbye, and answers what it has taken.", &scene)
        .counts(1, 0)
}

fn internal_error() -> Built {
    let (mut scene, mut client, mut site, asked) = begun();
    let request = says(&mut scene, &mut site, Side::Opener, &get(1, HOST, "/"));
    let ended = says(&mut scene, &mut site, Side::Server, &reset(1, 2));
    let answer = refused(&mut scene, &mut client);
    built("h2-rst-stream", "internal-error", "RST_STREAM with INTERNAL_ERROR in place of an answer.", &scene)
        .expects(expect("h2-rst-stream", &[asked, request, ended, answer]))
}

fn reset_in_the_middle() -> Built {
    let (mut scene, mut client, mut site, asked) = begun();
    says(&mut scene, &mut site, Side::Opener, &get(1, HOST, "/"));
    says(&mut scene, &mut site, Side::Server, &[headers(1, false, OK), data(1, false, 700)].concat());
    let text = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
    scene.capture.send(&mut client, Side::Server, text);
    let ended = says(&mut scene, &mut site, Side::Server, &reset(1, 8));
    let fin = scene.capture.fin(&mut client, Side::Server);
    scene.capture.fin(&mut client, Side::Opener);
    built(
        "h2-rst-stream",
        "cancelled-in-the-middle",
        "The server cancels the stream in the middle of its response.",
        &scene,
    )
    .expects(
        failure("h2-rst-stream", TARGET, 200)
            .text("generated_by", "origin")
            .text("upstream", SITE)
            .at("capture.pcap", &[asked, ended, fin]),
    )
}

fn no_more_needed() -> Built {
    let (mut scene, mut client, mut site, _) = begun();
    let post = [(":method", "POST"), (":scheme", "http"), (":authority", HOST), (":path", "/")];
    says(&mut scene, &mut site, Side::Opener, &[headers(1, false, &post), data(1, false, 900)].concat());
    says(&mut scene, &mut site, Side::Server, &[headers(1, false, OK), data(1, true, 30), reset(1, 0)].concat());
    served(&mut scene, &mut client);
    scene.capture.close(&mut site, Side::Opener);
    built(
        "healthy",
        "h2-no-more-needed",
        "A whole response before the whole request, then RST_STREAM with NO_ERROR.",
        &scene,
    )
    .counts(1, 0)
}

fn several_streams() -> Built {
    let (mut scene, mut client, mut site, _) = begun();
    let three = [get(1, HOST, "/"), get(3, HOST, "/style.css"), get(5, HOST, "/picture.png")].concat();
    says(&mut scene, &mut site, Side::Opener, &three);
    says(&mut scene, &mut site, Side::Server, &[headers(5, false, OK), headers(1, false, OK)].concat());
    says(&mut scene, &mut site, Side::Opener, &reset(3, 8));
    says(&mut scene, &mut site, Side::Server, &[data(1, true, 500), data(5, true, 600)].concat());
    served(&mut scene, &mut client);
    scene.capture.close(&mut site, Side::Opener);
    built("healthy", "h2-several-streams", "Three streams at a time, one of them cancelled by the gateway.", &scene)
        .counts(1, 0)
}

fn unavailable() -> Built {
    let (mut scene, mut client, mut site, asked) = begun();
    says(&mut scene, &mut site, Side::Opener, &get(1, HOST, "/"));
    let status = says(&mut scene, &mut site, Side::Server, &headers(1, true, &[(":status", "503")]));
    let answer = scene.answer(&mut client, "503 Service Unavailable", "", PAGE);
    scene.capture.close(&mut client, Side::Opener);
    built("origin-error", "h2-unavailable", "The server answers 503 over HTTP/2, and the gateway passes it on.", &scene)
        .expects(
            failure("origin-error", TARGET, 503)
                .text("generated_by", "origin")
                .text("upstream", SITE)
                .at("capture.pcap", &[asked, status, answer]),
        )
}

fn grpc_status() -> Built {
    let (mut scene, mut client, mut site, _) = begun();
    says(&mut scene, &mut site, Side::Opener, &get(1, HOST, "/"));
    let trailers = headers(1, true, &[("grpc-status", "14"), ("grpc-message", "unavailable")]);
    let answer = [headers(1, false, &[(":status", "200"), ("content-type", "application/grpc")]), trailers].concat();
    says(&mut scene, &mut site, Side::Server, &answer);
    served(&mut scene, &mut client);
    scene.capture.close(&mut site, Side::Opener);
    built("healthy", "h2-grpc-status", "200 with a gRPC status in its trailers: no failure of the gateway.", &scene)
        .counts(1, 0)
}

fn answered_by_http1() -> Built {
    let (mut scene, mut client, mut site, asked) = {
        let mut scene = Scene::new(Link::Ethernet, 8080);
        let mut client = scene.client();
        let asked = scene.request(&mut client, "GET", TARGET);
        scene.resolve(HOST, "192.0.2.10");
        let mut site = scene.upstream(SITE);
        scene.capture.open(&mut site, 18);
        (scene, client, site, asked)
    };
    says(&mut scene, &mut site, Side::Opener, &[preface(), get(1, HOST, "/")].concat());
    let text = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let said = says(&mut scene, &mut site, Side::Server, text);
    scene.capture.close(&mut site, Side::Server);
    let answer = refused(&mut scene, &mut client);
    built("response-invalid", "h2-answered-by-http1", "The gateway speaks HTTP/2 to a server that does not.", &scene)
        .expects(expect("response-invalid", &[asked, said, answer]))
}
