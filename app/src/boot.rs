//! What `boot.js` keeps for the page: the way to a worker and to the files that come with it, however it was delivered.

use gloo::events::EventListener;
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Worker};

/// Starts a worker that runs the engine, once that is loaded; `None` where the browser refuses workers.
///
/// # Errors
/// When the engine could not be loaded. It is fetched again for the next worker.
pub async fn start_worker() -> Result<Option<Worker>, JsValue> {
    let started: Promise = call("startWorker", &JsValue::UNDEFINED)?.dyn_into()?;
    Ok(JsFuture::from(started).await?.dyn_into().ok())
}

/// Goes to the one file, which reads without a worker.
#[cfg(not(feature = "engine"))]
pub fn go_without_worker() {
    // Nothing is lost by staying.
    let _ = call("goWithoutWorker", &JsValue::UNDEFINED);
}

/// A file that comes with the page, by its relative address.
///
/// # Errors
/// When it is not there.
pub async fn file(path: &str) -> Result<Blob, JsValue> {
    let blob: Promise = call("file", &path.into())?.dyn_into()?;
    JsFuture::from(blob).await?.dyn_into()
}

/// How the page was delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// With the one file beside it.
    Site,
    /// As one file.
    File,
    /// As trunk builds it: nothing lies beside it.
    Built,
}

/// How this page was delivered: `cargo xtask dist` writes it on the root element.
#[must_use]
pub fn delivery() -> Delivery {
    match root_says("data-delivery").as_deref() {
        Some("site") => Delivery::Site,
        Some("file") => Delivery::File,
        _ => Delivery::Built,
    }
}

/// The build that this page is of; `None` where it was not made by `cargo xtask dist`.
#[must_use]
pub fn build() -> Option<String> {
    root_says("data-build")
}

/// Calls back when the host has a newer build of the page than this one, ready for [`renew`].
pub fn on_newer(newer: impl Fn() + 'static) {
    if let Some(window) = web_sys::window() {
        EventListener::new(&window, "gateway-triage-newer", move |_| newer()).forget();
    }
}

/// Loads the newer build in this one's place.
pub fn renew() {
    let _ = call("renew", &JsValue::UNDEFINED);
}

fn root_says(attribute: &str) -> Option<String> {
    web_sys::window()?.document()?.document_element()?.get_attribute(attribute)
}

fn call(name: &str, argument: &JsValue) -> Result<JsValue, JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let boot = Reflect::get(&window, &"gatewayTriage".into())?;
    let function: Function = Reflect::get(&boot, &name.into())?.dyn_into()?;
    function.call1(&boot, argument)
}
