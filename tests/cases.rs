//! Every folder under `tests/cases` that holds a `case.toml`: its files through the engine, the report
//! against what is expected, and against the snapshot `report.json` where there is one.
//!
//! `GATEWAY_TRIAGE_BLESS=1` writes the snapshots anew; `GATEWAY_TRIAGE_CASE=text` takes only the cases
//! whose path holds the text.

mod engine;
mod expectation;
mod filters;
mod folders;

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
