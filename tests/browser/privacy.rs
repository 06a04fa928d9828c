//! Nothing leaves the page. That nothing was asked of another machine is checked after every test; here is what the
//! page's own server and the browser's log of its network get to see, what the policy refuses, and what the code can name.

use crate::harness::{
    Delivery, Kind, NetLog, Page, UNDER, case, of_the_browser, wait, with_delivery, with_net_log, with_page,
};
use crate::offline::kept;
use serde_json::Value;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;
use xtask::site::Site;

const CASE: &str = "tcp-syn-unanswered/squid-firewall-drops-syn";

/// How long is waited for what must not come.
const A_WHILE: Duration = Duration::from_secs(2);

/// The files of a folder, by their paths in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let paths = folder.read_dir().expect("the site lies there").flatten().map(|entry| entry.path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn site() -> Option<PathBuf> {
    std::env::var_os("GATEWAY_TRIAGE_DIST").map(|dist| PathBuf::from(dist).join("site"))
}

#[test]
fn the_pages_own_server_sees_only_gets_of_its_files() {
    with_page("own-server", |page| {
        page.analyse(&case(CASE));
        for request in page.requests() {
            assert!(request.starts_with("GET /"), "{request}");
            assert!(!request.contains('?'), "a query could carry something out: {request}");
        }
    });
}

/// Reads, looks at and exports a real capture, and closes the tab; what the server was asked until the capture came, and after.
fn used(page: &Page) -> ([Vec<String>; 2], [u16; 2]) {
    // Both: what the first visit asks, and what a page asks behind its service worker.
    kept(page);
    page.reload();
    page.wait_state("idle");
    let before = page.requests().len();
    page.open_everything(&case(CASE));
    page.click("Export");
    for form in ["Markdown", "HTML file", "JSON", "Evidence (pcapng)"] {
        page.click(form);
        page.wait_download();
    }
    let other = page.new_tab();
    page.close_tab(&other);
    std::thread::sleep(A_WHILE);
    let mut requests = page.requests();
    let after = requests.split_off(before);
    ([requests, after], page.ports())
}

#[test]
fn nothing_is_asked_while_a_capture_is_read_and_exported_and_the_tab_closed() {
    let Some((([before, after], ports), log)) = with_net_log("proof", Delivery::Site, used) else { return };
    // Browsers look by themselves whether a service worker is still the same, a while after a page was opened.
    let asked: Vec<_> =
        after.iter().filter(|line| **line != format!("GET {UNDER}/service-worker.js HTTP/1.1")).collect();
    assert!(asked.is_empty(), "asked after a capture was there: {asked:#?}");

    let folder = site().expect("the test ran");
    let known: Vec<String> = files(&folder)
        .iter()
        .filter_map(|path| Some(format!("{UNDER}/{}", path.strip_prefix(&folder).ok()?.display())))
        .chain([format!("{UNDER}/")])
        .collect();
    let own = |path: &str| known.iter().any(|known| known == path);
    for line in &before {
        let path = line.strip_prefix("GET ").and_then(|rest| rest.strip_suffix(" HTTP/1.1"));
        assert!(path.is_some_and(own), "{line}");
    }
    if let Some(log) = log {
        logged(&log, ports, own);
    }
}

/// What the browser's log must show, and must not.
fn logged(log: &NetLog, [server, proxy]: [u16; 2], own: impl Fn(&str) -> bool) {
    let origin = format!("http://127.0.0.1:{server}");
    let requests = log.requests();
    for request in &requests {
        let fine = match request.url.strip_prefix(&origin) {
            Some(path) => request.method == "GET" && own(path),
            None => request.initiator != origin && of_the_browser(&request.url),
        };
        assert!(fine, "{request:?}");
    }
    // It saw the page, and its service worker, which alone asks for this icon.
    for seen in ["/", "/icon-maskable.png"] {
        let url = format!("{origin}{UNDER}{seen}");
        assert!(requests.iter().any(|request| request.url == url), "the log knows no {url}");
    }
    let ours = [format!("127.0.0.1:{server}"), format!("127.0.0.1:{proxy}")];
    let elsewhere: Vec<_> = log.connected().into_iter().filter(|address| !ours.contains(address)).collect();
    assert!(elsewhere.is_empty(), "connected to {elsewhere:#?}");
    assert_eq!(log.sent_by_udp(), Vec::<String>::new(), "as WebRTC would");
}

