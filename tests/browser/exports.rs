//! What is passed on, opened again: as Markdown, HTML, JSON and pcapng, as it is and redacted.

use crate::harness::{Kind, Page, case, wait, with_page};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

const CASE: &str = "tcp-syn-unanswered/squid-firewall-drops-syn";

#[track_caller]
fn save(page: &Page, button: &str) -> PathBuf {
    page.click(button);
    page.wait_download()
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).expect("the export is text")
}

fn redact(page: &Page) {
    page.script("document.getElementById('redact').click()");
    wait("what will be replaced", || page.text().contains("Addresses ("));
}

/// What an HTML file holds once a browser has read it: elements by name, attributes that could run something, its text.
fn parsed(page: &Page, html: &str) -> (Vec<String>, Vec<String>, String) {
    // The page's own policy forbids the file's style to be parsed inside of it.
    let (before, rest) = html.split_once("<style>").expect("a style");
    let html = [before, rest.split_once("</style>").expect("its end").1].concat();
    let found = page.script(&format!(
        "const made = new DOMParser().parseFromString({}, 'text/html');
         const all = [...made.querySelectorAll('*')];
         const attributes = all.flatMap(one => [...one.attributes].map(two => two.name));
         return [[...new Set(all.map(one => one.localName))], attributes, made.body.textContent]",
        Value::from(html)
    ));
    let list = |value: &Value| {
        value.as_array().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect()
    };
    (list(&found[0]), list(&found[1]), found[2].as_str().unwrap_or_default().to_owned())
}

#[test]
fn every_export_can_be_opened_again() {
    with_page("exports", |page| {
        let report = page.analyse(&case(CASE));
        let summary = report["verdicts"][0]["summary"].as_str().expect("a summary").to_owned();
        page.click("Export");
        let markdown = text(&save(page, "Markdown"));
        assert!(markdown.starts_with("# ") && markdown.contains("| Packet or line |"), "{markdown}");
        assert!(markdown.replace('\\', "").contains(&summary), "{markdown}");
        assert!(markdown.contains("Not redacted"));

        let (elements, attributes, shown) = parsed(page, &text(&save(page, "HTML file")));
        assert!(shown.contains(&summary) && shown.contains("Not redacted"), "{shown}");
        for element in ["script", "img", "iframe", "link", "form", "a"] {
            assert!(!elements.iter().any(|one| one == element), "{element}");
        }
        assert!(!attributes.iter().any(|name| name.starts_with("on") || name == "src" || name == "href"));

        let json: Value = serde_json::from_str(&text(&save(page, "JSON"))).expect("JSON");
        assert_eq!(json, report);

        let pcapng = save(page, "Evidence (pcapng)");
        assert_eq!(pcapng.file_name().and_then(|name| name.to_str()), Some("gateway-triage-evidence.pcapng"));
        let findings = report["findings"].as_array().into_iter().flatten();
        let rows: Vec<&Value> =
            findings.flat_map(|finding| finding["evidence"].as_array().into_iter().flatten()).collect();
        let packets: std::collections::BTreeSet<_> = rows.iter().filter_map(|row| row["packet"].as_u64()).collect();
        if let Some(notes) = notes(&pcapng) {
            assert_eq!(notes.len(), packets.len());
            for row in rows.iter().filter(|row| row["packet"].is_u64()) {
                let says = row["text"].as_str().unwrap_or_default();
                assert!(notes.iter().any(|note| note.contains(says)), "{says} is in no note");
            }
        }

        page.click("Copy short text");
        let copied = "The short text is on the clipboard.";
        wait("the short text", || page.text().contains(copied) || page.text().contains("Copy it here"));
    });
}

