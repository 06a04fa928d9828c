//! The page as it is delivered: as a site below any path, and as one file from disk with no network at all.

use crate::harness::{Delivery, Page, UNDER, big_capture, case, difference, native_report, scratch, with_delivery};

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

#[test]
fn the_site_works_below_any_path() {
    with_delivery("site", Delivery::Site, |page| {
        works(page, "site");
        for request in page.requests() {
            // Browsers ask for an icon at the top of the host where a page names none; this one names its own.
            assert!(request.starts_with(&format!("GET {UNDER}/")) && !request.contains('?'), "{request}");
        }
    });
}

#[test]
fn the_one_file_works_from_disk_and_asks_for_nothing() {
    with_delivery("one-file", Delivery::File, |page| {
        works(page, "one-file");
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
