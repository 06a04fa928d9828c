//! The page as its user meets it: a drop, a state, buttons by name, downloads.

use super::browser::{Browser, Kind};
use super::files::scratch;
use super::net_log::NetLog;
use super::outside::Outside;
use super::webdriver::{Element, Refusal};
use serde_json::{Value, json};
use std::cell::Cell;
use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::{Duration, Instant};
use xtask::site::Site;

/// How long a test waits for what should happen at once, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is opened, and from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The page as trunk builds it, at the top of a server.
    Page,
    /// The site, below [`UNDER`].
    Site,
    /// The one file, from disk. The server still runs, and must not be asked for anything.
    File,
}

/// Where the site lies on its server: deep, as in somebody's knowledge base.
pub const UNDER: &str = "/kb/tools/triage";

impl Delivery {
    /// The variable that names the folder in which it lies.
    const fn variable(self) -> &'static str {
        match self {
            Self::Page => "GATEWAY_TRIAGE_PAGE",
            Self::Site | Self::File => "GATEWAY_TRIAGE_DIST",
        }
    }
}

/// The page, open in a browser of its own.
pub struct Page {
    pub(super) browser: Browser,
    site: Site,
    port: u16,
    outside: Outside,
    address: String,
    folder: PathBuf,
    /// Downloads so far: the next one is the one more.
    downloads: Cell<usize>,
}

/// Opens the page, runs the test, and sees to what holds for every test: nothing in the console, nothing asked of
/// another machine. Says that it is skipped where no page has been built.
pub fn with_page(name: &str, test: impl FnOnce(&Page)) {
    with_delivery(name, Delivery::Page, test);
}

/// The same for the page as it is delivered.
pub fn with_delivery(name: &str, delivery: Delivery, test: impl FnOnce(&Page)) {
    opened(name, delivery, None, test);
}

/// The same, and what Chromium did with the network from its start to its end, beside what the test gives back. `None` where
/// the test is skipped, and instead of a log in Firefox.
pub fn with_net_log<T>(name: &str, delivery: Delivery, test: impl FnOnce(&Page) -> T) -> Option<(T, Option<NetLog>)> {
    let folder = scratch(&format!("made-{name}-log"));
    let path = folder.join("net.json");
    let given = opened(name, delivery, Some(&path), test)?;
    let log = (Kind::chosen() == Kind::Chromium).then(|| NetLog::read(&path));
    let _ = std::fs::remove_dir_all(folder);
    Some((given, log))
}

fn opened<T>(name: &str, delivery: Delivery, log: Option<&Path>, test: impl FnOnce(&Page) -> T) -> Option<T> {
    let variable = delivery.variable();
    let Some(built) = std::env::var_os(variable) else {
        static SAID: Once = Once::new();
        // Past the test harness, which swallows what passing tests print.
        SAID.call_once(|| {
            let _ = writeln!(
                std::io::stderr(),
                "browser tests are skipped: {variable} names no folder (`cargo xtask test page dist browser` does)"
            );
        });
        return None;
    };
    let page = Page::open(name, Path::new(&built), delivery, log);
    let result = catch_unwind(AssertUnwindSafe(|| {
        page.wait_state("idle");
        let given = test(&page);
        let errors = page.console();
        assert!(errors.is_empty(), "the console shows errors: {errors:#?}");
        let asked = page.asked_elsewhere();
        assert!(asked.is_empty(), "other machines were asked: {asked:#?}");
        given
    }));
    match result {
        Ok(given) => Some(given),
        Err(panic) => {
            eprintln!("{}", page.describe(name));
            resume_unwind(panic);
        }
    }
}

