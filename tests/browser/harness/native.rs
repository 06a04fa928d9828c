//! The native engine, whose report the page's has to equal.

use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// The report of `cargo run --release -p gateway-triage-core --example triage -- FILE…`.
#[track_caller]
pub fn report(files: &[PathBuf]) -> Value {
    let output = Command::new(program()).args(files).output().expect("the native engine starts");
    // It also exits with 1 where one of several files is nothing that it knows; the report is there all the same.
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("the native report on {files:?} is no JSON: {error}\n{}", String::from_utf8_lossy(&output.stderr))
    })
}

/// The example's program, built once; cargo tells where it lies.
fn program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let output = Command::new(env!("CARGO"))
            .args(["build", "--release", "--package=gateway-triage-core"])
            .args(["--example=triage", "--message-format=json"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo starts");
        assert!(
            output.status.success(),
            "the example `triage` does not build:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|message| message["target"]["name"] == "triage")
            .find_map(|message| message["executable"].as_str().map(PathBuf::from))
            .expect("cargo says where the example lies")
    })
}
