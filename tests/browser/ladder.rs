//! From a verdict to the packets: the ladder, one packet's fields, one line of a log, all read again from the files.

use crate::harness::{Page, case, scratch, wait, with_page};
use serde_json::Value;
use std::process::{Command, Stdio};

/// The packets that the ladder marks as evidence.
fn proofs(page: &Page) -> Vec<u64> {
    wait("the ladder", || page.script("return document.querySelectorAll('.ladder .step').length").as_u64() > Some(0));
    let numbers =
        page.script("return [...document.querySelectorAll('.ladder .proof .which')].map(e => +e.textContent)");
    numbers.as_array().into_iter().flatten().filter_map(Value::as_u64).collect()
}

fn evidence(report: &Value) -> Vec<u64> {
    let rows = report["findings"][0]["evidence"].as_array().into_iter().flatten();
    rows.filter_map(|row| row["packet"].as_u64()).collect()
}

#[test]
fn a_verdict_leads_to_its_ladder_and_to_each_packet() {
    with_page("ladder", |page| {
        let report = page.analyse(&case("tcp-syn-unanswered/squid-firewall-drops-syn"));
        let found = proofs(page);
        assert_eq!(found, evidence(&report));
        page.script("document.querySelector('.ladder .proof button').click()");
        wait("the packet", || page.text().contains("Hypertext Transfer Protocol"));
        let text = page.text();
        for wanted in ["Internet Protocol Version 4", "tcp.dstport", "GET http://", "nothing for"] {
            assert!(text.contains(wanted), "{wanted} is missing");
        }
    });
}

#[test]
fn packets_of_a_packed_capture_are_found_as_well() {
    with_page("ladder-gz", |page| {
        let plain = &case("tcp-syn-unanswered/squid-firewall-drops-syn")[0];
        let packed = scratch("made-ladder-gz").join("capture.pcap.gz");
        let file = std::fs::File::create(&packed).expect("target/ is writable");
        let gzip = Command::new("gzip").arg("-c").arg(plain).stdout(file).stderr(Stdio::null()).status();
        assert!(gzip.is_ok_and(|status| status.success()), "gzip did not run");
        let report = page.analyse(&[packed]);
        assert_eq!(proofs(page), evidence(&report));
    });
}

#[test]
fn a_line_of_a_log_is_shown_as_it_is() {
    with_page("line", |page| {
        let files = case("tcp-syn-unanswered/wsa-log-502");
        let report = page.analyse(&files);
        let row = &report["findings"][0]["evidence"][0];
        let (offset, length) = (row["offset"].as_u64().unwrap_or(0), row["length"].as_u64().unwrap_or(0));
        let file = std::fs::read(&files[0]).expect("a case can be read");
        let line = String::from_utf8_lossy(&file[offset as usize..(offset + length) as usize]).trim_end().to_owned();
        page.script("document.querySelector('.evidence .at button').click()");
        wait("the line", || {
            page.script("return document.querySelector('.packet pre')?.textContent ?? ''").as_str() == Some(&line)
        });
    });
}
