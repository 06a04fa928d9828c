//! The page in a frame of somebody's article: what its host may ask and is told. docs/embedding.md is the protocol.
//!
//! Whoever frames the page names itself in the fragment; messages count only from the parent window and that origin, and go
//! only there. Files that it hands over wait for the reader's consent, and a report goes to it only where the reader says so.

use gateway_triage_core::report::Report;
use gloo::events::EventListener;
use gloo::file::File;
use js_sys::{Array, ArrayBuffer, JSON, Object, Reflect};
use leptos::prelude::*;
use std::cell::RefCell;
use std::sync::Arc;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, HtmlElement, MessageEvent, ResizeObserver, Window};

use crate::boot;
use crate::protocol::{Form, Made, Order};
use crate::state::{App, Stage};

/// The protocol's version; each message has it under [`MARK`].
const VERSION: f64 = 1.0;
/// By which its messages are told from others of the host.
const MARK: &str = "gatewayTriage";
/// Files that one message may hand over: more than a case of rotated logs has, and a list that can still be read.
const FILES: u32 = 100;

/// What a frame's address says of its host: see [`Terms`].
const KEYS: [&str; 4] = ["embed", "scheme", "height", "result"];

thread_local! {
    /// Those of this frame, as they stood there.
    static KEPT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// What the host gets of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Share {
    /// As long as the reader says nothing else.
    #[default]
    Nothing,
    /// With pseudonyms.
    Redacted,
    /// With its names and addresses.
    Whole,
}

/// What the frame's address says of its host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Terms {
    /// Its origin; without it, nobody is listened to and nothing is said.
    host: Option<String>,
    scheme: Option<String>,
    /// It wants to know how high the page is.
    height: bool,
    /// It would like to have reports.
    result: bool,
}

impl Terms {
    fn parse(fragment: &str) -> Self {
        let mut terms = Self::default();
        for (key, value) in form_urlencoded::parse(fragment.trim_start_matches('#').as_bytes()) {
            match &*key {
                // Else an opaque origin, which calls itself `null` as all others of its kind do, would do.
                "embed" if value.starts_with("https://") || value.starts_with("http://") => {
                    terms.host = Some(value.into_owned());
                }
                "scheme" => terms.scheme = Some(value.into_owned()),
                "height" => terms.height = value == "auto",
                "result" => terms.result = true,
                _ => {}
            }
        }
        terms
    }
}

/// The pairs of a fragment that speak of the host.
fn of_the_host(fragment: &str) -> String {
    let pairs = fragment.trim_start_matches('#').split('&');
    pairs.filter(|pair| pair.split('=').next().is_some_and(|key| KEYS.contains(&key))).collect::<Vec<_>>().join("&")
}

/// An address within the page, for the address bar: with what the frame's says of its host, or a frame that is loaded again
/// would have forgotten it.
#[must_use]
pub fn kept(fragment: &str) -> String {
    KEPT.with_borrow(|kept| joined(fragment, kept))
}

fn joined(fragment: &str, kept: &str) -> String {
    if kept.is_empty() || !of_the_host(fragment).is_empty() {
        return fragment.to_owned();
    }
    let between = if fragment.trim_start_matches('#').is_empty() { "" } else { "&" };
    format!("#{}{between}{kept}", fragment.trim_start_matches('#'))
}

/// The frame that the page is in, if it is in one.
#[derive(Clone, Copy)]
pub struct Embed {
    app: App,
    terms: StoredValue<Terms>,
    /// Files that the host hands over and the reader has not looked at yet.
    pub handed: RwSignal<Vec<File>, LocalStorage>,
    /// What the reader lets the host have of the case that is open.
    pub share: RwSignal<Share>,
}

impl Embed {
    /// Reads the frame's address, once: what a page of the frame leads to later says nothing of the host.
    #[must_use]
    pub fn new(app: App) -> Self {
        let window = web_sys::window();
        let framed = framed();
        let fragment = window.and_then(|window| window.location().hash().ok()).unwrap_or_default();
        let terms = if framed { Terms::parse(&fragment) } else { Terms::default() };
        if framed {
            KEPT.set(of_the_host(&fragment));
        }
        let embed = Self {
            app,
            terms: StoredValue::new(terms),
            handed: RwSignal::new_local(Vec::new()),
            share: RwSignal::default(),
        };
        if framed {
            embed.begin();
        }
        embed
    }

    /// The one above the component.
    #[must_use]
    pub fn get() -> Self {
        expect_context()
    }

