//! The display filter of each finding, tried in tshark over every case: it must show all evidence
//! packets and at most twenty others. Skipped where tshark is not installed.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::expectation::Expectation;
use crate::{engine, folders};

/// What the contract allows beside the evidence.
const OTHERS: usize = 20;

#[test]
fn filters_show_the_evidence_and_little_else() {
    if Command::new("tshark").arg("--version").output().is_err() {
        println!("skipped: tshark is not installed");
        return;
    }
    let mut problems = Vec::new();
    for folder in folders::all() {
        let Ok(expectation) = Expectation::read(&folder) else { continue };
        let report = engine::run(&folder, &expectation.inputs);
        for (index, finding) in report["findings"].as_array().into_iter().flatten().enumerate() {
            let Some(filter) = finding["filter"].as_str() else { continue };
            for (input, name) in expectation.inputs.iter().enumerate() {
                let evidence = packets_of(finding, input);
                if evidence.is_empty() {
                    continue;
                }
                if let Err(why) = compare(&folder.join(name), filter, &evidence) {
                    problems.push(format!("{}: findings[{index}]: {name}: {why}", folders::name(&folder)));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The packets of one input that a finding names.
fn packets_of(finding: &Value, input: usize) -> BTreeSet<u64> {
    let evidence = finding["evidence"].as_array().into_iter().flatten();
    evidence.filter(|evidence| evidence["input"] == input).filter_map(|evidence| evidence["packet"].as_u64()).collect()
}

fn compare(capture: &Path, filter: &str, evidence: &BTreeSet<u64>) -> Result<(), String> {
    let output = Command::new("tshark")
        .args(["-n", "-Y", filter, "-T", "fields", "-e", "frame.number", "-r"])
        .arg(capture)
        .output()
        .map_err(|why| why.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let shown: BTreeSet<u64> = text.lines().filter_map(|line| line.trim().parse().ok()).collect();
    if !output.status.success() {
        return Err(format!("tshark refuses {filter}: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let hidden: Vec<&u64> = evidence.difference(&shown).collect();
    if !hidden.is_empty() {
        return Err(format!("{filter} hides {hidden:?}"));
    }
    let others = shown.difference(evidence).count();
    if others > OTHERS {
        return Err(format!("{filter} shows {others} others"));
    }
    Ok(())
}
