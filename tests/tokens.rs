//! Every token of the gateways' logs, and what it must lead to by the products' documents: for each, a line of a case has
//! it and the engine says that of it.
//!
//! The tables say what the documents say, not what the engine does. Only cases of logs alone count: beside a capture it is
//! the packets that decide.

mod balancers;
mod forward;
mod reverse;

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::expectation::Expectation;
use crate::{engine, folders};

/// How sure the document is that says what a token means.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// A vendor's article or manual.
    Document,
    /// The product's source code.
    Code,
    /// Practice; no document was found.
    Practice,
}

/// What a line with a token must lead to.
#[derive(Clone, Copy, Debug)]
enum Outcome {
    /// This category.
    Is(&'static str),
    /// Several fit, this one among them.
    Among(&'static str),
    /// No failure, or none of an exchange.
    Nothing,
}

use Outcome::{Among, Is, Nothing};
use Source::{Code, Document, Practice};

/// Words that all stand in a line, what it leads to, and who says so.
type Row = (&'static [&'static str], Outcome, Source);

/// The rows of one log format.
struct Tokens {
    format: &'static str,
    rows: &'static [Row],
}

/// A line of a case, and what the engine says of it.
struct Said {
    format: String,
    text: String,
    findings: Vec<(String, Vec<String>)>,
}

impl Said {
    fn fits(&self, outcome: Outcome) -> bool {
        let has = |wanted: &str, named: &str| {
            let candidate = |all: &[String]| all.iter().any(|one| one == wanted);
            self.findings.iter().any(|(category, all)| category == named && (wanted == named || candidate(all)))
        };
        match outcome {
            Is(category) => has(category, category),
            Among(category) => has(category, "undetermined"),
            Nothing => self.findings.is_empty(),
        }
    }
}

#[test]
fn every_token_leads_to_its_category() {
    if std::env::var_os("GATEWAY_TRIAGE_CASE").is_some() {
        println!("skipped: GATEWAY_TRIAGE_CASE leaves cases out");
        return;
    }
    let lines: Vec<Said> = folders::all().iter().flat_map(|folder| lines(folder)).collect();
    let mut problems = Vec::new();
    let tables = forward::TOKENS.iter().chain(reverse::TOKENS).chain(balancers::TOKENS);
    for (format, (words, outcome, source)) in tables.flat_map(|table| table.rows.iter().map(|row| (table.format, row)))
    {
        let with: Vec<&Said> = lines
            .iter()
            .filter(|line| line.format == format && words.iter().all(|word| line.text.contains(word)))
            .collect();
        if !with.iter().any(|line| line.fits(*outcome)) {
            let instead: Vec<_> = with.iter().flat_map(|line| &line.findings).map(|(category, _)| category).collect();
            problems.push(format!(
                "{format} {words:?} ({source:?}): not {outcome:?} in any of {} lines {instead:?}",
                with.len()
            ));
        }
    }
    assert!(problems.is_empty(), "{} tokens:\n{}", problems.len(), problems.join("\n"));
}

/// The lines of a case that holds logs alone.
fn lines(folder: &Path) -> Vec<Said> {
    let Ok(expectation) = Expectation::read(folder) else { return Vec::new() };
    let capture = |name: &String| [".pcap", ".pcapng", ".har", ".gz"].iter().any(|ending| name.ends_with(ending));
    if expectation.inputs.iter().any(capture) {
        return Vec::new();
    }
    let report = engine::run(folder, &expectation.inputs);
    let mut out = Vec::new();
    for (index, name) in expectation.inputs.iter().enumerate() {
        let format = report["inputs"][index]["format"].as_str().unwrap_or_default();
        let text = fs::read(folder.join(name)).unwrap_or_default();
        for (number, line) in (1_u64..).zip(String::from_utf8_lossy(&text).lines()) {
            let findings = report["findings"].as_array().into_iter().flatten();
            let here = findings.filter(|finding| names(finding, index, number)).map(|finding| {
                let candidates = finding["candidates"].as_array().into_iter().flatten();
                let candidates = candidates.filter_map(Value::as_str).map(str::to_owned).collect();
                (finding["category"].as_str().unwrap_or_default().to_owned(), candidates)
            });
            out.push(Said { format: format.to_owned(), text: line.to_owned(), findings: here.collect() });
        }
    }
    out
}

/// Whether a line is part of a finding's evidence.
fn names(finding: &Value, input: usize, line: u64) -> bool {
    let mut evidence = finding["evidence"].as_array().into_iter().flatten();
    evidence.any(|one| one["input"] == input && one["line"] == line)
}
