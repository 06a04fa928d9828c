//! What makes the page pleasant every day: keys, help, terms, cases opened before, and one that is kept.

use crate::harness::{Page, case, wait, with_page};

/// A key pressed wherever the focus is.
fn press(page: &Page, key: &str) {
    page.script(&format!(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {{ key: '{key}', bubbles: true, cancelable: true }}))"
    ));
}

fn holds(page: &Page, script: &str) -> bool {
    page.script(&format!("return Boolean({script})")).as_bool() == Some(true)
}

#[test]
fn keys_open_help_and_walk_the_verdicts() {
    with_page("keys", |page| {
        press(page, "?");
        assert!(holds(page, "document.querySelector('dialog.help').open"));
        assert!(page.text().contains("First packet of a TCP connection"));
        page.click("Close");
        assert!(!holds(page, "document.querySelector('dialog.help').open"));
        page.analyse(&case("mixed/squid-seven-among-three-hundred"));
        let current = || {
            let links = "[...document.querySelectorAll('.verdicts li a')]";
            page.script(&format!("return {links}.findIndex(link => link.hasAttribute('aria-current'))"))
        };
        assert_eq!(current(), 0);
        press(page, "j");
        wait("the second verdict", || current() == 1);
        press(page, "k");
        wait("the first verdict", || current() == 0);
    });
}

#[test]
fn terms_are_explained_where_they_stand() {
    with_page("terms", |page| {
        page.analyse(&case("tcp-syn-unanswered/squid-firewall-drops-syn"));
        let heading = page.script("return document.querySelector('#verdict-heading abbr')?.title ?? ''");
        assert!(heading.as_str().is_some_and(|title| title.contains("RFC 9293")), "{heading}");
    });
}

#[test]
fn a_case_of_this_tab_is_opened_again() {
    with_page("past", |page| {
        let report = page.analyse(&case("tcp-syn-unanswered/squid-firewall-drops-syn"));
        page.click("New case");
        page.wait_state("idle");
        page.script("document.querySelector('[aria-labelledby=past-heading] li button').click()");
        page.wait_state("done");
        assert_eq!(page.download_json(), report);
    });
}

#[test]
fn a_kept_case_survives_a_reload_until_it_is_forgotten() {
    with_page("kept", |page| {
        let report = page.analyse(&case("tcp-syn-unanswered/squid-firewall-drops-syn"));
        page.reload();
        page.wait_state("idle");
        page.analyse(&case("tcp-syn-unanswered/squid-firewall-drops-syn"));
        page.script("document.querySelector('#keep').click()");
        wait("the case to be kept", || page.text().contains("Kept: its files stay"));
        page.reload();
        page.wait_state("done");
        assert_eq!(page.download_json(), report);
        page.click("Forget everything");
        page.wait_state("idle");
        wait("the word that it is forgotten", || page.text().contains("Forgotten"));
        page.reload();
        page.wait_state("idle");
        assert!(!page.text().contains("Opened in this tab"));
    });
}

#[test]
fn a_case_opened_after_a_kept_one_is_not_kept() {
    with_page("kept-one", |page| {
        let first = page.analyse(&case("tcp-syn-unanswered/squid-firewall-drops-syn"));
        page.script("document.querySelector('#keep').click()");
        wait("the case to be kept", || page.text().contains("Kept: its files stay"));
        let second = page.analyse(&case("response-reset/apache-reset"));
        assert_ne!(first["findings"], second["findings"]);
        wait("another case", || !holds(page, "document.querySelector('#keep').checked"));
        page.reload();
        page.wait_state("done");
        assert_eq!(page.download_json(), first);
        page.click("Forget everything");
        page.wait_state("idle");
    });
}

/// Presses Tab until what has the focus fits, then Enter.
fn reach(page: &Page, what: &str, fits: &str) {
    for _ in 0..120 {
        if page.script(&format!("return Boolean(document.activeElement?.matches({fits:?}))")) == true {
            page.press(&["\u{E007}"]);
            return;
        }
        page.press(&["\u{E004}"]);
    }
    panic!("Tab never reaches {what}");
}

#[test]
fn from_the_first_screen_to_a_packet_and_an_export_by_keyboard_alone() {
    with_page("keyboard", |page| {
        reach(page, "a sample", ".samples a, .samples button");
        page.wait_state("done");
        // The heading takes the focus when the result stands.
        wait("the focus", || holds(page, "document.activeElement?.id === 'result-heading'"));
        wait("the ladder", || holds(page, "document.querySelector('.ladder .step button')"));
        reach(page, "the ladder", ".ladder .step button");
        wait("the packet", || holds(page, "document.querySelector('.packet section')"));
        // Back to the top, and through the bar to the exports.
        page.script("document.getElementById('add-files').focus()");
        reach(page, "the exports", "#export");
        wait("the panel", || holds(page, "!document.getElementById('export-panel').hidden"));
        reach(page, "Markdown", ".forms button");
        let markdown = std::fs::read_to_string(page.wait_download()).expect("an export");
        assert!(markdown.starts_with("# "), "{markdown}");
        page.press(&["\u{E00C}"]);
        wait("the panel to close", || holds(page, "document.getElementById('export-panel').hidden"));
        wait("the focus back", || holds(page, "document.activeElement?.id === 'export'"));
    });
}