    /// The host's origin, as its reader knows it.
    #[must_use]
    pub fn host(self) -> String {
        self.terms.with_value(|terms| terms.host.clone()).unwrap_or_default()
    }

    /// The host would like to have reports.
    #[must_use]
    pub fn asks_for_result(self) -> bool {
        self.terms.with_value(|terms| terms.host.is_some() && terms.result)
    }

    /// Opens what was handed over.
    pub fn accept(self) {
        let files = self.handed.try_update(std::mem::take).unwrap_or_default();
        self.app.open(files);
    }

    /// Drops what was handed over.
    pub fn decline(self) {
        self.handed.set(Vec::new());
    }

    fn begin(self) {
        let Some(root) = web_sys::window().and_then(|window| window.document()?.document_element()) else { return };
        let _ = root.set_attribute("data-embedded", "");
        let terms = self.terms.get_value();
        if let Some(scheme) = &terms.scheme {
            let _ = prefer(scheme);
        }
        if terms.host.is_none() {
            return;
        }
        self.listen();
        if terms.height {
            self.tell_height();
        }
        // The reader's yes is to the result that was shown: of whatever is read after it, it has to be said anew.
        Effect::new(move || {
            self.app.names.track();
            self.share.set(Share::Nothing);
        });
        Effect::new(move || {
            let share = self.share.get();
            if let Some(report) = self.app.report.get().filter(|_| self.app.stage.get() == Stage::Done)
                && share != Share::Nothing
                && !report.partial
            {
                self.tell_result(&report, share);
            }
        });
        let build = boot::build().unwrap_or_default();
        self.say("ready", &[("version", env!("CARGO_PKG_VERSION").into()), ("build", build.into())]);
    }

    fn listen(self) {
        let Some(window) = web_sys::window() else { return };
        let here = window.clone();
        EventListener::new(&window, "message", move |event| {
            let Some(event) = event.dyn_ref::<MessageEvent>() else { return };
            let from_parent =
                event.source().zip(parent(&here)).is_some_and(|(from, parent)| Object::is(&from, &parent));
            if from_parent && event.origin() == self.host() {
                self.hear(&event.data());
            }
        })
        .forget();
    }

    fn hear(self, message: &JsValue) {
        if field(message, MARK).as_f64() != Some(VERSION) {
            return;
        }
        match field(message, "type").as_string().as_deref() {
            Some("open") => {
                let files = files(&field(message, "files"));
                // Not while others are looked at: the reader's yes is to what was shown.
                if !files.is_empty() && self.handed.with_untracked(Vec::is_empty) {
                    self.handed.set(files);
                }
            }
            Some("scheme") => {
                let _ = prefer(&field(message, "scheme").as_string().unwrap_or_default());
            }
            _ => {}
        }
    }

    /// Says something to the host, and to it alone.
    fn say(self, kind: &str, fields: &[(&str, JsValue)]) {
        let Some(parent) = web_sys::window().as_ref().and_then(parent) else { return };
        let message = Object::new();
        let own = [(MARK, JsValue::from(VERSION)), ("type", JsValue::from(kind))];
        for (name, value) in own.iter().chain(fields) {
            let _ = Reflect::set(&message, &(*name).into(), value);
        }
        // The browser drops it where the parent is another one.
        let _ = parent.post_message(&message, &self.host());
    }

    fn tell_height(self) {
        let Some(body) = web_sys::window().and_then(|window| window.document()?.body()) else { return };
        let measured = body.clone();
        let measure = Closure::<dyn Fn()>::new(move || {
            self.say("height", &[("height", measured.get_bounding_client_rect().height().ceil().into())]);
        });
        if let Ok(observer) = ResizeObserver::new(measure.as_ref().unchecked_ref()) {
            observer.observe(&body);
            // For as long as the page lives.
            measure.forget();
        }
    }

    fn tell_result(self, report: &Arc<Report>, share: Share) {
        let seed = (share == Share::Redacted).then(|| self.app.seed());
        // Without random bytes nothing is redacted, and so nothing goes that should be.
        if seed == Some(None) {
            return;
        }
        let report = Arc::clone(report);
        self.app.export(Order { form: Form::Json, verdict: None, seed: seed.flatten() }, move |made, file| {
            let (Made::File, Some(file)) = (made, file) else { return };
            spawn_local(async move {
                let Some(json) = text(&file).await.and_then(|text| JSON::parse(&text).ok()) else { return };
                // The reader may have thought better of it, or have another case open by now.
                let current = self.app.report.get_untracked().is_some_and(|now| Arc::ptr_eq(&now, &report));
                if current && self.share.get_untracked() == share {
                    self.say("result", &[("report", json)]);
                }
            });
        });
    }
}