/// The comments of a file's packets as tshark shows them; `None` where there is none.
fn notes(pcapng: &Path) -> Option<Vec<String>> {
    let output =
        Command::new("tshark").args(["-T", "fields", "-e", "frame.comment", "-r"]).arg(pcapng).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

#[test]
fn redacted_exports_hold_nothing_of_the_case() {
    with_page("exports-redacted", |page| {
        for name in [CASE, "dns-nxdomain/squid-nxdomain", "response-reset/wsa-504-reset-after-get"] {
            let report = page.analyse(&case(name));
            page.click("Export");
            redact(page);
            let panel = page.text();
            let host = report["findings"][0]["host"].as_str().expect("a host").to_owned();
            let client = report["findings"][0]["client"].as_str().expect("a client").to_owned();
            assert!(panel.contains("What remains") && panel.contains("Host names ("), "{panel}");
            assert!(
                page.script("return document.getElementById('export-panel').textContent").to_string().contains(&client)
            );
            for button in ["Markdown", "HTML file", "JSON", "Evidence (pcapng)"] {
                let path = save(page, button);
                let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                assert!(file.contains("-redacted"), "{file}");
                let bytes = std::fs::read(&path).expect("the export can be read");
                let text = String::from_utf8_lossy(&bytes).to_lowercase();
                for secret in [host.as_str(), client.as_str(), "example.com", "10.20.0.", "192.0.2.", "198.51.100."] {
                    assert!(!text.contains(secret), "{name}: {secret} is in {file}");
                }
                let client: std::net::Ipv4Addr = client.parse().expect("IPv4");
                assert!(!bytes.windows(4).any(|four| four == client.octets()), "{name}: {client} is in {file}");
                assert!(text.contains("redacted"), "{name}: {file} does not say that it is redacted");
            }
            let paper = print(page);
            for secret in [host.as_str(), client.as_str(), "example.com", "10.20.0.", "192.0.2.", "198.51.100."] {
                assert!(!paper.contains(secret), "{name}: {secret} is printed");
            }
            assert!(paper.contains("Redacted") && paper.contains("Do first"), "{paper}");
            // By the browser's own menu the page is not printed with its real names either.
            done_printing(page);
            assert!(paper_of(page).contains("Redaction is on"));
            page.click("Export");
            // The next case begins with real names again, or at least says which it is.
            page.script("document.getElementById('redact').click()");
            page.click("New case");
        }
    });
}

/// What stands in the page's place on paper.
fn paper_of(page: &Page) -> String {
    let text = page.script("return document.querySelector('.printed').textContent");
    text.as_str().unwrap_or_default().to_owned()
}

/// Has the page print, and returns what it hands to the browser for that.
fn print(page: &Page) -> String {
    page.script(
        "window.paper = null;
         window.print = () => { window.paper = document.querySelector('.printed').textContent; };",
    );
    page.click("Print");
    wait("the printer", || page.script("return window.paper !== null") == true);
    paper_of(page)
}

/// The browser has printed.
fn done_printing(page: &Page) {
    page.script("window.dispatchEvent(new Event('afterprint'))");
}

#[test]
fn what_is_printed_holds_every_verdict_and_request_in_place_of_the_page() {
    with_page("print", |page| {
        let report = page.analyse(&case("mixed/squid-seven-among-three-hundred"));
        page.click("Export");
        let paper = print(page);
        for verdict in report["verdicts"].as_array().expect("verdicts") {
            let summary = verdict["summary"].as_str().expect("a summary");
            assert!(paper.contains(summary), "{summary} is not printed: {paper}");
        }
        let rows = page.script("return document.querySelectorAll('.printed table:last-of-type tbody tr').length");
        assert_eq!(rows.as_u64(), report["findings"].as_array().map(|all| all.len() as u64));
        if Kind::chosen() == Kind::Chromium {
            page.on_paper(true);
            let shown = page.text();
            assert!(shown.contains("Do first") && shown.contains("Failed requests"), "{shown}");
            assert_eq!(page.script("return getComputedStyle(document.querySelector('main')).display"), "none");
            page.on_paper(false);
        }
        assert_eq!(page.script("return getComputedStyle(document.querySelector('.printed')).display"), "none");
        done_printing(page);
        wait("the paper to go", || paper_of(page).is_empty());
    });
}

#[test]
fn one_verdict_can_be_passed_on_alone_and_the_keyboard_closes_the_panel() {
    with_page("exports-one", |page| {
        let both = [case(CASE), case("dns-nxdomain/squid-nxdomain")].concat();
        let captures: Vec<PathBuf> = both.into_iter().filter(|path| path.ends_with("capture.pcap")).collect();
        let report = page.analyse(&captures);
        let verdicts = report["verdicts"].as_array().expect("verdicts");
        assert!(verdicts.len() > 1, "{verdicts:?}");
        page.click("Export");
        page.script("[...document.querySelectorAll('#export-panel input[type=radio]')].at(-1).click()");
        let markdown = text(&save(page, "Markdown"));
        let headings = markdown.lines().filter(|line| line.starts_with("## ")).count();
        assert_eq!(headings, 2, "one verdict, and the files: {markdown}");
        page.script(
            "document.querySelector('#export-panel button').focus();
             document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))",
        );
        wait("the panel to close", || page.script("return document.getElementById('export-panel').hidden") == true);
        wait("the focus", || page.script("return document.activeElement.id") == "export");
    });
}
