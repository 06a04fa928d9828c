//! Dropping, reading, cancelling, and files that cannot be read.

use crate::harness::{
    Delivery, Kind, Page, big_capture, case, cases, difference, native_report, scratch, wait, with_delivery, with_page,
};
use serde_json::Value;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The first file of this ending among the cases: good enough where any would do.
fn some_file(ending: &str) -> PathBuf {
    let mut files = cases().into_iter().flat_map(|(_, files)| files);
    files
        .find(|path| path.extension().is_some_and(|found| found == ending))
        .unwrap_or_else(|| panic!("tests/cases holds no .{ending} file"))
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
fn files_can_be_dragged_anywhere_into_the_window() {
    with_page("drag", |page| {
        let files = [some_file("pcap"), some_file("log")];
        page.drag_in(&files, 5, 5);
        assert_eq!(page.wait_read(), "done");
        assert_same_as_native(page, &files);
    });
}

#[test]
fn log_lines_can_be_pasted() {
    // A script cannot fill Firefox's clipboard event, and WebDriver has no word for pasting.
    if Kind::chosen() == Kind::Firefox {
        return;
    }
    with_page("paste", |page| {
        let log = some_file("log");
        page.paste(&std::fs::read_to_string(&log).expect("a case can be read"));
        assert_eq!(page.wait_read(), "done");
        let pasted = page.download_json();
        let native = native_report(&[log]);
        assert_eq!(pasted["inputs"][0]["kind"], "log");
        if let Some(difference) = difference(&pasted["findings"], &native["findings"]) {
            panic!("pasted and dropped, the same lines mean different things: {difference}");
        }
    });
}

#[test]
fn a_broken_file_is_named_and_the_others_are_read() {
    with_page("broken", |page| {
        let files = [
            made("empty.pcap", b""),
            some_file("pcap"),
            made("poem.txt", b"Shall I compare thee\nto a summer's day?\n"),
        ];
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
        page.drop_files(&[some_file("pcap")]);
        assert_eq!(page.wait_read(), "done");
    });
}

#[test]
fn a_capture_cut_anywhere_is_read_up_to_there() {
    with_page("cut", |page| {
        let whole = std::fs::read(some_file("pcap")).expect("a case can be read");
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

/// What an older browser's streams do, and one whose stream breaks off after some megabytes.
#[test]
fn where_no_stream_fills_a_buffer_slices_give_the_same_report() {
    for (name, script) in [
        ("no-buffer", "self.ReadableStreamBYOBReader = undefined;"),
        (
            "broken-stream",
            "self.ReadableStreamBYOBReader = class extends ReadableStreamBYOBReader {
                 read(view) {
                     this.reads = (this.reads ?? 0) + 1;
                     return this.reads > 5 ? Promise.reject(new Error('broken off')) : super.read(view);
                 }
             };",
        ),
    ] {
        with_page(name, |page| {
            if !page.before_each_worker(script) {
                return;
            }
            page.reload();
            page.wait_state("idle");
            let files = [scratch(&format!("made-{name}")).join("big.pcap")];
            // Three slices, and more than the stream gives.
            big_capture(&files[0], 20_000);
            page.drop_files(&files);
            assert_eq!(page.wait_read(), "done");
            let report = assert_same_as_native(page, &files);
            assert_eq!(report["inputs"][0]["packets"], 20_000);
            let _ = std::fs::remove_file(&files[0]);
        });
    }
}

#[test]
fn reading_can_be_cancelled() {
    with_page("cancel", |page| {
        // One capture under many names: more than a gigabyte to read, and a fifth of it to write.
        let folder = scratch("made-cancel");
        let files: Vec<_> = (0..6).map(|n| folder.join(format!("cancel{n}.pcap"))).collect();
        big_capture(&files[0], 200_000);
        for file in &files[1..] {
            std::fs::hard_link(&files[0], file).expect("target/ lies on a file system with links");
        }
        page.drop_files(&files);
        page.wait_state("reading");
        page.click("Cancel");
        let clicked = Instant::now();
        assert_eq!(page.wait_read(), "done");
        assert!(clicked.elapsed() < Duration::from_secs(5), "cancelling took {:?}", clicked.elapsed());
        let report = page.download_json();
        assert_eq!(report["partial"], true, "the partial report does not say that it is one");
        // Of the last file nobody knows yet what it is.
        assert_eq!(report["inputs"][5]["bytes"], 0, "{report}");
        let text = page.text();
        assert!(text.contains("Not read") && !text.contains("Not recognised"), "{text}");
        let _ = std::fs::remove_dir_all(&folder);
    });
}

#[test]
fn a_reader_that_dies_says_so_and_the_files_are_read_again() {
    with_page("lost", |page| {
        // The page keeps its worker to itself: it is met where it is told something.
        page.script(
            "const post = Worker.prototype.postMessage;
             Worker.prototype.postMessage = function (...what) {
                 window.reader = this;
                 if (!window.deaf) post.apply(this, what);
             };",
        );
        let files = [some_file("pcap"), some_file("log")];
        let report = page.analyse(&files);
        // A packet that is asked for and not answered when the worker dies.
        page.script("window.deaf = true; document.querySelector('.evidence .at button').click()");
        wait("the question", || page.script("return document.querySelectorAll('.packet').length") == 1);
        page.script("window.deaf = false; window.reader.dispatchEvent(new Event('error'))");
        wait("the word that it died", || page.text().contains("The reader has stopped"));
        let packet = page.script("return document.querySelector('.packet').innerText");
        assert!(packet.as_str().is_some_and(|text| text.contains("stopped before")), "{packet}");
        page.press_to_read("Read the files again");
        assert_eq!(page.wait_read(), "done");
        assert!(!page.text().contains("The reader has stopped"));
        assert_eq!(page.download_json(), report);
        // It answers again.
        page.script("document.querySelector('.evidence .at button').click()");
        wait("the packet", || {
            page.script("return document.querySelectorAll('.packet section, .packet pre').length") != 0
        });
    });
}

#[test]
fn without_a_worker_the_one_file_reads_in_small_steps_and_still_reacts() {
    with_delivery("no-worker", Delivery::File, |page| {
        if !page.refuse_workers() {
            return;
        }
        page.reload();
        page.wait_state("idle");
        let files = case("tcp-syn-unanswered/squid-firewall-drops-syn");
        let shown = page.analyse(&files);
        if let Some(difference) = difference(&shown, &native_report(&files)) {
            panic!("page and native engine differ: {difference}");
        }
        assert!(page.text().contains("in small steps"));

        // A clock beside the reading: the longest time in which nothing else got its turn.
        page.script(
            "window.longest = 0;
             let last = performance.now();
             setInterval(() => {
                 const now = performance.now();
                 if (document.querySelector('main').dataset.state === 'reading') longest = Math.max(longest, now - last);
                 last = now;
             }, 5)",
        );
        let folder = scratch("made-no-worker");
        let big = folder.join("big.pcap");
        big_capture(&big, 20_000);
        page.drop_files(&[big]);
        page.wait_state("reading");
        assert_eq!(page.wait_read(), "done");
        let longest = page.script("return longest").as_f64().unwrap_or_default();
        assert!(longest > 0.0 && longest < 1_000.0, "nothing else got its turn for {longest} ms");
        let _ = std::fs::remove_dir_all(&folder);
    });
}

#[test]
fn without_a_worker_the_site_goes_to_the_one_file_that_reads_in_small_steps() {
    with_delivery("no-worker-site", Delivery::Site, |page| {
        if !page.refuse_workers() {
            return;
        }
        page.load("#product=squid");
        page.reload();
        let place = || page.script("return location.href").as_str().unwrap_or_default().to_owned();
        wait("the one file", || place() == format!("{}gateway-triage.html#product=squid", page.address()));
        page.wait_state("idle");
        let files = case("tcp-syn-unanswered/squid-firewall-drops-syn");
        let shown = page.analyse(&files);
        if let Some(difference) = difference(&shown, &native_report(&files)) {
            panic!("page and native engine differ: {difference}");
        }
        assert!(page.text().contains("in small steps"), "{}", page.text());
    });
}

#[test]
fn files_that_no_worker_reads_are_not_lost_without_a_word() {
    with_delivery("silent-worker", Delivery::Site, |page| {
        if !page.silence_workers() {
            return;
        }
        page.reload();
        page.wait_state("idle");
        page.drop_files(&case("tcp-syn-unanswered/squid-firewall-drops-syn"));
        wait("the word on it", || page.text().contains("could not be loaded or started"));
        assert_eq!(page.script("return location.pathname.endsWith('/')"), true, "the page left with files waiting");
        // It names the way out, which is there.
        assert!(page.text().contains("Take it offline"), "{}", page.text());
        page.click("New case");
        page.wait_state("idle");
        let links = page.script("return [...document.querySelectorAll('main a')].map((link) => link.innerText)");
        assert!(links.to_string().contains("Take it offline"), "{links}");
    });
}