/// The window around this one's frame.
fn parent(window: &Window) -> Option<Window> {
    window.parent().ok().flatten().filter(|parent| !Object::is(parent, window))
}

/// The page is in a frame.
#[must_use]
pub fn framed() -> bool {
    web_sys::window().is_some_and(|window| parent(&window).is_some())
}

/// The page's origin is opaque: storage is closed, and the frame may refuse downloads without a word.
#[must_use]
pub fn opaque() -> bool {
    framed() && web_sys::window().is_some_and(|window| window.origin() == "null")
}

/// The text of a file.
pub async fn text(file: &Blob) -> Option<String> {
    JsFuture::from(file.text()).await.ok()?.as_string()
}

fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// Files of a message: each a name with its bytes, as a buffer that was handed over or as a `Blob`.
fn files(list: &JsValue) -> Vec<File> {
    let Some(list) = list.dyn_ref::<Array>() else { return Vec::new() };
    let each = (0..list.length().min(FILES)).filter_map(|at| {
        let (name, data) = (field(&list.get(at), "name").as_string()?, field(&list.get(at), "data"));
        let parts = Array::of(std::slice::from_ref(&data));
        let file = if data.is_instance_of::<ArrayBuffer>() {
            web_sys::File::new_with_buffer_source_sequence(&parts, &name)
        } else if data.is_instance_of::<Blob>() {
            web_sys::File::new_with_blob_sequence(&parts, &name)
        } else {
            return None;
        };
        file.ok().map(File::from)
    });
    each.collect()
}

/// Shows the page light or dark, whatever the reader's system prefers: as the article around it is.
fn prefer(scheme: &str) -> Result<(), JsValue> {
    if !matches!(scheme, "light" | "dark") {
        return Ok(());
    }
    let document: JsValue = web_sys::window().and_then(|window| window.document()).into();
    let root: HtmlElement = field(&document, "documentElement").dyn_into()?;
    root.style().set_property("color-scheme", scheme)?;
    // The style has its dark colours once, below a question to the browser; here the question has its answer.
    let sheets = ["styleSheets", "adoptedStyleSheets"].map(|list| Array::from(&field(&document, list)));
    for sheet in sheets.iter().flat_map(Array::iter) {
        for rule in Array::from(&field(&sheet, "cssRules")) {
            let media = field(&rule, "media");
            let asks = field(&media, "mediaText").as_string().unwrap_or_default();
            let answered = field(&rule, "gatewayTriageScheme").is_truthy();
            if answered || asks.contains("prefers-color-scheme: dark") {
                Reflect::set(&rule, &"gatewayTriageScheme".into(), &true.into())?;
                let media_text = if scheme == "dark" { "all" } else { "not all" };
                Reflect::set(&media, &"mediaText".into(), &media_text.into())?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_origin_of_the_web_can_be_a_host() {
        for (fragment, host) in [
            ("#embed=https%3A%2F%2Fkb.example.com&height=auto", Some("https://kb.example.com")),
            ("#embed=http://127.0.0.1:8080", Some("http://127.0.0.1:8080")),
            ("#embed=null", None),
            ("#embed=*", None),
            ("#embed", None),
            ("#product=squid&category=dns-nxdomain", None),
        ] {
            assert_eq!(Terms::parse(fragment).host.as_deref(), host, "{fragment}");
        }
        let terms = Terms::parse("#embed=https://a.example&height=600&scheme=dark&result");
        assert_eq!((terms.height, terms.result, terms.scheme.as_deref()), (false, true, Some("dark")));
    }

    #[test]
    fn a_frame_keeps_what_its_address_says_of_the_host() {
        let host = of_the_host("#product=squid&embed=https%3A%2F%2Fkb.example.com&height=auto&guided=&result");
        assert_eq!(host, "embed=https%3A%2F%2Fkb.example.com&height=auto&result");
        for (link, address) in [
            ("#category=dns-nxdomain", format!("#category=dns-nxdomain&{host}")),
            ("#", format!("#{host}")),
            ("", format!("#{host}")),
            // What the host itself goes to says it already, and perhaps otherwise.
            ("#product=nginx&scheme=dark", "#product=nginx&scheme=dark".to_owned()),
        ] {
            assert_eq!(joined(link, &host), address);
            assert_eq!(Terms::parse(&address).result, address.contains("result"), "{address}");
            assert_eq!(joined(link, ""), link, "in no frame");
        }
    }
}
