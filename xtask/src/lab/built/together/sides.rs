//! What only one side shows, and where both sides differ.

use gateway_triage_tests::build::file::pcap;
use gateway_triage_tests::build::talk::Side;

use super::super::Built;
use super::super::scene::{CLIENT, SITE, failure};
use super::diary::{Diary, Entry, civil, moved};
use super::{AFTER, CAPTURE, LOG, refused, unlogged};

pub fn all() -> Vec<Built> {
    vec![without_packets(), without_line(), other_status(), other_cause(), three_sources(), other_client()]
}

/// A line in the time of the capture, and one before it.
fn without_packets() -> Built {
    let mut diary = Diary::new();
    diary.good("http://www.example.com/a");
    diary.wait(1000);
    let middle = diary.now();
    diary.wait(1500);
    diary.refused("http://www.example.com/login");
    diary.wait(2000);
    diary.good("http://www.example.com/b");
    let line = |target: &str, ended: u64| Entry {
        began: ended - 40_000,
        ended,
        target: target.to_owned(),
        packets: Vec::new(),
        ..diary.entries[1].clone()
    };
    let early = line("http://www.example.com/early", middle - 600_000_000);
    let elsewhere = line("http://app.example.org/", middle);
    let log =
        [&early, &diary.entries[0], &elsewhere, &diary.entries[1], &diary.entries[2]].map(|e| e.squid(5)).concat();
    Built::new(
        "tcp-syn-reset",
        "log-line-without-packets",
        "The log tells of three failures: one before the capture, one in its time but not in it, one that is in it.",
        AFTER,
    )
    .file(CAPTURE, pcap(&diary.scene.capture))
    .file(LOG, log.into_bytes())
    .expects(super::logged(&early, 1).list("doubts", &["No capture covers the time"]))
    .expects(super::logged(&elsewhere, 3).list("doubts", &["covers this time but holds no packets"]))
    .expects(refused(&diary.entries[1], 4))
    .counts(5, 0)
}

/// The log has lines before and after the failure, and none for it.
fn without_line() -> Built {
    let mut diary = Diary::new();
    diary.good("http://www.example.com/a");
    diary.wait(4000);
    diary.refused("http://www.example.com/login");
    diary.wait(6000);
    diary.good("http://www.example.com/b");
    let log = [&diary.entries[0], &diary.entries[2]].map(|entry| entry.squid(0)).concat();
    Built::new(
        "tcp-syn-reset",
        "failure-without-log-line",
        "The packets show a failure that the gateway's log, which covers its time, does not have.",
        AFTER,
    )
    .file(CAPTURE, pcap(&diary.scene.capture))
    .file(LOG, log.into_bytes())
    .expects(unlogged(&diary.entries[1]).list("doubts", &["has no line for this request"]))
    .counts(3, 0)
}

/// The log says 504, the packets say 502.
fn other_status() -> Built {
    let mut diary = Diary::new();
    diary.good("http://www.example.com/a");
    diary.wait(800);
    diary.refused_as("http://www.example.com/login", "502 Bad Gateway");
    let mut log = diary.entries[0].squid(0);
    log.push_str(&Entry { status: 504, ..diary.entries[1].clone() }.squid(0));
    Built::new(
        "tcp-syn-reset",
        "log-says-other-status",
        "The log says 504 for a request that was answered with 502.",
        AFTER,
    )
    .file(CAPTURE, pcap(&diary.scene.capture))
    .file(LOG, log.into_bytes())
    .expects(refused(&diary.entries[1], 2).list("doubts", &["The log says 504, the packets show 502"]))
    .counts(2, 0)
}

/// The log reads a RST as a timeout.
fn other_cause() -> Built {
    let target = "http://www.example.com/login";
    let mut diary = Diary::new();
    diary.good("http://www.example.com/a");
    diary.wait(800);
    let began = diary.now();
    let (mut client, numbers) = diary.reset_after_request(target);
    diary.note(began + 1100, 502, target, "ERR_READ_TIMEOUT/-", &numbers);
    diary.scene.capture.close(&mut client, Side::Opener);
    let log = diary.squid(0);
    Built::new(
        "response-reset",
        "log-says-timeout",
        "The log calls it a timeout; the packets show a RST right after the request.",
        AFTER,
    )
    .file(CAPTURE, pcap(&diary.scene.capture))
    .file(LOG, log.into_bytes())
    .expects(
        failure("response-reset", target, 502)
            .text("upstream", SITE)
            .at(CAPTURE, &numbers)
            .at(LOG, &[2])
            .list("doubts", &["The log reads this failure as"]),
    )
    .counts(2, 0)
}

/// nginx: access log, error log in local time, and capture.
fn three_sources() -> Built {
    let mut diary = Diary::new();
    diary.good("http://shop.example.com/");
    diary.wait(700);
    for page in ["basket", "order"] {
        diary.refused_as(&format!("http://shop.example.com/{page}"), "502 Bad Gateway");
        diary.wait(1300);
    }
    diary.good("http://shop.example.com/help");
    // The error log writes the machine's time, UTC+2, without saying so.
    let mut errors = String::new();
    for entry in diary.entries.iter().filter(|entry| !entry.packets.is_empty()) {
        let (date, clock) = civil(moved(entry.ended, 7_200_000), "-");
        let path = entry.target.trim_start_matches("http://shop.example.com");
        errors.push_str(&format!(
            "{date} {clock} [error] 7#7: *1 connect() failed (111: Connection refused) while connecting to upstream, client: {CLIENT}, server: shop.example.com, request: \"GET {path} HTTP/1.1\", upstream: \"http://192.0.2.10:80{path}\", host: \"shop.example.com\"\n"
        ));
    }
    let log = diary.combined(0);
    let built = Built::new(
        "tcp-syn-reset",
        "nginx-three-sources",
        "Capture, access log and error log of one gateway, the error log in local time: each failure is one finding.",
        "nginx access and error log",
    )
    .file(CAPTURE, pcap(&diary.scene.capture))
    .file(LOG, log.into_bytes())
    .file("error.log", errors.into_bytes())
    .expects(refused(&diary.entries[1], 2).at("error.log", &[1]))
    .expects(refused(&diary.entries[2], 3).at("error.log", &[2]))
    .counts(4, 0);
    built.tells("error.log", "zone", "120")
}

/// Behind a load balancer: the log has the client's address, only the path, and no query.
fn other_client() -> Built {
    let mut diary = Diary::new();
    for page in ["a", "b", "c"] {
        diary.good(&format!("http://shop.example.com/{page}"));
        diary.wait(700);
    }
    diary.refused("http://shop.example.com/basket?id=7&token=secret");
    let mut log = String::new();
    for entry in &diary.entries {
        let path = entry.target.trim_start_matches("http://shop.example.com");
        let path = path.split('?').next().unwrap_or(path).to_owned();
        log.push_str(&Entry { client: "203.0.113.9".to_owned(), target: path, ..entry.clone() }.combined(0));
    }
    let entry = &diary.entries[3];
    Built::new(
        "tcp-syn-reset",
        "log-names-other-client",
        "The packets come from a load balancer; the log has the client behind it, the path alone, and no query.",
        AFTER,
    )
    .file(CAPTURE, pcap(&diary.scene.capture))
    .file(LOG, log.into_bytes())
    .expects(refused(entry, 4).list("doubts", &["The log names the client 203.0.113.9"]))
    .counts(4, 0)
}
