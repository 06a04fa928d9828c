//! Everybody can use it: no violation that axe-core knows, in any state, light and dark.

use crate::harness::{Page, case, cases, made, wait, with_page};
use serde_json::Value;

/// axe-core itself; `cargo xtask test` sees to it, without Node it is skipped, and said so there.
pub fn axe() -> Option<String> {
    std::env::var_os("AXE").and_then(|path| std::fs::read_to_string(path).ok())
}

/// Runs axe-core in the page: what it finds, one line for each rule and element.
fn violations(page: &Page, axe: &str) -> Vec<String> {
    let found = page.script(&format!(
        "{axe};
         return axe.run(document, {{ resultTypes: ['violations'] }}).then(result => [
             ...result.passes.some(rule => rule.id == 'color-contrast') ? [] : ['no contrast was measured'],
             ...result.violations.flatMap(rule => rule.nodes.map(
                 node => rule.id + ': ' + node.target.join(' ') + ': ' + node.failureSummary))])"
    ));
    found.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Nothing to find in this state of the page, light or dark.
#[track_caller]
pub fn assert_none(page: &Page, axe: &str, what: &str) {
    for scheme in ["light", "dark"] {
        page.prefer(scheme);
        // Colours on their way to others are neither.
        wait("the colours", || page.script("return document.getAnimations().length") == 0);
        let found = violations(page, axe);
        assert!(found.is_empty(), "{what}, {scheme}: {found:#?}");
    }
    page.prefer("light");
}

#[test]
fn axe_finds_no_violation_in_any_state() {
    let Some(axe) = axe() else { return };
    with_page("axe", |page| {
        assert_none(page, &axe, "the first screen");
        for (button, heading) in [("Help", "Terms"), ("About", "Check it")] {
            page.click(button);
            let open =
                format!("return document.querySelector('dialog[open]')?.innerText.includes('{heading}') ?? false");
            assert_eq!(page.script(&open), true, "{button}");
            assert_none(page, &axe, button);
            page.press(&["\u{e00c}"]);
        }
        for (fragment, shows) in [
            ("#guided=", "possible causes are left"),
            ("#product=cisco-wsa&guided=status:502,tls:no,tcp:silence", "This fits best"),
            ("#product=haproxy&guided=status:502,said:passed,made-by:gateway", "cannot all be true"),
            ("#product=skyhigh&guided=status:502&category=response-timeout", "Do first"),
        ] {
            page.load(fragment);
            wait(shows, || page.text().contains(shows));
            page.script("document.querySelectorAll('details').forEach(each => each.open = true)");
            assert_none(page, &axe, fragment);
        }
        page.load("#");
        page.open_everything(&case("tcp-syn-unanswered/squid-firewall-drops-syn"));
        assert_none(page, &axe, "a verdict with everything open");
        page.click("Export");
        page.script("document.getElementById('redact').click()");
        wait("what will be replaced", || page.text().contains("Addresses ("));
        page.script("document.querySelectorAll('#export-panel details').forEach(each => each.open = true)");
        assert_none(page, &axe, "the export panel");
        page.analyse(&case("mixed/squid-seven-among-three-hundred"));
        assert_none(page, &axe, "several verdicts");
        page.script("document.querySelectorAll('details').forEach(each => each.open = true)");
        for (at, list) in [(1, "failures"), (2, "exchanges")] {
            page.script(&format!("document.querySelectorAll('.views button')[{at}].click()"));
            wait(list, || page.script("return document.querySelectorAll('.list-body .line').length") != 0);
            assert_none(page, &axe, list);
            page.choose("Group by", "host");
            wait("groups", || page.script("return document.querySelectorAll('.list .heading').length") != 0);
            assert_none(page, &axe, list);
        }
        page.choose("Group by", "");
        page.script("document.querySelector('#brush').focus()");
        page.press(&["\u{e007}"]);
        wait("a time picked", || page.script("return document.querySelectorAll('.over .picked').length") == 1);
        assert_none(page, &axe, "a time picked");
        page.fill("#search", "nowhere.invalid");
        wait("no match", || page.text().contains("No request matches"));
        assert_none(page, &axe, "a search in vain");
        let healthy = cases().into_iter().find(|(name, _)| name.starts_with("healthy/"));
        page.analyse(&healthy.expect("there are healthy cases").1);
        assert_none(page, &axe, "a healthy case");
        page.drop_files(&[made("axe", "notes.bin", &[0, 1, 2, 3])]);
        page.wait_read();
        assert_none(page, &axe, "a file that cannot be read");
    });
}
