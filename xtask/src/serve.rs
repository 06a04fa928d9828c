//! `cargo xtask serve`: the page, built once and served on localhost.

use crate::{page, process, setup};
use anyhow::{Context, Result, bail};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use xtask::site::Site;

/// Where the page is served unless `--port` says otherwise; if it is taken, one of the next ten is used.
const PORT: u16 = 8080;

/// `cargo xtask serve [--port N]`.
pub fn run(args: &[String]) -> Result<()> {
    let port = port(args)?;
    // Said before the minutes of a first build, not after them; the port is free again until the page is there.
    drop(listen(port)?);
    let tools = setup::ensure(page::NEEDS)?;
    let folder = page::build(&tools, &page::WHOLE)?;
    let listener = listen(port)?;
    println!("\nGateway Triage is at http://localhost:{}/ (stop it with Ctrl-C)", listener.local_addr()?.port());
    let samples = samples(&folder);
    if !samples.is_empty() {
        println!("Samples to try, here to drop and on the first screen to click:");
        for sample in samples.iter().take(3) {
            println!("  {sample}");
        }
    }
    Site::new(&folder).serve(&listener);
    Ok(())
}

fn port(args: &[String]) -> Result<Option<u16>> {
    let words: Vec<&str> = args.iter().flat_map(|arg| arg.splitn(2, '=')).collect();
    match words[..] {
        [] => Ok(None),
        ["--port", number] => {
            number.parse().map(Some).with_context(|| format!("`{number}` is no port: give a number from 0 to 65535"))
        }
        _ => bail!("`serve` takes `--port N` and nothing else, but got `{}`", args.join(" ")),
    }
}

fn listen(port: Option<u16>) -> Result<TcpListener> {
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    if let Some(port) = port {
        return bind(port).with_context(|| format!("port {port} cannot be used; give another one with --port"));
    }
    for port in PORT..PORT + 10 {
        match bind(port) {
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            other => return other.with_context(|| format!("port {port} cannot be used")),
        }
    }
    bail!("the ports from {PORT} on are all taken; give another one with --port")
}

/// The samples that the built page offers: the files of each belong together, and are dropped together.
fn samples(page: &Path) -> Vec<String> {
    let mut samples: Vec<String> = files(&page.join("samples"))
        .iter()
        .map(|sample| {
            let names: Vec<_> = files(sample).iter().map(|file| shown(file)).collect();
            names.join("  ")
        })
        .filter(|line| !line.is_empty())
        .collect();
    samples.sort();
    samples
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().into_iter().flatten();
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    files
}

/// The path as seen from the workspace, where this command was most likely typed.
fn shown(file: &Path) -> String {
    file.strip_prefix(process::workspace()).unwrap_or(file).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_in_both_spellings() {
        let read = |args: &[&str]| port(&args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>());
        assert_eq!(read(&[]).ok(), Some(None));
        assert_eq!(read(&["--port", "0"]).ok(), Some(Some(0)));
        assert_eq!(read(&["--port=9000"]).ok(), Some(Some(9000)));
        for wrong in [&["--port"][..], &["--port", "70000"], &["9000"], &["--port", "1", "2"]] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
