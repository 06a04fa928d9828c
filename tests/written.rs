//! What the engine writes it reads again: every packet of an exported capture has the bytes, the time and the length on the
//! wire that it had in the file.

mod engine;
mod folders;

use std::collections::BTreeMap;
use std::fs;

use gateway_triage_core::again::{Packets, Seen};
use gateway_triage_core::export::Evidence;
use gateway_triage_core::report::Report;

/// Time in nanoseconds, length on the wire, link-layer type, bytes.
type Packet = (i64, u32, u16, Vec<u8>);

fn packets(file: &[u8]) -> BTreeMap<u64, Packet> {
    let mut all = BTreeMap::new();
    let mut packets = Packets::default();
    let mut take = |seen: Seen<'_>| {
        all.insert(seen.number, (seen.time.0, seen.original, seen.link, seen.data.to_vec()));
    };
    packets.push(file, &mut take);
    packets.end(&mut take);
    all
}

/// The files of a case by name, with the engine's report.
fn cases() -> impl Iterator<Item = (String, Report, Vec<Vec<u8>>)> {
    folders::all().into_iter().map(|folder| {
        let entries = fs::read_dir(&folder).expect("a case is a folder").flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.retain(|name| !name.ends_with(".toml") && !name.ends_with(".json") && !name.ends_with(".md"));
        names.sort();
        let report = serde_json::from_value(engine::run(&folder, &names)).expect("a report reads its own JSON");
        let files = names.iter().map(|name| fs::read(folder.join(name)).expect("a case can be read")).collect();
        (folders::name(&folder), report, files)
    })
}

fn write(report: &Report, files: &[Vec<u8>]) -> Option<Vec<u8>> {
    let mut evidence = Evidence::of(report, None);
    if evidence.is_empty() {
        return None;
    }
    for (input, file) in (0..).zip(files) {
        let mut packets = Packets::default();
        let mut take = |seen: Seen<'_>| {
            evidence.take(input, &seen, None);
        };
        packets.push(file, &mut take);
        packets.end(&mut take);
    }
    Some(evidence.file())
}

#[test]
fn every_packet_written_is_read_again_as_it_was() {
    let mut written = 0;
    for (name, report, files) in cases() {
        let Some(file) = write(&report, &files) else { continue };
        let rows = report.findings.iter().flat_map(|finding| &finding.evidence);
        let wanted: BTreeMap<(u32, u64), ()> = rows.filter_map(|row| Some(((row.input, row.packet?), ()))).collect();
        let originals: Vec<BTreeMap<u64, Packet>> = files.iter().map(|file| packets(file)).collect();
        let mut expected: Vec<&Packet> =
            wanted.keys().map(|(input, number)| &originals[*input as usize][number]).collect();
        let again = packets(&file);
        let mut again: Vec<&Packet> = again.values().collect();
        // Packets of one time may stand in either order.
        expected.sort();
        again.sort();
        assert_eq!(again.len(), expected.len(), "{name}: packets");
        assert!(again == expected, "{name}: a packet is not what it was");
        written += again.len();
    }
    assert!(written > 1000, "{written} packets were written");
}
