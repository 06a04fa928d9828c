//! `cargo xtask deny`: licences, versions and sources of every crate, by cargo-deny (`deny.toml` says what is taken).

use crate::process;
use crate::setup;
use anyhow::{Context, Result};
use std::process::Command;

/// What needs no network.
const CHECKS: [&str; 3] = ["licenses", "bans", "sources"];

/// `cargo xtask deny [CHECK…]`; `advisories` fetches the list of known faults first.
pub fn run(args: &[String]) -> Result<()> {
    let tools = setup::ensure(&[&setup::CARGO_DENY])?;
    let mut command = Command::new(tools.program(&setup::CARGO_DENY).context("cargo-deny is missing")?);
    command.current_dir(process::workspace());
    if args.is_empty() {
        command.args(["--offline", "check"]).args(CHECKS);
    } else {
        command.arg("check").args(args);
    }
    process::run(&mut command)
}
