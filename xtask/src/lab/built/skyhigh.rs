//! Skyhigh (McAfee) Web Gateway look-alikes: proxy port 9090, 502 for everything, `-i any`.
//!
//! After the vendor's article, which shows each of these in Wireshark.

use gateway_triage_tests::build::dns::NXDOMAIN;
use gateway_triage_tests::build::file::pcap;
use gateway_triage_tests::build::packet::Link;
use gateway_triage_tests::build::talk::{Flow, Side};

use super::Built;
use super::scene::{CLIENT, SITE, Scene, failure, host_of};

const AFTER: &str = "Skyhigh Security: Understand HTTP 502 status codes";
const FIELDS: &str = "Via: 1.1 10.20.0.2 (McAfee Web Gateway 7.8.2.8.0.25114)\r\nConnection: Keep-Alive\r\n";
const TARGET: &str = "http://example.local/";

fn page(title: &str) -> String {
    format!(
        "<html><head><title>McAfee Web Gateway - Notification</title></head><body><h1>{title}</h1><p>The page could not be delivered.</p></body></html>\n"
    )
}

/// The access log's line (header variant A); its clock is six hours behind UTC.
fn log(scene: &Scene, target: &str) -> String {
    let header = "#time_stamp \"auth_user\" src_ip status_code \"req_line\" \"categories\" \"rep_level\" \"media_type\" bytes_to_client \"user_agent\" \"virus_name\" \"block_res\"\n";
    let second = scene.capture.now() / 1_000_000 - 6 * 3600;
    let (hour, minute, second) = (second / 3600 % 24, second / 60 % 60, second % 60);
    format!(
        "{header}[10/Mar/2026:{hour:02}:{minute:02}:{second:02} -0600] \"\" {CLIENT} 502 \"GET {target} HTTP/1.1\" \"\" \"-\" \"\" 3126 \"Mozilla/5.0\" \"\" \"0\"\n"
    )
}

pub fn all() -> Vec<Built> {
    vec![not_resolvable(), no_syn_ack(), refused(), prohibited(), too_slow(), progress_page(), headless()]
}

fn finish(mut scene: Scene, mut client: Flow, built: Built) -> Built {
    let log = log(&scene, TARGET);
    scene.capture.wait_ms(500);
    scene.capture.close(&mut client, Side::Opener);
    built.file("capture.pcap", pcap(&scene.capture)).joined("access.log", &log)
}

fn not_resolvable() -> Built {
    let mut scene = Scene::new(Link::Sll, 9090);
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    let (a, aaaa) = scene.resolve_not(host_of(TARGET), NXDOMAIN);
    let told = scene.answer(&mut client, "502 notresolvable", FIELDS, &page("Host Not Resolvable"));
    finish(
        scene,
        client,
        Built::new(
            "dns-nxdomain",
            "skyhigh-host-not-resolvable",
            "Both lookups of the name get No such name; the block page says Host Not Resolvable.",
            AFTER,
        )
        .expects(failure("dns-nxdomain", TARGET, 502).null("upstream").at("capture.pcap", &[asked, a, aaaa, told])),
    )
}

fn no_syn_ack() -> Built {
    let mut scene = Scene::new(Link::Sll, 9090);
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.resolve(host_of(TARGET), "192.0.2.10");
    let mut site = scene.upstream(SITE);
    let mut numbers = vec![asked, scene.capture.syn(&mut site)];
    for gap in [3000, 6000, 12_000] {
        scene.capture.wait_ms(gap);
        numbers.push(scene.capture.syn(&mut site));
    }
    scene.capture.wait_ms(24_000);
    numbers.push(scene.answer(&mut client, "502 cannotconnect", FIELDS, &page("Cannot Connect")));
    finish(
        scene,
        client,
        Built::new(
            "tcp-syn-unanswered",
            "skyhigh-syn-without-answer",
            "The SYN is sent again after 3, 6 and 12 s and never answered; the block page says Cannot Connect.",
            AFTER,
        )
        .expects(failure("tcp-syn-unanswered", TARGET, 502).text("upstream", SITE).at("capture.pcap", &numbers)),
    )
}

fn refused() -> Built {
    let mut scene = Scene::new(Link::Sll, 9090);
    let mut client = scene.client();
    let mut numbers = vec![scene.request(&mut client, "GET", TARGET)];
    scene.resolve(host_of(TARGET), "192.0.2.10");
    for _ in 0..3 {
        let mut site = scene.upstream(SITE);
        numbers.push(scene.capture.syn(&mut site));
        scene.capture.wait_ms(21);
        numbers.push(scene.capture.refuse(&mut site));
        scene.capture.wait_ms(500);
    }
    numbers.push(scene.answer(&mut client, "502 cannotconnect", FIELDS, &page("Cannot Connect")));
    finish(
        scene,
        client,
        Built::new(
            "tcp-syn-reset",
            "skyhigh-reset-after-each-syn",
            "Three attempts, each SYN answered by RST; the block page says Cannot Connect.",
            AFTER,
        )
        .expects(failure("tcp-syn-reset", TARGET, 502).text("upstream", SITE).at("capture.pcap", &numbers)),
    )
}

