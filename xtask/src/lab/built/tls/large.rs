//! Large ClientHellos, on a path that drops them and on one that does not.

use super::{HOST, built, direct, hello, large, scene, told};
use crate::lab::built::Built;
use crate::lab::built::scene::Scene;
use crate::lab::recipe::Expect;
use gateway_triage_tests::build::talk::Side;
use gateway_triage_tests::build::tls::{encrypted, finished13, flight13};

pub fn all() -> Vec<Built> {
    vec![large_hello_lost(), large_hello_reset(), large_hello_on_small_path(), large_hello_passes()]
}

/// A small ClientHello that the site answers, and a page. The packet of the ClientHello.
fn small_passes(scene: &mut Scene) -> u64 {
    let mut site = direct(scene);
    let number = told(scene, &mut site, Side::Opener, &hello(1));
    told(scene, &mut site, Side::Server, &flight13());
    told(scene, &mut site, Side::Opener, &[finished13(), encrypted(300)].concat());
    told(scene, &mut site, Side::Server, &[encrypted(250), encrypted(1200), encrypted(90)].concat());
    scene.capture.close(&mut site, Side::Opener);
    number
}

fn large_hello_lost() -> Built {
    let mut scene = scene();
    scene.resolve(HOST, "192.0.2.10");
    let small = small_passes(&mut scene);
    let mut site = direct(&mut scene);
    let bytes = large(2);
    let first = scene.capture.send(&mut site, Side::Opener, &bytes[..1460]);
    let mut after_first = site.clone();
    scene.capture.send(&mut site, Side::Opener, &bytes[1460..]);
    for gap in [300, 600, 1200, 2400, 4800] {
        scene.capture.wait_ms(gap);
        scene.capture.send_again(&mut after_first, Side::Opener, &bytes[..1460]);
    }
    scene.capture.wait_ms(700);
    let left = scene.capture.fin(&mut site, Side::Opener);
    built(
        "tls-no-response",
        "large-hello-lost",
        "A ClientHello with a post-quantum key share needs two segments and is never acknowledged; a small one passes.",
        &scene,
    )
    .counts(2, 1)
    .expects(Expect::new("tls-no-response", "proven").text("host", HOST).at("capture.pcap", &[first, left, small]))
}

fn large_hello_reset() -> Built {
    let mut scene = scene();
    scene.resolve(HOST, "192.0.2.10");
    let mut site = direct(&mut scene);
    let first = told(&mut scene, &mut site, Side::Opener, &large(2));
    let reset = scene.capture.reset(&mut site, Side::Server);
    scene.capture.wait_ms(20_000);
    let small = small_passes(&mut scene);
    built(
        "tls-reset",
        "large-hello-reset",
        "A ClientHello of two segments is answered by RST; twenty seconds later a small one passes.",
        &scene,
    )
    .counts(2, 1)
    .expects(Expect::new("tls-reset", "proven").text("host", HOST).at("capture.pcap", &[first, reset, small]))
}

fn large_hello_on_small_path() -> Built {
    let mut scene = scene();
    scene.resolve(HOST, "192.0.2.10");
    let mut site = direct(&mut scene);
    let bytes = large(2);
    let mut before = site.clone();
    let first = scene.capture.send(&mut site, Side::Opener, &bytes[..1460]);
    let mut between = site.clone();
    scene.capture.send(&mut site, Side::Opener, &bytes[1460..]);
    scene.capture.wait_ms(18);
    // The server has the second piece alone, and asks for the first.
    scene.capture.ack(&mut before, Side::Server);
    for gap in [200, 400, 800, 1600, 3200, 6400] {
        scene.capture.wait_ms(gap);
        scene.capture.send_again(&mut between, Side::Opener, &bytes[..1460]);
    }
    scene.capture.wait_ms(300);
    scene.capture.fin(&mut site, Side::Opener);
    built(
        "pmtu-blackhole",
        "large-hello",
        "Of a ClientHello in two segments the full-sized one vanishes; the small one behind it arrives.",
        &scene,
    )
    .expects(Expect::new("pmtu-blackhole", "proven").text("host", HOST).at("capture.pcap", &[first]))
}

fn large_hello_passes() -> Built {
    let mut scene = scene();
    scene.resolve(HOST, "192.0.2.10");
    let mut site = direct(&mut scene);
    told(&mut scene, &mut site, Side::Opener, &large(2));
    told(&mut scene, &mut site, Side::Server, &flight13());
    told(&mut scene, &mut site, Side::Opener, &[finished13(), encrypted(300)].concat());
    told(&mut scene, &mut site, Side::Server, &[encrypted(250), encrypted(1200), encrypted(90)].concat());
    scene.capture.close(&mut site, Side::Opener);
    built("healthy", "large-hello", "A ClientHello of two segments that the server takes.", &scene).counts(1, 1)
}
