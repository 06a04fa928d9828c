//! Dropping, reading, cancelling, and files that cannot be read.

use crate::harness::{Page, big_capture, cases, difference, native_report, scratch, with_page};
use serde_json::Value;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The first case's files: good enough where any capture is.
fn some_capture() -> PathBuf {
    let captures = cases().into_iter().flat_map(|(_, files)| files);
    captures
        .into_iter()
        .find(|path| path.extension().is_some_and(|ending| ending == "pcap"))
        .expect("tests/cases holds a capture")
}

fn made(name: &str, bytes: &[u8]) -> PathBuf {
    let path = scratch(&format!("made-{name}")).join(name);
    std::fs::write(&path, bytes).expect("target/ is writable");
    path
}

#[track_caller]
fn assert_same_as_native(page: &Page, files: &[PathBuf]) -> Value {
    let shown = page.download_json();
    if let Some(difference) = difference(&shown, &native_report(files)) {
        panic!("page and native engine differ: {difference}");
    }
    shown
}

#[test]
fn a_broken_file_is_named_and_the_others_are_read() {
    with_page("broken", |page| {
        let files =
            [made("empty.pcap", b""), some_capture(), made("poem.txt", b"Shall I compare thee\nto a summer's day?\n")];
        page.drop_files(&files);
        assert_eq!(page.wait_read(), "done");
        let text = page.text();
        for name in ["empty.pcap", "poem.txt"] {
            assert!(text.contains(name), "{name} is not named in:\n{text}");
        }
        let report = assert_same_as_native(page, &files);
        let kinds: Vec<_> = (0..3).map(|n| &report["inputs"][n]["kind"]).collect();
        assert_eq!(kinds, ["unknown", "capture", "unknown"]);
    });
}

#[test]
fn where_nothing_can_be_read_the_page_says_so() {
    with_page("nothing", |page| {
        page.drop_files(&[made("empty.log", b"")]);
        assert_eq!(page.wait_read(), "failed");
        assert!(page.text().contains("empty.log"));
        // And goes on.
        page.drop_files(&[some_capture()]);
        assert_eq!(page.wait_read(), "done");
    });
}

#[test]
fn a_capture_cut_anywhere_is_read_up_to_there() {
    with_page("cut", |page| {
        let whole = std::fs::read(some_capture()).expect("a case can be read");
        let files = [made("cut.pcap", &whole[..whole.len() - whole.len() / 3])];
        page.drop_files(&files);
        assert_eq!(page.wait_read(), "done");
        let report = assert_same_as_native(page, &files);
        assert_ne!(report["inputs"][0]["warnings"], Value::Array(Vec::new()));
    });
}

#[test]
fn a_big_capture_gives_the_same_report_in_the_page() {
    with_page("big", |page| {
        let files = [scratch("made-big").join("big.pcap")];
        big_capture(&files[0], 60_000);
        page.drop_files(&files);
        assert_eq!(page.wait_read(), "done");
        let report = assert_same_as_native(page, &files);
        assert_eq!(report["inputs"][0]["packets"], 60_000);
        let _ = std::fs::remove_file(&files[0]);
    });
}

#[test]
fn reading_can_be_cancelled() {
    with_page("cancel", |page| {
        let file = scratch("made-cancel").join("cancel.pcap");
        big_capture(&file, 400_000);
        page.drop_files(std::slice::from_ref(&file));
        page.wait_state("reading");
        page.click("Cancel");
        let clicked = Instant::now();
        assert_eq!(page.wait_read(), "done");
        assert!(clicked.elapsed() < Duration::from_secs(2), "cancelling took {:?}", clicked.elapsed());
        let report = page.download_json();
        let read = report["inputs"][0]["packets"].as_u64().unwrap_or_default();
        assert!(read < 400_000, "everything had been read");
        let warnings = report["inputs"][0]["warnings"].to_string().to_lowercase();
        assert!(
            warnings.contains("cancel") || warnings.contains("stopped"),
            "the partial report does not say that it is one: {warnings}"
        );
        let _ = std::fs::remove_file(&file);
    });
}