impl Page {
    fn open(name: &str, built: &Path, delivery: Delivery, log: Option<&Path>) -> Self {
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

    /// Why the browser would not install the page as an app; Firefox has no word for it.
    pub fn not_installable(&self) -> Vec<String> {
        if self.browser.kind == Kind::Firefox {
            return Vec::new();
        }
        let answer = done(self.browser.session.devtools("Page.getInstallabilityErrors", json!({})));
        let errors = answer["installabilityErrors"].as_array().expect("Chromium says why");
        errors.iter().map(|error| error["errorId"].to_string()).collect()
    }

    /// Loads the page as for the first time over 1.6 Mbit/s with 150 ms of latency, on a processor of a quarter of the speed, as
    /// Lighthouse does for phones: milliseconds until it can be used. Firefox has no word for it.
    pub fn slow_start(&self) -> Option<f64> {
        if self.browser.kind == Kind::Firefox {
            return None;
        }
        let tell = |command: &str, what: Value| drop(done(self.browser.session.devtools(command, what)));
        let line = |latency: i32, bytes: i32| json!({ "offline": false, "latency": latency, "downloadThroughput": bytes, "uploadThroughput": bytes });
        tell("Network.enable", json!({}));
        tell("Network.setCacheDisabled", json!({ "cacheDisabled": true }));
        tell("Network.setBypassServiceWorker", json!({ "bypass": true }));
        tell("Network.emulateNetworkConditions", line(150, 200_000));
        tell("Emulation.setCPUThrottlingRate", json!({ "rate": 4 }));
        self.load("");
        self.wait_state("idle");
        let took = self.script("return performance.now()").as_f64();
        tell("Emulation.setCPUThrottlingRate", json!({ "rate": 1 }));
        tell("Network.emulateNetworkConditions", line(0, -1));
        took
    }

    /// The tab that the test is in.
    pub fn tab(&self) -> Value {
        done(self.browser.session.get("window"))
    }

    /// Opens another one, which is empty, and stays where it is.
    pub fn new_tab(&self) -> Value {
        done(self.browser.session.post("window/new", json!({ "type": "tab" })))["handle"].take()
    }

    /// Goes to another tab.
    pub fn go_to(&self, tab: &Value) {
        done(self.browser.session.post("window", json!({ "handle": tab })));
    }

    /// Closes the tab that the test is in, and goes on in another one.
    pub fn close_tab(&self, then: &Value) {
        done(self.browser.session.delete("window"));
        self.go_to(then);
    }

    /// From its next load on, the page is refused every worker, as some frames and browsers do; `false` where the test cannot
    /// have that.
    pub fn refuse_workers(&self) -> bool {
        if self.browser.kind == Kind::Firefox {
            return false;
        }
        let source = "window.Worker = class { constructor() { throw new DOMException('refused', 'SecurityError'); } }";
        done(self.browser.session.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source })));
        true
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

    /// Gives files to the page's file input: as a new case.
    pub fn drop_files(&self, files: &[PathBuf]) {
        self.watch_states();
        let inputs = done(self.browser.session.find("input[type=file]"));
        let [input] = &inputs[..] else {
            panic!("the page has {} file inputs, not one", inputs.len());
        };
        done(self.browser.session.send_keys(input, &plain(files).join("\n")));
    }

    /// Drags files from outside into the window and lets them go at this point.
    pub fn drag_in(&self, files: &[PathBuf], x: u32, y: u32) {
        self.watch_states();
        if self.browser.kind == Kind::Firefox {
            // WebDriver has no word for it, and Firefox no protocol of its own for it here.
            return self.drop_files(files);
        }
        let data = json!({ "items": [], "files": plain(files), "dragOperationsMask": 1 });
        for kind in ["dragEnter", "dragOver", "drop"] {
            let event = json!({ "type": kind, "x": x, "y": y, "data": data });
            done(self.browser.session.devtools("Input.dispatchDragEvent", event));
        }
    }

    /// Pastes text into the page, with the focus nowhere.
    pub fn paste(&self, text: &str) {
        self.watch_states();
        self.script(&format!(
            "const data = new DataTransfer();
             data.setData('text/plain', {});
             document.body.dispatchEvent(new ClipboardEvent('paste', {{ clipboardData: data, bubbles: true }}));",
            json!(text)
        ));
    }

    /// Has the page write down its states: they pass too quickly to be seen by asking.
    fn watch_states(&self) {
        self.script(
            "const main = document.querySelector('main');
             window.statesSeen = [];
             window.stateObserver?.disconnect();
             window.stateObserver = new MutationObserver(() => window.statesSeen.push(main.dataset.state));
             window.stateObserver.observe(main, { attributes: true, attributeFilter: ['data-state'] });",
        );
    }

    /// Waits until the files dropped last have been read, and returns the state that they led to.
    #[track_caller]
    pub fn wait_read(&self) -> String {
        let seen = || {
            let last = self.script("return (window.statesSeen ?? []).at(-1) ?? ''");
            last.as_str().unwrap_or_default().to_owned()
        };
        wait("the end of reading", || matches!(seen().as_str(), "done" | "failed"));
        seen()
    }

    /// Drops files, waits for the verdicts, and returns the report as the page hands it out.
    #[track_caller]
    pub fn analyse(&self, files: &[PathBuf]) -> Value {
        self.drop_files(files);
        self.wait_read();
        self.download_json()
    }

    /// The first element that assistive technology calls so.
    fn named(&self, selector: &str, name: &str) -> Option<Element> {
        let session = &self.browser.session;
        done(session.find(selector))
            .into_iter()
            // An element that has gone meanwhile has no name.
            .find(|element| session.accessible_name(element).is_ok_and(|found| found == name))
    }

    /// Whether there is a button of this name.
    pub fn has_button(&self, name: &str) -> bool {
        self.named("button", name).is_some()
    }

    /// Reads these files, and opens everything about the first verdict: what is folded, a packet of its ladder and one of its
    /// evidence.
    #[track_caller]
    pub fn open_everything(&self, files: &[PathBuf]) {
        self.analyse(files);
        wait("the ladder", || self.script("return document.querySelectorAll('.ladder .step').length") != 0);
        self.script("document.querySelectorAll('details').forEach(each => each.open = true)");
        self.script("document.querySelector('.ladder .step button').click()");
        self.script("document.querySelector('.evidence .at button').click()");
        wait("both packets", || self.script("return document.querySelectorAll('.packet section').length") != 0);
    }

    /// Clicks the button of this name.
    #[track_caller]
    pub fn click(&self, name: &str) {
        let Some(button) = self.named("button", name) else {
            panic!("the page has no button `{name}`");
        };
        done(self.browser.session.click(&button));
    }

    /// Follows the link of this name.
    #[track_caller]
    pub fn follow(&self, name: &str) {
        let Some(link) = self.named("a", name) else {
            panic!("the page has no link `{name}`");
        };
        done(self.browser.session.click(&link));
    }

    /// Presses keys together, wherever the focus is; special keys by WebDriver's code points.
    #[track_caller]
    pub fn press(&self, keys: &[&str]) {
        let down = keys.iter().map(|key| json!({ "type": "keyDown", "value": key }));
        let up = keys.iter().rev().map(|key| json!({ "type": "keyUp", "value": key }));
        let stroke: Vec<Value> = down.chain(up).collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": stroke });
        done(self.browser.session.post("actions", json!({ "actions": [keyboard] })));
    }

    /// Writes text into a field in place of what stands there; opens what it is folded away in.
    #[track_caller]
    pub fn fill(&self, selector: &str, text: &str) {
        self.script(&format!(
            "const field = document.querySelector({});
             const folded = field?.closest('details');
             if (folded) folded.open = true;
             if (field) field.value = '';",
            json!(selector)
        ));
        let fields = done(self.browser.session.find(selector));
        let [field] = &fields[..] else {
            panic!("{} fields are {selector}, not one", fields.len());
        };
        done(self.browser.session.send_keys(field, text));
    }

    /// Picks a value of the select element of this name.
    #[track_caller]
    pub fn choose(&self, name: &str, value: &str) {
        let Some(select) = self.named("select", name) else {
            panic!("the page has nothing to choose that is called `{name}`");
        };
        let choice =
            "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('change', { bubbles: true }))";
        done(self.browser.session.execute(choice, json!([select.argument(), value])));
    }

    /// Clicks a button that has the files read again; [`Page::wait_read`] then waits for the end of that.
    #[track_caller]
    pub fn press_to_read(&self, name: &str) {
        self.watch_states();
        self.click(name);
    }

    /// Clicks "Download JSON" and reads what arrives.
    #[track_caller]
    pub fn download_json(&self) -> Value {
        self.click("Download JSON");
        let path = self.wait_download();
        let text = std::fs::read_to_string(&path).expect("the download can be read");
        serde_json::from_str(&text).unwrap_or_else(|error| {
            panic!("the download {} is no JSON: {error}", path.display());
        })
    }

    /// Waits for one more file among the downloads.
    #[track_caller]
    pub fn wait_download(&self) -> PathBuf {
        let mut latest = PathBuf::new();
        wait("a download", || {
            let mut files: Vec<_> = self
                .folder
                .join("downloads")
                .read_dir()
                .into_iter()
                .flatten()
                .filter_map(|entry| Some(entry.ok()?.path()))
                .collect();
            // Browsers write under other names and renames when all has arrived.
            let unfinished = |path: &PathBuf| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                name.ends_with(".crdownload") || name.ends_with(".part") || name.starts_with('.')
            };
            if files.iter().any(unfinished) || files.len() <= self.downloads.get() {
                return false;
            }
            files.sort_by_key(|path| path.metadata().and_then(|meta| meta.modified()).ok());
            self.downloads.set(files.len());
            latest = files.pop().unwrap_or_default();
            true
        });
        latest
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
    fn describe(&self, name: &str) -> String {
        let mut text = format!("{name}: the page when the test failed\n");
        let _ = catch_unwind(AssertUnwindSafe(|| {
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

/// The paths as text, as the driver wants them.
fn plain(files: &[PathBuf]) -> Vec<&str> {
    files.iter().map(|path| path.to_str().expect("test files have plain names")).collect()
}

/// The value, or a panic at the caller's line with what the driver said.
#[track_caller]
pub fn done<T>(result: Result<T, Refusal>) -> T {
    result.unwrap_or_else(|refusal| panic!("{refusal}"))
}
