//! What the page's user does with it: files, clicks, keys, downloads.

use super::browser::Kind;
use super::page::{Page, done, wait};
use super::webdriver::Element;
use serde_json::{Value, json};
use std::path::PathBuf;

impl Page {
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
}

/// The paths as text, as the driver wants them.
fn plain(files: &[PathBuf]) -> Vec<&str> {
    files.iter().map(|path| path.to_str().expect("test files have plain names")).collect()
}
