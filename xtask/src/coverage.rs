//! `cargo xtask coverage`: which lines the tests run through.

use crate::process;
use crate::setup;
use anyhow::{Context, Result, bail};
use std::process::Command;

/// Lines of the engine that have to be run through, in per cent.
const LEAST: &str = "90";
/// What is not the engine.
const NOT_MEASURED: &str = "(^|/)(app|deliver|fuzz|tests|xtask)/";

/// `cargo xtask coverage [FILE]`: a table of the engine's files; with FILE also a report for editors there (lcov).
pub fn run(args: &[String]) -> Result<()> {
    let tools = setup::ensure(&[&setup::LLVM_COV])?;
    let program = tools.program(&setup::LLVM_COV).context("cargo-llvm-cov is missing")?;
    let llvm_cov = |args: &[&str]| {
        let mut command = Command::new(program);
        command.current_dir(process::workspace()).env("CARGO_LLVM_COV_SETUP", "yes").arg("llvm-cov").args(args);
        command.arg(format!("--ignore-filename-regex={NOT_MEASURED}"));
        command
    };
    process::run(&mut llvm_cov(&[
        "test",
        "--package=gateway-triage-core",
        "--package=gateway-triage-tests",
        "--package=gateway-triage-fuzz-targets",
        "--no-report",
    ]))?;
    match args {
        [] => {}
        [file] => process::run(llvm_cov(&["report", "--lcov"]).arg(format!("--output-path={file}")))?,
        _ => bail!("`coverage` takes one file"),
    }
    process::run(&mut llvm_cov(&["report", "--summary-only", &format!("--fail-under-lines={LEAST}")]))
}
