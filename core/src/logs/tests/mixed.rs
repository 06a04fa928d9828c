//! Several formats in one file, and what lines leave out of their times.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::super::{LogReader, TABLE};
use super::read;
use crate::categories::Id::*;
use crate::time::Timestamp;
use crate::{Case, Options};

const NGINX: &str =
    r#"edge-nginx | 192.0.2.7 - - [10/Mar/2026:08:00:02 +0000] "GET /a HTTP/1.1" 502 157 "-" "curl/8.5""#;
const NGINX_ERROR: &str = r#"edge-nginx | 2026/03/10 08:00:02 [error] 29#29: *1 connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: localhost, request: "GET /a HTTP/1.1", upstream: "http://192.0.2.10:8080/a", host: "www.example.com""#;
const HAPROXY: &str = r#"lb-haproxy | 192.0.2.9:40522 [10/Mar/2026:08:00:03.125] fe be/s1 0/0/-1/-1/3004 503 212 - - sC-- 1/1/0/0/3 0/0 "GET /b HTTP/1.1""#;

fn formats(reader: &LogReader) -> Vec<(&'static str, u64)> {
    reader.formats().into_iter().map(|(format, records)| (format.id, records)).collect()
}

#[test]
fn the_lines_of_a_compose_project_are_each_read_by_their_own_format() {
    let app = "app | Traceback (most recent call last):";
    let healthy = NGINX.replace("502 157", "200 157");
    let text = [NGINX, &*healthy, app, NGINX_ERROR, HAPROXY, &*healthy, app, HAPROXY].join("\n");
    let reader = read(&text);
    assert_eq!(formats(&reader), [("haproxy", 2), ("combined", 3), ("nginx-error", 1)]);
    assert_eq!(
        reader.warnings()[1..],
        [
            "lines of several formats: 2 of haproxy, 3 of combined, 1 of nginx-error".to_string(),
            "2 lines were not understood and left out: line 3, no client:port at byte 7 (“app | Traceback (most recent call last):”); line 7, no client:port at byte 7 (“app | Traceback (most recent call last):”)".into()
        ]
    );
    // The report: the error log's line is the cause of the access log's 502, as in files of their own.
    let report = report_of(&text, Options::default());
    assert_eq!((report.exchanges.total, report.exchanges.failed), (5, 3));
    let of: Vec<_> = report.findings.iter().map(|found| (found.category, found.status, found.evidence.len())).collect();
    assert_eq!(of, [(TcpSynReset, Some(502), 2), (TcpSynUnanswered, Some(503), 1), (TcpSynUnanswered, Some(503), 1)]);
    let input = &report.inputs[0];
    assert_eq!((input.format.as_str(), input.records, input.formats.len()), ("haproxy", Some(6), 3));
    assert_eq!(input.formats[1].format, "combined");
}

fn report_of(text: &str, options: Options) -> crate::report::Report {
    let mut case = Case::new(options);
    let input = case.input("mixed.log");
    case.read(input, text.as_bytes());
    case.end(input);
    case.report()
}

#[test]
fn a_header_in_the_middle_names_the_columns_of_the_lines_below_it() {
    let text = format!(
        "{0}\n{0}\n#Fields: date time c-ip cs-method cs-uri-stem sc-status\n2026-03-10 08:00:01 192.0.2.7 GET /a 502\n{0}\n2026-03-10 08:00:02 192.0.2.7 GET /a 200\n",
        HAPROXY
    );
    // By the votes the header decides; the others are no strangers for all that.
    assert_eq!(formats(&read(&text)), [("w3c", 2), ("haproxy", 3)]);
}

#[test]
fn samples_of_every_format_in_one_file_are_all_read() {
    // A line that names columns is for all lines below it.
    let plain = || TABLE.iter().filter(|format| !format.samples.iter().any(|sample| sample.starts_with('#')));
    let lines: Vec<&str> = plain().flat_map(|format| format.samples.iter().copied()).collect();
    let text = lines.join("\n\n");
    let reader = read(&text);
    let alone: u64 = plain().map(|format| read(&format.samples.join("\n\n")).records).sum();
    let bad: Vec<String> = reader.warnings().into_iter().filter(|text| text.contains("not understood")).collect();
    assert_eq!(bad, Vec::<String>::new());
    let mixed: u64 = reader.formats().iter().map(|(_, records)| records).sum();
    assert_eq!(mixed, alone);
}

