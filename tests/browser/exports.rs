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

/// What a request of the case says of its user, its hosts and their addresses: in its line, its header, its body, in the
/// answer, and in the gateway's logs.
const SAID: [&str; 11] = [
    "jo.doe",
    "5f2c91d07be84a36",
    "am8uzg9lom9wzw4tc2vzyw1l",
    "open-sesame",
    "half=1",
    "accounts",
    "example.com",
    "10.20.0.",
    "10.30.0.",
    "192.0.2.",
    "198.51.100.",
];

#[test]
fn cookies_and_passwords_are_in_no_redacted_export() {
    with_page("exports-signed-in", |page| {
        let report = page.analyse(&case("response-truncated/nginx-signed-in"));
        let addresses = ["client", "gateway", "upstream"].map(|name| {
            let text = report["findings"][0][name].as_str().expect("an address");
            text.split(':').next().and_then(|text| text.parse().ok()).expect("IPv4")
        });
        let addresses: Vec<[u8; 4]> = addresses.iter().map(std::net::Ipv4Addr::octets).collect();
        let left = |bytes: &[u8]| -> Vec<String> {
            let text = String::from_utf8_lossy(bytes).to_lowercase();
            let said = SAID.iter().filter(|secret| text.contains(**secret)).map(|secret| (*secret).to_owned());
            let raw = addresses.iter().filter(|address| bytes.windows(4).any(|four| four == **address));
            said.chain(raw.map(|address| format!("{address:?}"))).collect()
        };
        page.click("Export");
        // As it is, the evidence holds what a redacted one must not: else nothing would be shown by its absence.
        let plain = std::fs::read(save(page, "Evidence (pcapng)")).expect("the export can be read");
        let found = left(&plain);
        for secret in ["jo.doe", "5f2c91d07be84a36", "am8uzg9lom9wzw4tc2vzyw1l", "open-sesame", "half=1", "example.com"]
        {
            assert!(found.iter().any(|one| one == secret), "{secret} is not in the evidence: {found:?}");
        }
        assert!(!left(text(&save(page, "Markdown")).as_bytes()).is_empty());

        redact(page);
        for button in ["Markdown", "HTML file", "JSON", "Evidence (pcapng)"] {
            let path = save(page, button);
            let bytes = std::fs::read(&path).expect("the export can be read");
            assert_eq!(left(&bytes), [""; 0], "in {}", path.display());
        }
        page.click("Copy short text");
        wait("the short text", || {
            page.text().contains("short text is on the clipboard") || page.text().contains("Copy it here")
        });
        let short = clipboard(page);
        assert!(short.contains("in the middle of its response") && short.contains("Redacted"), "{short}");
        assert_eq!(left(short.as_bytes()), [""; 0], "in the short text: {short}");
        let paper = print(page);
        assert_eq!(left(paper.as_bytes()), [""; 0], "on paper: {paper}");
    });
}

/// What was copied, or what stands there to be copied by hand.
pub fn clipboard(page: &Page) -> String {
    let shown = page.script("return document.querySelector('.said pre')?.textContent ?? ''");
    if let Some(shown) = shown.as_str().filter(|text| !text.is_empty()) {
        return shown.to_owned();
    }
    page.script(
        "const field = document.getElementById('log-format');
         field.closest('details').open = true; field.value = ''; field.focus()",
    );
    page.press(&["\u{E009}", "v"]);
    let pasted = || page.script("return document.getElementById('log-format').value");
    wait("the clipboard", || pasted() != "");
    pasted().as_str().unwrap_or_default().to_owned()
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

/// Only rows in sight are drawn, and a browser that prints does not wait for more.
#[test]
fn a_list_printed_from_the_browsers_menu_has_its_first_rows_and_says_which() {
    with_page("print-list", |page| {
        page.analyse(&case("mixed/squid-seven-among-three-hundred"));
        page.script("document.querySelectorAll('.views button')[2].click()");
        let drawn = "return document.querySelectorAll('.list-body .line').length";
        wait("the list", || page.script(drawn) != 0);
        assert!(page.script(drawn).as_u64() < Some(100), "the list draws what nobody sees");
        page.script(
            "window.paper = null;
             matchMedia('print').addEventListener('change', ({ matches }) => {
                 if (matches) window.paper = [...document.querySelectorAll('.list-paper > *')].map(row => row.innerText);
             })",
        );
        page.to_pdf();
        wait("the paper", || page.script("return window.paper !== null") == true);
        let paper = page.script("return window.paper");
        let rows: Vec<&str> = paper.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        assert_eq!(rows.len(), 201, "{rows:?}");
        assert!(rows[0].starts_with("Rows 1 to 200 of 307 are printed."), "{}", rows[0]);
        assert!(rows[200].contains("example"), "{}", rows[200]);
        wait("the paper to go", || page.script("return document.querySelector('.list-paper').childElementCount") == 0);
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
