//! Makes of the page that trunk has built what is delivered: `cargo xtask dist` calls it.
//!
//! ```text
//! built page → page (its parts) → site     → dist/site/
//!                               → one_file → dist/gateway-triage.html
//! Cargo's metadata              → sbom     → dist/gateway-triage.cdx.json
//! ```
//!
//! It builds nothing and optimises nothing; it packs, writes policies, and refuses what is larger than promised.

mod budget;
mod hosts;
mod markup;
mod offline;
mod one_file;
mod pack;
mod page;
mod sbom;
mod site;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

/// The list of what the page is made of, in `dist/`.
const SBOM: &str = "gateway-triage.cdx.json";

/// The name of the one file, in `dist/` and in the site.
const ONE_FILE: &str = "gateway-triage.html";

/// `gateway-triage-deliver PAGE DIST [--any-size|--unpacked]`: the folder of the built page, the folder to write to, and whether
/// what is over budget is said only, or nothing is packed and no size said, as is enough for a look or a test.
fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<()> {
    let (built, dist, any_size, packed) = match args {
        [built, dist] => (built, dist, false, true),
        [built, dist, any] if any == "--any-size" => (built, dist, true, true),
        [built, dist, any] if any == "--unpacked" => (built, dist, true, false),
        _ => bail!("give the folder of the built page and the folder to write to"),
    };
    let dist = Path::new(dist);
    let page = page::Page::read(Path::new(built))?;
    std::fs::create_dir_all(dist)?;

    let one_file = one_file::write(&page)?;
    let sum = pack::sha256(one_file.as_bytes());
    std::fs::write(dist.join(ONE_FILE), &one_file)?;
    // As `sha256sum --check` reads it.
    std::fs::write(dist.join(format!("{ONE_FILE}.sha256")), format!("{sum}  {ONE_FILE}\n"))?;

    std::fs::write(dist.join(SBOM), sbom::write()?)?;

    let site = dist.join("site");
    if site.exists() {
        std::fs::remove_dir_all(&site).with_context(|| format!("{} cannot be replaced", site.display()))?;
    }
    let sizes = site::write(&page, &one_file, &sum, &site, packed)?;

    println!("{}  {sum}", dist.join(ONE_FILE).display());
    if !packed {
        return Ok(());
    }
    match budget::hold(&sizes, one_file.len()) {
        Err(over) if any_size => println!("{over}"),
        held => held?,
    }
    Ok(())
}
