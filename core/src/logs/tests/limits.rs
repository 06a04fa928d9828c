//! Past the limits of logs the report says which, and counts what was left out.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::read;
use crate::logs::custom::Custom;
use crate::report::{Report, Verdict};
use crate::{Case, Options};

const HEALTHY: &str =
    "1795192335.451      7 1.2.3.4 TCP_MISS/200 3331 GET http://a.test/a - HIER_DIRECT/192.0.2.2 text/html\n";
const FAILED: &str =
    "1795192335.451      7 1.2.3.4 TCP_MISS/502 3331 GET http://a.test/a - HIER_DIRECT/192.0.2.2 text/html\n";

/// A case of these logs.
fn logs(each: &[String], exchanges: bool) -> (Case, Report) {
    let mut case = Case::new(Options { exchanges, ..Options::default() });
    let inputs: Vec<_> = each.iter().map(|_| case.input("access.log")).collect();
    for (log, text) in inputs.into_iter().zip(each) {
        text.as_bytes().chunks(1 << 20).for_each(|chunk| case.read(log, chunk));
        case.end(log);
    }
    let report = case.report();
    (case, report)
}

fn warnings(report: &Report) -> String {
    let all: Vec<&str> = report.inputs.iter().flat_map(|input| &input.warnings).map(String::as_str).collect();
    all.join("\n")
}

/// Each log keeps as many; so does a case of several.
#[test]
fn failures_beyond_the_limit_are_counted() {
    let other = FAILED.replace("1795192335", "1795199335").replace("1.2.3.4", "1.2.3.5");
    let latest = other.replace("1795199335", "1795200335").replace("a.test", "b.test");
    let (_, report) = logs(&[FAILED.repeat(60_000), other.repeat(40_010) + &latest.repeat(10)], false);
    assert_eq!((report.exchanges.failed, report.findings.len()), (100_020, 100_000));
    assert_eq!(report.verdicts.iter().map(|verdict| verdict.count).sum::<u64>(), 100_020, "no verdict loses one");
    let told = warnings(&report);
    assert!(told.contains("20 more failed exchanges are counted but not listed: 100000 are"), "{told}");
    // A cause that came behind all that are listed is told as any other.
    let its = |verdict: &&Verdict| verdict.host.as_deref() == Some("b.test");
    let verdict = report.verdicts.iter().find(its).expect("a verdict of its own");
    assert_eq!((verdict.count, verdict.findings.len()), (10, 0));
    assert!(verdict.summary.starts_with("10 requests failed with 502"), "{}", verdict.summary);
    assert!(verdict.summary.contains("The first: TCP_MISS/502"), "{}", verdict.summary);
    assert!(!verdict.advice.causes.is_empty());
}

/// A browser asked for what the lines tell of: they may be that request.
#[test]
fn healthy_lines_that_may_be_of_a_request_beyond_the_limit_are_counted() {
    let recording = r#"{"log": {"version": "1.2", "entries": [{"startedDateTime": "2026-11-20T16:32:15Z", "time": 9,
        "request": {"method": "GET", "url": "http://a.test/a", "httpVersion": "HTTP/1.1", "headers": []},
        "response": {"status": 200, "statusText": "OK", "headers": [], "content": {}}, "timings": {"wait": 9}}]}}"#;
    let told = |lines: usize| warnings(&logs(&[recording.into(), HEALTHY.repeat(lines)], false).1);
    assert!(!told(1_000).contains("more healthy lines"), "{}", told(1_000));
    let beyond = told(300_010);
    assert!(beyond.contains("10 more healthy lines may be of requests in the captures"), "{beyond}");
}

#[test]
fn a_list_of_all_requests_ends_and_the_totals_go_on() {
    let (case, report) = logs(&[HEALTHY.repeat(100_010)], true);
    assert_eq!((report.exchanges.total, case.exchanges(&report).len()), (100_010, 100_000));
}

#[test]
fn connections_that_a_firewall_tells_of_are_kept_up_to_some() {
    let line = |action: &str| {
        format!(
            "date=2026-01-05 time=10:00:00 devname=\"FGT\" type=\"traffic\" subtype=\"forward\" srcip=10.20.0.2 srcport=40001 \
             dstip=192.0.2.10 dstport=443 proto=6 action=\"{action}\" policyid=7\n"
        )
    };
    let told = |denied: usize| warnings(&logs(&[line("deny").repeat(denied) + &line("accept").repeat(5)], false).1);
    assert!(!told(1_000).contains("more than are kept"), "{}", told(1_000));
    let beyond = told(100_007);
    assert!(beyond.contains("7 lines more than are kept were not held against the failures"), "{beyond}");
}

#[test]
fn columns_and_fields_beyond_the_limit_are_not_read() {
    let log = |before: usize| {
        let names = "x-a ".repeat(before);
        let values = "- ".repeat(before);
        format!(
            "#Fields: date time c-ip cs-method cs-uri-stem {names}sc-status\n\
             2026-03-10 08:00:01 10.20.0.50 GET /a {values}502\n"
        )
    };
    assert_eq!(read(&log(250)).failed, 1);
    assert_eq!(read(&log(251)).failed, 0, "the status is the 257th column");

    let known =
        |before: usize| Custom::new(&format!("$time_iso8601 {}$status", "$request_time ".repeat(before))).is_ok();
    assert!(known(254) && !known(255), "the status is the 257th field");
    let known = |blanks: usize| Custom::new(&format!("$time_iso8601{}$status", " ".repeat(blanks))).is_ok();
    assert!(known(16_000) && !known(17_000), "what stands behind 16 KiB is not read");
}
