//! Cases opened before, and what is kept.

use leptos::ev::Event;
use leptos::prelude::*;

use crate::cases::Cases;
use crate::words;

/// On the first screen: cases opened before in this tab.
#[component]
pub fn PastCases() -> impl IntoView {
    let cases = Cases::get();
    move || {
        let past = cases.past();
        (!past.is_empty()).then(|| {
            let rows = past
                .into_iter()
                .map(|past| {
                    let names = past.names.join(", ");
                    view! {
                        <li>
                            <button type="button" class="quiet" on:click=move |_| cases.reopen(&past)>
                                {names}
                            </button>
                        </li>
                    }
                })
                .collect_view();
            view! {
                <section class="samples" aria-labelledby="past-heading">
                    <h2 id="past-heading">{words::PAST}</h2>
                    <ul>{rows}</ul>
                    <p class="aside">{words::PAST_HINT}</p>
                    <Forget />
                </section>
            }
        })
    }
}

/// Keeps the open case across reloads.
#[component]
pub fn KeepCase() -> impl IntoView {
    let cases = Cases::get();
    view! {
        <div class="keep">
            <label>
                <input
                    id="keep"
                    type="checkbox"
                    prop:checked=move || cases.kept()
                    on:change=move |event: Event| cases.keep(event_target_checked(&event))
                />
                " "
                {words::KEEP}
            </label>
            <p class="aside" role="status">
                {move || if cases.kept() { words::KEPT_HINT } else { words::KEEP_HINT }}
            </p>
            <Forget />
        </div>
    }
}

#[component]
fn Forget() -> impl IntoView {
    let cases = Cases::get();
    view! {
        <button type="button" class="quiet" on:click=move |_| cases.forget_everything()>
            {words::FORGET}
        </button>
    }
}
