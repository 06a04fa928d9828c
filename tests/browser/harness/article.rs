//! Somebody's article with the page in it, on a server of its own and so of another origin.

use super::files::scratch;
use super::page::{Page, done, wait};
use super::webdriver::Element;
use serde_json::json;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use xtask::site::Site;

/// Where the page lies in the examples; each has the tests' own server in its place.
const PLACE: &str = "https://triage.example/";

/// The examples of docs/examples, as they are read there.
pub fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examples")
}

impl Page {
    /// Opens an article of a folder, sent with the headers that the `_headers` of the folder says; its origin.
    pub fn open_article(&self, folder: &Path, name: &str) -> String {
        let served = scratch(&format!("made-article-{name}"));
        for file in fs::read_dir(folder).expect("the articles lie there").flatten() {
            let text = fs::read_to_string(file.path()).expect("an article is text");
            fs::write(served.join(file.file_name()), text.replace(PLACE, self.address())).expect("target/ is writable");
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port on localhost is free");
        let origin = format!("http://127.0.0.1:{}", listener.local_addr().map_or(0, |address| address.port()));
        let site = Site::new(&served);
        std::thread::spawn(move || site.serve(&listener));
        self.visit(&format!("{origin}/{name}"));
        origin
    }

    /// From here on, everything is asked of the frame in the article.
    #[track_caller]
    pub fn enter_frame(&self) {
        let frame = "return document.querySelector('gateway-triage')?.shadowRoot?.querySelector('iframe')
            ?? document.querySelector('iframe')";
        wait("the frame", || !self.script(frame).is_null());
        done(self.browser.session.post("frame", json!({ "id": self.script(frame) })));
        wait("the page in it", || !self.state().is_empty());
    }

    /// Clicks the button of this text in the frame: the driver tells no accessible names in frames of another process.
    #[track_caller]
    pub fn click_in_frame(&self, text: &str) {
        let button = self.script(&format!(
            "return [...document.querySelectorAll('button')].find(
                 (button) => button.innerText.trim() === {} && button.offsetParent)",
            json!(text)
        ));
        let Some(button) = Element::returned(&button) else {
            panic!("the frame has no button `{text}`");
        };
        done(self.browser.session.click(&button));
    }

    /// From here on, everything is asked of the article again.
    pub fn leave_frame(&self) {
        done(self.browser.session.post("frame", json!({ "id": null })));
    }
}
