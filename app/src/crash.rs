//! What happens when the program itself fails: a sentence, never a blank page.

use std::panic;

use wasm_bindgen::JsValue;

/// Calls `tell` with what panicked and where, and writes it to the console, before the module stops.
pub fn install(tell: impl Fn(&str) + 'static) {
    // Hooks must be `Send + Sync`; page and worker each have one thread, which this asserts at run time.
    let tell = send_wrapper::SendWrapper::new(tell);
    panic::set_hook(Box::new(move |info| {
        let text = info.to_string();
        web_sys::console::error_1(&JsValue::from_str(&text));
        tell(&text);
    }));
}

/// Shows the sentence that `index.html` keeps for this.
pub fn show_on_page(_what: &str) {
    let sentence = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("broken-later"));
    if let Some(sentence) = sentence {
        let _ = sentence.remove_attribute("hidden");
    }
}
