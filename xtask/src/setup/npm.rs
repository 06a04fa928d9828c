//! Programs from npm's registry, for those that have Node.

use super::cache;
use crate::process;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program in the cache, fetched now if it is not there in this version.
pub fn get(program: &str, package: &str, version: &str) -> Result<PathBuf> {
    fetch(package, version, &|root| in_root(root, program), works)
}

/// The file in the cache, likewise.
pub fn file(package: &str, version: &str, path: &str) -> Result<PathBuf> {
    fetch(package, version, &|root| root.join("node_modules").join(package).join(path), Path::is_file)
}

fn fetch(package: &str, version: &str, wanted: &dyn Fn(&Path) -> PathBuf, works: fn(&Path) -> bool) -> Result<PathBuf> {
    let root = cache().join(format!("{package}-{version}"));
    let path = wanted(&root);
    if works(&path) {
        return Ok(path);
    }
    let Some(npm) = process::on_path("npm").filter(|_| process::on_path("node").is_some()) else {
        bail!("{package} needs Node and npm, which are not installed");
    };
    println!("Installing {package} {version} from npm …");
    // Unpacked beside its place and then moved there, so that a half of it is never taken for the whole.
    let partial = cache().join(format!(".{package}-{version}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&partial);
    std::fs::create_dir_all(&partial).with_context(|| format!("the folder {} could not be made", partial.display()))?;
    process::run(
        Command::new(npm)
            .args(["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"])
            .arg("--prefix")
            .arg(&partial)
            .arg(format!("{package}@{version}"))
            .current_dir(&partial),
    )
    .with_context(|| format!("{package} could not be installed"))?;
    if !works(&wanted(&partial)) {
        let _ = std::fs::remove_dir_all(&partial);
        bail!("{package} {version} was installed, but does not work with this Node");
    }
    let _ = std::fs::remove_dir_all(&root);
    if std::fs::rename(&partial, &root).is_err() && !works(&path) {
        bail!("{package} could not be moved to its place {}", root.display());
    }
    // Still there only where another process was faster.
    let _ = std::fs::remove_dir_all(&partial);
    Ok(path)
}

fn in_root(root: &Path, program: &str) -> PathBuf {
    let suffix = if cfg!(windows) { ".cmd" } else { "" };
    root.join("node_modules").join(".bin").join(format!("{program}{suffix}"))
}

fn works(path: &Path) -> bool {
    process::probe(Command::new(path).arg("--version")).is_some()
}
