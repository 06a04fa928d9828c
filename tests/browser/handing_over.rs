//! What passes between an article and the page in its frame: files that a host hands over, results that it is given.

use serde_json::json;

use crate::access::{assert_none, axe};
use crate::harness::{Delivery, Kind, case, examples, made, wait, with_delivery};

#[test]
fn files_of_a_host_wait_for_consent_and_so_does_the_result() {
    with_delivery("article-servicenow", Delivery::Site, |page| {
        let origin = page.open_article(&examples(), "servicenow.html");
        let notes = "return document.getElementById('work-notes').value";
        page.script("document.getElementById('triage').click()");
        page.enter_frame();
        wait("the question", || page.text().contains("hands over a file"));
        assert!(page.text().contains(&origin) && page.text().contains("INC0010023.log"), "{}", page.text());
        assert_eq!(page.state(), "idle");
        if let Some(axe) = axe() {
            assert_none(page, &axe, "files that are handed over");
        }
        page.click_in_frame("Do not open");
        assert!(!page.text().contains("INC0010023.log"));
        page.leave_frame();

        page.script("document.getElementById('triage').click()");
        page.enter_frame();
        wait("the question", || page.text().contains("hands over a file"));
        page.click_in_frame("Open here");
        page.wait_state("done");
        assert!(page.text().contains("shop.example.com"), "{}", page.text());
        page.leave_frame();
        assert_eq!(page.script(notes), "", "the host has the result before its reader allowed that");

        let share = |what: &str| {
            page.enter_frame();
            page.script(&format!(
                "const select = document.getElementById('share');
                 select.value = {};
                 select.dispatchEvent(new Event('change', {{ bubbles: true }}))",
                json!(what)
            ));
            page.leave_frame();
        };
        share("redacted");
        wait("the redacted result", || page.script(notes) != "");
        let redacted = page.script(notes).as_str().unwrap_or_default().to_owned();
        assert!(redacted.contains("response-timeout") && !redacted.contains("shop"), "{redacted}");
        share("all");
        wait("the whole result", || page.script(notes) == "response-timeout shop.example.com: 2");
        // The yes was to that result: of the next one the reader is asked anew.
        page.script("document.getElementById('work-notes').value = ''");
        page.enter_frame();
        page.drop_files(&case("dns-nxdomain/squid-nxdomain"));
        assert_eq!(page.wait_read(), "done");
        assert_eq!(page.script("return document.getElementById('share').value"), "no");
        page.script("return new Promise((later) => setTimeout(later, 500))");
        page.leave_frame();
        assert_eq!(page.script(notes), "");
        share("all");
        wait("the next result", || page.script(notes).as_str().is_some_and(|notes| notes.contains("dns-nxdomain")));
        page.load("");
    });
}

/// A host that writes down what it is told, around a frame whose address names this host.
fn recording_host(named: &str) -> std::path::PathBuf {
    let address = format!("https://triage.example/gateway-triage.html#embed={named}&height=auto&result");
    let article = format!(
        "<!doctype html><title>Host</title><link rel=icon href=data:,>
         <script>window.heard = []; onmessage = ({{ data }}) => heard.push(data)</script>
         <iframe src=\"{address}\" title=\"Gateway Triage\" sandbox=\"allow-scripts\" width=800 height=600></iframe>"
    );
    let file = made(&format!("host-{}", named.len()), "host.html", article.as_bytes());
    let folder = file.parent().expect("it lies in a folder").to_owned();
    // It has no policy of its own.
    std::fs::write(folder.join("_headers"), "/*\n  Cache-Control: no-store\n").expect("target/ is writable");
    folder
}

const HAND_OVER: &str =
    "{ gatewayTriage: 1, type: 'open', files: [{ name: 'handed.log', data: new Blob(['x']) }] }, '*'";