/// A server that answers everybody and writes down what it was asked, and its address.
fn elsewhere(name: &str) -> (Site, String) {
    let folder = crate::harness::scratch(&format!("made-{name}-elsewhere"));
    std::fs::write(folder.join("index.html"), "<!doctype html><title>No policy</title><body>").expect("it is writable");
    // Without a line in it: no headers, so no policy.
    std::fs::write(folder.join("_headers"), "").expect("it is writable");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port on localhost is free");
    let port = listener.local_addr().map_or(0, |address| address.port());
    let site = Site::new(&folder);
    let server = site.clone();
    std::thread::spawn(move || server.serve(&listener));
    (site, format!("http://127.0.0.1:{port}"))
}

/// Every way that a browser offers, and the directive that must close it.
const WAYS: &[(&str, &str)] = &[
    ("page-fetch", "connect-src"),
    ("page-xhr", "connect-src"),
    ("page-websocket", "connect-src"),
    ("page-eventsource", "connect-src"),
    ("page-beacon", "connect-src"),
    ("page-import", "script-src-elem"),
    ("page-image", "img-src"),
    ("page-css", "img-src"),
    ("page-script", "script-src-elem"),
    ("page-style", "style-src-elem"),
    ("page-frame", "frame-src"),
    ("page-object", "object-src"),
    ("page-video", "media-src"),
    ("page-font", "font-src"),
    ("page-form", "form-action"),
    ("worker-fetch", "connect-src"),
    ("worker-xhr", "connect-src"),
    ("worker-websocket", "connect-src"),
    ("worker-eventsource", "connect-src"),
    ("worker-import", "script-src-elem"),
    ("worker-scripts", "script-src-elem"),
];

/// Firefox (140) holds `EventSource` of workers to no policy; that our code has none is shown below.
const FIREFOX_LETS_OUT: &str = "worker-eventsource";

/// Looks at the page's own policy, tries all of them in the page, then in one without a policy: there each must arrive, or the test shows nothing.
fn tries_to_break_out(page: &Page, name: &str) {
    let meta =
        page.script("return document.querySelector('meta[http-equiv=\"Content-Security-Policy\"]')?.content ?? ''");
    let meta = meta.as_str().unwrap_or_default();
    assert!(
        meta.contains("default-src 'none'") && !meta.contains("unsafe-inline"),
        "the page relies on its host for its policy: {meta:?}"
    );
    let (server, target) = elsewhere(name);
    let script = format!("const target = '{target}';\n{}", include_str!("ways_out.js"));
    let told = page.script(&script);
    let told: Vec<&str> = told.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let let_out = |line: &str| Kind::chosen() == Kind::Firefox && line == format!("GET /{FIREFOX_LETS_OUT} HTTP/1.1");
    let left: Vec<_> = server.requests().into_iter().filter(|line| !let_out(line)).collect();
    assert_eq!(left, Vec::<String>::new());
    for (way, directive) in WAYS {
        if let_out(&format!("GET /{way} HTTP/1.1")) {
            continue;
        }
        // Of what would be a document, browsers tell the origin only; Firefox tells a worker's scripts to the page.
        let refused = told
            .iter()
            .filter_map(|told| told.split_once(&format!(" {directive} ")))
            .any(|(_, address)| address.ends_with(&format!("/{way}")) || address == target && way.starts_with("page-"));
        assert!(refused, "{directive} did not refuse {way}: {told:#?}");
    }
    // What was refused stands in the console as well; it is what this test wanted.
    assert!(Kind::chosen() == Kind::Firefox || !page.console().is_empty());

    page.visit(&format!("{target}/"));
    page.script(&script);
    let arrived = |way: &str| server.requests().iter().any(|line| line.contains(&format!(" /{way} ")));
    for (way, _) in WAYS {
        wait(&format!("{way} to arrive where no policy forbids it"), || arrived(way));
    }
    page.console();
    page.load("");
    page.wait_state("idle");
}

#[test]
fn the_policy_of_the_page_closes_every_way_out() {
    with_delivery("ways-page", Delivery::Page, |page| tries_to_break_out(page, "ways-page"));
}

#[test]
fn the_policy_of_the_site_closes_every_way_out() {
    with_delivery("ways-site", Delivery::Site, |page| tries_to_break_out(page, "ways-site"));
}

#[test]
fn the_policy_of_the_one_file_closes_every_way_out() {
    with_delivery("ways-file", Delivery::File, |page| tries_to_break_out(page, "ways-file"));
}

/// What a script would have to name to send something past any policy, or to go to another page without a click.
const NEVER_NAMED: &[&str] = &[
    // Connections that no policy forbids, or that a browser forgets to hold to it.
    "RTCPeerConnection",
    "RTCDataChannel",
    "WebTransport",
    "WebSocket",
    "EventSource",
    "XMLHttpRequest",
    "sendBeacon",
    "dns-prefetch",
    "importScripts",
    // Objects of a kind that only a file names, and code made of text.
    "Reflect.construct",
    "Reflect.apply",
    "eval(",
    "new Function",
    // Going elsewhere.
    "window.open",
    "location.assign",
    "location =",
    "location.href =",
    ".submit(",
    "requestSubmit",
];

