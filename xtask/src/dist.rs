//! `cargo xtask dist`: the page, built and made ready for its readers.

use crate::page;
use crate::process::{self, cargo};
use crate::setup::{self, Tool, Toolbox};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

/// What it needs. Unlike `serve` it does not do without wasm-opt: what is delivered has a budget.
pub static NEEDS: &[&Tool] = page::NEEDS;

/// The folder with the deliveries.
pub fn folder() -> PathBuf {
    process::workspace().join("dist")
}

/// `cargo xtask dist`.
pub fn run(args: &[String]) -> Result<()> {
    if let Some(arg) = args.first() {
        bail!("`dist` takes no arguments, but got `{arg}`");
    }
    let tools = setup::ensure(NEEDS)?;
    if tools.program(&setup::WASM_OPT).is_none() {
        bail!("what is delivered is optimised by wasm-opt, which needs Node and npm");
    }
    deliver(&page::build(&tools)?, &[])
}

/// For the step of `cargo xtask test`, which has built the page before: sizes are said, and held by `dist` alone.
pub fn of_built_page(_tools: &Toolbox) -> Result<()> {
    deliver(&page::folder(), &["--any-size"])
}

fn deliver(page: &Path, more: &[&str]) -> Result<()> {
    let mut command = cargo();
    command.args(["run", "--quiet", "--package=gateway-triage-deliver", "--"]).arg(page).arg(folder()).args(more);
    process::run(&mut command)
}
