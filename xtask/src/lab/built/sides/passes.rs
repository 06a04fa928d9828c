//! Healthy traffic in two captures: everything counts once, nothing is blamed.

use gateway_triage_tests::build::talk::Side;

use super::super::Built;
use super::view::{ASA, Crossing, NAT, ROUTED, inside, outside};
use super::{AFTER, FINE, TARGET, asked, scene};

pub fn all() -> Vec<Built> {
    vec![
        healthy(
            "sides-hour-apart",
            &Crossing { ahead: 3_600_000_000, ..NAT },
            "Behind a translator of addresses, clocks an hour apart.",
        ),
        healthy(
            "sides-rewritten",
            &Crossing { ahead: 12_345, ..ASA },
            "Behind a firewall that rewrites addresses, ports and sequence numbers.",
        ),
        healthy(
            "sides-anonymous",
            &Crossing { anonymous: true, ..NAT },
            "Behind a translator that also clears the IP identification.",
        ),
        copy(),
        reset_afterwards(),
    ]
}

fn healthy(name: &'static str, crossing: &Crossing, about: &str) -> Built {
    let mut scene = scene();
    for _ in 0..3 {
        scene.good(TARGET);
    }
    let (ingress, egress) = (inside(&scene.capture, &[]), outside(&scene.capture, crossing, |_| false));
    Built::new("healthy", name, about, AFTER)
        .file("egress.pcap", egress.file)
        .file("ingress.pcap", ingress.file)
        .counts(4, 0)
}

fn copy() -> Built {
    let mut scene = scene();
    scene.good(TARGET);
    let whole = inside(&scene.capture, &[]);
    // What a display filter left of the same file: the way out alone.
    let part = inside(&scene.capture, &(1..8).chain(20..24).collect::<Vec<u64>>());
    Built::new(
        "healthy",
        "sides-same-file-filtered",
        "One capture and what a filter left of it: a copy, not another place.",
        AFTER,
    )
    .file("part.pcap", part.file)
    .file("whole.pcap", whole.file)
    .counts(2, 0)
}

fn reset_afterwards() -> Built {
    let mut scene = scene();
    let (mut client, _, mut site) = asked(&mut scene);
    scene.capture.open(&mut site, 18);
    scene.forward(&mut site, TARGET);
    scene.answer(&mut site, "200 OK", "", "<html>All is well.</html>\n");
    scene.answer(&mut client, "200 OK", "", "<html>All is well.</html>\n");
    scene.capture.close(&mut client, Side::Opener);
    scene.capture.wait_ms(60_000);
    // The firewall's timer ends the idle connection.
    let idle = scene.capture.reset(&mut site, Side::Server);
    scene.good(FINE);
    let (ingress, egress) = (inside(&scene.capture, &[]), outside(&scene.capture, &ROUTED, |n| n == idle));
    Built::new(
        "healthy",
        "sides-idle-reset-by-firewall",
        "The firewall resets an idle connection after its answer: nobody is harmed.",
        AFTER,
    )
    .file("ingress.pcap", ingress.file)
    .file("egress.pcap", egress.file)
    .counts(3, 0)
}
