//! What the page looks like.

use super::browser::Kind;
use super::page::{Page, done, wait};
use serde_json::json;
use std::path::{Path, PathBuf};

impl Page {
    /// Gives the page a viewport of this size.
    pub fn resize(&self, width: u32, height: u32) {
        if self.browser.kind == Kind::Firefox {
            let narrower = "document.documentElement.style.setProperty('min-width', '0', 'important')";
            done(self.browser.session.around(narrower));
            done(self.browser.session.post("window/rect", json!({ "width": width, "height": height })));
            return;
        }
        // Not the window's size: no window gets narrower than 500 pixels.
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        done(self.browser.session.devtools("Emulation.setDeviceMetricsOverride", metrics));
    }

    /// Has the page drawn for readers who prefer this colour scheme.
    pub fn prefer(&self, scheme: &str) {
        let number = if scheme == "dark" { 0 } else { 1 };
        self.feature("prefers-color-scheme", scheme, "layout.css.prefers-color-scheme.content-override", number);
    }

    /// Has the page drawn for readers who want nothing to move.
    pub fn hold_still(&self) {
        self.feature("prefers-reduced-motion", "reduce", "ui.prefersReducedMotion", 1);
    }

    /// Answers what a style asks of its reader; Firefox by a preference of its own.
    fn feature(&self, name: &str, value: &str, preference: &str, number: u32) {
        let session = &self.browser.session;
        match self.browser.kind {
            Kind::Chromium => {
                let media = json!({ "features": [{ "name": name, "value": value }] });
                done(session.devtools("Emulation.setEmulatedMedia", media));
            }
            Kind::Firefox => _ = done(session.around(&format!("Services.prefs.setIntPref('{preference}', {number})"))),
        }
        let asked = format!("return matchMedia('({name}: {value})').matches");
        wait(name, || self.script(&asked) == true);
    }

    /// Has the page drawn as on paper; Chromium alone can.
    pub fn on_paper(&self, paper: bool) {
        let media = json!({ "media": if paper { "print" } else { "" } });
        done(self.browser.session.devtools("Emulation.setEmulatedMedia", media));
    }

    /// Prints the page as its browser's menu does.
    pub fn to_pdf(&self) {
        done(self.browser.session.post("print", json!({})));
    }

    /// Keeps a picture of the whole page under target/, and returns its path.
    pub fn screenshot(&self, name: &str) -> PathBuf {
        let session = &self.browser.session;
        let picture = match self.browser.kind {
            Kind::Chromium => {
                let whole = json!({ "captureBeyondViewport": true });
                done(session.devtools("Page.captureScreenshot", whole))["data"].take()
            }
            Kind::Firefox => done(session.get("moz/screenshot/full")),
        };
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots").join(format!("{name}.png"));
        let bytes = from_base64(picture.as_str().unwrap_or_default());
        std::fs::create_dir_all(path.parent().unwrap_or(&path))
            .and_then(|()| std::fs::write(&path, bytes))
            .expect("the screenshot can be written");
        path
    }
}

/// Decodes base64 as the DevTools protocol sends pictures.
fn from_base64(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for digit in text.bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => break,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    bytes
}
