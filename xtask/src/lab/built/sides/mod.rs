//! Two captures of one event: both sides of a firewall, gateway and client, gateway and server.

mod apart;
mod clients;
mod firewall;
mod one_file;
mod passes;
mod view;

use gateway_triage_tests::build::packet::Link;
use gateway_triage_tests::build::talk::{Flow, Side};

use super::super::recipe::Expect;
use super::Built;
use super::scene::{CLIENT, GATEWAY, SITE, Scene, failure};
use view::{Crossing, ROUTED};

/// What these cases follow.
const AFTER: &str = "Cisco: Why do we see 502 / 504 GATEWAY_TIMEOUT errors when browsing to certain sites? (ingress and egress captures)";
/// The request that fails.
const TARGET: &str = "http://www.example.com/";
/// A request that works.
const FINE: &str = "http://www.example.org/";
const PAGE: &str = "<html><head><title>504 Gateway Timeout</title></head><body>504</body></html>\n";

/// From the gateway to its client, in one network.
const TO_CLIENT: Crossing = Crossing {
    host: CLIENT,
    translated: CLIENT,
    hops: 0,
    delay: (-150, -90),
    ahead: 3_600_412_000,
    near: &[],
    ..ROUTED
};

pub fn all() -> Vec<Built> {
    let mut all = firewall::all();
    all.extend(apart::all());
    all.extend(clients::all());
    all.extend(one_file::all());
    all.extend(passes::all());
    all
}

/// A gateway with one interface behind a firewall, after a good exchange.
fn scene() -> Scene {
    let mut scene = Scene::new(Link::Ethernet, 8080).one_armed();
    scene.good(FINE);
    scene.capture.wait_ms(900);
    scene
}

/// The failing request up to its first SYN: the client's connection, the request's number, the site's connection.
fn asked(scene: &mut Scene) -> (Flow, u64, Flow) {
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.resolve("www.example.com", "192.0.2.10");
    let site = scene.upstream(SITE);
    (client, asked, site)
}

/// SYNs of a gateway that gives up after seven seconds.
fn syns(scene: &mut Scene, site: &mut Flow) -> Vec<u64> {
    let mut numbers = vec![scene.capture.syn(site)];
    for gap in [1000, 2000] {
        scene.capture.wait_ms(gap);
        numbers.push(scene.capture.syn(site));
    }
    scene.capture.wait_ms(4000);
    numbers
}

/// The gateway refuses the client; another good exchange follows, so that the captures go on. The refusal's number.
fn refuse(scene: &mut Scene, client: &mut Flow) -> u64 {
    let told = scene.answer(client, "504 Gateway Timeout", "", PAGE);
    scene.capture.close(client, Side::Opener);
    scene.capture.wait_ms(2500);
    scene.good(FINE);
    told
}

/// What findings here share.
fn failed(category: &str) -> Expect {
    failure(category, TARGET, 504).text("gateway", GATEWAY).text("upstream", SITE)
}
