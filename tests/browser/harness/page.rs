//! The page, open in a browser: its addresses, its state, what it says, and what its console does.

use super::browser::{Browser, Kind};
use super::delivery::{Delivery, UNDER};
use super::files::scratch;
use super::outside::Outside;
use super::webdriver::Refusal;
use serde_json::{Value, json};
use std::cell::Cell;
use std::fmt::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use xtask::site::Site;

/// How long a test waits for what should happen at once, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(60);

/// The page, open in a browser of its own.
pub struct Page {
    pub(super) browser: Browser,
    site: Site,
    port: u16,
    outside: Outside,
    address: String,
    pub(super) folder: PathBuf,
    /// Downloads so far: the next one is the one more.
    pub(super) downloads: Cell<usize>,
}

impl Page {
    pub(super) fn open(name: &str, built: &Path, delivery: Delivery, log: Option<&Path>) -> Self {
        let root = if delivery == Delivery::Page { built.to_path_buf() } else { built.join("site") };
        assert!(root.join("index.html").is_file(), "{} holds no index.html", root.display());
        let folder = scratch(name);
        std::fs::create_dir_all(folder.join("downloads")).expect("the scratch folder is writable");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port on localhost is free");
        let port = listener.local_addr().map_or(0, |address| address.port());
        let under = if delivery == Delivery::Page { "" } else { UNDER };
        let site = Site::new(&root).under(under);
        let server = site.clone();
        std::thread::spawn(move || server.serve(&listener));
        let outside = Outside::start();
        let address = match delivery {
            Delivery::Page | Delivery::Site => format!("http://127.0.0.1:{port}{under}/"),
            Delivery::File => {
                let file = built.join("gateway-triage.html").canonicalize().expect("the one file was built");
                format!("file://{}", file.display())
            }
        };
        let page = Self {
            browser: Browser::start(&folder, outside.port, log),
            site,
            port,
            outside,
            address,
            folder,
            downloads: Cell::new(0),
        };
        page.load("");
        page
    }

    /// Loads the page anew; `fragment` is what stands behind its address, `#` included.
    pub fn load(&self, fragment: &str) {
        let url = format!("{}{fragment}", self.address);
        done(self.browser.session.post("url", json!({ "url": url })));
    }

    /// Loads the page once more, as its reader would.
    pub fn reload(&self) {
        // Not by the driver: Firefox's goes past caches and service worker, as with Shift.
        self.script("window.isOld = true; location.reload()");
        let loaded = "return !window.isOld && document.readyState === 'complete'";
        wait("the page", || self.browser.session.execute(loaded, json!([])).is_ok_and(|loaded| loaded == true));
    }

    /// The first lines of what the page has asked of its own server.
    pub fn requests(&self) -> Vec<String> {
        self.site.requests()
    }

    /// The page's own server, to be stopped or given another build.
    pub const fn host(&self) -> &Site {
        &self.site
    }

    /// The ports on this machine that a browser has a reason to connect to: that of the page's server, and that of the proxy
    /// which refuses the world.
    pub const fn ports(&self) -> [u16; 2] {
        [self.port, self.outside.port]
    }

    /// Goes to any other address.
    pub fn visit(&self, address: &str) {
        done(self.browser.session.post("url", json!({ "url": address })));
    }

    /// The address that it was opened from.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What has been asked of any other machine.
    pub fn asked_elsewhere(&self) -> Vec<String> {
        let mut asked = self.outside.requests();
        let resources = self.script("return performance.getEntriesByType('resource').map(entry => entry.name)");
        let names = resources.as_array().into_iter().flatten();
        asked.extend(
            names
                .filter_map(Value::as_str)
                .filter(|name| {
                    !name.starts_with(&self.address) && !name.starts_with("blob:") && !name.starts_with("data:")
                })
                .map(str::to_owned),
        );
        asked
    }

    /// Runs the body of a function in the page.
    pub fn script(&self, body: &str) -> Value {
        done(self.browser.session.execute(body, json!([])))
    }

    /// The state that the page tells.
    pub fn state(&self) -> String {
        let state = self.script("return document.querySelector('main')?.dataset.state ?? ''");
        state.as_str().unwrap_or_default().to_owned()
    }

    /// What the page says, as its reader sees it.
    pub fn text(&self) -> String {
        let text = self.script("return document.body.innerText");
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the page is in a state.
    #[track_caller]
    pub fn wait_state(&self, wanted: &str) {
        wait(&format!("the state {wanted}"), || self.state() == wanted);
    }

    /// Errors that the console has shown since it was asked last; violations of the policy are among them.
    pub fn console(&self) -> Vec<String> {
        // Firefox's driver does not hand it out: what the console says is Chromium's to tell.
        if self.browser.kind == Kind::Firefox {
            return Vec::new();
        }
        let entries = done(self.browser.session.post("se/log", json!({ "type": "browser" })));
        let entries = entries.as_array().into_iter().flatten();
        entries
            .filter(|entry| entry["level"] == "SEVERE")
            .map(|entry| entry["message"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// What one wants to know of a page on which a test failed.
    pub(super) fn describe(&self, name: &str) -> String {
        let mut text = format!("{name}: the page when the test failed\n");
        let _ = catch_unwind(AssertUnwindSafe(|| {
            let place = "return `${location.href}, ${document.readyState}, ${document.documentElement.outerHTML.length} characters`";
            let _ = writeln!(text, "place: {}", self.script(place));
            let _ = writeln!(text, "state: {}", self.state());
            let _ = writeln!(text, "console: {:#?}", self.console());
            let _ = writeln!(text, "picture: {}", self.screenshot(&format!("{name}-failed")).display());
            let _ = writeln!(text, "text:\n{}", self.text());
        }));
        text
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // The profile is the browser's, some 10 MB for each test; it may still be writing there.
        let _ = std::fs::remove_dir_all(self.folder.join("profile"));
    }
}

/// Waits until `condition` holds.
#[track_caller]
pub fn wait(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "waited {} s in vain for {what}", PATIENCE.as_secs());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The value, or a panic at the caller's line with what the driver said.
#[track_caller]
pub fn done<T>(result: Result<T, Refusal>) -> T {
    result.unwrap_or_else(|refusal| panic!("{refusal}"))
}
