//! The static pages: what a reader finds there who came by a search, with the live tool below.

use crate::access::assert_none;
use crate::harness::{Delivery, Kind, wait, with_delivery};
use serde_json::json;

#[test]
fn failures_and_gateways_have_pages_without_a_script_and_with_the_tool() {
    let axe = std::env::var_os("AXE").map(|path| std::fs::read_to_string(path).expect("axe-core can be read"));
    with_delivery("static-pages", Delivery::Site, |page| {
        let top = page.address().to_owned();
        page.visit(&format!("{top}articles.html"));
        assert_eq!(page.script("return document.querySelectorAll('main a').length > 60"), true);
        page.follow("SYN unanswered");
        for (path, words) in [
            (
                "failure/tcp-syn-unanswered.html",
                ["Web Security Manager > IP Spoofing Profiles", "no RST, no ICMP error"],
            ),
            ("gateway/cisco-wsa.html", ["Web Security Manager > IP Spoofing Profiles", "SYN unanswered"]),
        ] {
            page.visit(&format!("{top}{path}"));
            let text = page.script("return document.body.innerText");
            for word in words {
                assert!(text.as_str().unwrap_or_default().contains(word), "{path}: {word}");
            }
            assert_eq!(page.script("return document.scripts.length"), 0, "{path}");
            let wide = "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
            assert_eq!(page.script(wide), false, "{path}");
            if let Some(axe) = &axe {
                assert_none(page, axe, path);
            }
        }
        page.visit(&format!("{top}failure/dns-nxdomain.html"));
        page.script("document.querySelector('iframe').scrollIntoView()");
        let inside = "return document.querySelector('iframe').contentDocument?.body?.innerText ?? ''";
        wait("the tool at its failure", || page.script(inside).as_str().is_some_and(|text| text.contains("Do first")));
        page.load("");
        page.wait_state("idle");
    });
}

/// How many elements have text of their own outside of what is for screens, and those that are not seen or cut off.
const UNSEEN: &str =
    "const said = [...document.querySelectorAll('body *')].filter((each) => !each.closest('nav, .tool')
        && [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()));
    const cut = (each) => getComputedStyle(each).overflow !== 'visible' && each.scrollWidth > each.clientWidth + 1;
    const seen = (each) => each.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    return [said.length, ...said.filter((each) => !seen(each) || cut(each)).map((each) => each.innerText)]";

#[test]
fn on_paper_static_pages_are_all_text_and_no_tool() {
    with_delivery("static-print", Delivery::Site, |page| {
        if Kind::chosen() == Kind::Firefox {
            return;
        }
        let top = page.address().to_owned();
        // As wide as the paper.
        page.resize(720, 1000);
        let shown = |what: &str| {
            let all =
                format!("[...document.querySelectorAll('{what}')].filter((each) => each.checkVisibility()).length");
            page.script(&format!("return {all}"))
        };
        for path in
            ["articles.html", "failure/tcp-syn-unanswered.html", "failure/dns-nxdomain.html", "gateway/cisco-wsa.html"]
        {
            page.visit(&format!("{top}{path}"));
            let tools = u32::from(path != "articles.html");
            assert_eq!(shown(".tool iframe"), tools, "{path} on a screen");
            page.on_paper(true);
            assert_eq!(shown("nav, .tool, iframe"), 0, "{path}");
            let unseen = page.script(UNSEEN);
            assert!(unseen[0].as_u64() > Some(20), "{path} has hardly a text: {unseen}");
            assert_eq!(unseen.as_array().map(Vec::len), Some(1), "{path}: {unseen}");
            let colors = "const { color, backgroundColor } = getComputedStyle(document.body);
                return [color, backgroundColor]";
            assert_eq!(page.script(colors), json!(["rgb(0, 0, 0)", "rgb(255, 255, 255)"]), "{path}");
            let wide = "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
            assert_eq!(page.script(wide), false, "{path} is wider than the paper");
            page.on_paper(false);
        }
        page.load("");
        page.wait_state("idle");
    });
}
