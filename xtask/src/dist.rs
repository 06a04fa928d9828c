//! `cargo xtask dist`: the page, built and made ready for its readers.

use crate::page;
use crate::process::{self, cargo};
use crate::setup::{self, Tool, Toolbox};
use anyhow::{Result, bail};
use std::path::PathBuf;

/// What it needs. Unlike `serve` it does not do without wasm-opt: what is delivered has a budget.
pub static NEEDS: &[&Tool] = page::NEEDS;

/// The folder with the deliveries.
pub fn folder() -> PathBuf {
    process::workspace().join("dist")
}

/// `cargo xtask dist`.
pub fn run(args: &[String]) -> Result<()> {
    let address = match args {
        [] => None,
        [flag, url] if flag == "--address" => Some(format!("--address={url}")),
        _ => bail!("`dist` takes no argument but `--address URL`: where the site will stand, for its map"),
    };
    let tools = setup::ensure(NEEDS)?;
    if tools.program(&setup::WASM_OPT).is_none() {
        bail!("what is delivered is optimised by wasm-opt, which needs Node and npm");
    }
    page::build(&tools, &page::WHOLE)?;
    deliver(&tools, address.as_deref())
}

/// For the step of `cargo xtask test`, which has built the page before.
pub fn of_built_page(tools: &Toolbox) -> Result<()> {
    deliver(tools, None)
}

fn deliver(tools: &Toolbox, more: Option<&str>) -> Result<()> {
    let (page, engine) = (page::build(tools, &page::PAGE)?, page::build(tools, &page::ENGINE)?);
    let mut command = cargo();
    command.args(["run", "--quiet", "--package=gateway-triage-deliver", "--"]);
    command.args([page::WHOLE.folder(), page, engine, folder()]).args(more);
    process::run(&mut command)
}
