//! The site after its first visit: without a network, and when its host gets another build.

use std::path::PathBuf;

use crate::harness::{Delivery, Page, UNDER, case, difference, native_report, next_build, wait, with_delivery};
use serde_json::Value;

const CASE: &str = "tcp-syn-unanswered/squid-firewall-drops-syn";

/// Waits until the service worker has everything.
pub fn kept(page: &Page) {
    let ready = "return navigator.serviceWorker.ready.then(({ active }) => active.state)";
    wait("the service worker", || page.script(ready) == "activated");
}

/// Every address that is kept for this host, below the page's.
fn addresses(page: &Page) -> Vec<String> {
    let kept = page.script(
        "return caches.keys()
             .then((names) => Promise.all(names.map(async (name) => (await caches.open(name)).keys())))
             .then((requests) => requests.flat().map(({ url }) => url))",
    );
    let here = page.script("return location.href.replace(/#.*/, '')");
    let here = here.as_str().unwrap_or_default();
    let kept = kept.as_array().into_iter().flatten().filter_map(Value::as_str);
    kept.map(|url| url.strip_prefix(here).unwrap_or(url).to_owned()).collect()
}

/// How many modules are among these addresses.
fn modules(addresses: &[String]) -> usize {
    addresses.iter().filter(|name| name.ends_with(".wasm")).count()
}

/// The build of the page, and its style, whose name changes with it.
fn build(page: &Page) -> (String, String) {
    let text = |script: &str| page.script(script).as_str().unwrap_or_default().to_owned();
    (
        text("return document.documentElement.dataset.build"),
        text("return document.querySelector('link[rel=stylesheet]').getAttribute('href')"),
    )
}

#[test]
fn after_one_visit_it_needs_no_network() {
    with_delivery("offline", Delivery::Site, |page| {
        kept(page);
        let first = addresses(page);
        assert!(first.contains(&String::new()) && !first.iter().any(|name| name.contains("samples/")), "{first:?}");
        assert!(!page.requests().iter().any(|request| request.contains("samples/")));
        // The first visit costs nothing twice: what the page has loaded by a name with a hash is kept without asking again.
        let (document, style) = (format!("GET {UNDER}/ HTTP/1.1"), build(page).1.replace("./", ""));
        let asked = |line: &str| page.requests().iter().filter(|request| *request == line).count();
        assert!(asked(&document) <= 2);
        assert_eq!(asked(&format!("GET {UNDER}/{style} HTTP/1.1")), 1);
        assert_eq!(page.requests().iter().filter(|request| request.contains(".wasm ")).count(), modules(&first));
        assert_eq!(page.not_installable(), Vec::<String>::new());
        page.reload();
        page.wait_state("idle");
        page.click("Squid: the name does not exist");
        page.wait_state("done");

        page.host().stop();
        let asked = page.requests().len();
        page.reload();
        page.wait_state("idle");
        let files = case(CASE);
        if let Some(difference) = difference(&page.analyse(&files), &native_report(&files)) {
            panic!("page and native engine differ: {difference}");
        }
        page.click("New case");
        // Looked at before, so it is there; another one is not, and the page says so.
        page.click("Squid: the name does not exist");
        page.wait_state("done");
        assert_eq!(page.download_json()["verdicts"][0]["category"], "dns-nxdomain");
        page.load("#category=tcp-syn-reset&product=squid");
        page.reload();
        page.wait_state("idle");
        assert!(page.text().contains("Connection refused"), "{}", page.text());
        assert_eq!(page.requests().len(), asked, "something was answered by a server that is stopped");

        // Of what was opened, nothing is kept but the page's own sample.
        let samples = addresses(page).into_iter().filter(|name| !first.contains(name)).collect::<Vec<_>>();
        assert!(samples.iter().all(|name| name.starts_with("samples/squid-nxdomain/")), "{samples:?}");
        assert_eq!(samples.len(), 2);
    });
}

