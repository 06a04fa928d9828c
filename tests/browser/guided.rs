//! Without files: from the symptom to a fix, by mouse and by keyboard; the link holds it all.

use crate::harness::{Page, cases, wait, with_page};

/// What the reader of the test knows; everything else is skipped.
const KNOWN: &[(&str, &str)] = &[
    ("Which gateway do the users go through?", "Cisco Secure Web Appliance (WSA)"),
    ("Which status do the users get?", "502 Bad Gateway"),
    ("Does the gateway speak TLS with the server?", "No: http, in the clear"),
    ("Does the server answer a ping from the gateway?", "Yes"),
    ("Does TCP from the gateway to the server's port come about?", "Nothing, timed out"),
    ("Does the gateway go out with the clients' addresses (IP spoofing, TPROXY)?", "No"),
];
const TAB: &str = "\u{E004}";
const ENTER: &str = "\u{E007}";
const SHIFT: &str = "\u{E008}";
const SKIP: &str = "Not known, skip";
/// The questions are some thirty; a walk that takes longer goes in circles.
const STEPS: usize = 40;

fn question(page: &Page) -> String {
    let text = page.script("return document.querySelector('#question-heading')?.innerText ?? ''");
    text.as_str().unwrap_or_default().to_owned()
}

fn hash(page: &Page) -> String {
    page.script("return location.hash").as_str().unwrap_or_default().to_owned()
}

fn found(page: &Page) -> bool {
    page.text().contains("This fits best")
}

/// Answers what is asked, as `press` does it, until the few that fit best are shown and all that is known is said.
fn walk(page: &Page, press: impl Fn(&Page, &str)) {
    for _ in 0..STEPS {
        let asked = question(page);
        let answer = KNOWN.iter().find(|(known, _)| *known == asked).map_or(SKIP, |(_, answer)| answer);
        let before = hash(page);
        press(page, answer);
        wait("the next question", || hash(page) != before && question(page) != asked);
        // It takes the focus when it is drawn; a key pressed before that would go to the question before.
        wait("the focus on the question", || {
            question(page).is_empty() || page.script("return document.activeElement?.id ?? ''") == "question-heading"
        });
        if found(page) && hash(page).contains("spoofing:off") {
            return;
        }
    }
    panic!("no end of questions: {}", hash(page));
}

/// Presses the button with this name by keyboard alone: Tab until it has the focus, then Enter.
fn by_keyboard(page: &Page, name: &str) {
    by_keys(page, name, &[TAB]);
}

/// Presses what has this name: these keys until it has the focus, then Enter.
fn by_keys(page: &Page, name: &str, keys: &[&str]) {
    for _ in 0..60 {
        let active = page.script("return document.activeElement?.innerText?.replace(/\\s+/g, ' ').trim() ?? ''");
        if active.as_str() == Some(name) {
            page.press(&[ENTER]);
            return;
        }
        page.press(keys);
    }
    panic!("the keys never reach `{name}`");
}

#[test]
fn the_guide_leads_from_the_symptom_to_a_fix_that_can_be_shared_and_undone() {
    with_page("guided", |page| {
        page.follow("Start from the symptom");
        wait("the first question", || !question(page).is_empty());
        assert!(page.text().contains("45 possible causes are left."), "{}", page.text());
        walk(page, |page, name| page.click(name));

        let count = "return document.querySelector('.guide-count [role=status]').innerText";
        let said = page.script(count);
        assert!(said.as_str().is_some_and(|said| said.contains("one fits best")), "{said}");
        // The link alone gives the same state.
        let (shared, text) = (hash(page), page.text());
        page.load("");
        page.script("location.reload()");
        page.wait_state("idle");
        page.load(&shared);
        wait("the shared state", || page.text() == text);

        // Back undoes the last answer, forward gives it again.
        page.script("history.back()");
        wait("the start again", || !page.text().contains("Your answers"));
        page.script("history.forward()");
        wait("the shared state again", || page.text() == text);
        page.click("Change Status");
        wait("the status again", || question(page) == KNOWN[1].0);
        page.click("504 Gateway Timeout");
        wait("the other status", || hash(page).contains("status:504"));
        page.script("history.back()");
        wait("the first status", || page.text() == text);

        page.follow("What to do SYN unanswered");
        wait("the advice", || page.text().contains("Do first"));
        let text = page.text();
        for words in ["Outbound rule", "Firewall", "What your answers say", "telnet", "packetcapture"] {
            assert!(text.contains(words), "no `{words}`: {text}");
        }
        page.fill(".names .field:first-child input", "www.example.com");
        page.press(&[TAB]);
        wait("the name in the commands", || page.text().contains("ping www.example.com"));
        wait("the name in the link", || hash(page).contains("host=www.example.com"));
    });
}

#[test]
fn the_guide_can_be_walked_by_keyboard_alone() {
    with_page("guided-keyboard", |page| {
        by_keyboard(page, "Start from the symptom");
        wait("the first question", || !question(page).is_empty());
        walk(page, by_keyboard);
        // It stands before the question, which has the focus.
        by_keys(page, "What to do SYN unanswered", &[SHIFT, TAB]);
        wait("the advice", || page.text().contains("Do first"));
        // The focus follows when the advice is drawn.
        wait("the focus on the advice", || page.script("return document.activeElement?.id ?? ''") == "verdict-heading");
    });
}

#[test]
fn a_link_opens_the_advice_of_a_category_and_files_take_over() {
    with_page("guided-link", |page| {
        page.load("#category=response-timeout&product=skyhigh");
        wait("the advice", || page.text().contains("Proxy Control"));
        assert_eq!(page.state(), "idle");
        let mut cases = cases().into_iter();
        let (_, files) =
            cases.find(|(name, _)| name.ends_with("skyhigh-syn-without-answer")).expect("the case is there");
        page.drop_files(&files);
        assert_eq!(page.wait_read(), "done");
        assert!(!page.text().contains("Proxy Control event"), "{}", page.text());
        page.script("history.back()");
        wait("the advice again", || page.text().contains("Back to the files"));
    });
}
