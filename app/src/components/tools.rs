//! What narrows, groups and sorts a list of requests.

use gateway_triage_core::categories::Id as Category;
use gloo::timers::callback::Timeout;
use leptos::prelude::*;

use crate::query::{By, Counts, Filter, Group, List, Sort, Source};
use crate::state::App;
use crate::{focus, times, verdicts, words};

/// Milliseconds of silence after which what was typed is searched for.
const TYPED: u32 = 120;

/// What narrows the list, and how many are left.
#[component]
pub fn Tools(
    source: Source,
    /// Requests that match, and all.
    counted: RwSignal<(u64, u64)>,
    /// What the list can be sorted by.
    sorts: &'static [By],
) -> impl IntoView {
    let app = App::get();
    let lists = app.lists;
    let (list, _) = lists.of(source);
    let counts = match source {
        Source::Failures => lists.counts,
        Source::Exchanges => {
            let counts = RwSignal::default();
            app.keep_counts(source, counts);
            counts
        }
    };
    let whole = move || Filter { source, ..Filter::default() };
    let filter = Memo::new(move |_| list.with(|list| list.filter.clone()));
    let change = move |change: &dyn Fn(&mut Filter)| list.update(|list| change(&mut list.filter));
    let typing = StoredValue::new_local(None::<Timeout>);
    let typed = move |text: String| {
        let search = Timeout::new(TYPED, move || list.update(|list| list.filter.text = text));
        // The one before is dropped, and with it what it waited for.
        typing.set_value(Some(search));
    };
    let narrowed = Memo::new(move |_| filter.get() != whole() || lists.between.with(Option::is_some));
    let clear = move |_| {
        list.update(|list| list.filter = whole());
        lists.between.set(None);
        focus::soon("search");
    };
    view! {
        <div class="tools">
            <label class="field search">
                <span>{words::SEARCH}</span>
                <input
                    id="search"
                    type="search"
                    autocomplete="off"
                    spellcheck="false"
                    placeholder=words::SEARCH_HINT
                    title=words::SEARCH_KEY
                    aria-keyshortcuts="/"
                    prop:value=move || filter.with(|filter| filter.text.clone())
                    on:input:target=move |event| typed(event.target().value())
                />
            </label>
            <Show when=move || source == Source::Exchanges>
                <FailedPicker list=list />
            </Show>
            <CausePicker list=list counts=counts />
            <StatusPicker list=list counts=counts />
            <label class="field">
                <span>{words::GROUP}</span>
                <select on:change:target=move |event| {
                    let group = Group::parse(&event.target().value());
                    list
                        .update(|list| {
                            list.group = group;
                            list.opened.clear();
                        });
                }>
                    <option value="" prop:selected=move || list.with(|list| list.group.is_none())>
                        {words::UNGROUPED}
                    </option>
                    {Group::ALL
                        .map(|group| {
                            view! {
                                <option
                                    value=group.as_str()
                                    prop:selected=move || list.with(|list| list.group == Some(group))
                                >
                                    {words::group(group)}
                                </option>
                            }
                        })
                        .collect_view()}
                </select>
            </label>
            <SortPicker list=list sorts=sorts />
        </div>
        <div class="narrowed">
            <p role="status">
                {move || {
                    let (matching, all) = counted.get();
                    if matching == 0 && all > 0 {
                        words::NOTHING_MATCHES.to_owned()
                    } else {
                        words::matching(source, matching, all)
                    }
                }}
            </p>
            {move || {
                let verdict = filter.get().verdict?;
                let name = verdict_name(app, &verdict);
                Some(chip(words::ONLY_VERDICT, name, move || change(&|filter| filter.verdict = None)))
            }}
            {move || {
                let (from, to) = lists.between.get()?;
                let name = times::range(from, to, app.zone.get());
                Some(chip(words::ONLY_TIME, name, move || lists.between.set(None)))
            }}
            <Show when=move || narrowed.get()>
                <button type="button" class="quiet" on:click=clear>
                    {words::CLEAR}
                </button>
            </Show>
        </div>
    }
}

/// A condition that was set elsewhere, and the way to be rid of it.
fn chip(what: &'static str, name: String, remove: impl Fn() + 'static) -> impl IntoView {
    view! {
        <button type="button" class="chip" on:click=move |_| remove()>
            <span>{what} ": " {name}</span>
            <span aria-hidden="true">" ✕"</span>
            <span class="out-of-sight">", " {words::REMOVE}</span>
        </button>
    }
}

