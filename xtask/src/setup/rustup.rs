//! Targets and components of the pinned toolchain.
//!
//! rust-toolchain.toml names most of them and rustup installs those by itself, unless it is told not to
//! (`RUSTUP_AUTO_INSTALL=0`).

use crate::process;
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// The folder of the target's libraries; the target is added if it is missing.
pub fn target(name: &str) -> Result<PathBuf> {
    if let Some(path) = libraries(name) {
        return Ok(path);
    }
    add("target", name)?;
    libraries(name).with_context(|| format!("the Rust target {name} was added, but rustc does not find it"))
}

/// The component's program; the component is added if it is missing.
pub fn component(name: &str) -> Result<PathBuf> {
    let program = format!("cargo-{}", name.trim_start_matches("rust"));
    let starts = || {
        let path = process::on_path(&program)?;
        process::probe(Command::new(&path).arg("--version").current_dir(process::workspace()))?;
        Some(path)
    };
    if let Some(path) = starts() {
        return Ok(path);
    }
    add("component", name)?;
    starts().with_context(|| format!("the component {name} was added, but {program} does not start"))
}

fn libraries(target: &str) -> Option<PathBuf> {
    let text = process::probe(
        Command::new("rustc").args(["--print", "target-libdir", "--target", target]).current_dir(process::workspace()),
    )?;
    let path = PathBuf::from(text.trim());
    path.is_dir().then_some(path)
}

fn add(kind: &str, name: &str) -> Result<()> {
    let Some(rustup) = process::on_path("rustup") else {
        bail!("the Rust {kind} {name} is missing, and so is rustup, which could add it: see https://rustup.rs");
    };
    println!("Adding the Rust {kind} {name} …");
    process::run(Command::new(rustup).args([kind, "add", name]).current_dir(process::workspace()))
}
