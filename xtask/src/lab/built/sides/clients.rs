//! Gateway and client, with something between them that answers, ends or swallows in the name of one of the two.

use gateway_triage_tests::build::talk::{Flow, Side};

use super::super::super::recipe::Expect;
use super::super::Built;
use super::super::scene::{CLIENT, GATEWAY, Scene};
use super::view::{Crossing, inside, outside};
use super::{AFTER, FINE, TARGET, TO_CLIENT, asked, failed, scene};

const MADE: &str = "<html><body>Blocked by the device in between</body></html>\n";

pub fn all() -> Vec<Built> {
    vec![answer_made(), closed_both_ways(), reset_for_client(), answer_swallowed()]
}

fn case(folder: &'static str, name: &'static str, about: &str) -> Built {
    Built::new(folder, name, about, AFTER)
}

/// The site's answer, which the gateway passes on, and a good exchange behind it.
fn finish(scene: &mut Scene, site: &mut Flow) {
    scene.capture.close(site, Side::Opener);
    scene.capture.wait_ms(1500);
    scene.good(FINE);
}

fn answer_made() -> Built {
    let mut scene = scene();
    let mut client = scene.client();
    let request = scene.request(&mut client, "GET", TARGET);
    let between = [request, request + 1];
    let told = scene.answer(&mut client, "502 Bad Gateway", "", MADE);
    let ends = scene.capture.now();
    scene.capture.close(&mut client, Side::Opener);
    let last = scene.capture.frames().iter().filter(|frame| frame.micros < ends).count() as u64;
    // The gateway never hears of the request.
    let hidden: Vec<u64> = (between[0]..=last + 3).collect();
    scene.capture.wait_ms(1500);
    scene.good(FINE);
    let gateway = inside(&scene.capture, &hidden);
    let browser = outside(&scene.capture, &Crossing { ahead: 2_500_000, ..TO_CLIENT }, |_| false);
    case(
        "undetermined",
        "sides-answer-made-for-client",
        "A device between client and gateway answers a request with 502 in the gateway's name; the gateway never got it.",
    )
    .counts(3, 0)
    .file("gateway.pcap", gateway.file)
    .file("client.pcap", browser.file.clone())
    .expects(
        Expect::new("undetermined", "possible")
            .text("client", CLIENT)
            .text("gateway", GATEWAY)
            .text("target", TARGET)
            .number("status", 502)
            .text("generated_by", "unknown")
            .list("says", &["the gateway did not send", "client.pcap", "made it"])
            .at("client.pcap", &browser.at(&[request, told])),
    )
}

fn closed_both_ways() -> Built {
    let mut scene = scene();
    let (mut client, request, mut site) = asked(&mut scene);
    scene.capture.open(&mut site, 18);
    scene.forward(&mut site, TARGET);
    scene.capture.wait_ms(400);
    // The device ends both halves; each end then closes its own.
    let to_gateway = scene.capture.fin(&mut client.clone(), Side::Opener);
    let to_client = scene.capture.fin(&mut client.clone(), Side::Server);
    scene.capture.wait_ms(2);
    let by_gateway = scene.capture.fin(&mut client.clone(), Side::Server);
    let by_client = scene.capture.fin(&mut client, Side::Opener);
    finish(&mut scene, &mut site);
    let gateway = inside(&scene.capture, &[to_client, by_client]);
    let crossing = Crossing { ahead: -9_000_000, ..TO_CLIENT };
    let browser = outside(&scene.capture, &crossing, |n| n == to_gateway || n == by_gateway);
    case(
        "client-abort",
        "sides-closed-between-client-and-gateway",
        "Gateway and client each get a FIN with the other's address; neither of them closed before.",
    )
    .counts(3, 0)
    .file("client.pcap", browser.file.clone())
    .file("gateway.pcap", gateway.file.clone())
    .expects(
        failed("client-abort")
            .null("status")
            .text("generated_by", "unknown")
            .null("reset_by")
            .list("says", &["closed on the way", "made it"])
            .at("gateway.pcap", &gateway.at(&[request, to_gateway]))
            .at("client.pcap", &browser.at(&[to_client])),
    )
}

fn reset_for_client() -> Built {
    let mut scene = scene();
    let (mut client, request, mut site) = asked(&mut scene);
    scene.capture.open(&mut site, 18);
    scene.forward(&mut site, TARGET);
    scene.capture.wait_ms(30);
    // The client's half alone; what the gateway answers then is swallowed.
    let reset = scene.capture.reset(&mut client.clone(), Side::Server);
    scene.answer(&mut site, "200 OK", "", "<html>All is well.</html>\n");
    let body = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwell";
    let mut answers = vec![scene.capture.send(&mut client, Side::Server, body)];
    for gap in [300, 600, 1200] {
        scene.capture.wait_ms(gap);
        answers.push(scene.capture.send_again(&mut client, Side::Server, body));
    }
    finish(&mut scene, &mut site);
    let gateway = inside(&scene.capture, &[reset]);
    let crossing = Crossing { ahead: 300_000, ..TO_CLIENT };
    let swallowed = answers.clone();
    let browser = outside(&scene.capture, &crossing, |n| swallowed.contains(&n));
    case(
        "client-abort",
        "sides-reset-for-client-alone",
        "The client gets a RST that the gateway did not send; the gateway answers 200 and is not heard.",
    )
    .counts(3, 0)
    .file("gateway.pcap", gateway.file.clone())
    .file("client.pcap", browser.file.clone())
    .expects(
        failed("client-abort")
            .null("status")
            .null("upstream")
            .text("generated_by", "unknown")
            .text("reset_by", "device-on-path")
            .list("says", &["reset on the way", "swallowed"])
            .at("client.pcap", &browser.at(&[request, reset])),
    )
}

fn answer_swallowed() -> Built {
    let mut scene = scene();
    let (mut client, request, mut site) = asked(&mut scene);
    scene.capture.open(&mut site, 18);
    scene.forward(&mut site, TARGET);
    scene.answer(&mut site, "200 OK", "", "<html>All is well.</html>\n");
    let body = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwell";
    let mut answers = vec![scene.capture.send(&mut client, Side::Server, body)];
    for gap in [300, 600, 1200] {
        scene.capture.wait_ms(gap);
        answers.push(scene.capture.send_again(&mut client, Side::Server, body));
    }
    scene.capture.wait_ms(3000);
    // What the client does not have it does not acknowledge.
    let left = scene.capture.fin(&mut client.clone().server_behind(body.len()), Side::Opener);
    finish(&mut scene, &mut site);
    let gateway = inside(&scene.capture, &[]);
    let swallowed = answers.clone();
    let browser = outside(&scene.capture, &TO_CLIENT, |n| swallowed.contains(&n));
    case(
        "client-abort",
        "sides-answer-swallowed",
        "The gateway answers 200 again and again, and nothing of it comes to the client, which gives up.",
    )
    .counts(3, 0)
    .file("gateway.pcap", gateway.file.clone())
    .file("client.pcap", browser.file.clone())
    .expects(
        failed("client-abort")
            .null("status")
            .null("upstream")
            .text("generated_by", "unknown")
            .list("says", &["did not reach the client", "swallowed"])
            .at("client.pcap", &browser.at(&[request, left])),
    )
}
