//! Where seeds come from: the cases, the corpus where `GATEWAY_TRIAGE_CORPUS` names it, and what fuzzing has found.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::Target;
use super::seeds::File;

/// Larger files of the corpus are no seeds.
const LARGE: u64 = 60_000;

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of each case, and each file of the corpus by itself; first of all no files, for seeds that need none.
#[must_use]
pub fn all() -> Vec<Vec<File>> {
    let mut all = vec![Vec::new()];
    cases(&here().join("../../tests/cases"), &mut all);
    if let Some(corpus) = env::var_os("GATEWAY_TRIAGE_CORPUS") {
        let small = |path: &PathBuf| fs::metadata(path).is_ok_and(|of| of.len() < LARGE);
        all.extend(below(Path::new(&corpus)).into_iter().filter(small).map(|path| vec![file(&path)]));
    }
    all
}

/// Inputs with which a target once failed: `fuzz/found/TARGET/`.
#[must_use]
pub fn found(target: &Target) -> Vec<File> {
    below(&here().join("../found").join(target.name)).iter().map(|path| file(path)).collect()
}

fn cases(folder: &Path, out: &mut Vec<Vec<File>>) {
    if folder.join("case.toml").exists() {
        let mut paths = below(folder);
        paths.retain(|path| !["case.toml", "report.json"].iter().any(|other| path.ends_with(other)));
        out.push(paths.iter().map(|path| file(path)).collect());
        return;
    }
    entries(folder).iter().filter(|path| path.is_dir()).for_each(|path| cases(path, out));
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let of = |path: PathBuf| if path.is_dir() { below(&path) } else { vec![path] };
    entries(folder).into_iter().flat_map(of).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn file(path: &Path) -> File {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    (name, fs::read(path).unwrap_or_default())
}
