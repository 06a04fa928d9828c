//! The list of all exchanges: every failure is in it once, and it says how long each phase took.

mod folders;

use std::collections::BTreeMap;
use std::fs;

use gateway_triage_core::exchanges::Row;
use gateway_triage_core::report::Report;
use gateway_triage_core::{Case, Options};

fn read(files: &[(String, Vec<u8>)]) -> (Report, Vec<Row>) {
    let mut case = Case::new(Options { exchanges: true, ..Options::default() });
    let ids: Vec<_> = files.iter().map(|(name, _)| case.input(name)).collect();
    for ((_, bytes), id) in files.iter().zip(ids) {
        case.read(id, bytes);
        case.end(id);
    }
    let report = case.report();
    let rows = case.exchanges(&report);
    (report, rows)
}

fn captures() -> impl Iterator<Item = (String, Vec<(String, Vec<u8>)>)> {
    folders::all().into_iter().filter_map(|folder| {
        let bytes = fs::read(folder.join("capture.pcap")).ok()?;
        Some((folders::name(&folder), vec![("capture.pcap".to_owned(), bytes)]))
    })
}

#[test]
fn every_failure_is_one_row() {
    let mut failures = 0;
    for (name, files) in captures() {
        let (report, rows) = read(&files);
        let mut times: BTreeMap<u32, usize> = BTreeMap::new();
        for finding in rows.iter().filter_map(|row| row.finding) {
            *times.entry(finding).or_default() += 1;
        }
        failures += report.findings.len();
        let once = (0..report.findings.len()).all(|at| times.get(&(at as u32)) == Some(&1));
        assert!(once && times.len() == report.findings.len(), "{name}: rows of each finding: {times:?}");
    }
    assert!(failures > 0, "no case has a failure");
}

#[test]
fn all_exchanges_of_a_busy_capture_are_listed_with_their_times() {
    let busy = captures().find(|(name, _)| name == "mixed/squid-seven-among-three-hundred");
    // Not among the cases that were chosen.
    let Some((_, files)) = busy else { return };
    let (report, rows) = read(&files);
    assert_eq!(rows.len() as u64, report.exchanges.total);
    let told = |which: fn(&Row) -> bool| rows.iter().filter(|row| which(row)).count();
    let answered = told(|row| row.status.is_some());
    assert!(told(|row| row.first_byte.is_some() && row.total >= row.first_byte) >= answered.saturating_sub(2));
    assert!(told(|row| row.connect.is_some()) > 0 && told(|row| row.dns.is_some()) > 0, "no phase upstream is told");
}

#[test]
fn a_request_in_capture_and_log_is_one_row() {
    let (mut cases, mut merged) = (0, 0);
    for folder in folders::all() {
        let name = folders::name(&folder);
        let file = |file: &str| fs::read(folder.join(file)).ok().map(|bytes| (file.to_owned(), bytes));
        let Some((capture, log)) = file("capture.pcap").zip(file("access.log")) else { continue };
        let (_, lines) = read(std::slice::from_ref(&log));
        let (_, packets) = read(std::slice::from_ref(&capture));
        let (report, rows) = read(&[capture, log]);
        assert!(
            rows.len() as u64 <= report.exchanges.total,
            "{name}: {} rows of {}",
            rows.len(),
            report.exchanges.total
        );
        cases += 1;
        merged += (lines.len() + packets.len()).saturating_sub(rows.len());
    }
    assert!(cases > 10 && merged > cases, "{merged} of {cases} cases");
}
