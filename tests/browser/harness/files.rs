//! Files to drop: the cases of this repository, and what the tests make themselves.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// An empty folder of this name for one test, under target/.
pub fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("target/ is writable");
    folder
}

/// Every case, as `category/name`, with the files that one drops for it: found, never listed.
pub fn cases() -> Vec<(String, Vec<PathBuf>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut cases: Vec<_> = folders(&root)
        .iter()
        .flat_map(|category| folders(category))
        .filter(|case| case.join("case.toml").is_file())
        .map(|case| {
            let name = case.strip_prefix(&root).unwrap_or(&case);
            (name.display().to_string(), inputs(&case))
        })
        .collect();
    cases.sort();
    cases
}

/// The files of this case.
pub fn case(name: &str) -> Vec<PathBuf> {
    let found = cases().into_iter().find(|(known, _)| known == name);
    found.unwrap_or_else(|| panic!("there is no case {name}")).1
}

/// A file with these bytes, in a folder of its own.
pub fn made(test: &str, name: &str, bytes: &[u8]) -> PathBuf {
    let path = scratch(&format!("made-{test}")).join(name);
    std::fs::write(&path, bytes).expect("target/ is writable");
    path
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    folder
        .read_dir()
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_dir())
        .collect()
}

/// The inputs that case.toml names, and those that it joins with them, in its order.
fn inputs(case: &Path) -> Vec<PathBuf> {
    let text = std::fs::read_to_string(case.join("case.toml")).expect("case.toml can be read");
    let table: toml::Table = text.parse().unwrap_or_else(|error| panic!("{}/case.toml: {error}", case.display()));
    ["inputs", "joined"]
        .iter()
        .filter_map(|key| table.get(*key)?.as_array())
        .flatten()
        .filter_map(|name| Some(case.join(name.as_str()?)))
        .collect()
}

/// A capture that takes a while to read: `packets` packets of about 1,100 bytes.
pub fn big_capture(path: &Path, packets: u64) {
    let mut out = BufWriter::new(File::create(path).expect("target/ is writable"));
    xtask::synthetic::http_capture(&mut out, packets)
        .and_then(|_| out.flush())
        .expect("there is room for a capture in target/");
}