#[test]
fn a_new_build_is_noticed_and_comes_as_a_whole() {
    with_delivery("update", Delivery::Site, |page| {
        kept(page);
        let old = build(page);
        let next = next_build("update");

        // A host in the middle of its update: one file of the new build is not there yet.
        let style = next.read_dir().expect("the site lies there").flatten().map(|entry| entry.path());
        let is_style = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("style-") && name.ends_with(".css")
        };
        let style = style.into_iter().find(is_style);
        let style = style.expect("the site has a style");
        let whole = std::fs::read(&style).expect("the style can be read");
        std::fs::write(&style, "p {}").expect("target/ is writable");
        page.host().replace(&next);
        page.reload();
        page.wait_state("idle");
        let name = style.file_name().unwrap_or_default().to_string_lossy().into_owned();
        wait("the half update", || page.requests().contains(&format!("GET {UNDER}/{name} HTTP/1.1")));
        let over = "return navigator.serviceWorker.getRegistration().then((all) => !all.installing && !all.waiting)";
        wait("its end", || page.script(over) == true);
        page.reload();
        page.wait_state("idle");
        assert_eq!(build(page), old);
        assert!(!page.text().contains("A new version"), "half a build is offered");

        std::fs::write(&style, whole).expect("target/ is writable");
        page.reload();
        wait("the notice", || page.text().contains("A new version of this page is ready."));
        // Until its reader wants it, the page is the old one in all its parts.
        assert_eq!(build(page), old);
        page.reload();
        page.wait_state("idle");
        assert_eq!(build(page), old);
        wait("the notice", || page.text().contains("A new version of this page is ready."));

        let (first, second) = (page.tab(), page.new_tab());
        page.go_to(&second);
        page.load("");
        page.wait_state("idle");
        assert_eq!(build(page), old);
        page.go_to(&first);
        page.click("Reload");
        wait("the new build", || build(page).0 != old.0);
        page.wait_state("idle");
        let new = build(page);
        assert_eq!(new.1, format!("./{name}"));
        let styled = "return [...document.styleSheets].map((sheet) => sheet.href.split('/').at(-1))";
        assert_eq!(page.script(styled), serde_json::json!([name]));

        // A tab of the old build goes on with its files, which the host does not have any more.
        page.go_to(&second);
        wait("the notice", || page.text().contains("A new version of this page is ready."));
        let fetched = format!("return fetch('{}', {{ cache: 'no-store' }}).then((answer) => answer.ok)", old.1);
        assert_eq!((build(page).0, page.script(&fetched)), (old.0, true.into()));
        // They go when no tab needs them.
        page.close_tab(&first);
        page.reload();
        page.wait_state("idle");
        wait("the old files to go", || !addresses(page).contains(&old.1.replace("./", "")));
        assert!(!page.text().contains("A new version"), "{}", page.text());

        page.host().stop();
        page.reload();
        page.wait_state("idle");
        assert_eq!(build(page), new);
    });
}

#[test]
fn the_service_worker_answers_nothing_but_gets_of_the_pages_own_files() {
    with_delivery("service-worker", Delivery::Site, |page| {
        kept(page);
        page.reload();
        page.wait_state("idle");
        let before = addresses(page);
        assert_eq!(page.script("return navigator.serviceWorker.controller?.state"), "activated");
        let status = |target: &str, method: &str| {
            page.script(&format!(
                "return fetch('{target}', {{ method: '{method}' }}).then(({{ status }}) => status, () => 'nobody answers')"
            ))
        };
        let asked = |line: &str| page.requests().iter().filter(|request| *request == line).count();
        let style = &*build(page).1.replace("./", "");
        // What is its own comes from it.
        let own = format!("GET {UNDER}/{style} HTTP/1.1");
        let until_now = asked(&own);
        assert_eq!((status(style, "GET"), asked(&own)), (200.into(), until_now));
        // All else is the host's to answer.
        let foreign = [
            ("./", "POST", format!("{UNDER}/"), 405),
            (style, "POST", format!("{UNDER}/{style}"), 405),
            (style, "PUT", format!("{UNDER}/{style}"), 405),
            ("notes.txt", "GET", format!("{UNDER}/notes.txt"), 404),
            ("/kb/other/style.css", "GET", "/kb/other/style.css".to_owned(), 404),
            ("/", "GET", "/".to_owned(), 404),
        ];
        for (target, method, path, answer) in &foreign {
            assert_eq!(status(target, method), *answer, "{method} {target}");
            assert_eq!(asked(&format!("{method} {path} HTTP/1.1")), 1, "{method} {target}");
        }
        page.host().stop();
        assert_eq!(status(style, "GET"), 200);
        for (target, method, ..) in &foreign {
            assert_eq!(status(target, method), "nobody answers", "{method} {target}");
        }
        assert_eq!(addresses(page), before, "something of that was kept");
        // Browsers say in the console what failed, and remember what this test itself has asked elsewhere on the host.
        page.console();
        page.script("performance.clearResourceTimings()");
    });
}
