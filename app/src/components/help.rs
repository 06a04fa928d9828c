//! Keys and terms, in a dialog.

use leptos::prelude::*;

use super::dialog::Dialog;
use crate::glossary::TERMS;
use crate::keys::KEYS;
use crate::words;

/// The button that opens it, and the dialog.
#[component]
pub fn Help() -> impl IntoView {
    let keys =
        KEYS.iter().map(|key| view! { <div><dt><kbd>{key.key}</kbd></dt><dd>{key.does}</dd></div> }).collect_view();
    let terms =
        TERMS.iter().map(|(term, meaning)| view! { <div><dt>{*term}</dt><dd>{*meaning}</dd></div> }).collect_view();
    view! {
        <Dialog id="help" heading="help-heading" name=words::HELP title=words::KEY_HELP>
            <h3>{words::KEYS}</h3>
            <dl>{keys}</dl>
            <h3>{words::GLOSSARY}</h3>
            <dl>{terms}</dl>
        </Dialog>
    }
}
