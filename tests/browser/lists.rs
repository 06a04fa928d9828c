//! Lists of failed requests and the timeline: search, filters, the brush, and 100,000 failures.

use crate::harness::{Page, big_capture, cases, scratch, wait, with_page};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::PathBuf;

fn seven() -> Vec<PathBuf> {
    let name = "mixed/squid-seven-among-three-hundred";
    let found = cases().into_iter().find(|(known, _)| known == name);
    let (_, files) = found.unwrap_or_else(|| panic!("there is no case {name}"));
    files.into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "pcap")).collect()
}

/// A Squid log of so many refused connections, one each second.
fn long_log(name: &str, lines: u32) -> PathBuf {
    let mut text = String::new();
    for at in 0..lines {
        let _ = writeln!(
            text,
            "{}.250 {} 192.0.2.{} TCP_MISS/503 3900 GET http://www{}.example.com/page/{at} - HIER_DIRECT/198.51.100.{} text/html",
            1_795_192_341 + at,
            2 + at % 900,
            1 + at % 250,
            at % 7,
            1 + at % 7,
        );
    }
    let path = scratch(name).join("access.log");
    std::fs::write(&path, text).expect("target/ is writable");
    path
}

fn open_list(page: &Page) {
    page.script("document.querySelectorAll('.views button')[1].click()");
    wait("the list", || shown(page).is_some());
}

/// Requests in the list, by what the grid tells assistive technology; headings of groups count as rows.
fn shown(page: &Page) -> Option<u64> {
    let count = page.script("return document.querySelector('.list')?.getAttribute('aria-rowcount') ?? ''");
    count.as_str()?.parse::<u64>().ok()?.checked_sub(1).filter(|count| *count > 0)
}

fn search(page: &Page, text: &str) {
    page.script(&format!(
        "const field = document.querySelector('#search');
         field.value = '{text}';
         field.dispatchEvent(new Event('input', {{ bubbles: true }}));"
    ));
}

fn press(page: &Page, selector: &str, key: &str, shift: bool) {
    page.script(&format!(
        "const element = document.querySelector('{selector}');
         element.focus();
         element.dispatchEvent(new KeyboardEvent('keydown', {{ key: '{key}', shiftKey: {shift}, bubbles: true, cancelable: true }}));"
    ));
}

#[test]
fn search_filters_and_groups_narrow_the_list() {
    with_page("lists", |page| {
        let report = page.analyse(&seven());
        let all = report["findings"].as_array().map_or(0, Vec::len) as u64;
        assert_eq!(all, 7);
        // From anywhere, a slash leads to the search.
        press(page, "body", "/", false);
        wait("the whole list", || shown(page) == Some(all));
        wait("the search", || page.script("return document.activeElement?.id ?? ''").as_str() == Some("search"));
        search(page, "REFUSES.example");
        wait("one request", || shown(page) == Some(1));
        let text = page.script("return document.querySelector('.list-body').innerText");
        assert!(text.as_str().is_some_and(|text| text.contains("refuses.example.net")), "{text}");
        let packets = report["findings"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|finding| finding["host"].as_str() == Some("refuses.example.net"));
        let packet = packets.and_then(|finding| finding["evidence"][0]["packet"].as_u64()).unwrap_or(0);
        assert!(text.as_str().is_some_and(|text| text.contains(&format!("Packet {packet}"))), "{packet} in {text}");
        search(page, "nothing.invalid");
        wait("nothing", || page.text().contains("No request matches"));
        page.click("Clear filters");
        wait("the whole list", || shown(page) == Some(all));
        page.choose("Cause", "tcp-syn-reset");
        wait("one request", || shown(page) == Some(1));
        page.click("Clear filters");
        page.choose("Group by", "category");
        let categories: std::collections::BTreeSet<&str> =
            report["findings"].as_array().into_iter().flatten().filter_map(|f| f["category"].as_str()).collect();
        wait("the groups", || shown(page) == Some(categories.len() as u64));
        press(page, "#failures", "ArrowRight", false);
        wait("an open group", || shown(page) > Some(categories.len() as u64));
        press(page, "#failures", "ArrowLeft", false);
        wait("a closed group", || shown(page) == Some(categories.len() as u64));
        press(page, "#failures", "Enter", false);
        wait("an open group", || shown(page) > Some(categories.len() as u64));
    });
}

