//! Captures in which what failed has something in common.

use gateway_triage_tests::build::file::pcap;
use gateway_triage_tests::build::packet::Link;
use gateway_triage_tests::build::talk::Side;

use super::Built;
use super::scene::{SITE, Scene, failure};

const AFTER: &str = "house: what many failures have in common is said with its numbers";
const PAGE: &str = "<html><head><title>503</title></head><body>The gateway could not reach the site.</body></html>\n";

pub fn all() -> Vec<Built> {
    vec![one_host_of_fifteen()]
}

/// Fourteen other sites are served, one by one, while one refuses every connection.
fn one_host_of_fifteen() -> Built {
    let mut scene = Scene::new(Link::Ethernet, 3128);
    let target = "http://shop.example.net/";
    let mut built = Built::new(
        "tcp-syn-reset",
        "only-this-host",
        "One of fifteen sites refuses every connection; what was served at the same time is counted beside it.",
        AFTER,
    );
    for n in 0..14 {
        scene.good(&format!("http://www{n}.example.com/"));
        scene.capture.wait_ms(2100);
        if n % 2 == 1 {
            continue;
        }
        let mut client = scene.client();
        let asked = scene.request(&mut client, "GET", target);
        scene.resolve("shop.example.net", "192.0.2.10");
        let mut site = scene.upstream(SITE);
        let syn = scene.capture.syn(&mut site);
        scene.capture.wait_ms(19);
        let reset = scene.capture.refuse(&mut site);
        let told = scene.answer(&mut client, "503 Service Unavailable", "", PAGE);
        scene.capture.close(&mut client, Side::Opener);
        built = built.expects(failure("tcp-syn-reset", target, 503).at("capture.pcap", &[asked, syn, reset, told]));
        scene.capture.wait_ms(400 + 700 * n);
    }
    built.file("capture.pcap", pcap(&scene.capture)).counts(21, 0).patterns(
        &["only-host: Only shop.example.net is affected; 12 requests to 12 other hosts went well in that time."],
        &["only-client", "only-server", "every", "same-duration"],
    )
}
