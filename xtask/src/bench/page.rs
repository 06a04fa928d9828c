//! The delivered page in Chromium, beside the browser's bare read of the same file (`tests/browser/speed.rs`).

use super::{make, path};
use crate::process::{self, cargo};
use crate::{dist, page, setup};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use xtask::synthetic::http_capture;
use xtask::synthetic::logs::LOGS;

/// Packets of captures: 340 MB, the appliance's limit of 150 MB, and 4 GB, of which less than a hundredth lies before the first
/// failure.
const CAPTURES: &[(&str, u64)] = &[("http.pcap", 300_000), ("http-150.pcap", 132_000), (LARGE, 3_515_000)];
const LARGE: &str = "http-4000.pcap";
/// Bytes of the log.
const LOG: u64 = 150_000_000;

/// What `cargo xtask dist` made is measured, so that has to be done before.
pub fn run(_: &Path) -> Result<String> {
    if !dist::folder().join("site").is_dir() {
        bail!("what is delivered has not been made yet: run `cargo xtask dist`");
    }
    let tools = setup::ensure(&[&setup::CHROMIUM, &setup::CHROMEDRIVER])?;
    let mut files: Vec<PathBuf> = Vec::new();
    for (name, packets) in CAPTURES {
        files.push(make(name, |out| http_capture(out, *packets))?.0);
    }
    let log = LOGS.iter().find(|log| log.name.starts_with("nginx")).context("a log of nginx is among those made")?;
    files.push(make("nginx.log", |out| log.write(out, LOG))?.0);
    let table = path("page.txt")?;
    let mut command = cargo();
    command.args(["test", "--workspace", "--test=browser", "--", "--ignored", "the_page_beside_a_bare_read"]);
    command.env("GATEWAY_TRIAGE_PAGE", page::WHOLE.folder()).env("GATEWAY_TRIAGE_DIST", dist::folder());
    command.env("GATEWAY_TRIAGE_BROWSER", "chromium");
    command.env("GATEWAY_TRIAGE_BENCH", std::env::join_paths(files)?).env("GATEWAY_TRIAGE_BENCH_TABLE", &table);
    for (variable, tool) in [("CHROME", &setup::CHROMIUM), ("CHROMEDRIVER", &setup::CHROMEDRIVER)] {
        if let Some(program) = tools.program(tool) {
            command.env(variable, program);
        }
    }
    let measured = process::run(&mut command);
    // Gigabytes that nobody needs again.
    std::fs::remove_file(path(LARGE)?)?;
    measured?;
    std::fs::read_to_string(&table).with_context(|| format!("{} was not written", table.display()))
}
