//! The page in somebody's article: what its reader sees there. What passes between both: `handing_over`.

use serde_json::json;

use crate::access::{assert_none, axe};
use crate::harness::{Delivery, Kind, Page, case, difference, examples, made, native_report, wait, with_delivery};

const CASE: &str = "tcp-syn-unanswered/skyhigh-syn-without-answer";

/// The height of the frame in the article.
const HEIGHT: &str = "return document.querySelector('gateway-triage').shadowRoot.querySelector('iframe').clientHeight";
/// The page's own colour.
const PAPER: &str = "return getComputedStyle(document.body).backgroundColor";
const WHITE: &str = "rgb(255, 255, 255)";

/// The frame is as high as what it shows: nothing of it scrolls by itself.
#[track_caller]
fn fits(page: &Page) {
    page.leave_frame();
    let wanted = || {
        page.enter_frame();
        let wanted = page.script("return Math.ceil(document.body.getBoundingClientRect().height)");
        page.leave_frame();
        wanted
    };
    wait("the frame's height", || page.script(HEIGHT) == wanted());
    page.enter_frame();
    let scrolls = "return document.documentElement.scrollHeight > document.documentElement.clientHeight";
    assert_eq!(page.script(scrolls), false);
}

/// Tells the page what to export, and closes the panel after that.
fn export<T>(page: &Page, form: &str, result: impl FnOnce() -> T) -> T {
    page.click_in_frame("Export");
    page.click_in_frame(form);
    let result = result();
    page.script("if (!document.getElementById('export-panel').hidden) document.getElementById('export').click()");
    result
}

/// The page in the article takes less room than in a tab, and is nowhere wider than its frame.
fn compact(page: &Page) {
    let sizes = "const bar = document.querySelector('.bar').getBoundingClientRect().height;
        const { paddingLeft } = getComputedStyle(document.querySelector('main'));
        return [document.documentElement.hasAttribute('data-embedded'), bar, Number.parseFloat(paddingLeft)]";
    page.enter_frame();
    let framed = page.script(sizes);
    page.leave_frame();
    let (article, tab) = (page.tab(), page.new_tab());
    page.go_to(&tab);
    page.load("gateway-triage.html#product=skyhigh&category=tcp-syn-unanswered");
    page.wait_state("idle");
    let alone = page.script(sizes);
    page.close_tab(&article);
    assert_eq!((framed[0].as_bool(), alone[0].as_bool()), (Some(true), Some(false)));
    for (at, what) in [(1, "bar"), (2, "space around")] {
        assert!(framed[at].as_f64() < alone[at].as_f64(), "{what}: {framed} in the frame, {alone} in a tab");
    }
    page.script("document.querySelector('gateway-triage').style.width = '330px'");
    page.enter_frame();
    assert_eq!(page.script("return innerWidth"), 330);
    let wide = "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
    assert_eq!(page.script(wide), false, "it is wider than a phone");
    page.leave_frame();
    page.script("document.querySelector('gateway-triage').style.width = ''");
    fits(page);
    page.leave_frame();
}

/// In a frame of an opaque origin nothing is stored, and that is said; then the page is left.
fn keeps_nothing(page: &Page) {
    page.script("document.getElementById('keep').click()");
    wait("the word on storage", || page.text().contains("keeps nothing here"));
    // It says in the console what it refused.
    page.console();
    page.leave_frame();
    page.load("");
}

#[test]
fn an_article_opens_at_a_category_and_reads_files_there() {
    with_delivery("article-plain", Delivery::Site, |page| {
        page.open_article(&examples(), "plain.html");
        page.enter_frame();
        assert_eq!(page.script("return self.origin"), "null");
        wait("the advice", || ["SYN unanswered", "Do first", "Skyhigh"].iter().all(|word| page.text().contains(word)));
        fits(page);
        page.leave_frame();
        // The article's readers keep their keyboard and their place.
        assert_eq!(page.script("return [document.activeElement.tagName, scrollY]"), json!(["BODY", 0]));
        compact(page);
        // Somebody else's word on the height counts for nothing.
        let before = page.script(HEIGHT);
        page.script("window.postMessage({ gatewayTriage: 1, type: 'height', height: 77 }, '*')");
        page.script("return new Promise((later) => setTimeout(later, 100))");
        assert_eq!(page.script(HEIGHT), before);
        page.enter_frame();

        let files = case(CASE);
        page.drop_files(&files);
        assert_eq!(page.wait_read(), "done");
        assert!(!page.text().contains("in small steps"), "no worker started");
        if Kind::chosen() == Kind::Firefox {
            // It saves nothing from a frame without an origin, whatever that allows: the page offers to copy.
            export(page, "JSON", || wait("the other way", || page.text().contains("Copy it instead")));
            assert!(page.text().contains("SYN unanswered"), "{}", page.text());
        } else {
            let saved = || std::fs::read_to_string(page.wait_download()).expect("the export is text");
            let shown = serde_json::from_str(&export(page, "JSON", saved)).expect("the export is JSON");
            if let Some(difference) = difference(&shown, &native_report(&files)) {
                panic!("page and native engine differ: {difference}");
            }
        }
        fits(page);
        page.leave_frame();
        page.load("");
    });
}

