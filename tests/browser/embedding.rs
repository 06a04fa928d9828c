//! The page in somebody's article: what its reader sees there, and what passes between article and frame.

use crate::harness::{Delivery, Page, case, difference, examples, native_report, wait, with_delivery};

const CASE: &str = "tcp-syn-unanswered/skyhigh-syn-without-answer";

/// The frame is as high as what it shows: nothing of it scrolls by itself.
#[track_caller]
fn fits(page: &Page) {
    page.leave_frame();
    let height = "return document.querySelector('gateway-triage').shadowRoot.querySelector('iframe').clientHeight";
    let wanted = || {
        page.enter_frame();
        let wanted = page.script("return Math.ceil(document.body.getBoundingClientRect().height)");
        page.leave_frame();
        wanted
    };
    wait("the frame's height", || page.script(height) == wanted());
    page.enter_frame();
    let scrolls = "return document.documentElement.scrollHeight > document.documentElement.clientHeight";
    assert_eq!(page.script(scrolls), false);
}

/// The report as the frame hands it out.
fn exported(page: &Page) -> serde_json::Value {
    page.click_in_frame("Export");
    page.click_in_frame("JSON");
    let json = std::fs::read_to_string(page.wait_download()).expect("the export is text");
    page.press(&["\u{e00c}"]);
    serde_json::from_str(&json).expect("the export is JSON")
}

#[test]
fn an_article_opens_at_a_category_and_reads_files_there() {
    with_delivery("article-plain", Delivery::Site, |page| {
        page.open_article(&examples(), "plain.html");
        page.enter_frame();
        assert_eq!(page.script("return self.origin"), "null");
        let text = page.text();
        assert!(text.contains("SYN") && text.contains("Do first") && text.contains("Skyhigh"), "{text}");
        fits(page);

        let files = case(CASE);
        page.drop_files(&files);
        assert_eq!(page.wait_read(), "done");
        assert!(!page.text().contains("in small steps"), "no worker started");
        if let Some(difference) = difference(&exported(page), &native_report(&files)) {
            panic!("page and native engine differ: {difference}");
        }
        fits(page);
        page.leave_frame();
        page.load("");
    });
}
