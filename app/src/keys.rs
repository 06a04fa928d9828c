//! What the keyboard does, wherever the focus is, unless one types.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use crate::words;

/// A key, what it does, and the button that it presses or the field that it goes to, as a selector.
pub struct Key {
    /// As the browser names it.
    pub key: &'static str,
    /// What it does.
    pub does: &'static str,
    target: &'static str,
}

/// All of them, in the order in which help lists them.
pub static KEYS: &[Key] = &[
    Key { key: "?", does: words::KEY_HELP, target: "#help" },
    Key { key: "a", does: words::KEY_ABOUT, target: "#about" },
    Key { key: "o", does: words::KEY_OPEN, target: "#choose, #add-files" },
    Key { key: "/", does: words::KEY_SEARCH, target: "#to-search" },
    Key { key: "j", does: words::KEY_NEXT_VERDICT, target: ".verdicts li:has(a[aria-current]) + li a" },
    Key { key: "k", does: words::KEY_PREVIOUS_VERDICT, target: ".verdicts li:has(+ li a[aria-current]) a" },
    Key { key: "n", does: words::KEY_NEXT, target: "#next-request" },
    Key { key: "p", does: words::KEY_PREVIOUS, target: "#previous-request" },
    Key { key: "e", does: words::KEY_EXPORT, target: "#export" },
];

/// Listens from now on.
pub fn listen() {
    let Some(window) = web_sys::window() else { return };
    // Not passive: a key that does something here does nothing else.
    let active = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(&window.clone(), "keydown", active, move |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
        if event.ctrl_key() || event.alt_key() || event.meta_key() || typing(event) {
            return;
        }
        let document = window.document();
        let Some(key) = KEYS.iter().find(|key| key.key == event.key()) else { return };
        let target = document.and_then(|document| document.query_selector(key.target).ok().flatten());
        let Some(target) = target.and_then(|target| target.dyn_into::<HtmlElement>().ok()) else { return };
        event.prevent_default();
        if target.matches("input").unwrap_or(false) {
            let _ = target.focus();
        } else {
            target.click();
        }
    })
    .forget();
}

/// Whether the key goes into a field, or into a dialog.
fn typing(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| {
        target.closest("input, textarea, select, [contenteditable], dialog[open]").ok().flatten().is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::KEYS;

    #[test]
    fn no_key_does_two_things() {
        for (at, key) in KEYS.iter().enumerate() {
            assert!(KEYS[..at].iter().all(|other| other.key != key.key), "{}", key.key);
        }
    }
}
