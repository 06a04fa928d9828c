//! Whole reports with their patterns, from logs that say what is true of them.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::report::{Pattern, PatternKind, Report};
use crate::{Case, Options};

/// 2026-03-10T08:00:00Z.
const MORNING: u64 = 1_773_129_600;

/// A line of Squid's log: seconds after eight, milliseconds that it took, client, status, host, server.
fn line(second: f64, took: u32, client: &str, status: u16, host: &str, server: &str) -> (u64, String) {
    let ended = MORNING * 1000 + (second * 1000.0) as u64 + u64::from(took);
    let error = if status == 503 { "ERR_CONNECT_FAIL/errno=111" } else { "-/-" };
    let text = format!(
        "{}.{:03} {took:6} {client} TCP_MISS/{status} 900 GET http://{host}/a - HIER_DIRECT/{server} text/html {error}\n",
        ended / 1000,
        ended % 1000
    );
    (ended, text)
}

fn report(files: &[(&str, Vec<(u64, String)>)]) -> Report {
    let mut case = Case::new(Options::default());
    let ids: Vec<_> = files.iter().map(|(name, _)| case.input(name)).collect();
    for ((_, lines), id) in files.iter().zip(ids) {
        let mut lines = lines.clone();
        lines.sort();
        for (_, text) in &lines {
            case.read(id, text.as_bytes());
        }
        case.end(id);
    }
    case.report()
}

fn one(lines: Vec<(u64, String)>) -> Vec<Pattern> {
    report(&[("access.log", lines)]).verdicts.first().map(|verdict| verdict.patterns.clone()).unwrap_or_default()
}

fn text(patterns: &[Pattern], kind: PatternKind) -> Option<&str> {
    patterns.iter().find(|pattern| pattern.kind == kind).map(|pattern| &*pattern.text)
}

/// An hour of 31 hosts and 20 clients, ten requests a minute: all well.
fn traffic() -> Vec<(u64, String)> {
    (0..600_u32)
        .map(|n| {
            let (host, client) = (format!("www{}.example.com", n * 7 % 31), format!("10.0.0.{}", 1 + n * 3 % 20));
            line(f64::from(n) * 6.0, 20, &client, 200, &host, &format!("192.0.2.{}", 1 + n * 7 % 31))
        })
        .collect()
}

/// Failures in the middle of it.
fn with(failures: impl Iterator<Item = (u64, String)>) -> Vec<Pattern> {
    one(traffic().into_iter().chain(failures).collect())
}

#[test]
fn only_this_host() {
    let found = with((0..12).map(|n| {
        line(
            1000.0 + f64::from(n * 71 % 500),
            5,
            &format!("10.0.0.{}", 1 + n % 9),
            503,
            "shop.example.com",
            "192.0.2.99",
        )
    }));
    let text_of = |kind| text(&found, kind).unwrap_or_default();
    assert!(text_of(PatternKind::OnlyHost).starts_with("Only shop.example.com is affected; "), "{found:?}");
    assert!(text_of(PatternKind::OnlyHost).contains("requests to 31 other hosts went well"), "{found:?}");
    assert!(
        text_of(PatternKind::Course).starts_with("The 12 failures began at 08:16:40 and ended at 08:24:"),
        "{found:?}"
    );
    assert_eq!(text(&found, PatternKind::OnlyClient), None);
    assert_eq!(text(&found, PatternKind::Every), None, "a request every 71 s is no rhythm of failures: {found:?}");
}

#[test]
fn no_only_where_others_fail_as_well_or_little_is_to_compare() {
    let shop = |n: u32| line(1000.0 + f64::from(n) * 31.0, 5, "10.0.0.3", 503, "shop.example.com", "192.0.2.99");
    let elsewhere = line(1100.0, 5, "10.0.0.4", 503, "www1.example.com", "192.0.2.98");
    let found = with((0..12).map(shop).chain([elsewhere]));
    assert_eq!(text(&found, PatternKind::OnlyHost), None);
    // Two failures are too few.
    assert_eq!(text(&with((0..2).map(shop)), PatternKind::OnlyHost), None);
    // Alone in the log.
    assert_eq!(text(&one((0..12).map(shop).collect()), PatternKind::OnlyHost), None);
    // Half of all requests are for this host: three failures there are a chance of one in eight.
    let half = traffic()
        .into_iter()
        .chain((0..600).map(|n| line(f64::from(n) * 6.0 + 3.0, 20, "10.0.0.9", 200, "shop.example.com", "192.0.2.99")));
    let found = one(half.chain((0..3).map(shop)).collect());
    assert_eq!(text(&found, PatternKind::OnlyHost), None, "{found:?}");
}

