//! Makes of the page that trunk has built what is delivered: `cargo xtask dist` calls it.
//!
//! ```text
//! built whole           → page (its parts) → one_file → dist/gateway-triage.html
//! built page and engine → page (its parts) → site     → dist/site/
//! Cargo's metadata                         → sbom     → dist/gateway-triage.cdx.json
//! ```
//!
//! The one file holds one module for everything, which is smaller than two; the site has two, so that the page is there before
//! the engine is.
//!
//! It builds nothing and optimises nothing; it packs, writes policies, and refuses what is larger than promised.

mod articles;
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

use page::Page;

/// The list of what the page is made of, in `dist/`.
const SBOM: &str = "gateway-triage.cdx.json";

/// The name of the one file, in `dist/` and in the site.
const ONE_FILE: &str = "gateway-triage.html";

/// `gateway-triage-deliver WHOLE PAGE ENGINE DIST [--unpacked] [--address=URL]`: folders that trunk has built, with one module for
/// everything, with one for the page, and with one for the engine; the folder to write to; whether nothing is packed and no size held,
/// as is enough for a look or a test; and where the site will stand.
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
    let (flags, folders): (Vec<&str>, Vec<&str>) = args.iter().map(|arg| &**arg).partition(|arg| arg.starts_with("--"));
    let [whole, page, engine, dist] = folders[..] else {
        bail!("give three folders of built pages — whole, page, engine — and the folder to write to");
    };
    let (mut packed, mut address) = (true, None);
    for flag in flags {
        match flag.strip_prefix("--address=") {
            Some(url) if url.starts_with("https://") || url.starts_with("http://") => address = Some(url),
            None if flag == "--unpacked" => packed = false,
            _ => bail!("`{flag}` is no flag; an address begins with https://"),
        }
    }
    let dist = Path::new(dist);
    let whole = Page::read(Path::new(whole))?;
    let page = Page::read(Path::new(page))?.with_engine(&Page::read(Path::new(engine))?)?;
    std::fs::create_dir_all(dist)?;

    let one_file = one_file::write(&whole)?;
    let sum = pack::sha256(one_file.as_bytes());
    std::fs::write(dist.join(ONE_FILE), &one_file)?;
    // As `sha256sum --check` reads it.
    std::fs::write(dist.join(format!("{ONE_FILE}.sha256")), format!("{sum}  {ONE_FILE}\n"))?;

    std::fs::write(dist.join(SBOM), sbom::write()?)?;

    let site = dist.join("site");
    if site.exists() {
        std::fs::remove_dir_all(&site).with_context(|| format!("{} cannot be replaced", site.display()))?;
    }
    let [first, later] = site::write(&page, &one_file, &sum, &site, packed, address)?;

    println!("{}  {sum}", dist.join(ONE_FILE).display());
    if !packed {
        return Ok(());
    }
    budget::hold(&first, &later, one_file.len())
}