fn prohibited() -> Built {
    let mut scene = Scene::new(Link::Sll, 9090);
    let mut client = scene.client();
    let mut numbers = vec![scene.request(&mut client, "GET", TARGET)];
    scene.resolve(host_of(TARGET), "192.0.2.10");
    let mut site = scene.upstream(SITE);
    for gap in [3000, 6000, 1000] {
        let syn = scene.capture.syn(&mut site);
        scene.capture.wait_ms(5);
        numbers.extend([syn, scene.capture.icmp("198.51.100.1", syn, 3, 10)]);
        scene.capture.wait_ms(gap);
    }
    numbers.push(scene.answer(&mut client, "502 cannotconnect", FIELDS, &page("Cannot Connect")));
    finish(
        scene,
        client,
        Built::new("tcp-icmp-prohibited", "skyhigh-host-prohibited", "Each SYN is answered by ICMP host administratively prohibited (type 3, code 10), and sent again all the same.", AFTER)
            .expects(failure("tcp-icmp-prohibited", TARGET, 502).text("upstream", SITE).at("capture.pcap", &numbers)),
    )
}

fn too_slow() -> Built {
    let mut scene = Scene::new(Link::Sll, 9090);
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.resolve(host_of(TARGET), "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 22);
    let sent = scene.forward(&mut site, TARGET);
    scene.capture.wait_ms(119_978);
    scene.capture.fin(&mut site, Side::Opener);
    let told = scene.answer(&mut client, "502 badgateway", FIELDS, &page("Bad Response"));
    scene.capture.wait_ms(4000);
    // The report is ready now: nobody listens any more.
    let late = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 8\r\n\r\nReport.\n";
    scene.capture.send(&mut site, Side::Server, late);
    scene.capture.reset(&mut site, Side::Opener);
    finish(
        scene,
        client,
        Built::new("response-timeout", "skyhigh-two-minutes", "The site needs longer than the default of 120 s: the gateway closes and answers 502; the late response meets a closed socket and the gateway's RST.", AFTER)
            .expects(failure("response-timeout", TARGET, 502).text("upstream", SITE).at("capture.pcap", &[asked, sent, told])),
    )
}

/// The site's body without status line and header fields.
const HEADLESS: &str =
    "%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n2 0 obj << /Type /Pages /Count 0 >> endobj\n";

fn progress_page() -> Built {
    let target = "http://example.local/fw4.pdf";
    let mut scene = Scene::new(Link::Sll, 9090);
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", target);
    scene.resolve(host_of(target), "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 22);
    let sent = scene.forward(&mut site, target);
    scene.capture.wait_ms(900);
    let heard = scene.capture.send(&mut site, Side::Server, HEADLESS.as_bytes());
    scene.capture.ack(&mut site, Side::Opener);
    scene.capture.wait_ms(1200);
    let progress = "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\nCache-Control: no-cache\r\nVia: 1.1 10.20.0.2 (McAfee Web Gateway 7.8.2.8.0.25114)\r\nConnection: close\r\n\r\n<html><head><title>McAfee Web Gateway - Progress</title></head><body><p>Please wait: fw4.pdf is being downloaded.</p>\n";
    let first = scene.capture.send(&mut client, Side::Server, progress.as_bytes());
    scene.capture.ack(&mut client, Side::Opener);
    for _ in 0..3 {
        scene.capture.wait_ms(5000);
        scene.capture.send(&mut client, Side::Server, b"<script>progress();</script>\n");
        scene.capture.ack(&mut client, Side::Opener);
    }
    scene.capture.fin(&mut site, Side::Server);
    scene.capture.fin(&mut site, Side::Opener);
    let bad = format!(
        "HTTP/1.0 502 badgateway\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n{}",
        page("Bad Response")
    );
    let last = scene.capture.send(&mut client, Side::Server, bad.as_bytes());
    scene.capture.ack(&mut client, Side::Opener);
    let log = log(&scene, target);
    scene.capture.close(&mut client, Side::Server);
    Built::new(
        "response-invalid",
        "skyhigh-progress-page-then-502",
        "The site sends a body without a status line. The client first gets 200 with a progress page, then, in the same stream, a 502: one failed exchange.",
        AFTER,
    )
    .file("capture.pcap", pcap(&scene.capture))
    .joined("access.log", &log)
    .expects(
        failure("response-invalid", target, 502)
            .number("first_status", 200)
            .text("upstream", SITE)
            .at("capture.pcap", &[asked, sent, heard, first, last]),
    )
}

fn headless() -> Built {
    let mut scene = Scene::new(Link::Sll, 9090);
    let mut client = scene.client();
    let asked = scene.request(&mut client, "GET", TARGET);
    scene.resolve(host_of(TARGET), "192.0.2.10");
    let mut site = scene.upstream(SITE);
    scene.capture.open(&mut site, 22);
    let sent = scene.forward(&mut site, TARGET);
    scene.capture.wait_ms(40);
    let heard = scene.capture.send(&mut site, Side::Server, b"<html><body>Welcome to our site.</body></html>\n");
    scene.capture.ack(&mut site, Side::Opener);
    scene.capture.close(&mut site, Side::Server);
    let told = scene.answer(&mut client, "502 badgateway", FIELDS, &page("Bad Response"));
    finish(
        scene,
        client,
        Built::new("response-invalid", "skyhigh-no-status-line", "The site answers with a page but without HTTP's status line and header fields; the block page says Bad Response.", AFTER)
            .expects(failure("response-invalid", TARGET, 502).text("upstream", SITE).at("capture.pcap", &[asked, sent, heard, told])),
    )
}