#[test]
fn the_frame_is_light_or_dark_as_the_article_is() {
    with_delivery("article-wordpress", Delivery::Site, |page| {
        page.prefer("light");
        page.open_article(&examples(), "wordpress.html");
        page.enter_frame();
        wait("the failure", || page.text().contains("Server certificate refused") && page.text().contains("nginx"));
        wait("the theme's colours", || page.script(PAPER) != WHITE);
        page.leave_frame();
        page.script("document.body.style.background = '#fafafa'");
        page.enter_frame();
        wait("the light page", || page.script(PAPER) == WHITE);
        page.leave_frame();
        page.script("document.querySelector('gateway-triage').setAttribute('scheme', 'dark')");
        page.enter_frame();
        wait("the dark page", || page.script(PAPER) != WHITE);
        page.leave_frame();
        page.load("");
    });
}

#[test]
fn a_frame_that_may_only_run_scripts_says_what_is_off() {
    with_delivery("article-confluence", Delivery::Site, |page| {
        page.open_article(&examples(), "confluence.html");
        page.enter_frame();
        assert!(page.text().contains("possible causes are left"), "{}", page.text());
        page.click_in_frame("About");
        let open = "return document.querySelectorAll('dialog[open]').length";
        assert_eq!(page.script(open), 1);
        page.click_in_frame("Close");
        assert_eq!(page.script(open), 0);

        page.drop_files(&case("dns-nxdomain/squid-nxdomain"));
        assert_eq!(page.wait_read(), "done");
        assert!(!page.text().contains("in small steps"), "no worker started");
        let said = || page.script("return document.querySelector('.said').innerText").to_string();
        let text = export(page, "Markdown", || {
            wait("the word on downloads", || said().contains("Some frames refuse downloads"));
            page.click_in_frame("Copy it instead");
            wait("the text", || said().contains("clipboard"));
            page.script("return document.querySelector('.said code')?.innerText ?? 'on the clipboard'")
        });
        // Where the frame may not write to the clipboard either, the text is there to be selected.
        assert!(text.as_str().is_some_and(|text| text.contains("www") || text == "on the clipboard"), "{text}");
        export(page, "Evidence (pcapng)", || {
            wait("the word on packets", || said().contains("open the page in a tab of its own"));
        });
        export(page, "Print", || ());
        wait("the word on printing", || page.text().contains("does not let it print"));
        assert!(!page.text().contains("Download JSON"));
        keeps_nothing(page);
    });
}

/// The texts that the dialog offers to be copied.
fn snippets(page: &Page) -> [String; 2] {
    let texts = page
        .script("return [...document.querySelectorAll('dialog[open] .command code')].map((each) => each.innerText)");
    let text = |at: usize| texts[at].as_str().expect("there are two").to_owned();
    [text(0), text(1)]
}

