//! The whole engine: several inputs as one case, and everything that is made of its report.

use std::hint::black_box;

use gateway_triage_core::again::{Packets, Span};
use gateway_triage_core::export::{Evidence, html, markdown, short};
use gateway_triage_core::ladder::Drawer;
use gateway_triage_core::redact::Redactor;
use gateway_triage_core::report::Report;
use gateway_triage_core::{Case, Options, details, reading_order};

use super::choice;

/// Between two inputs.
pub const NEXT: &[u8] = b"\n--8<--\n";
/// More inputs than this are one.
const INPUTS: usize = 4;

/// Inputs between [`NEXT`]s; the first byte says what happens while they are read.
pub fn run(data: &[u8]) {
    let (way, rest) = choice(data);
    let files = split(rest);
    let options = Options {
        exchanges: way & 1 != 0,
        gateway: (way & 2 != 0).then(|| [10, 20, 0, 2].into()),
        zone: (way & 4 != 0).then_some(120),
        ..Options::default()
    };
    let mut case = Case::new(options);
    let inputs: Vec<_> = (0..files.len()).map(|at| case.input(&format!("input{at}"))).collect();
    for at in reading_order(&files) {
        let (Some(id), Some(bytes)) = (inputs.get(at), files.get(at)) else { continue };
        let (first, second) = bytes.split_at(bytes.len() / 2);
        case.read(*id, first);
        if way & 8 != 0 {
            black_box(case.report());
        }
        if way & 16 != 0 && at == 1 {
            case.fail(*id, "the disk was taken out");
            continue;
        }
        case.read(*id, second);
        case.end(*id);
    }
    let report = case.report();
    assert_eq!(report.inputs.len(), files.len());
    for verdict in &report.verdicts {
        assert!(verdict.findings.iter().all(|at| (*at as usize) < report.findings.len()), "a verdict of no finding");
    }
    if way & 1 != 0 {
        black_box(case.exchanges(&report));
    }
    told(&report);
    looked_at(&report, &files, way & 32 != 0);
}

/// Cuts at [`NEXT`], [`INPUTS`] pieces at most.
fn split(mut data: &[u8]) -> Vec<&[u8]> {
    let mut files = Vec::new();
    while files.len() + 1 < INPUTS {
        let Some(at) = data.windows(NEXT.len()).position(|part| part == NEXT) else { break };
        files.push(&data[..at]);
        data = &data[at + NEXT.len()..];
    }
    files.push(data);
    files
}

/// The report in every form.
fn told(report: &Report) {
    let text = serde_json::to_string(report).expect("a report is JSON");
    let again: Report = serde_json::from_str(&text).expect("a report reads its own JSON");
    let said = serde_json::to_string(&again).expect("a report is JSON");
    assert!(said == text, "a report that was read back says the same");
    let mut redacted = report.clone();
    Redactor::new([1; 16]).report(&mut redacted);
    for report in [report, &redacted] {
        let page = html(report, None);
        for tag in ["<script", "<img", "<a ", "<iframe", "<svg"] {
            assert!(!page.contains(tag), "{tag} in the page");
        }
        for text in [&page, &markdown(report, None), &short(report, None)] {
            assert!(!text.contains(['\u{1b}', '\0', '\u{202e}']), "a control character in what is passed on");
        }
    }
}

/// What the report points at, read again from the files.
fn looked_at(report: &Report, files: &[&[u8]], redacted: bool) {
    let mut redactor = Redactor::new([3; 16]);
    let mut evidence = Evidence::of(report, None);
    let mut taken = 0;
    for (input, file) in (0..).zip(files) {
        let mut drawers: Vec<Drawer> =
            report.findings.iter().take(3).filter_map(|finding| Drawer::new(finding, input)).collect();
        let mut packets = Packets::default();
        let mut look = |seen: gateway_triage_core::again::Seen<'_>| {
            drawers.iter_mut().for_each(|drawer| drawer.take(&seen));
            if evidence.wants(input, seen.number).0 {
                taken += 1;
                black_box(details::of(&seen));
                evidence.take(input, &seen, redacted.then_some(&mut redactor));
            }
        };
        packets.push(file, &mut look);
        packets.end(&mut look);
        drawers.into_iter().for_each(|drawer| drop(drawer.ladder()));
    }
    let mut read = 0;
    let mut packets = Packets::default();
    packets.push(&evidence.file(), |_| read += 1);
    packets.end(|_| read += 1);
    assert_eq!(read, taken, "what was exported is read again");
    let lines = report.findings.iter().take(20).flat_map(|finding| &finding.evidence).filter(|row| row.line.is_some());
    for row in lines {
        let mut span = Span::new(row.offset, row.length);
        span.push(files.get(row.input as usize).copied().unwrap_or_default());
        span.end();
        black_box(span.text());
    }
}
