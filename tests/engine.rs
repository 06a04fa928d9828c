//! One run of the engine over files, as the checks see it: the report as JSON.

use std::fs;
use std::path::Path;

use gateway_triage_core::time::Timestamp;
use gateway_triage_core::{Case, Options, reading_order};
use serde_json::Value;

/// What the checks take for today: the year of log lines that say none follows from it.
const TODAY: &str = "2026-12-31T00:00:00Z";

/// Reads the files as one case. A file that cannot be read is reported by the engine, as the product does it.
pub fn run(folder: &Path, names: &[String]) -> Value {
    run_with(folder, names, Options::default())
}

/// As `run`, with what a reader may set.
pub fn run_with(folder: &Path, names: &[String], options: Options) -> Value {
    let files: Vec<Result<Vec<u8>, String>> =
        names.iter().map(|name| fs::read(folder.join(name)).map_err(|why| why.to_string())).collect();
    let mut case = Case::new(Options { now: Timestamp::parse_rfc3339(TODAY), ..options });
    let inputs: Vec<_> = names.iter().map(|name| case.input(name.rsplit('/').next().unwrap_or(name))).collect();
    let heads: Vec<&[u8]> = files
        .iter()
        .map(|file| file.as_deref().map_or(&[][..], |bytes| bytes.get(..65_536).unwrap_or(bytes)))
        .collect();
    for index in reading_order(&heads) {
        match &files[index] {
            Ok(bytes) => {
                case.read(inputs[index], bytes);
                case.end(inputs[index]);
            }
            Err(why) => case.fail(inputs[index], why.clone()),
        }
    }
    serde_json::to_value(case.report()).expect("a report is JSON")
}
