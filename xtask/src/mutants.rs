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

/// `cargo xtask mutants [ARGS…]`; further arguments go to cargo-mutants.
pub fn run(args: &[String]) -> Result<()> {
    let tools = setup::ensure(&[&setup::CARGO_MUTANTS])?;
    let mut command = Command::new(tools.program(&setup::CARGO_MUTANTS).context("cargo-mutants is missing")?);
    command.current_dir(process::workspace()).args(["mutants", "--package=gateway-triage-core"]);
    command.args(FILES.iter().map(|file| format!("--file={file}")));
    // The cases are what tells one verdict from another.
    command.args(["--test-package=gateway-triage-core,gateway-triage-tests", "--output=target"]).args(args);
    command.args(["--", "--lib", "--test=cases"]);
    process::run(&mut command)
}
