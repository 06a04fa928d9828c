//! What the eye meets.

use crate::harness::{Page, cases, with_page};

fn assert_fits(page: &Page, what: &str) {
    let widths = page.script("const root = document.documentElement; return [root.scrollWidth, root.clientWidth]");
    assert_eq!(widths[0], widths[1], "{what} scrolls sideways at 360 pixels");
}

#[test]
fn nothing_scrolls_sideways_at_360_pixels() {
    with_page("narrow", |page| {
        page.resize(360, 740);
        assert_fits(page, "the first screen");
        page.screenshot("narrow-idle");
        for (name, files) in cases().iter().take(3) {
            page.drop_files(files);
            page.wait_read();
            assert_fits(page, name);
        }
        page.screenshot("narrow-done");
    });
}