#[test]
fn the_requests_of_a_cause_are_leafed_through() {
    with_page("leaf", |page| {
        page.drop_files(&[long_log("made-leaf", 21)]);
        assert_eq!(page.wait_read(), "done");
        let said = || page.script("return document.querySelector('.leaf')?.innerText ?? ''").to_string();
        let stands = |at: u32| wait("the request", || said().contains(&format!("Request {at} of 3")));
        let off = |id: &str| page.script(&format!("return document.getElementById('{id}').disabled")) == true;
        stands(1);
        assert!(off("previous-request"));
        page.click("Next");
        stands(2);
        page.click("Next");
        stands(3);
        assert!(off("next-request"));
        page.click("Previous");
        stands(2);
    });
}

#[test]
fn a_time_picked_narrows_list_and_counts() {
    with_page("brush", |page| {
        let report = page.analyse(&seven());
        let all = report["verdicts"].as_array().map_or(0, Vec::len) as u64;
        let verdicts = || page.script("return document.querySelectorAll('.verdicts li').length").as_u64().unwrap_or(0);
        wait("the timeline", || {
            page.script("return document.querySelectorAll('.strip').length > 1") == Value::Bool(true)
        });
        assert_eq!(verdicts(), all);
        // The first failure lies in one bar; from the left end the keyboard walks there.
        press(page, "#brush", "Home", false);
        for _ in 0..60 {
            let told = page.script("return document.querySelector('#brush').getAttribute('aria-valuetext')");
            if told.as_str().is_some_and(|told| !told.contains("no failed request")) {
                break;
            }
            press(page, "#brush", "ArrowRight", false);
        }
        press(page, "#brush", "Enter", false);
        wait("fewer verdicts", || (1..=2).contains(&verdicts()));
        open_list(page);
        wait("a shorter list", || shown(page) < Some(all));
        let first = shown(page);
        // Extended to the end, all are there again.
        for _ in 0..130 {
            press(page, "#brush", "ArrowRight", true);
        }
        wait("the whole list", || shown(page) == Some(all) && shown(page) > first);
        press(page, "#brush", "Escape", false);
        wait("no time picked", || !page.has_button("All times"));
        // A pointer does the same.
        page.script(
            "const brush = document.querySelector('#brush');
             const { left, top, width } = brush.getBoundingClientRect();
             const at = (type, share) => brush.dispatchEvent(new PointerEvent(type, {
                 clientX: left + width * share, clientY: top + 5, button: 0, pointerId: 1, bubbles: true }));
             at('pointerdown', 0.9); at('pointermove', 0.95); at('pointerup', 0.95);",
        );
        wait("a time picked", || page.has_button("All times"));
        wait("a shorter list", || shown(page) != Some(all));
    });
}

#[test]
fn a_hundred_thousand_failures_stay_usable() {
    const MANY: u32 = 100_000;
    with_page("many", |page| {
        page.drop_files(&[long_log("made-many", MANY)]);
        assert_eq!(page.wait_read(), "done");
        open_list(page);
        wait("the list", || shown(page) == Some(MANY.into()));
        let drawn = || page.script("return document.querySelectorAll('.list-body .line').length").as_u64().unwrap_or(0);
        wait("rows", || drawn() > 5);
        press(page, "#failures", "End", false);
        let last = format!("/page/{}", MANY - 1);
        wait("the last row", || {
            let text = page.script("return document.querySelector('.list-body .active .request')?.textContent ?? ''");
            text.as_str().is_some_and(|text| text.ends_with(&last))
        });
        assert!(drawn() < 100, "{} rows are drawn", drawn());
        let number = page.script("return document.querySelector('.list-body .active').getAttribute('aria-rowindex')");
        assert_eq!(number, (MANY + 1).to_string());
        press(page, "#failures", "Enter", false);
        wait("the last failure in its verdict", || {
            let facts = page.script("return document.querySelector('.facts.exchange')?.innerText ?? ''");
            facts.as_str().is_some_and(|facts| facts.contains(&last))
        });
        assert!(page.text().contains("Request 100,000 of 100,000 in the list"));
        page.click("Previous");
        let before = format!("/page/{}", MANY - 2);
        wait("the one before", || page.text().contains(&before));
        page.click("Back to the list");
        search(page, "/page/777");
        // 777, 7770 to 7779, 77700 to 77799.
        wait("those with it", || shown(page) == Some(111));
    });
}

