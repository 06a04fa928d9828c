//! How files come in: dropped anywhere on the window, chosen, or pasted as lines.

use gloo::events::{EventListener, EventListenerOptions};
use gloo::file::File;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, DataTransfer, DragEvent, Element, EventTarget};

use crate::state::App;
use crate::words;

/// The one file input, and what it is opened for.
#[derive(Clone, Copy)]
pub struct Picker {
    input: NodeRef<html::Input>,
    adding: RwSignal<bool>,
}

impl Picker {
    /// One for the page.
    #[must_use]
    pub fn new() -> Self {
        Self { input: NodeRef::new(), adding: RwSignal::new(false) }
    }

    /// The one above the component.
    #[must_use]
    pub fn get() -> Self {
        expect_context()
    }

    /// Asks for files of a new case.
    pub fn choose(self) {
        self.open(false);
    }

    /// Asks for more files of the open case.
    pub fn add(self) {
        self.open(true);
    }

    fn open(self, adding: bool) {
        self.adding.set(adding);
        if let Some(input) = self.input.get_untracked() {
            input.click();
        }
    }
}

/// The input itself; out of sight, because buttons with words open it.
#[component]
pub fn FileInput() -> impl IntoView {
    let app = App::get();
    let picker = Picker::get();
    let taken = move |_| {
        let Some(input) = picker.input.get_untracked() else { return };
        let files = files(input.files());
        // So that the same file can be chosen again.
        input.set_value("");
        if picker.adding.get_untracked() {
            app.add(files);
        } else {
            app.open(files);
        }
        picker.adding.set(false);
    };
    view! {
        <input
            type="file"
            multiple
            class="out-of-sight"
            tabindex="-1"
            aria-label=words::FILES
            node_ref=picker.input
            on:change=taken
            on:cancel=move |_: web_sys::Event| picker.adding.set(false)
        />
    }
}

/// Takes what is dropped on the window or pasted; `dragging` is true while files hang over it.
pub fn listen(app: App, dragging: RwSignal<bool>) {
    let Some(window) = web_sys::window() else { return };
    on(&window, "dragover", move |event: &DragEvent| {
        if is_field(event.target()) {
            return;
        }
        // Also for what is no file: a dropped link would else replace the page, and the case with it.
        event.prevent_default();
        if let Some(data) = event.data_transfer().filter(holds_files) {
            data.set_drop_effect("copy");
            dragging.set(true);
        }
    });
    on(&window, "dragleave", move |event: &DragEvent| {
        // Only when it leaves the window and not just one element for another.
        if event.related_target().is_none() {
            dragging.set(false);
        }
    });
    on(&window, "drop", move |event: &DragEvent| {
        dragging.set(false);
        if is_field(event.target()) {
            return;
        }
        event.prevent_default();
        if let Some(data) = event.data_transfer() {
            take(app, &data);
        }
    });
    on(&window, "paste", move |event: &ClipboardEvent| {
        if let Some(data) = event.clipboard_data().filter(|_| !is_field(event.target())) {
            take(app, &data);
        }
    });
}

fn on<E: JsCast>(target: &EventTarget, name: &'static str, mut act: impl FnMut(&E) + 'static) {
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(target, name, options, move |event| {
        if let Some(event) = event.dyn_ref::<E>() {
            act(event);
        }
    })
    .forget();
}

fn holds_files(data: &DataTransfer) -> bool {
    let types = data.types();
    (0..types.length()).any(|at| types.get(at).as_string().is_some_and(|kind| kind == "Files"))
}

fn take(app: App, data: &DataTransfer) {
    let files = files(data.files());
    if !files.is_empty() {
        app.open(files);
        return;
    }
    match data.get_data("text/plain") {
        Ok(text) if !text.trim().is_empty() => app.open(vec![File::new(words::PASTED, text.as_str())]),
        _ => app.notice.set(Some(words::NO_FILES.to_owned())),
    }
}

fn files(list: Option<web_sys::FileList>) -> Vec<File> {
    list.map(|list| (0..list.length()).filter_map(|at| list.get(at)).map(File::from).collect()).unwrap_or_default()
}

/// Text pasted into a field belongs there.
fn is_field(target: Option<EventTarget>) -> bool {
    target
        .and_then(|target| target.dyn_into::<Element>().ok())
        .is_some_and(|element| element.closest("input, textarea, select, [contenteditable]").ok().flatten().is_some())
}
