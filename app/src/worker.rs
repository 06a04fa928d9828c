//! The worker's side: a [`Reader`] between two message ports.

use std::rc::Rc;

use gloo::events::EventListener;
use gloo::file::File;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, DedicatedWorkerGlobalScope, MessageEvent};

use crate::crash;
use crate::protocol::{Ask, Tell};
use crate::reader::{IN_WORKER, Reader};

/// Listens to the page from now on.
pub fn start() {
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else { return };
    let to_page = scope.clone();
    crash::install(move |what| post(&to_page, &Tell::Broken(what.to_owned()), None));
    let to_page = scope.clone();
    let reader = Reader::new(IN_WORKER, Box::new(move |tell, json| post(&to_page, tell, json)));
    EventListener::new(&scope, "message", move |event| {
        if let Some((ask, files)) = event.dyn_ref::<MessageEvent>().and_then(|event| open(&event.data())) {
            Rc::clone(&reader).ask(ask, files);
        }
    })
    .forget();
    post(&scope, &Tell::Ready, None);
}

fn post(scope: &DedicatedWorkerGlobalScope, tell: &Tell, json: Option<&Blob>) {
    if let Ok(text) = serde_json::to_string(tell) {
        let message = Array::of(&[text.into(), json.map_or(JsValue::UNDEFINED, JsValue::from)]);
        // Nobody is left to be told when the page is gone.
        let _ = scope.post_message(&message);
    }
}

fn open(message: &JsValue) -> Option<(Ask, Vec<File>)> {
    let message = message.dyn_ref::<Array>()?;
    let ask = serde_json::from_str(&message.get(0).as_string()?).ok()?;
    let files = message.get(1).dyn_into::<Array>().unwrap_or_default();
    let files = files.iter().filter_map(|file| file.dyn_into::<web_sys::File>().ok()).map(File::from).collect();
    Some((ask, files))
}
