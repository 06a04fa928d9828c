//! Where the cases are: found, never listed.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")
}

/// Every folder with a `case.toml`; those whose path holds `GATEWAY_TRIAGE_CASE` where that is set.
pub fn all() -> Vec<PathBuf> {
    let wanted = env::var("GATEWAY_TRIAGE_CASE").unwrap_or_default();
    let mut folders = Vec::new();
    find(&root(), &mut folders);
    folders.retain(|folder| name(folder).contains(&wanted));
    folders.sort();
    assert!(!folders.is_empty(), "no case has {wanted:?} in its path");
    folders
}

/// A case's path below the cases' folder.
pub fn name(folder: &Path) -> String {
    folder.strip_prefix(root()).unwrap_or(folder).display().to_string()
}

fn find(folder: &Path, out: &mut Vec<PathBuf>) {
    if folder.join("case.toml").exists() {
        out.push(folder.to_owned());
    }
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            find(&entry.path(), out);
        }
    }
}
