//! The second reading: whatever a report points at is found again in the file, by number and by offset, and every ladder
//! shows all evidence of its finding.

mod engine;
mod folders;

use std::fs;
use std::path::PathBuf;

use gateway_triage_core::again::{Packets, Seen, Span};
use gateway_triage_core::details;
use gateway_triage_core::ladder::{Drawer, Ladder, What};
use gateway_triage_core::report::{Finding, Report};

/// Each case's report with the bytes of its inputs.
fn cases() -> impl Iterator<Item = (String, Report, Vec<Vec<u8>>)> {
    folders::all().into_iter().map(|folder| {
        let mut names: Vec<String> = fs::read_dir(&folder)
            .expect("a case is a folder")
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| !name.ends_with(".toml") && !name.ends_with(".json") && !name.ends_with(".md"))
            .collect();
        names.sort();
        let report = serde_json::from_value(engine::run(&folder, &names)).expect("a report reads its own JSON");
        let files = names.iter().map(|name| fs::read::<PathBuf>(folder.join(name)).expect("a case can be read"));
        (folders::name(&folder), report, files.collect())
    })
}

fn draw(finding: &Finding, input: u32, file: &[u8]) -> Option<Ladder> {
    let mut drawer = Drawer::new(finding, input)?;
    let mut packets = Packets::default();
    packets.push(file, |seen| drawer.take(&seen));
    packets.end(|seen| drawer.take(&seen));
    Some(drawer.ladder())
}

#[test]
fn every_ladder_shows_all_evidence_in_order_and_on_its_side() {
    let mut ladders = 0;
    for (name, report, files) in cases() {
        for finding in &report.findings {
            for (input, file) in files.iter().enumerate() {
                let Some(ladder) = draw(finding, input as u32, file) else { continue };
                ladders += 1;
                let shown: Vec<u64> = ladder.rows.iter().filter(|row| row.proof).map(|row| row.packet).collect();
                let mut wanted: Vec<u64> = finding
                    .evidence
                    .iter()
                    .filter(|evidence| evidence.input as usize == input)
                    .filter_map(|evidence| evidence.packet)
                    .collect();
                wanted.sort_unstable();
                wanted.dedup();
                assert_eq!(shown, wanted, "{name}: {}", finding.summary);
                for row in ladder.rows.iter().filter(|row| row.proof) {
                    let said = finding
                        .evidence
                        .iter()
                        .find(|said| said.packet == Some(row.packet) && said.input as usize == input);
                    let said = said.expect("it is evidence");
                    assert_eq!(row.leg, said.leg, "{name}: packet {}", row.packet);
                    if row.what != What::Icmp {
                        assert_eq!(Some(row.sent), said.sent, "{name}: packet {}: {}", row.packet, said.text);
                    }
                }
            }
        }
    }
    assert!(ladders > 0, "no ladder was drawn");
}

#[test]
fn every_packet_and_line_of_the_evidence_is_found_again() {
    for (name, report, files) in cases() {
        for evidence in report.findings.iter().flat_map(|finding| &finding.evidence) {
            let file = &files[evidence.input as usize];
            match evidence.packet {
                Some(number) => {
                    let mut packets = Packets::default();
                    let mut found = None;
                    let look = |seen: Seen<'_>, found: &mut Option<usize>| {
                        if found.is_none() {
                            assert_eq!((seen.number, seen.offset), (number, evidence.offset), "{name}");
                            *found = Some(details::of(&seen).layers.len());
                        }
                    };
                    // All before the first packet is needed: a file's head, or the sections of a pcapng.
                    let head = &file[..file.len().min(1_024)];
                    packets.push(head, |_| {});
                    match packets.skip_to(number, evidence.offset) {
                        Some(from) => packets.push(&file[from as usize..], |seen| look(seen, &mut found)),
                        None => continue,
                    }
                    packets.end(|seen| look(seen, &mut found));
                    assert!(found.is_some_and(|layers| layers > 1), "{name}: packet {number}");
                }
                None => {
                    let mut span = Span::new(evidence.offset, evidence.length);
                    span.push(file);
                    span.end();
                    assert!(span.done(), "{name}: line {:?}", evidence.line);
                    assert!(!span.text().trim().is_empty(), "{name}: line {:?}", evidence.line);
                }
            }
        }
    }
}
