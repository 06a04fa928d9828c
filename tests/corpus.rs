//! Captures and logs of other people, found through `GATEWAY_TRIAGE_CORPUS`; skipped where it is not set.
//!
//! Nothing in them may stop the reader, packets are counted as capinfos counts them, and times are
//! tshark's to the microsecond. What went wrong in them is for the cases, whose causes are known.

mod engine;

use std::collections::HashMap;
use std::env;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;

use gateway_triage_core::Options;
use serde_json::Value;

/// A row of MANIFEST.tsv, as far as it is needed.
struct Entry {
    file: String,
    /// `None` where capinfos does not count: logs, containers, damaged files.
    packets: Option<u64>,
    /// capinfos reads it and we do not: it must be named, with a word on what to do.
    foreign: bool,
    /// What the collector counted in a log: `lines=113 status={200:106,503:2}`.
    facts: String,
}

fn corpus() -> Option<(PathBuf, Vec<Entry>)> {
    let Some(root) = env::var_os("GATEWAY_TRIAGE_CORPUS").map(PathBuf::from) else {
        println!("skipped: GATEWAY_TRIAGE_CORPUS is not set");
        return None;
    };
    let manifest = fs::read_to_string(root.join("MANIFEST.tsv")).expect("the corpus has a MANIFEST.tsv");
    let mut lines = manifest.lines();
    let columns: HashMap<&str, usize> =
        lines.next().unwrap_or_default().split('\t').enumerate().map(|(at, name)| (name, at)).collect();
    let entries = lines.map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        let cell = |name: &str| columns.get(name).and_then(|at| cells.get(*at)).copied().unwrap_or_default();
        let whole = cell("capinfos_status") == "ok";
        let kind = cell("file_type(capinfos)");
        let foreign = whole && (["snoop", "erf"].contains(&kind) || kind.contains("zstd"));
        let packets = cell("packets(capinfos)").parse().ok().filter(|_| whole && !foreign);
        Entry { file: cell("file").to_owned(), packets, foreign, facts: cell("expected_facts").to_owned() }
    });
    let entries: Vec<Entry> = entries.collect();
    assert!(!entries.is_empty(), "MANIFEST.tsv lists nothing");
    Some((root, entries))
}

/// The report's only input, or why there is none.
fn read(root: &Path, file: &str) -> Result<Value, String> {
    let report =
        catch_unwind(AssertUnwindSafe(|| engine::run(root, &[file.to_owned()]))).map_err(|_| "panicked".to_owned())?;
    report["inputs"].get(0).cloned().ok_or_else(|| "no input in the report".to_owned())
}

