//! Names and addresses that the reader fills into the commands, and what to record instead of guessing.

use gateway_triage_core::report::Check;
use leptos::prelude::*;

use super::advice::one_check;
use super::section::{Section, three_then_more};
use crate::fragment::Fragment;
use crate::guide::{Guide, Names, is_address};
use crate::intake::Picker;
use crate::state::App;
use crate::{focus, words};

/// Three optional fields; what they hold stands in the link.
#[component]
pub fn NamesFields(guide: Memo<Guide>) -> impl IntoView {
    let app = App::get();
    let set = move |change: fn(&mut Names, String), text: String| {
        let mut guide = guide.get_untracked();
        change(&mut guide.names, text.trim().to_owned());
        let link = guide.link();
        // Typing leaves no trail for Back.
        focus::replace_fragment(&link);
        app.follow(&Fragment::parse(&link));
    };
    let field = move |label: &'static str, of: fn(&Names) -> &String, change: fn(&mut Names, String), address: bool| {
        let value = Memo::new(move |_| guide.with(|guide| of(&guide.names).clone()));
        let wrong = move || address && value.with(|value| !value.is_empty() && !is_address(value));
        view! {
            <label class="field">
                <span>{label}</span>
                <input
                    type="text"
                    class="mono"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=value
                    aria-invalid=move || wrong().then_some("true")
                    on:change:target=move |event| set(change, event.target().value())
                />
                <span class="wrong" role="status">
                    {move || wrong().then_some(words::ADDRESS_WRONG)}
                </span>
            </label>
        }
    };
    let open = guide.with_untracked(|guide| guide.names != Names::default());
    view! {
        <details class="names" open=open>
            <summary>{words::FILL_IN}</summary>
            <p class="aside">{words::FILL_IN_HINT}</p>
            <div class="settings">
                {field(words::HOST_FIELD, |names| &names.host, |names, text| names.host = text, false)}
                {field(words::GATEWAY_FIELD, |names| &names.gateway, |names, text| names.gateway = text, true)}
                {field(words::SERVER_FIELD, |names| &names.server, |names, text| names.server = text, true)}
            </div>
        </details>
    }
}

/// What to record next, and the button for it.
#[component]
pub fn Recordings(checks: Vec<Check>) -> impl IntoView {
    let picker = Picker::get();
    view! {
        <Section id="files-tell" title=words::FILES_TELL>
            <p>{words::FILES_TELL_HINT}</p>
            <p class="files-tell">
                <button type="button" on:click=move |_| picker.choose()>
                    {words::CHOOSE_FILES}
                </button>
            </p>
            {three_then_more(checks, false, one_check)}
        </Section>
    }
}