#[test]
fn the_dialog_shows_what_is_embedded_and_writes_it() {
    with_delivery("embed-dialog", Delivery::Site, |page| {
        page.load("#category=tls-certificate&product=nginx");
        wait("the button", || page.has_button("Embed"));
        page.click("Embed");
        page.enter_frame();
        wait("the preview", || page.text().contains("nginx") && page.text().contains("Do first"));
        page.leave_frame();
        let [element, frame] = snippets(page);
        assert!(element.contains("<gateway-triage product=\"nginx\" category=\"tls-certificate\" height=\"auto\">"));
        assert!(frame.contains("gateway-triage.html#product=nginx&amp;category=tls-certificate\""), "{frame}");
        if let Some(axe) = axe() {
            assert_none(page, &axe, "the Embed dialog");
        }
        page.choose("Opens at", "dns-nxdomain");
        page.choose("For the product", "squid");
        page.choose("Colours", "dark");
        page.choose("Height", "480");
        page.enter_frame();
        wait("the other preview", || page.text().contains("Squid") && page.script(PAPER) != WHITE);
        page.leave_frame();
        let snippets = snippets(page);
        page.press(&["\u{e00c}"]);
        wait("the end of it", || page.script("return document.querySelectorAll('dialog[open], iframe').length") == 0);
        assert_eq!(page.script("return document.activeElement.id"), "embed");

        // Pasted, they are what the dialog showed.
        for (name, snippet) in ["element", "frame"].into_iter().zip(snippets) {
            let article = format!("<!doctype html><title>Article</title><link rel=icon href=data:,>{snippet}");
            let file = made(&format!("pasted-{name}"), "article.html", article.as_bytes());
            let folder = file.parent().expect("it lies in a folder");
            std::fs::write(folder.join("_headers"), "/*\n  Cache-Control: no-store\n").expect("target/ is writable");
            page.open_article(folder, "article.html");
            page.enter_frame();
            wait("the page", || page.text().contains("Squid") && page.text().contains("Do first"));
            assert_eq!(page.script("return innerHeight"), 480, "{name}");
            assert_ne!(page.script(PAPER), WHITE, "{name}");
            page.leave_frame();
        }
        page.load("");
    });
}

#[test]
fn a_frame_without_workers_reads_in_small_steps_and_says_what_is_off() {
    with_delivery("article-no-worker", Delivery::Site, |page| {
        // The host's own copy, for which it forbids workers.
        let article = "<!doctype html><title>Article</title><link rel=icon href=data:,>
            <iframe src='gateway-triage.html#product=skyhigh' title='Gateway Triage' sandbox='allow-scripts' width=800
              height=600></iframe>";
        let file = made("article-no-worker", "article.html", article.as_bytes());
        let folder = file.parent().expect("it lies in a folder");
        let dist = std::env::var_os("GATEWAY_TRIAGE_DIST").expect("the test runs");
        let one_file = std::path::Path::new(&dist).join("gateway-triage.html");
        std::fs::copy(one_file, folder.join("gateway-triage.html")).expect("target/ is writable");
        std::fs::write(folder.join("_headers"), "/gateway-triage.html\n  Content-Security-Policy: worker-src 'none'\n")
            .expect("target/ is writable");
        page.open_article(folder, "article.html");
        page.enter_frame();
        assert_eq!(page.script("return self.origin"), "null");
        page.drop_files(&case(CASE));
        assert_eq!(page.wait_read(), "done");
        for word in ["SYN unanswered", "the frame around the page, starts no background worker", "in small steps"] {
            assert!(page.text().contains(word), "{word} is not said: {}", page.text());
        }
        let said = || page.script("return document.querySelector('.said').innerText").to_string();
        export(page, "Markdown", || wait("the word on downloads", || said().contains("Some frames refuse downloads")));
        keeps_nothing(page);
    });
}

#[test]
fn an_element_for_a_product_opens_at_its_questions() {
    with_delivery("article-product", Delivery::Site, |page| {
        page.open_article(&examples(), "plain.html");
        page.script("document.querySelector('gateway-triage').removeAttribute('category')");
        page.enter_frame();
        wait("the questions", || page.text().contains("possible causes are left"));
        assert_eq!(page.script("return new URLSearchParams(location.hash.slice(1)).get('product')"), "skyhigh");
        page.leave_frame();
        page.load("");
    });
}

#[test]
fn any_colour_of_the_article_tells_light_from_dark() {
    with_delivery("article-colours", Delivery::Site, |page| {
        page.prefer("light");
        page.open_article(&examples(), "wordpress.html");
        page.enter_frame();
        page.leave_frame();
        for (color, dark) in [
            ("oklch(20% 0.02 250)", true),
            ("oklch(97% 0.02 90)", false),
            ("color(srgb 0.1 0.1 0.15)", true),
            ("lab(95% 0 0)", false),
            ("#222", true),
            ("rgb(250 250 250 / 0.9)", false),
            ("color-mix(in oklch, black, navy)", true),
        ] {
            page.script(&format!("document.body.style.background = '{color}'"));
            page.enter_frame();
            wait(&format!("the page as {color}"), || (page.script(PAPER) != WHITE) == dark);
            page.leave_frame();
        }
        page.load("");
    });
}
