//! `cargo xtask mutants`: changes the rules of some categories, one place at a time, and sees whether a test notices.

use crate::process;
use crate::setup;
use anyhow::{Context, Result};
use std::process::Command;

/// The categories whose rules are changed: what users meet most, of those whose rules branch.
const FILES: &[&str] = &[
    "core/src/categories/dns_no_response.rs",
    "core/src/categories/no_attempt.rs",
    "core/src/categories/response_timeout.rs",
    "core/src/categories/tcp_syn_unanswered.rs",
    "core/src/categories/tls_alert.rs",
];

/// What tells one verdict from another: the units and the cases. Of the cases' own tests not those that say the same once more,
/// or ask tshark.
const TARGETS: [&str; 2] = ["--lib", "--test=cases"];
const ONLY: [&str; 3] = ["--", "--skip=accuracy", "--skip=filters_show"];

/// Seconds for the tests of one change; one that makes them hang counts as noticed.
const LIMIT: &str = "--timeout=900";

/// `cargo xtask mutants [ARGS…]`; further arguments go to cargo-mutants.
pub fn run(args: &[String]) -> Result<()> {
    let tools = setup::ensure(&[&setup::CARGO_MUTANTS])?;
    // cargo-mutants' own first run is of the changed package alone, which has no cases.
    let mut tests = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    tests.current_dir(process::workspace()).args(["test", "--quiet"]);
    tests.args(["--package=gateway-triage-core", "--package=gateway-triage-tests"]).args(TARGETS).args(ONLY);
    process::run(&mut tests)?;
    let mut command = Command::new(tools.program(&setup::CARGO_MUTANTS).context("cargo-mutants is missing")?);
    command.current_dir(process::workspace()).args(["mutants", "--package=gateway-triage-core"]);
    command.args(FILES.iter().map(|file| format!("--file={file}")));
    command.args(["--test-package=gateway-triage-core,gateway-triage-tests", "--baseline=skip", LIMIT]);
    // What else the packages test is not even built.
    command.args(TARGETS.map(|target| format!("--cargo-arg={target}")));
    command.arg("--output=target").args(args).arg("--").args(ONLY);
    process::run(&mut command)
}
