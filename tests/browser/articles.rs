//! The static pages: what a reader finds there who came by a search, with the live tool below.

use crate::access::assert_none;
use crate::harness::{Delivery, wait, with_delivery};

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
