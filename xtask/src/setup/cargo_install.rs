//! Programs built with `cargo install`, each in a folder of its own.

use super::cache;
use crate::process;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program in the cache, built now if it is not there in this version.
pub fn get(program: &str, package: &str, version: &str, flags: &[&str], takes: &str) -> Result<PathBuf> {
    let root = cache().join(format!("{package}-{version}"));
    let path = root.join("bin").join(format!("{program}{}", std::env::consts::EXE_SUFFIX));
    if works(&path, version) {
        return Ok(path);
    }
    println!("Installing {package} {version}: {takes}, once on this machine …");
    // Kept until the install is through, so that one that was interrupted goes on where it stopped.
    let build = cache().join(format!(".build-{package}-{version}"));
    std::fs::create_dir_all(&root).with_context(|| format!("the folder {} could not be made", root.display()))?;
    let mut install = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    install
        .args(["install", package, "--version", &format!("={version}")])
        .args(flags)
        .arg("--force")
        .arg("--root")
        .arg(&root)
        // Outside of the workspace: neither its configuration nor its lints and profiles are meant for this.
        .current_dir(&root)
        .env("CARGO_TARGET_DIR", &build)
        // Seconds at run time against minutes of linking: fat LTO is what makes these builds slow.
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    for flag in [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_BUILD_RUSTFLAGS",
        "CARGO_BUILD_TARGET",
        "CARGO_BUILD_TARGET_DIR",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
    ] {
        install.env_remove(flag);
    }
    process::run(&mut install).with_context(|| format!("{package} could not be installed"))?;
    if !works(&path, version) {
        bail!("{package} was installed, but {} does not say that it is version {version}", path.display());
    }
    // Only room on the disk is lost where this fails.
    let _ = std::fs::remove_dir_all(build);
    Ok(path)
}

/// Whether the program is whole and has this version: it has to run and say so.
fn works(path: &Path, version: &str) -> bool {
    let says = |words: &[&str]| {
        process::probe(Command::new(path).args(words).arg("--version"))
            .is_some_and(|text| text.split_whitespace().any(|word| word == version))
    };
    // Some of cargo's commands run only as cargo calls them: `cargo-mutants mutants`.
    let command = path.file_stem().and_then(|name| name.to_str()?.strip_prefix("cargo-"));
    says(&[]) || command.is_some_and(|command| says(&[command]))
}