/// Those of them that stand in a text, however it is spaced; comparing is not setting.
fn named(text: &str) -> Vec<&'static str> {
    let text = spaceless(text);
    let stands = |name: &str| {
        let name = spaceless(name);
        text.match_indices(&name).any(|(at, _)| !name.ends_with('=') || !text[at + name.len()..].starts_with('='))
    };
    NEVER_NAMED.iter().copied().filter(|name| stands(name)).collect()
}

fn spaceless(text: &str) -> String {
    text.split_whitespace().collect()
}

/// What stands before and behind each place of a word.
fn around<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    text.match_indices(word).map(|(at, word)| (&text[..at], &text[at + word.len()..]))
}

/// WebAssembly reaches nothing but what its glue hands it, so all that the engine could do with the browser stands in the
/// scripts; what it could look up there by name would have to stand in the module.
#[test]
fn the_code_cannot_name_webrtc_or_another_page() {
    assert_eq!(named("x = new RTCPeerConnection(y); window.open(z)"), ["RTCPeerConnection", "window.open"]);
    assert_eq!(named("if(location==a)location=b"), ["location ="]);
    assert_eq!(named("location === a"), Vec::<&str>::new());
    let Some(site) = site() else { return };
    let (mut scripts, mut modules) = (0, 0);
    // The one file has the glue of the whole page packed: it is read as the one file is made of it.
    let whole = std::env::var_os("GATEWAY_TRIAGE_PAGE").map(|page| files(Path::new(&page)));
    for path in files(&site).into_iter().chain(whole.into_iter().flatten()) {
        let bytes = std::fs::read(&path).expect("the site can be read");
        let text = String::from_utf8_lossy(&bytes);
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("js") => {
                scripts += 1;
                assert_eq!(named(&text), Vec::<&str>::new(), "{}", path.display());
                let text = spaceless(&text);
                for (before, behind) in around(&text, ".open(") {
                    // IndexedDB's takes a version, a window's does not; a cache has a name that is ours.
                    let call = behind.split([';', '}']).next().unwrap_or_default();
                    assert!(call.contains(">>>0") || before.ends_with("caches"), "{}: {call}", path.display());
                }
                for (_, behind) in around(&text, "location.replace") {
                    // To the one file beside the page, named as it is.
                    assert!(behind.starts_with("(\"gateway-triage.html\""), "{}: {behind:.40}", path.display());
                }
            }
            Some("html") => {
                for (_, behind) in around(&text, "<script data-inline=") {
                    scripts += 1;
                    let script = behind.split("</script>").next().unwrap_or_default();
                    assert_eq!(named(script), Vec::<&str>::new(), "{}", path.display());
                }
            }
            Some("wasm") => {
                modules += 1;
                let mut found = named(&text);
                // Advice and "About" speak of them; no script lets the module make one. What is no name is code of a script alone.
                found.retain(|name| !["WebSocket", "EventSource"].contains(name));
                found.retain(|name| name.chars().all(char::is_alphanumeric));
                assert_eq!(found, Vec::<&str>::new(), "{}", path.display());
            }
            _ => {}
        }
    }
    assert!(scripts >= 6 && modules >= 2, "{} holds no site", site.display());
}

/// The places in the page's own source that follow a link or change the address, and what for.
const MOVES: &[(&str, &str)] = &[
    // A link to a Blob with `download`: saves a file.
    ("set_href(", "download.rs"),
    // The fragment of the page's own address.
    ("set_hash(", "focus.rs"),
    // The file input, a download, and buttons by their keys.
    (".click()", "intake.rs"),
    (".click()", "download.rs"),
    (".click()", "keys.rs"),
];

#[test]
fn the_page_moves_nowhere_by_itself() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/src");
    for path in files(&source) {
        let text = std::fs::read_to_string(&path).expect("the source can be read");
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        for word in ["set_href(", "set_hash(", ".click()", ".assign(", ".open_with_url", "set_location", ".submit()"] {
            let expected = MOVES.iter().any(|(known, file)| *known == word && *file == name);
            assert!(!text.contains(word) || expected, "{} does {word}", path.display());
        }
    }
    for (word, file) in MOVES {
        let text = std::fs::read_to_string(source.join(file)).expect("the source can be read");
        assert!(text.contains(word), "{file} does no {word} any more");
    }
}
