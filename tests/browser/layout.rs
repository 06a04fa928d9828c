//! What the eye meets.

use crate::harness::{Page, case, cases, wait, with_page};
use serde_json::Value;

/// The page does not scroll sideways, and nothing reaches beyond its edge but what scrolls by itself.
#[track_caller]
fn assert_fits(page: &Page, what: &str) {
    let widths = page.script("const root = document.documentElement; return [root.scrollWidth, root.clientWidth]");
    assert_eq!(widths[0], widths[1], "{what} scrolls sideways");
    let beyond = page.script(
        "const scrolls = element => ['auto', 'scroll', 'hidden'].includes(getComputedStyle(element).overflowX);
         const held = element => element && (scrolls(element) || held(element.parentElement));
         return [...document.querySelectorAll('body *')].filter(element => {
             const { right, left, width } = element.getBoundingClientRect();
             return width > 1 && (right > innerWidth + 1 || left < -1) && !held(element.parentElement);
         }).map(element => element.outerHTML.slice(0, 120))",
    );
    assert_eq!(beyond, Value::Array(Vec::new()), "{what}: cut off at the edge");
}

/// The states that a reader meets.
fn walk(page: &Page, width: u32) {
    let fits = |what: &str| assert_fits(page, &format!("{what} at {width} pixels"));
    fits("the first screen");
    for (fragment, shows) in [
        ("#guided=", "possible causes are left"),
        ("#product=cisco-wsa&guided=status:502,tls:no,tcp:silence", "This fits best"),
        ("#product=skyhigh&guided=status:502&category=response-timeout", "Do first"),
    ] {
        page.load(fragment);
        wait(shows, || page.text().contains(shows));
        page.script("document.querySelectorAll('details').forEach(each => each.open = true)");
        fits(fragment);
    }
    page.load("#");
    for (name, files) in cases().iter().take(3) {
        page.drop_files(files);
        page.wait_read();
        fits(name);
    }
    page.open_everything(&case("tcp-syn-unanswered/squid-firewall-drops-syn"));
    fits("a verdict with everything open");
    page.click("Export");
    page.script("document.getElementById('redact').click()");
    wait("what will be replaced", || page.text().contains("Addresses ("));
    page.script("document.querySelectorAll('#export-panel details').forEach(each => each.open = true)");
    fits("the export panel");
    page.script("document.getElementById('redact').click()");
    page.analyse(&case("mixed/squid-seven-among-three-hundred"));
    for (at, list) in [(1, "failures"), (2, "exchanges")] {
        page.script(&format!("document.querySelectorAll('.views button')[{at}].click()"));
        wait(list, || page.script("return document.querySelectorAll('.list-body .line').length") != 0);
        fits(list);
    }
    page.script("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '?', bubbles: true }))");
    fits("the help");
}

#[test]
fn nothing_is_cut_off_at_360_pixels() {
    with_page("narrow", |page| {
        page.resize(360, 740);
        walk(page, 360);
    });
}

#[test]
fn nothing_moves_for_readers_who_want_it_still() {
    with_page("still", |page| {
        let moving = || {
            page.script(
                "return [...document.querySelectorAll('*')].flatMap(one => [one, '::before', '::after'].map(part => {
                     const style = part === one ? getComputedStyle(one) : getComputedStyle(one, part);
                     const still = style.transitionDuration.split(', ').every(time => time === '0s')
                         && style.animationName === 'none' && style.scrollBehavior !== 'smooth';
                     return still ? '' : one.outerHTML.slice(0, 80);
                 })).filter(one => one)",
            )
        };
        assert_ne!(moving(), Value::Array(Vec::new()), "nothing moves at all: the test proves nothing");
        page.hold_still();
        assert_eq!(moving(), Value::Array(Vec::new()), "on the first screen");
        page.open_everything(&case("tcp-syn-unanswered/squid-firewall-drops-syn"));
        assert_eq!(moving(), Value::Array(Vec::new()), "in a verdict");
    });
}

/// A window of 1280 pixels at 200 % has 640 of them (WCAG 1.4.4).
#[test]
fn nothing_is_cut_off_at_twice_the_size() {
    with_page("zoomed", |page| {
        page.resize(640, 400);
        walk(page, 640);
    });
}
