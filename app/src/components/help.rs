//! Keys and terms, in a dialog.

use leptos::html;
use leptos::prelude::*;

use crate::glossary::TERMS;
use crate::keys::KEYS;
use crate::words;

/// The button that opens it, and the dialog.
#[component]
pub fn Help() -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let open = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            let _ = dialog.show_modal();
        }
    };
    let keys =
        KEYS.iter().map(|key| view! { <div><dt><kbd>{key.key}</kbd></dt><dd>{key.does}</dd></div> }).collect_view();
    let terms =
        TERMS.iter().map(|(term, meaning)| view! { <div><dt>{*term}</dt><dd>{*meaning}</dd></div> }).collect_view();
    view! {
        <button id="help" type="button" aria-haspopup="dialog" title=words::KEY_HELP on:click=open>
            {words::HELP}
        </button>
        <dialog node_ref=dialog class="help" aria-labelledby="help-heading">
            <form method="dialog">
                <h2 id="help-heading">{words::HELP}</h2>
                <button type="submit">{words::CLOSE}</button>
            </form>
            <h3>{words::KEYS}</h3>
            <dl>{keys}</dl>
            <h3>{words::GLOSSARY}</h3>
            <dl>{terms}</dl>
        </dialog>
    }
}