#[test]
fn only_this_client() {
    // The host is asked by others as well, who are served.
    let others = (0..200).map(|n| {
        line(f64::from(n) * 18.0, 20, &format!("10.0.0.{}", 1 + n % 20), 200, "shop.example.com", "192.0.2.99")
    });
    let failing =
        (0..8).map(|n| line(900.0 + f64::from(n * n) * 31.0, 5, "10.0.0.77", 503, "shop.example.com", "192.0.2.99"));
    let found = one(traffic().into_iter().chain(others).chain(failing.clone()).collect());
    let said = text(&found, PatternKind::OnlyClient).unwrap_or_default();
    assert!(said.starts_with("Only the client 10.0.0.77 is affected; at least "), "{found:?}");
    assert!(said.contains("for shop.example.com by other clients went well"), "{said}");
    // Nobody else asked for it: what others had is no comparison.
    assert_eq!(text(&with(failing), PatternKind::OnlyClient), None);
}

#[test]
fn only_this_node() {
    let (mut one_node, mut other) = (Vec::new(), Vec::new());
    for (at, line) in traffic().into_iter().enumerate() {
        if at % 2 == 0 { one_node.push(line) } else { other.push(line) }
    }
    one_node.extend((0..9).map(|n| {
        line(600.0 + f64::from(n * n) * 23.0, 5, &format!("10.0.0.{}", 1 + n), 503, "www1.example.com", "192.0.2.2")
    }));
    let report = report(&[("a.log", one_node), ("b.log", other.clone())]);
    let patterns = &report.verdicts.first().unwrap().patterns;
    let said = text(patterns, PatternKind::OnlyNode);
    // Too few requests for this host on the other node.
    assert_eq!(said, None, "{patterns:?}");
    let more = (0..300).map(|n| line(f64::from(n) * 12.0, 20, "10.0.0.30", 200, "www1.example.com", "192.0.2.2"));
    let second = other.into_iter().chain(more).collect();
    let first: Vec<_> = (0..9)
        .map(|n| {
            line(600.0 + f64::from(n * n) * 23.0, 5, &format!("10.0.0.{}", 1 + n), 503, "www1.example.com", "192.0.2.2")
        })
        .collect();
    let report = self::report(&[("a.log", first), ("b.log", second)]);
    let patterns = &report.verdicts.first().unwrap().patterns;
    let said = text(patterns, PatternKind::OnlyNode).unwrap_or_default();
    assert!(said.starts_with("Only the gateway node a.log is affected; "), "{patterns:?}");
    assert!(said.ends_with("for www1.example.com went well on b.log in that time."), "{said}");
}

#[test]
fn every_five_minutes() {
    let served = (0..300).map(|n| {
        line(f64::from(n) * 12.0, 20, &format!("10.0.0.{}", 1 + n % 20), 200, "shop.example.com", "192.0.2.99")
    });
    let failing = (0..8).map(|n| {
        line(
            300.0 + f64::from(n) * 300.0 + f64::from(n % 3),
            5,
            &format!("10.0.0.{}", 1 + n),
            503,
            "shop.example.com",
            "192.0.2.99",
        )
    });
    let found = one(served.chain(failing).collect());
    let said = text(&found, PatternKind::Every).unwrap_or_default();
    assert!(said.starts_with("A failure comes every 30"), "{found:?}");
    assert!(said.contains("8 times") && said.ends_with("while other requests went well."), "{said}");
    // One client that asks so often and is never served.
    let asks = (0..8).map(|n| line(300.0 + f64::from(n) * 60.0, 5, "10.0.0.88", 503, "shop.example.com", "192.0.2.99"));
    let said = with(asks);
    assert_eq!(
        text(&said, PatternKind::Every),
        Some("The client 10.0.0.88 asks every 60.0 s and fails each time (8 times, 60.0 s apart).")
    );
}

