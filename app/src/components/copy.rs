//! Text to take along: commands, filters, fixes.

use gloo::timers::callback::Timeout;
use js_sys::Reflect;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::words;

/// Milliseconds for which the button says that it copied.
const SAID_FOR: u32 = 2_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Nothing,
    Copied,
    Selected,
}

/// A command or filter with its copy button.
#[component]
pub fn Command(
    /// What is shown and copied.
    text: String,
    /// What it is, for the button's name.
    #[prop(default = words::COMMAND)]
    what: &'static str,
) -> impl IntoView {
    let code = NodeRef::<html::Code>::new();
    view! {
        <div class="command">
            <pre>
                <code node_ref=code>{text.clone()}</code>
            </pre>
            <Copy text=text what=what select=code />
        </div>
    }
}

/// A button that copies; where the browser refuses, it selects the text instead and says which keys copy it.
#[component]
pub fn Copy(
    /// What is copied.
    text: String,
    /// Where the same text stands on the page.
    #[prop(optional)]
    select: NodeRef<html::Code>,
    /// What it is: many buttons say no more than "Copy".
    what: &'static str,
) -> impl IntoView {
    let said = RwSignal::new(Said::Nothing);
    let press = move |_| {
        let text = text.clone();
        spawn_local(async move {
            said.set(if write(&text).await {
                Said::Copied
            } else {
                if let (Some(code), Some(window)) = (select.get_untracked(), web_sys::window())
                    && let Ok(Some(selection)) = window.get_selection()
                {
                    let _ = selection.select_all_children(&code);
                }
                Said::Selected
            });
            Timeout::new(SAID_FOR, move || {
                said.try_set(Said::Nothing);
            })
            .forget();
        });
    };
    view! {
        <button type="button" class="copy" on:click=press>
            <span aria-live="polite">
                {move || match said.get() {
                    Said::Nothing => words::COPY,
                    Said::Copied => words::COPIED,
                    Said::Selected => words::SELECTED,
                }}
            </span>
            <span class="out-of-sight">" " {what}</span>
        </button>
    }
}

/// Puts a text on the clipboard; `false` where the browser refuses.
pub async fn write(text: &str) -> bool {
    let Some(window) = web_sys::window() else { return false };
    let navigator = window.navigator();
    // Not there on pages that came over plain HTTP.
    let there = Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|clipboard| clipboard.is_object());
    there && JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}
