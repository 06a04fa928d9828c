//! Another build of the page, for what happens between two of them.

use super::files::scratch;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A site of the same page with another style, made by the same program, not packed; the folder of the site.
pub fn next_build(name: &str) -> PathBuf {
    let built = std::env::var_os("GATEWAY_TRIAGE_PAGE").expect("deliveries are made of a built page");
    let dist = std::env::var_os("GATEWAY_TRIAGE_DIST").expect("deliveries were made");
    let parts = Path::new(&dist).join("parts");
    let folder = scratch(&format!("made-{name}-next"));
    let page = folder.join("page");
    copy(&parts.join("page"), &page);
    let style = files(&page).into_iter().find(|path| path.extension().is_some_and(|ending| ending == "css"));
    let style = style.expect("the page has a style");
    // The name says which content trunk saw; `deliver` names it anew.
    let mut text = std::fs::read_to_string(&style).expect("a style is text");
    text.push_str("/* the next build */\n");
    std::fs::remove_file(&style).and_then(|()| std::fs::write(&style, text)).expect("target/ is writable");
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--package=gateway-triage-deliver", "--"])
        .args([Path::new(&built), &page, &parts.join("engine"), &folder])
        .arg("--unpacked")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "no other build: {}", String::from_utf8_lossy(&output.stderr));
    folder.join("site")
}

/// A copy of a folder; files are linked, so who changes one has to put another in its place.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("target/ is writable");
    for path in files(from) {
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &target);
        } else if std::fs::hard_link(&path, &target).is_err() {
            std::fs::copy(&path, &target).expect("the page can be copied");
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    folder.read_dir().into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect()
}
