//! What is around the page: tabs, the line to its server, what the browser lets it do.

use super::browser::Kind;
use super::page::{Page, done};
use serde_json::{Value, json};

impl Page {
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
        self.have_workers("class { constructor() { throw new DOMException('refused', 'SecurityError'); } }")
    }

    /// The same, and each worker seems to start and says nothing.
    pub fn silence_workers(&self) -> bool {
        self.have_workers("class extends EventTarget { postMessage() {} terminate() {} }")
    }

    fn have_workers(&self, class: &str) -> bool {
        if self.browser.kind == Kind::Firefox {
            return false;
        }
        self.before_each_load(&format!("window.Worker = {class}"));
        true
    }

    /// From its next load on, the page's browser never answers what it is to compile beside the page; `false` where the test
    /// cannot have that.
    pub fn compile_nothing(&self) -> bool {
        if self.browser.kind == Kind::Firefox {
            return false;
        }
        self.before_each_load(
            "WebAssembly.compile = WebAssembly.compileStreaming = () => new Promise(() => window.asked = true)",
        );
        true
    }

    /// From its next load on, the worker tells [`Page::module_memory`]; for Chromium.
    pub fn watch_module_memory(&self) {
        self.before_each_worker(
            "const instantiate = WebAssembly.instantiate;
             WebAssembly.instantiate = async (...what) => {
                 const made = await instantiate(...what);
                 const channel = new BroadcastChannel('memory');
                 channel.onmessage = () => channel.postMessage(made.exports.memory.buffer.byteLength);
                 return made;
             };",
        );
    }

    /// How many bytes the worker's module holds: the most it has held, since it gives none back.
    pub fn module_memory(&self) -> u64 {
        let told = self.script(
            "return new Promise((told) => {
                 const channel = new BroadcastChannel('memory');
                 channel.onmessage = (event) => told(event.data);
                 channel.postMessage('?');
             })",
        );
        told.as_u64().unwrap_or_default()
    }

    /// From the page's next load on, its workers run this before their own script; `false` where the test cannot have that.
    pub fn before_each_worker(&self, script: &str) -> bool {
        if self.browser.kind == Kind::Firefox {
            return false;
        }
        self.before_each_load(&format!(
            "const Whole = Blob;
             window.Blob = function (parts, options) {{
                 const worker = options?.type === 'text/javascript';
                 return new Whole(worker ? [`{{ {script} }}\n`, ...parts] : parts, options);
             }};
             window.Blob.prototype = Whole.prototype;"
        ));
        true
    }

    fn before_each_load(&self, source: &str) {
        done(self.browser.session.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source })));
    }
}
