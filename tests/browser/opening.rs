//! The first screen.

use crate::harness::with_page;

#[test]
fn the_page_opens_and_waits() {
    with_page("opens", |page| {
        assert_eq!(page.state(), "idle");
        assert!(!page.text().trim().is_empty(), "the first screen says nothing");
        assert!(!page.has_button("Download JSON"), "there is a report to download before anything was read");
        let title = page.script("return document.title");
        assert_ne!(title, "", "the page has no title");
        let language = page.script("return document.documentElement.lang");
        assert_eq!(language, "en");
        page.screenshot("opens");
    });
}
