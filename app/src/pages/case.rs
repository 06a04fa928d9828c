//! An open case: its files, its verdicts, and the one that is read.

use std::sync::Arc;

use gateway_triage_core::report::Report;
use leptos::prelude::*;

use crate::components::{Exchanges, Failures, Inputs, Reading, Settings, TimelineView, VerdictList, VerdictView};
use crate::lists::View;
use crate::query::Source;
use crate::state::{App, Stage};
use crate::times::{bytes, number};
use crate::{focus, words};

/// While reading and after it: the same parts, so that nothing jumps when reading ends.
#[component]
pub fn CaseScreen() -> impl IntoView {
    let app = App::get();
    let report: Signal<Option<Arc<Report>>> = app.report.into();
    let reading = Memo::new(move |_| app.stage.get() == Stage::Reading);
    let some = Memo::new(move |_| report.get().is_some());
    app.keep_counts(Source::Failures, app.lists.counts);
    let found = Memo::new(move |_| report.get().is_some_and(|report| !report.verdicts.is_empty()));
    // Nothing failed: there is no list of that.
    let view = Memo::new(move |_| match app.lists.view.get() {
        View::Failures if !found.get() => View::Verdicts,
        view => view,
    });
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
            <Show when=move || { report.with(|report| report.as_ref().is_some_and(|report| report.exchanges.total > 0)) }>
                <Views report=report found=found />
            </Show>
            <Show when=move || view.get() == View::Verdicts>
                <Show when=move || found.get() fallback=move || view! { <Healthy /> }>
                    <div class="columns">
                        <div class="side">
                            <VerdictList report=report />
                            <TimelineView report=report aside=true />
                        </div>
                        <VerdictView report=report />
                    </div>
                </Show>
            </Show>
            <Show when=move || view.get() != View::Verdicts && found.get()>
                <TimelineView report=report />
            </Show>
            <Show when=move || view.get() == View::Failures>
                <Failures report=report />
            </Show>
            <Show when=move || view.get() == View::Exchanges>
                <Exchanges report=report />
            </Show>
        </Show>
    }
}

/// What of the case is shown. `/` leads to the list, wherever one is.
#[component]
fn Views(report: Signal<Option<Arc<Report>>>, found: Memo<bool>) -> impl IntoView {
    let view = App::get().lists.view;
    let failed = Memo::new(move |_| report.get().map_or(0, |report| report.exchanges.failed));
    let total = Memo::new(move |_| report.get().map_or(0, |report| report.exchanges.total));
    let search = move |_| {
        if view.get_untracked() == View::Verdicts {
            view.set(if found.get_untracked() { View::Failures } else { View::Exchanges });
        }
        focus::soon("search");
    };
    let button = move |of: View, name: &'static str, count: Option<Memo<u64>>| {
        view! {
            <button type="button" aria-pressed=move || (view.get() == of).to_string() on:click=move |_| view.set(of)>
                {name}
                {count.map(|count| view! { <span class="count">" "{move || number(count.get())}</span> })}
            </button>
        }
    };
    view! {
        <div class="views" role="group" aria-label=words::VIEWS>
            {move || {
                let (name, failures) = if found.get() {
                    (words::VIEW_VERDICTS, Some(button(View::Failures, words::VIEW_FAILURES, Some(failed))))
                } else {
                    (words::VIEW_RESULT, None)
                };
                view! {
                    {button(View::Verdicts, name, None)}
                    {failures}
                }
            }}
            {button(View::Exchanges, words::EXCHANGES, Some(total))}
            <button id="to-search" type="button" hidden on:click=search>
                {words::SEARCH}
            </button>
        </div>
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
                    {words::unanswered(exchanges)
                        .map(|text| view! { <p>"? "<strong>{text}</strong>": "{words::UNANSWERED_HINT}"."</p> })}
                    {words::health_checks(exchanges)
                        .map(|text| view! { <p>"♥ "<strong>{text}</strong>": "{words::HEALTH_CHECKS_HINT}"."</p> })}
                    <p>{if nothing { words::NOTHING_SEEN_HINT } else { words::NOTHING_FOUND_HINT }}</p>
                </section>
            }
        })
    }
}
