//! The page as it is delivered: as a site below any path, and as one file from disk with no network at all.

use std::io::Write;

use crate::harness::{
    Delivery, Page, UNDER, big_capture, case, difference, native_report, scratch, wait, with_delivery,
};

const CASE: &str = "tcp-syn-unanswered/squid-firewall-drops-syn";

/// What every delivery must do: read in a worker, give the native report, be cancelled, export, show a sample.
fn works(page: &Page, name: &str) {
    let files = case(CASE);
    let shown = page.analyse(&files);
    if let Some(difference) = difference(&shown, &native_report(&files)) {
        panic!("page and native engine differ: {difference}");
    }
    assert!(!page.text().contains("in small steps"), "no worker started");
    page.click("Export");
    page.click("HTML file");
    let html = std::fs::read_to_string(page.wait_download()).expect("the export is text");
    assert!(html.contains("SYN"), "{html}");
    page.press(&["\u{e00c}"]);

    let folder = scratch(&format!("made-{name}-cancel"));
    let big: Vec<_> = (0..6).map(|n| folder.join(format!("cancel{n}.pcap"))).collect();
    big_capture(&big[0], 100_000);
    for file in &big[1..] {
        std::fs::hard_link(&big[0], file).expect("target/ lies on a file system with links");
    }
    page.drop_files(&big);
    page.wait_state("reading");
    let progress = "return document.querySelector('progress')?.value > 0";
    wait("the progress", || page.script(progress) == true);
    page.click("Cancel");
    assert_eq!(page.wait_read(), "done");
    assert_eq!(page.download_json()["partial"], true, "the partial report does not say that it is one");
    let _ = std::fs::remove_dir_all(&folder);

    page.click("New case");
    page.click("Squid: the name does not exist");
    page.wait_state("done");
    assert_eq!(page.download_json()["verdicts"][0]["category"], "dns-nxdomain");
    // A link into the page needs no rewriting by its host.
    page.load("#category=tcp-syn-reset&product=squid");
    page.reload();
    page.wait_state("idle");
    assert!(page.text().contains("Connection refused"), "{}", page.text());
}

/// "About" says which build this is, and how to check it in this delivery.
fn says_what_it_is(page: &Page, policy: &str) {
    page.load("#");
    page.wait_state("idle");
    let open = "return document.querySelector('dialog[open]')?.innerText ?? ''";
    page.press(&["a"]);
    assert_ne!(page.script(open), "", "its key does not open it");
    page.press(&["\u{e00c}"]);
    page.script("document.getElementById('about').focus()");
    page.press(&["\u{e007}"]);
    let said = page.script(open);
    let said = said.as_str().unwrap_or_default();
    let build = page.script("return document.documentElement.dataset.build");
    let build = build.as_str().unwrap_or_default();
    assert_eq!(build.len(), 16);
    for word in [env!("CARGO_PKG_VERSION"), build, policy, "sha256sum gateway-triage.html", "MIT or Apache-2.0"] {
        assert!(said.contains(word), "{word} is not said: {said}");
    }
    page.press(&["\u{e00c}"]);
    assert_eq!(page.script("return document.activeElement.id"), "about");
}

#[test]
fn the_site_works_below_any_path() {
    with_delivery("site", Delivery::Site, |page| {
        works(page, "site");
        says_what_it_is(page, "connect-src 'self'");
        let links = page.script(
            "return Promise.all([...document.querySelectorAll('dialog.help a')].map((link) => fetch(link.href)))
                 .then((answers) => answers.map((answer) => answer.ok))",
        );
        assert_eq!(links, serde_json::json!([true, true]), "the one file and its sum");
        for request in page.requests() {
            // Browsers ask for an icon at the top of the host where a page names none; this one names its own.
            assert!(request.starts_with(&format!("GET {UNDER}/")) && !request.contains('?'), "{request}");
        }
    });
}

#[test]
fn the_time_until_the_site_can_be_used_is_told() {
    with_delivery("slow-start", Delivery::Site, |page| {
        let Some(took) = page.slow_start() else { return };
        // Past the test harness, which swallows what passing tests print. A report and no test: machines differ.
        let _ = writeln!(
            std::io::stderr(),
            "the site can be used after {:.1} s (1.6 Mbit/s, 150 ms, a quarter of the processor)",
            took / 1_000.0
        );
    });
}

#[test]
fn the_one_file_works_from_disk_and_asks_for_nothing() {
    with_delivery("one-file", Delivery::File, |page| {
        works(page, "one-file");
        says_what_it_is(page, "connect-src 'none'");
        assert_eq!(page.requests(), Vec::<String>::new());
        let policy =
            page.script("return document.querySelector('meta[http-equiv=\"Content-Security-Policy\"]')?.content ?? ''");
        let policy = policy.as_str().unwrap_or_default();
        assert!(policy.contains("connect-src 'none'") && !policy.contains("unsafe-inline"), "{policy}");
    });
}

#[test]
fn the_sum_beside_the_one_file_is_its_own() {
    let Some(dist) = std::env::var_os("GATEWAY_TRIAGE_DIST") else { return };
    let Ok(output) = std::process::Command::new("sha256sum")
        .args(["--check", "gateway-triage.html.sha256"])
        .current_dir(dist)
        .output()
    else {
        return;
    };
    assert!(output.status.success(), "{output:?}");
}

/// Firefox was seen to do so on busy machines; only Chromium can be made to do it.
#[test]
fn a_browser_that_never_answers_what_is_to_be_compiled_starts_the_page_all_the_same() {
    for delivery in [Delivery::Site, Delivery::File] {
        with_delivery("never-compiled", delivery, |page| {
            if !page.compile_nothing() {
                return;
            }
            page.reload();
            page.wait_state("idle");
            assert_eq!(page.script("return window.asked"), true);
            let files = case(CASE);
            assert_eq!(difference(&page.analyse(&files), &native_report(&files)), None);
        });
    }
}
