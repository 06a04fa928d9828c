//! Reading goes on: how far, of which file, and the way to stop it.

use leptos::prelude::*;

use crate::state::{App, Stage};
use crate::times::bytes;
use crate::words;

/// Bar, bytes, the file at hand, and a button that stops.
#[component]
pub fn Reading() -> impl IntoView {
    let app = App::get();
    let stopping = RwSignal::new(false);
    Effect::new(move || {
        if app.stage.get() != Stage::Reading {
            stopping.set(false);
        }
    });
    let share = Memo::new(move |_| {
        let progress = app.progress.get();
        (progress.read * 100).checked_div(progress.total).unwrap_or(0)
    });
    let some = Memo::new(move |_| app.report.get().is_some());
    let stop = move |_| {
        stopping.set(true);
        app.stop();
    };
    view! {
        <section class="reading" aria-label=move || words::reading(app.names.get().len())>
            <div class="reading-head">
                <div class="reading-what">
                    {move || {
                        let what = words::reading(app.names.get().len());
                        // The result brings its own first heading.
                        if some.get() {
                            view! { <p class="reading-title">{what}</p> }.into_any()
                        } else {
                            view! { <h1 class="reading-title">{what}</h1> }.into_any()
                        }
                    }}
                    <span class="fact">
                        {move || {
                            let progress = app.progress.get();
                            words::so_much(&bytes(progress.read), &bytes(progress.total))
                        }}
                    </span>
                </div>
                <button type="button" on:click=stop disabled=move || stopping.get()>
                    {move || if stopping.get() { words::STOPPING } else { words::STOP }}
                </button>
            </div>
            <progress max="100" value=move || share.get().to_string() aria-label=words::PROGRESS />
            <p class="aside file-name">
                {move || {
                    let progress = app.progress.get();
                    app.names.with(|names| names.get(progress.file).cloned())
                }}
            </p>
            <Show when=move || app.progress.get().waits>
                <p class="aside" role="status">
                    {words::WAITS}
                </p>
            </Show>
            // Spoken in quarters: a number every 100 ms would talk over everything else.
            <p class="out-of-sight" role="status">
                {move || words::quarter(share.get() / 25)}
            </p>
        </section>
    }
}
