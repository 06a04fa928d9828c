//! A button in the bar, and the dialog that it opens.

use leptos::html;
use leptos::prelude::*;

use crate::words;

/// Named alike, button and dialog; Escape closes it, and the focus goes back to the button.
#[component]
pub fn Dialog(
    /// Of the button.
    id: &'static str,
    /// Of the heading.
    heading: &'static str,
    /// What it is called.
    name: &'static str,
    /// What is in it, told on the button.
    title: &'static str,
    /// Whether it is open, for what is costly to show.
    #[prop(optional)]
    opened: RwSignal<bool>,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let open = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            opened.set(true);
            let _ = dialog.show_modal();
        }
    };
    // Not by a form's own method: a frame without `allow-forms` refuses that.
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    view! {
        <button id=id type="button" aria-haspopup="dialog" title=title on:click=open>
            {name}
        </button>
        <dialog node_ref=dialog class="help" aria-labelledby=heading on:close=move |_| opened.set(false)>
            <div class="dialog-head">
                <h2 id=heading>{name}</h2>
                <button type="button" on:click=close>
                    {words::CLOSE}
                </button>
            </div>
            {children()}
        </dialog>
    }
}
