//! Nothing could be read: which files, why, and what would work.

use leptos::prelude::*;

use crate::components::{Inputs, LogFormatField};
use crate::intake::Picker;
use crate::state::App;
use crate::words;

/// Shown when no file of the case could be read.
#[component]
pub fn FailedScreen() -> impl IntoView {
    let app = App::get();
    let picker = Picker::get();
    view! {
        <div class="case-head">
            <h1 id="result-heading" tabindex="-1">
                {words::NOTHING_READ}
            </h1>
            {move || app.report.get().is_some().then(|| view! { <p>{words::NOTHING_READ_HINT}</p> })}
            <Inputs report=app.report.into() />
            <LogFormatField />
            <p>
                <button id="choose" type="button" class="main" on:click=move |_| picker.choose()>
                    {words::CHOOSE_FILES}
                </button>
            </p>
        </div>
    }
}