#[test]
fn only_the_host_that_is_named_is_heard_and_told() {
    with_delivery("article-messages", Delivery::Site, |page| {
        let asked = || page.text().contains("handed.log");
        let settled = "return new Promise((later) => setTimeout(later, 200))";
        // Another host than the one that is named, which must hear and say nothing.
        page.open_article(&recording_host("https://other.example"), "host.html");
        page.enter_frame();
        page.leave_frame();
        page.script(&format!("frames[0].postMessage({HAND_OVER})"));
        page.enter_frame();
        page.script(settled);
        assert!(!asked());
        page.leave_frame();
        assert_eq!(page.script("return heard"), json!([]));
        // Browsers say in the console whom they did not tell.
        page.console();

        // The article's own origin is only known once it is served: it puts it in itself.
        let origin = page.open_article(&recording_host("https://own.example"), "host.html");
        page.script(&format!(
            "document.querySelector('iframe').remove();
             window.heard = [];
             const frame = document.createElement('iframe');
             frame.title = 'Gateway Triage';
             frame.sandbox = 'allow-scripts';
             frame.src = {} + 'gateway-triage.html#height=auto&embed=' + encodeURIComponent({});
             document.body.append(frame);",
            json!(page.address()),
            json!(origin),
        ));
        page.enter_frame();
        page.leave_frame();
        wait("the word that it is ready", || {
            page.script("return heard.some(({ type, gatewayTriage }) => type === 'ready' && gatewayTriage === 1)")
                == true
        });
        // A frame beside it is of the same origin, but not its parent.
        page.script(&format!(
            "const beside = document.createElement('iframe');
             document.body.append(beside);
             beside.contentWindow.eval(\"parent.frames[0].postMessage({HAND_OVER})\")"
        ));
        page.enter_frame();
        page.script(&format!("window.postMessage({HAND_OVER})"));
        page.script(settled);
        assert!(!asked());
        page.leave_frame();
        page.script(&format!("frames[0].postMessage({})", HAND_OVER.replace("gatewayTriage: 1", "gatewayTriage: 2")));
        page.enter_frame();
        page.script(settled);
        assert!(!asked(), "a version that is not known");
        page.leave_frame();
        page.script(&format!("frames[0].postMessage({HAND_OVER})"));
        page.enter_frame();
        wait("the question", asked);
        page.leave_frame();
        page.console();
        page.load("");
    });
}

#[test]
fn a_frame_that_is_loaded_again_knows_its_host() {
    with_delivery("article-again", Delivery::Site, |page| {
        page.open_article(&examples(), "servicenow.html");
        page.script(
            "window.ready = 0;
             document.querySelector('gateway-triage').addEventListener('gateway-triage-ready', () => window.ready++)",
        );
        page.enter_frame();
        let says = "return new URLSearchParams(location.hash.slice(1)).get('embed')";
        let host = page.script(says);
        assert!(host.as_str().is_some_and(|host| host.starts_with("http://127.0.0.1:")), "{host}");
        // By a link, by files that are opened, by a verdict: each changes the address.
        page.script("location.hash = '#category=dns-nxdomain'");
        wait("the failure", || page.text().contains("Do first"));
        assert_eq!(page.script(says), host);
        page.drop_files(&case("tcp-syn-unanswered/skyhigh-syn-without-answer"));
        assert_eq!(page.wait_read(), "done");
        assert_eq!(page.script(says), host);
        page.script("document.querySelector('.verdicts a').click()");
        wait("the verdict's address", || page.script("return location.hash.includes('verdict=')") == true);
        assert_eq!(page.script(says), host);
        page.leave_frame();
        page.script("window.ready = 0");
        page.enter_frame();
        page.script("location.reload()");
        page.leave_frame();
        wait("the word that it is ready again", || page.script("return window.ready") == 1);
        page.script("document.getElementById('triage').click()");
        page.enter_frame();
        wait("the question", || page.text().contains("hands over a file"));
        page.leave_frame();
        page.load("");
    });
}

#[test]
fn files_that_cannot_be_handed_over_are_refused_with_a_sentence() {
    with_delivery("article-refused", Delivery::Site, |page| {
        let open = "const open = (element, count = 1) =>
                 element.open(Array(count).fill({ name: 'a.log', data: new Blob(['x']) }))
                     .then(() => 'handed over', (error) => error.message);
             const added = () => document.body.appendChild(document.createElement('gateway-triage'));";
        let refused = |script: &str, sentence: &str| {
            let said = page.script(&format!("return (async () => {{ {open} {script} }})()"));
            assert!(said.as_str().is_some_and(|said| said.contains(sentence)), "{script}: {said}");
        };
        page.open_article(&examples(), "plain.html");
        page.enter_frame();
        page.leave_frame();
        refused("return open(document.querySelector('gateway-triage'))", "handed over");
        refused("return open(document.querySelector('gateway-triage'), 101)", "At most 100 files");
        // Bytes are handed over and not copied: the article has them no more.
        let buffer = "const data = new ArrayBuffer(8);
             return document.querySelector('gateway-triage').open([{ name: 'b.log', data }]).then(() => `${data.byteLength} left`)";
        // Firefox's driver runs scripts in a realm of its own, whose buffers are none to the article.
        if Kind::chosen() == Kind::Chromium {
            refused(buffer, "0 left");
        }
        refused("return open(document.createElement('gateway-triage'))", "in no document");
        for change in ["element.remove()", "document.body.prepend(element)"] {
            let script = format!(
                "const element = added();
                 const said = open(element);
                 setTimeout(() => {{ {change} }}, 1);
                 return said.finally(() => element.remove())"
            );
            refused(&script, "moved or removed");
        }
        // A page that never says that it is ready, and a clock that runs faster.
        let script = "const element = added();
             element.shadowRoot.querySelector('iframe').src = 'about:blank';
             const own = window.setTimeout;
             window.setTimeout = (work, after, ...rest) => own(work, after / 100, ...rest);
             return open(element).finally(() => { window.setTimeout = own; element.remove(); })";
        refused(script, "not ready within 60 seconds");
        // The policy of the article, which names the page alone.
        page.console();
        page.load("");
    });
}

/// An article from disk has no origin that the page could know: it shows the page all the same.
#[test]
fn an_article_without_an_origin_is_told_that_it_hands_nothing_over() {
    with_delivery("article-disk", Delivery::Site, |page| {
        let article = format!(
            "<!doctype html><title>Article</title><script src=\"{}embed.js\"></script>
             <gateway-triage product=squid category=dns-nxdomain></gateway-triage>",
            page.address()
        );
        let file = made("article-disk", "article.html", article.as_bytes());
        page.visit(&format!("file://{}", file.canonicalize().expect("it was made").display()));
        page.enter_frame();
        wait("the failure", || page.text().contains("Do first"));
        page.leave_frame();
        let said = page.script(
            "return document.querySelector('gateway-triage').open([{ name: 'a.log', data: new Blob(['x']) }])
                 .then(() => 'handed over', (error) => error.message)",
        );
        assert!(said.as_str().is_some_and(|said| said.contains("Only a page that is served")), "{said}");
        page.load("");
    });
}
