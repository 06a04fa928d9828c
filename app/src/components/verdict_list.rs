//! The list of verdicts, the most important first, and what went well below it.

use std::sync::Arc;

use gateway_triage_core::report::{Report, Verdict};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use super::mark::Mark;
use crate::focus;
use crate::state::App;
use crate::times::number;
use crate::{verdicts, words};

/// Entries shown before "Show all": a full outage has a verdict per host.
const SHOWN: usize = 100;

/// Links, so that each verdict can be shared; arrow keys walk them, Enter goes to the verdict.
#[component]
pub fn VerdictList(report: Signal<Option<Arc<Report>>>) -> impl IntoView {
    let app = App::get();
    let all = RwSignal::new(false);
    let verdicts = Memo::new(move |_| {
        let Some(report) = report.get() else { return Vec::new() };
        in_time(app, &report)
    });
    let shown = Memo::new(move |_| if all.get() { usize::MAX } else { SHOWN });
    let hidden = Memo::new(move |_| verdicts.with(Vec::len) > shown.get());
    let apart = Memo::new(move |_| {
        let all = report.with(|report| report.as_ref().map_or(0, |report| report.verdicts.len()));
        all.saturating_sub(verdicts.with(Vec::len)) as u64
    });
    view! {
        <nav class="verdicts" aria-labelledby="verdicts-heading">
            <h2 id="verdicts-heading">{words::VERDICTS}</h2>
            <ul on:keydown=move |event| walk(app, &event)>
                <For each=move || verdicts.get().into_iter().take(shown.get()) key=Entry::clone let:entry>
                    {row(app, entry)}
                </For>
            </ul>
            <Show when=move || hidden.get()>
                <button type="button" class="quiet" on:click=move |_| all.set(true)>
                    {words::SHOW_ALL}
                </button>
            </Show>
            <Show when=move || { apart.get() > 0 }>
                <p class="rest aside">{move || words::not_in_time(apart.get())}</p>
            </Show>
            <Rest report=report />
        </nav>
    }
}

/// The verdicts with requests in the time picked, by how many of them came then; the one shown stays.
fn in_time(app: App, report: &Report) -> Vec<Entry> {
    let counts = app.lists.between.get().map(|_| app.lists.counts.get().verdicts);
    // Counts of another report are on their way to be replaced.
    let counts = counts.filter(|counts| counts.len() == report.verdicts.len());
    let Some(counts) = counts else { return report.verdicts.iter().map(Entry::new).collect() };
    let shown = app.shown();
    let rows = report.verdicts.iter().zip(counts).enumerate();
    rows.filter(|(at, (_, count))| *count > 0 || shown == Some(*at))
        .map(|(_, (verdict, count))| Entry { count, ..Entry::new(verdict) })
        .collect()
}

/// What a row shows; a changed row is a new one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Entry {
    key: String,
    category: gateway_triage_core::categories::Id,
    host: Option<String>,
    count: u64,
}

impl Entry {
    fn new(verdict: &Verdict) -> Self {
        Self {
            key: verdicts::key(verdict),
            category: verdict.category,
            host: verdict.host.clone(),
            count: verdict.count,
        }
    }
}

fn row(app: App, entry: Entry) -> impl IntoView {
    let Entry { key, category, host, count } = entry;
    let phase = verdicts::phase(category);
    let place = host.unwrap_or_default();
    let link = key.clone();
    let current = {
        let key = key.clone();
        Memo::new(move |_| {
            let report = app.report.get();
            app.shown().zip(report).and_then(|(at, report)| report.verdicts.get(at).map(verdicts::key)).as_ref()
                == Some(&key)
        })
    };
    let go = move |_| {
        app.selected.set(Some(key.clone()));
        focus::soon("verdict-heading");
    };
    view! {
        <li>
            <a href=move || app.link_to(&link) aria-current=move || current.get().then_some("true") on:click=go>
                <Mark phase=phase />
                <span class="what">
                    <span class="title">{verdicts::title(category)}</span>
                    <span class="place">
                        <span class="phase-name">{words::phase(phase)}</span>
                        <span class="host">{place}</span>
                    </span>
                </span>
                <span class="count">
                    {number(count)}
                    <span class="out-of-sight">" "{words::requests_word(count)}</span>
                </span>
            </a>
        </li>
    }
}

/// What did not fail, and what nobody could see.
#[component]
fn Rest(report: Signal<Option<Arc<Report>>>) -> impl IntoView {
    let exchanges = Memo::new(move |_| report.get().map(|report| report.exchanges).unwrap_or_default());
    let line = |sign: &'static str, text: String, hint: &'static str| {
        view! {
            <p class="rest">
                <span class="sign" aria-hidden="true">{sign}</span>
                <span>
                    <strong>{text}</strong>
                    <span class="aside">" "{hint}</span>
                </span>
            </p>
        }
    };
    view! {
        {move || words::healthy(exchanges.get()).map(|text| line("○", text, words::HEALTHY_HINT))}
        {move || words::unseen(exchanges.get()).map(|text| line("◌", text, words::UNSEEN_HINT))}
        {move || words::unanswered(exchanges.get()).map(|text| line("?", text, words::UNANSWERED_HINT))}
        {move || words::health_checks(exchanges.get()).map(|text| line("♥", text, words::HEALTH_CHECKS_HINT))}
    }
}

/// Up, Down, Home and End move through the list and show what they reach.
fn walk(app: App, event: &KeyboardEvent) {
    let list = event.current_target().and_then(|list| list.dyn_into::<HtmlElement>().ok());
    let Some(links) = list.and_then(|list| list.query_selector_all("a").ok()) else { return };
    let links: Vec<HtmlElement> = (0..links.length()).filter_map(|at| links.item(at)?.dyn_into().ok()).collect();
    let active = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    let Some(at) = links.iter().position(|link| Some(link) == active.as_ref()) else { return };
    let to = match event.key().as_str() {
        "ArrowDown" => at + 1,
        "ArrowUp" => at.saturating_sub(1),
        "Home" => 0,
        "End" => links.len().saturating_sub(1),
        _ => return,
    };
    event.prevent_default();
    if let Some(link) = links.get(to) {
        let _ = link.focus();
        if let Some(href) = link.get_attribute("href") {
            // Walking leaves no trail: Back goes to where the walk began.
            focus::replace_fragment(&href);
            app.follow(&crate::fragment::Fragment::parse(&href));
        }
    }
}
