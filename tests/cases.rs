//! Every folder under `tests/cases` that holds a `case.toml`: its files through the engine, the report
//! against what is expected, and against the snapshot `report.json` where there is one.
//!
//! `GATEWAY_TRIAGE_BLESS=1` writes the snapshots anew; `GATEWAY_TRIAGE_CASE=text` takes only the cases
//! whose path holds the text.

mod engine;
mod expectation;
mod filters;
mod folders;
mod tokens;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::Path;

use expectation::Expectation;
use serde_json::Value;

#[test]
fn every_case_gives_its_verdict() {
    let folders = folders::all();
    let (mut lines, mut failed) = (Vec::new(), 0);
    for folder in &folders {
        let name = folders::name(folder);
        let problems = check(folder);
        failed += usize::from(!problems.is_empty());
        lines.extend(problems.into_iter().map(|problem| format!("{name}: {problem}")));
    }
    println!("{} cases, {failed} with mismatches", folders.len());
    assert!(lines.is_empty(), "{failed} of {} cases differ:\n{}", folders.len(), lines.join("\n"));
}

/// How often the engine is right, as a confusion matrix: `cargo xtask accuracy` shows it. Two figures count: failures
/// found with the right category, and healthy exchanges blamed.
#[test]
fn accuracy() {
    let folders = folders::all();
    let mut matrix: BTreeMap<(String, String), usize> = BTreeMap::new();
    let (mut expected_all, mut right, mut blamed, mut wrong) = (0, 0, 0, Vec::new());
    for folder in &folders {
        let expectation = Expectation::read(folder).unwrap_or_else(|why| panic!("{}: {why}", folders::name(folder)));
        let report = engine::run(folder, &expectation.inputs);
        let mut found: Vec<String> = report["findings"]
            .as_array()
            .map(|findings| findings.iter().filter_map(|f| f["category"].as_str().map(str::to_owned)).collect())
            .unwrap_or_default();
        let expected = expectation.categories();
        expected_all += expected.len();
        // Take the right ones away first: what is left over on both sides was confused.
        let mut missed = Vec::new();
        for category in expected {
            match found.iter().position(|one| *one == category || category == "any") {
                Some(at) => {
                    found.remove(at);
                    right += 1;
                    *matrix.entry((category.clone(), category)).or_default() += 1;
                }
                None => missed.push(category),
            }
        }
        for category in missed {
            let instead = if found.is_empty() { "nothing".to_owned() } else { found.remove(0) };
            wrong.push(format!("{}: {category} was called {instead}", folders::name(folder)));
            *matrix.entry((category, instead)).or_default() += 1;
        }
        blamed += found.len();
        for category in found {
            wrong.push(format!("{}: a healthy exchange was called {category}", folders::name(folder)));
            *matrix.entry(("healthy".to_owned(), category)).or_default() += 1;
        }
    }
    println!("{:<28} {:<28} {:>6}", "truth", "verdict", "cases");
    for ((truth, verdict), count) in &matrix {
        let mark = if truth == verdict { "" } else { "   <-- wrong" };
        println!("{truth:<28} {verdict:<28} {count:>6}{mark}");
    }
    println!("\n{} cases", folders.len());
    println!("failures found with the right category: {right} of {expected_all}");
    println!("healthy exchanges blamed: {blamed}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn check(folder: &Path) -> Vec<String> {
    let expectation = match Expectation::read(folder) {
        Ok(expectation) => expectation,
        Err(why) => return vec![format!("case.toml: {why}")],
    };
    let report = engine::run(folder, &expectation.inputs);
    let mut problems = expectation.mismatches(&report);
    problems.extend(against_snapshot(folder, &report));
    if !expectation.joined.is_empty() {
        let both = [expectation.inputs.as_slice(), &expectation.joined].concat();
        let joined = engine::run(folder, &both);
        let added = expectation.mismatches(&joined);
        let added: Vec<String> = added.into_iter().filter(|problem| !problems.contains(problem)).collect();
        problems.extend(added.into_iter().map(|problem| format!("with {}: {problem}", expectation.joined.join(", "))));
    }
    problems
}

/// Compares with `report.json`, or writes it. The first difference is enough to find the others.
fn against_snapshot(folder: &Path, report: &Value) -> Option<String> {
    let file = folder.join("report.json");
    if env::var_os("GATEWAY_TRIAGE_BLESS").is_some() {
        let text = serde_json::to_string_pretty(report).expect("a report is JSON");
        return fs::write(&file, text + "\n").err().map(|why| format!("report.json: {why}"));
    }
    let text = fs::read_to_string(&file).ok()?;
    match serde_json::from_str::<Value>(&text) {
        Ok(snapshot) => difference("report", &snapshot, report).map(|at| format!("snapshot: {at}")),
        Err(why) => Some(format!("report.json: {why}")),
    }
}

/// Where two values first differ.
fn difference(at: &str, old: &Value, new: &Value) -> Option<String> {
    match (old, new) {
        (Value::Object(a), Value::Object(b)) => a
            .keys()
            .chain(b.keys().filter(|key| !a.contains_key(*key)))
            .find_map(|key| difference(&format!("{at}.{key}"), &old[key], &new[key])),
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(index, (a, b))| difference(&format!("{at}[{index}]"), a, b))
        }
        _ if old == new => None,
        _ => Some(format!("{at} was {old}, is {new}")),
    }
}