#[test]
fn all_with_the_same_duration() {
    let slow = |n: u32, took| {
        line(300.0 + f64::from(n * n) * 17.0, took, &format!("10.0.0.{}", 1 + n), 504, "shop.example.com", "192.0.2.99")
    };
    let found = with((0..9).map(|n| slow(n, 60_000 + n * 7)));
    let said = text(&found, PatternKind::SameDuration).unwrap_or_default();
    assert!(said.starts_with("All 9 failed after 60.0 to 60.1 s: "), "{found:?}");
    assert_eq!(text(&with((0..9).map(|n| slow(n, 20_000 + n * 900))), PatternKind::SameDuration), None);
    assert_eq!(text(&with((0..4).map(|n| slow(n, 60_000))), PatternKind::SameDuration), None, "too few");
    assert_eq!(text(&with((0..9).map(|n| slow(n, 5))), PatternKind::SameDuration), None, "no timer is so short");
}

#[test]
fn a_worst_minute_and_how_it_divides() {
    let steady =
        (0..20).map(|n| line(600.0 + f64::from(n) * 60.0, 5, "10.0.0.5", 503, "shop.example.com", "192.0.2.99"));
    let burst = (0..30).map(|n| {
        line(1300.0 + f64::from(n), 5, &format!("10.0.0.{}", 6 + n % 2), 503, "shop.example.com", "192.0.2.99")
    });
    let found = with(steady.chain(burst));
    assert_eq!(
        text(&found, PatternKind::ByMinute),
        Some("The worst minute was 08:21 UTC, with 21 of 50 failures."),
        "{found:?}"
    );
    assert_eq!(text(&found, PatternKind::ByClient), Some("By client: 10.0.0.5 20, 10.0.0.6 15, 10.0.0.7 15."));
    assert_eq!(text(&found, PatternKind::ByStatus), None);
}

/// nginx' combined log, with a duration: clients that gave up.
fn left(second: u32, took: f64, client: &str, agent: &str, status: u16, target: &str) -> String {
    let (minute, second) = (second / 60, second % 60);
    format!(
        "{client} - - [10/Mar/2026:08:{minute:02}:{second:02} +0000] \"GET {target} HTTP/1.1\" {status} 0 \"-\" \"{agent}\" rt={took:.3} uaddr=\"192.0.2.10:80\" ustat=\"-\" uct=\"0.001\" uht=\"-\" urt=\"{took:.3}\"\n"
    )
}

fn of_text(text: &str) -> Report {
    let mut case = Case::new(Options::default());
    let id = case.input("access.log");
    case.read(id, text.as_bytes());
    case.end(id);
    case.report()
}

#[test]
fn clients_that_leave_after_one_time_are_a_hops_timer() {
    let all = |took: fn(u32) -> f64| -> String {
        (0..9).map(|n| left(n * n * 20, took(n), &format!("192.0.2.{n}"), "Mozilla/5.0", 499, "/slow")).collect()
    };
    let report = of_text(&all(|n| 60.0 + f64::from(n) / 1000.0));
    let verdict = report.verdicts.first().unwrap();
    let said = text(&verdict.patterns, PatternKind::HopTimer).unwrap_or_default();
    assert!(said.starts_with("All 9 were given up after 60.0 s."), "{verdict:?}");
    assert!(said.contains("What is 499 here is 504 there: the upstream"), "{said}");
    assert!(said.contains("Defaults of this length: ") && said.contains("AWS"), "{said}");
    assert_eq!(verdict.advice.causes.first().and_then(|cause| cause.favoured_by.as_deref()), Some(said));
    // People leave when they like.
    let report = of_text(&all(|n| 2.0 + f64::from(n) * 3.7));
    assert_eq!(text(&report.verdicts.first().unwrap().patterns, PatternKind::HopTimer), None);
}

#[test]
fn a_client_that_sends_health_checks_is_a_load_balancer() {
    let mut log = left(1, 0.001, "10.0.0.9", "ELB-HealthChecker/2.0", 200, "/health");
    for n in 0..4 {
        log += &left(10 + n * n * 20, 2.0 + f64::from(n) * 3.7, "10.0.0.9", "Mozilla/5.0", 499, "/slow");
    }
    let report = of_text(&log);
    assert_eq!((report.exchanges.total, report.exchanges.health_checks), (4, 1));
    let said = text(&report.verdicts.first().unwrap().patterns, PatternKind::HopTimer).unwrap_or_default();
    assert!(said.starts_with("The client 10.0.0.9 is a load balancer: it sends health checks as well."), "{report:?}");
}