#[test]
fn everything_is_read_and_counted() {
    let Some((root, entries)) = corpus() else { return };
    let mut problems = Vec::new();
    for entry in &entries {
        match read(&root, &entry.file) {
            Err(why) => problems.push(format!("{}: {why}", entry.file)),
            Ok(input) => {
                if let Some(packets) = entry.packets.filter(|packets| input["packets"] != *packets) {
                    problems.push(format!("{}: {} packets instead of {packets}", entry.file, input["packets"]));
                }
                let named =
                    input["kind"] == "unknown" && input["warnings"].as_array().is_some_and(|all| !all.is_empty());
                if entry.foreign && !named {
                    problems.push(format!("{}: not named as what it is", entry.file));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{} of {} files:\n{}", problems.len(), entries.len(), problems.join("\n"));
}

/// Logs whose layout is the site's own, and the format string that reads them.
const LAYOUTS: &[(&str, &str)] = &[
    (
        "nginx_digimarket_host_access.log",
        "$remote_addr $host $remote_user $msec $time_local $request $status $body_bytes_sent$http_user_agent",
    ),
    (
        "apache_blackbox_stroom.log",
        r#"%a/%{REMOTE_PORT}e %X %t %l "%u" "%r" %s/%>s %D %I/%O/%B "%{Referer}i" "%{User-Agent}i" %V/%p"#,
    ),
];

/// Lines of a log that are no records, and why.
const NO_RECORDS: &[(&str, u64, &str)] = &[
    ("haproxy_sekoia_tests.log", 2, "a handshake that failed, a default log's “Connect from”"),
    ("haproxy_no7dw_extract.log", 60, "no request came on these connections, or only noise"),
    ("haproxy_lnav.log", 3, "starts, stops and a backend without a server"),
    ("nginx_digimarket_host_access.log", 2, "lines from before the layout was changed"),
    ("nginx_digimarket_host_error.log", 1309, "files that are not there, and other messages of no request upstream"),
    ("nginx_macos_error.log", 7, "files that are not there, and notices"),
    ("nginx_sekoia_tests.log", 3, "messages of no request"),
    ("nginx_ingress_error_elastic.log", 26, "the controller's own messages"),
    ("apache_error_elastic.log", 4, "messages of no request upstream"),
    ("apache_fail2ban_overflows.log", 28, "requests that Apache refused, and comments"),
    ("apache_sekoia_tests.log", 7, "messages of no request upstream; a line cut in its request"),
    ("traefik_json_crowdsec.log", 1, "a line of a plugin's"),
    ("iis_beats_access.log", 12, "headers"),
    ("iis_beats_httperr.log", 4, "headers"),
    ("caddy_crowdsec.log", 1, "a message of the server's own"),
    ("azure_appgw_sekoia_tests.log", 91, "objects printed over many lines, one of another log"),
    ("forcepoint_sekoia_tests.log", 2, "a record broken in two"),
];

/// Logs that are of no format here.
const UNKNOWN: &[&str] = &["haproxy_salim.log", "proxifier_loghub_2k.log", "bind_sekoia_tests.log"];

/// Beginnings of an error log's sentences of which each tells of a failed request.
const SENTENCES: &[&str] =
    &["connect() failed", "recv() failed", "upstream prematurely closed", "no live upstreams", "no resolver defined"];

/// `502:7` of the facts' `status={502:7,503:1}`; a text up to the last colon.
fn counts<'a>(facts: &'a str, name: &str) -> Vec<(&'a str, u64)> {
    let list = facts.split_once(&format!("{name}={{")).and_then(|(_, rest)| rest.split_once('}'));
    let pairs = list.map_or("", |(list, _)| list).split(',').filter_map(|pair| pair.rsplit_once(':'));
    pairs.filter_map(|(what, count)| Some((what, count.parse().ok()?))).collect()
}

/// The logs give what the collector counted in them: lines, each status of 500 and above, each sentence of an error log.
#[test]
fn logs_give_the_counts_of_the_manifest() {
    let Some((root, entries)) = corpus() else { return };
    let mut problems = Vec::new();
    let logs = entries.iter().filter_map(|entry| Some((entry.file.strip_prefix("logs/")?, entry)));
    for (name, entry) in logs {
        let layout = LAYOUTS.iter().find(|(file, _)| *file == name).map(|(_, layout)| (*layout).to_owned());
        let options = Options { log_format: layout, ..Options::default() };
        let report = engine::run_with(&root, std::slice::from_ref(&entry.file), options);
        let input = &report["inputs"][0];
        let findings = report["findings"].as_array().map_or(&[][..], Vec::as_slice);
        if input["kind"] != "log" {
            if !UNKNOWN.contains(&name) {
                problems.push(format!("{name}: is taken for {}", input["kind"]));
            }
            continue;
        }
        let lines = entry.facts.split_once("lines=").and_then(|(_, rest)| rest.split(' ').next()?.parse::<u64>().ok());
        let others = NO_RECORDS.iter().find(|(file, ..)| *file == name).map_or(0, |(_, count, _)| *count);
        if input["records"].as_u64().map(|records| records + others) != lines {
            problems.push(format!("{name}: {} records and {others} others in {lines:?} lines", input["records"]));
        }
        for (status, wanted) in counts(&entry.facts, "status") {
            let Some(code) = status.parse::<u16>().ok().filter(|code| (500..600).contains(code)) else { continue };
            let found = findings.iter().filter(|finding| finding["status"] == code).count() as u64;
            if found != wanted {
                problems.push(format!("{name}: {found} findings of {status} instead of {wanted}"));
            }
        }
        for (sentence, wanted) in counts(&entry.facts, "errors") {
            if !SENTENCES.iter().any(|known| sentence.starts_with(known)) {
                continue;
            }
            let evidence = findings.iter().filter_map(|finding| finding["evidence"].as_array()).flatten();
            let texts = evidence.filter_map(|one| one["text"].as_str());
            let found = texts.filter(|text| text.contains(sentence)).count() as u64;
            if found != wanted {
                problems.push(format!("{name}: “{sentence}” in {found} findings instead of {wanted}"));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn times_are_those_of_tshark() {
    let Some((root, entries)) = corpus() else { return };
    // What a damaged file's times should be is anyone's guess.
    let sound =
        |entry: &&Entry| entry.packets.is_some_and(|packets| packets > 0) && !entry.file.starts_with("malformed/");
    let files: Vec<&str> = entries.iter().filter(sound).map(|entry| entry.file.as_str()).collect();
    let Some(spans) = spans(&root, &files) else {
        println!("skipped: capinfos is not installed");
        return;
    };
    assert!(spans.len() + 5 > files.len(), "capinfos reads {} of {}", spans.len(), files.len());
    let mut problems = Vec::new();
    for (file, first, last) in &spans {
        let Ok(input) = read(&root, file) else { continue };
        for (field, wanted) in [("started", first), ("ended", last)] {
            // Simple packet blocks carry no time, which shows as 0.
            if input[field].as_str().and_then(micros).unwrap_or(0) != *wanted {
                problems.push(format!("{file}: {field} {}, tshark has {wanted} µs", input[field]));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// File, earliest and latest packet time in microseconds since 1970, by capinfos: it reads with tshark's
/// library, and all files at once. `None` where it is not installed.
fn spans(root: &Path, files: &[&str]) -> Option<Vec<(String, i64, i64)>> {
    let output = Command::new("capinfos")
        .args(["-T", "-m", "-r", "-a", "-e", "-S"])
        .args(files)
        .current_dir(root)
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let row = |line: &str| {
        let (rest, last) = line.rsplit_once(',')?;
        let (file, first) = rest.rsplit_once(',')?;
        if first == "n/a" || last == "n/a" {
            // Some packets have no time.
            let (first, last) = span(&root.join(file));
            return Some((file.to_owned(), first, last));
        }
        // A time that 64 bits do not hold is none: such a file is left out.
        Some((file.to_owned(), epoch_micros(first)?, epoch_micros(last)?))
    };
    Some(text.lines().skip_while(|line| line.starts_with("File name,")).filter_map(row).collect())
}

/// The same by tshark, of the packets that have a time; zeros where none has.
fn span(file: &Path) -> (i64, i64) {
    let output = Command::new("tshark").args(["-n", "-T", "fields", "-e", "frame.time_epoch", "-r"]).arg(file).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let times: Vec<i64> = text.lines().filter_map(epoch_micros).collect();
    (times.iter().min().copied().unwrap_or(0), times.iter().max().copied().unwrap_or(0))
}

/// `1773129600.123456789`, truncated to microseconds.
fn epoch_micros(text: &str) -> Option<i64> {
    let (seconds, fraction) = text.split_once('.')?;
    let fraction: String = fraction.chars().chain("000000".chars()).take(6).collect();
    let micros: i64 = fraction.parse().ok()?;
    let whole = seconds.parse::<i64>().ok()?.checked_mul(1_000_000)?;
    whole.checked_add(if text.starts_with('-') { -micros } else { micros })
}

/// `2026-03-10T08:00:00.123456Z` in microseconds since 1970 (days by Howard Hinnant's algorithm).
fn micros(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let year_of_era = year.rem_euclid(400);
    let days = era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468;
    let seconds = days * 86_400 + number(11, 13)? * 3600 + number(14, 16)? * 60 + number(17, 19)?;
    Some(seconds * 1_000_000 + number(20, 26)?)
}

#[test]
fn both_clocks_agree_on_a_known_moment() {
    assert_eq!(micros("2026-03-10T08:00:00.000001Z"), Some(1_773_129_600_000_001));
    assert_eq!(epoch_micros("1773129600.000001999"), Some(1_773_129_600_000_001));
}