/// Goes to the list of all requests.
fn all_requests(page: &Page) {
    page.script("[...document.querySelectorAll('.views button:not([hidden])')].at(-1).click()");
}

/// What a cell of the first row says.
fn first_cell(page: &Page, class: &str) -> String {
    let text = page.script(&format!(
        "return document.querySelector('.list-body .line[aria-rowindex=\"2\"] .{class}')?.textContent ?? ''"
    ));
    text.as_str().unwrap_or_default().to_owned()
}

#[test]
fn all_requests_are_listed_with_their_times() {
    with_page("exchanges", |page| {
        let report = page.analyse(&seven());
        let total = report["exchanges"]["total"].as_u64().unwrap_or(0);
        assert_eq!(total, 307);
        all_requests(page);
        wait("all requests", || shown(page) == Some(total));
        // The slowest first, once from the largest to the smallest.
        let sort = "[...document.querySelectorAll('.list-head .took button')].forEach(head => head.click())";
        page.script(sort);
        wait("the quickest", || first_cell(page, "took").ends_with(" µs"));
        page.script(sort);
        wait("the slowest", || {
            let took = first_cell(page, "took");
            took.ends_with(" s") && !first_cell(page, "time").is_empty()
        });
        page.choose("Outcome", "failed");
        let failed = report["exchanges"]["failed"].as_u64();
        wait("those that failed", || shown(page) == failed);
        search(page, "refuses.example");
        wait("one", || shown(page) == Some(1));
        press(page, "#exchanges", "Enter", false);
        wait("its verdict", || {
            let facts = page.script("return document.querySelector('.facts.exchange')?.innerText ?? ''");
            facts.as_str().is_some_and(|facts| facts.contains("refuses.example.net"))
        });
        page.click("Back to the list");
        wait("the list as it was", || shown(page) == Some(1));
        page.click("Clear filters");
        page.choose("Outcome", "well");
        wait("those that went well", || shown(page) > Some(200) && shown(page) < Some(total));
        press(page, "#exchanges", "Enter", false);
        wait("its first packet", || page.script("return document.querySelectorAll('.packet section').length") != 0);
        // Nothing of it changed the verdicts.
        let again = page.download_json();
        assert_eq!(again["findings"], report["findings"]);
    });
}

#[test]
fn a_case_without_failures_can_be_listed_and_listing_stopped() {
    with_page("exchanges-healthy", |page| {
        let healthy = cases().into_iter().find(|(name, _)| name == "healthy/squid-loss");
        let files = healthy.expect("there is the case").1;
        assert!(files.len() > 1, "capture and log: a request in both is one");
        let report = page.analyse(&files);
        let total = report["exchanges"]["total"].as_u64();
        all_requests(page);
        wait("all requests", || shown(page) == total);
        // One capture under several names: enough to be stopped in the midst of it.
        let folder = scratch("made-listing");
        let files: Vec<_> = (0..3).map(|n| folder.join(format!("big{n}.pcap"))).collect();
        big_capture(&files[0], 200_000);
        for file in &files[1..] {
            std::fs::hard_link(&files[0], file).expect("target/ lies on a file system with links");
        }
        page.drop_files(&files);
        page.wait_read();
        let text = page.script("return document.querySelector('h1').textContent");
        all_requests(page);
        wait("reading again", || page.has_button("Cancel"));
        page.click("Cancel");
        wait("the end of it", || page.has_button("Read and list"));
        assert_eq!(page.script("return document.querySelector('h1').textContent"), text);
        assert_eq!(page.state(), "done");
        let _ = std::fs::remove_dir_all(&folder);
    });
}
