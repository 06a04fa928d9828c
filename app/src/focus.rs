//! Where keyboard and screen reader are, and what the address bar says.

use gloo::events::EventListener;
use leptos::prelude::request_animation_frame;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;

use crate::embed;

/// Moves the focus to the element with this id, once it is drawn.
pub fn soon(id: &'static str) {
    // Two frames: signals settle in the first.
    request_animation_frame(move || request_animation_frame(move || now(id)));
}

/// As [`soon`], unless the reader of the page is already at work somewhere.
pub fn soon_if_idle(id: &'static str) {
    request_animation_frame(move || {
        request_animation_frame(move || {
            let busy = web_sys::window()
                .and_then(|window| window.document())
                .and_then(|document| document.active_element())
                .is_some_and(|active| active.closest("main").ok().flatten().is_some());
            if !busy {
                now(id);
            }
        });
    });
}

fn now(id: &str) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    // The keyboard of who reads the article around the page stays there.
    if embed::framed() && !document.has_focus().unwrap_or(false) {
        return;
    }
    let element = document.get_element_by_id(id);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Goes to another state of the page: a step in the history, which Back undoes.
pub fn go(fragment: &str) {
    if let Some(window) = web_sys::window() {
        let _ = window.location().set_hash(fragment);
    }
}

/// As [`go`], and moves the focus to the element with this id of the state that is drawn then.
pub fn go_to(fragment: &str, id: &'static str) {
    let Some(window) = web_sys::window() else { return };
    if window.location().hash().is_ok_and(|now| now == embed::kept(fragment)) {
        soon(id);
        return;
    }
    // The page itself has listened for longer, and so has changed its signals before this.
    EventListener::once(&window, "hashchange", move |_| soon(id)).forget();
    go(fragment);
}

/// Adds a step to the history without telling the page: it is there already.
pub fn push_fragment(fragment: &str) {
    if let Some(history) = web_sys::window().and_then(|window| window.history().ok()) {
        // Refused in some frames: then the address merely lags behind.
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&embed::kept(fragment)));
    }
}

/// Changes the address without a step in the history.
pub fn replace_fragment(fragment: &str) {
    if let Some(history) = web_sys::window().and_then(|window| window.history().ok()) {
        // Refused in some frames: then the address merely lags behind.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&embed::kept(fragment)));
    }
}