fn verdict_name(app: App, key: &str) -> String {
    app.report.with(|report| {
        let report = report.as_ref();
        let verdict = report.and_then(|report| report.verdicts.get(verdicts::find(report, key)?));
        verdict.map_or_else(
            || key.to_owned(),
            |verdict| match &verdict.host {
                Some(host) => format!("{}, {host}", verdicts::title(verdict.category)),
                None => verdicts::title(verdict.category).to_owned(),
            },
        )
    })
}

#[component]
fn CausePicker(list: RwSignal<List>, counts: RwSignal<Counts>) -> impl IntoView {
    let options = Memo::new(move |_| counts.get().categories);
    let chosen = move || list.with(|list| list.filter.category);
    view! {
        <label class="field">
            <span>{words::CAUSE}</span>
            <select on:change:target=move |event| {
                let value = event.target().value();
                let category = Category::ALL.iter().copied().find(|id| id.as_str() == value);
                list.update(|list| list.filter.category = category);
            }>
                <option value="" prop:selected=move || chosen().is_none()>
                    {words::ANY}
                </option>
                {move || {
                    options
                        .get()
                        .into_iter()
                        .map(|(id, count)| {
                            let name = format!("{} ({})", verdicts::title(id), times::number(count));
                            view! {
                                <option value=id.as_str() prop:selected=move || chosen() == Some(id)>
                                    {name}
                                </option>
                            }
                        })
                        .collect_view()
                }}
            </select>
        </label>
    }
}

#[component]
fn StatusPicker(list: RwSignal<List>, counts: RwSignal<Counts>) -> impl IntoView {
    let options = Memo::new(move |_| counts.get().statuses);
    let chosen = move || list.with(|list| list.filter.status);
    view! {
        <label class="field">
            <span>{words::STATUS}</span>
            <select on:change:target=move |event| {
                let status = event.target().value().parse().ok();
                list.update(|list| list.filter.status = status);
            }>
                <option value="" prop:selected=move || chosen().is_none()>
                    {words::ANY}
                </option>
                {move || {
                    options
                        .get()
                        .into_iter()
                        .map(|(status, count)| {
                            view! {
                                <option value=status.to_string() prop:selected=move || chosen() == Some(status)>
                                    {words::status(status, count)}
                                </option>
                            }
                        })
                        .collect_view()
                }}
            </select>
        </label>
    }
}

/// All, or only those that failed, or only those that did not.
#[component]
fn FailedPicker(list: RwSignal<List>) -> impl IntoView {
    const CHOICES: [(&str, Option<bool>); 3] = [("", None), ("failed", Some(true)), ("well", Some(false))];
    view! {
        <label class="field">
            <span>{words::OUTCOME}</span>
            <select on:change:target=move |event| {
                let value = event.target().value();
                let failed = CHOICES.into_iter().find(|(name, _)| *name == value).and_then(|(_, failed)| failed);
                list.update(|list| list.filter.failed = failed);
            }>
                {CHOICES
                    .map(|(name, failed)| {
                        view! {
                            <option value=name prop:selected=move || list.with(|list| list.filter.failed == failed)>
                                {words::outcome(failed)}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
        </label>
    }
}

/// Only where the list's headings do not show.
#[component]
fn SortPicker(list: RwSignal<List>, sorts: &'static [By]) -> impl IntoView {
    let sorts = move || sorts.iter().flat_map(|by| [false, true].map(|descending| Sort { by: *by, descending }));
    view! {
        <label class="field sorts">
            <span>{words::SORT}</span>
            <select on:change:target=move |event| {
                let chosen = event.target().value().parse().ok().and_then(|at: usize| sorts().nth(at));
                list.update(|list| list.sort = chosen.unwrap_or_default());
            }>
                {sorts()
                    .enumerate()
                    .map(|(at, sort)| {
                        let direction = match (sort.by, sort.descending) {
                            (By::Time, false) => words::OLDEST,
                            (By::Time, true) => words::NEWEST,
                            (_, false) => words::ASCENDING,
                            (_, true) => words::DESCENDING,
                        };
                        view! {
                            <option
                                value=at.to_string()
                                prop:selected=move || list.with(|list| list.sort == sort)
                            >
                                {words::column(sort.by)}
                                ", "
                                {direction}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
        </label>
    }
}
