//! An open case: its files, its verdicts, and the one that is read.

use std::sync::Arc;

use gateway_triage_core::report::Report;
use leptos::prelude::*;

use crate::components::{Inputs, Reading, Settings, VerdictList, VerdictView};
use crate::state::{App, Stage};
use crate::times::bytes;
use crate::words;

/// While reading and after it: the same parts, so that nothing jumps when reading ends.
#[component]
pub fn CaseScreen() -> impl IntoView {
    let app = App::get();
    let report: Signal<Option<Arc<Report>>> = app.report.into();
    let reading = Memo::new(move |_| app.stage.get() == Stage::Reading);
    let some = Memo::new(move |_| report.get().is_some());
    let found = Memo::new(move |_| report.get().is_some_and(|report| !report.verdicts.is_empty()));
    view! {
        <Show when=move || reading.get()>
            <Reading />
        </Show>
        <Show when=move || some.get()>
            <div class="case-head">
                <h1 id="result-heading" tabindex="-1">
                    {move || report.get().map(|report| words::headline(&report))}
                    {move || reading.get().then(|| view! { <span class="so-far">" "{words::SO_FAR}</span> })}
                </h1>
                <Partial reading=reading />
                <Inputs report=report />
                <Settings />
            </div>
            <Show when=move || found.get() fallback=move || view! { <Healthy /> }>
                <div class="columns">
                    <VerdictList report=report />
                    <VerdictView report=report />
                </div>
            </Show>
        </Show>
    }
}

/// Reading was stopped: what is missing is said before anything else.
#[component]
fn Partial(reading: Memo<bool>) -> impl IntoView {
    let app = App::get();
    move || {
        let partial = !reading.get() && app.report.get().is_some_and(|report| report.partial);
        partial.then(|| {
            let progress = app.progress.get_untracked();
            let text = words::partial(&bytes(progress.read), &bytes(progress.total));
            view! { <p class="notice">{text}</p> }
        })
    }
}

/// Nothing failed, or nothing was there: what was examined.
#[component]
fn Healthy() -> impl IntoView {
    let app = App::get();
    move || {
        app.report.get().map(|report| {
            let exchanges = report.exchanges;
            let nothing = exchanges.total == 0;
            view! {
                <section class="healthy">
                    <p class="numbers">{words::examined(&report, app.zone.get())}</p>
                    {words::healthy(exchanges)
                        .map(|text| view! { <p>"○ "<strong>{text}</strong>": "{words::HEALTHY_HINT}"."</p> })}
                    {words::unseen(exchanges)
                        .map(|text| view! { <p>"◌ "<strong>{text}</strong>": "{words::UNSEEN_HINT}"."</p> })}
                    {words::health_checks(exchanges)
                        .map(|text| view! { <p>"♥ "<strong>{text}</strong>": "{words::HEALTH_CHECKS_HINT}"."</p> })}
                    <p>{if nothing { words::NOTHING_SEEN_HINT } else { words::NOTHING_FOUND_HINT }}</p>
                </section>
            }
        })
    }
}