#[test]
fn lines_that_docker_wrapped() {
    let wrap = |line: &str| {
        let line = line.split_once("| ").map_or(line, |(_, line)| line).replace('\\', "\\\\").replace('"', "\\\"");
        format!("{{\"log\":\"{line}\\n\",\"stream\":\"stdout\",\"time\":\"2026-03-10T06:00:06.129Z\"}}\n")
    };
    let reader = read(&[wrap(NGINX), wrap(NGINX_ERROR), wrap(HAPROXY)].concat());
    assert_eq!(formats(&reader), [("haproxy", 1), ("combined", 1), ("nginx-error", 1)]);
    // HAProxy logs the accept date; the line came when the request was over.
    assert_eq!(reader.zone(), Some(120));
    assert_eq!(reader.span().map(|(from, _)| from.to_string()).as_deref(), Some("2026-03-10T06:00:03.125000Z"));
    let envoy = r#"{"message":"ACCESS [2019-04-06T06:20:05.972Z] \"GET /a HTTP/1.1\" 503 UF,URX 0 0 0 - \"-\" \"-\" \"-\" \"-\" \"192.0.2.10:9200\"","stream":"stdout","time":"2019-02-12T18:37:43.139620629Z"}"#;
    assert_eq!((formats(&read(envoy)), read(envoy).failed), ([("envoy", 1)].to_vec(), 1));
}

#[test]
fn a_zone_that_was_set_moves_what_was_read() {
    let begun = |options: Options| report_of(HAPROXY, options).findings[0].time.to_string();
    assert_eq!(begun(Options::default()), "2026-03-10T08:00:03.125000Z");
    let zone = Options { zone: Some(120), ..Options::default() };
    assert_eq!(begun(zone.clone()), "2026-03-10T06:00:03.125000Z");
    let mut case = Case::new(Options::default());
    let input = case.input("haproxy.log");
    case.read(input, HAPROXY.as_bytes());
    case.end(input);
    case.set_zone(Some(120));
    assert_eq!(case.report().findings[0].time.to_string(), "2026-03-10T06:00:03.125000Z");
    let told = &case.report().inputs[0];
    assert_eq!(
        (told.zone, told.started.map(|time| time.to_string())),
        (Some(120), Some("2026-03-10T06:00:03.125000Z".into()))
    );
    assert_eq!(told.warnings, ["the lines say no time zone: read as UTC+2, as it was set"]);
    case.set_zone(None);
    assert_eq!(case.report().findings[0].time.to_string(), "2026-03-10T08:00:03.125000Z");
    // What the line says itself stays.
    assert_eq!(report_of(NGINX, zone).findings[0].time.to_string(), "2026-03-10T08:00:02.000000Z");
}

#[test]
fn a_year_that_no_line_says() {
    let at = |when: &str| {
        format!(
            "{when} edge httpd[304]: [proxy:error] [pid 304] (111)Connection refused: AH00957: HTTP: attempt to connect to 192.0.2.10:80 (a) failed\n"
        )
    };
    let now = Timestamp::parse_rfc3339("2026-01-02T08:00:00Z");
    let text = [at("Dec 31 23:59:58"), at("Jan  1 00:00:02")].concat();
    let report = report_of(&text, Options { now, ..Options::default() });
    let times: Vec<String> = report.findings.iter().map(|found| found.time.to_string()).collect();
    assert_eq!(times, ["2025-12-31T23:59:58.000000Z", "2026-01-01T00:00:02.000000Z"]);
    assert!(report.inputs[0].warnings.iter().any(|text| text.contains("no year")), "{:?}", report.inputs[0].warnings);
    // A whole time further down goes before the clock.
    let whole = format!("{text}{}", at("2019-01-01T00:00:03Z"));
    let report = report_of(&whole, Options { now, ..Options::default() });
    assert_eq!(report.findings[0].time.to_string(), "2018-12-31T23:59:58.000000Z");
    assert!(!report.inputs[0].warnings.iter().any(|text| text.contains("no year")));
    // Without either it is not made up.
    let report = report_of(&text, Options::default());
    assert_eq!(report.inputs[0].started, None);
    assert!(report.findings.iter().all(|found| found.doubts.iter().any(|doubt| doubt.contains("no whole time"))));
}
