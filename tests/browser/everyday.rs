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
        wait("the case to be kept", || holds(page, "document.querySelector('#keep').checked"));
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
        wait("the case to be kept", || holds(page, "document.querySelector('#keep').checked"));
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
