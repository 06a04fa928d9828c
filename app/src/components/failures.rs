//! All failed requests: searched, narrowed, sorted, grouped.

use std::sync::Arc;

use gateway_triage_core::categories::Id as Category;
use gateway_triage_core::report::Report;
use gloo::timers::callback::Timeout;
use leptos::prelude::*;

use super::mark::Mark;
use super::virtual_list::{Column, VirtualList};
use crate::lists::View;
use crate::query::{By, Filter, Group, List, Request, Row, Sort};
use crate::state::App;
use crate::times::{self, Zone};
use crate::{focus, verdicts, words};

/// Milliseconds of silence after which what was typed is searched for.
const TYPED: u32 = 120;

const COLUMNS: [Column; 8] = [
    Column { name: words::TIME, by: Some(By::Time), class: "time" },
    Column { name: words::AT, by: None, class: "at" },
    Column { name: words::CAUSE, by: Some(By::Category), class: "cause" },
    Column { name: words::HOST, by: Some(By::Host), class: "host" },
    Column { name: words::REQUEST, by: None, class: "request" },
    Column { name: words::CLIENT, by: Some(By::Client), class: "client" },
    Column { name: words::STATUS, by: Some(By::Status), class: "status" },
    Column { name: words::TOOK, by: Some(By::Took), class: "took" },
];

/// Columns that can be sorted by, for narrow windows, where headings have no room.
const SORTS: [By; 6] = [By::Time, By::Category, By::Host, By::Client, By::Status, By::Took];

/// The list of failed requests with what narrows it. Opening a row shows the request in its verdict.
#[component]
pub fn Failures(report: Signal<Option<Arc<Report>>>) -> impl IntoView {
    let app = App::get();
    let lists = app.lists;
    let list = Memo::new(move |_| lists.list());
    let counted = RwSignal::new((0, 0));
    let sort = Callback::new(move |sort: Sort| lists.failures.update(|list| list.sort = sort));
    let open = Callback::new(move |row: Row| match row {
        Row::Heading { value, .. } => lists.failures.update(|list| {
            if !list.opened.remove(&value) {
                list.opened.insert(value);
            }
        }),
        Row::Request(request) => {
            let List { mut filter, sort, group, .. } = list.get_untracked();
            filter.group = group.zip(request.group);
            app.go_to((filter, sort), true, request.at, move || {
                lists.view.set(View::Verdicts);
                focus::soon("verdict-heading");
            });
        }
    });
    view! {
        <section class="requests" aria-label=words::FAILURES>
            <Tools counted=counted />
            <VirtualList
                id="failures"
                name=words::FAILURES
                columns=&COLUMNS
                list=list
                report=report
                row=lists.row
                cells=cells
                sort=sort
                open=open
                counted=counted
            />
        </section>
    }
}

/// What narrows the list, and how many are left.
#[component]
fn Tools(counted: RwSignal<(u64, u64)>) -> impl IntoView {
    let app = App::get();
    let lists = app.lists;
    let filter = Memo::new(move |_| lists.failures.with(|list| list.filter.clone()));
    let change = move |change: &dyn Fn(&mut Filter)| lists.failures.update(|list| change(&mut list.filter));
    let typing = StoredValue::new_local(None::<Timeout>);
    let typed = move |text: String| {
        let search = Timeout::new(TYPED, move || lists.failures.update(|list| list.filter.text = text));
        // The one before is dropped, and with it what it waited for.
        typing.set_value(Some(search));
    };
    let narrowed = Memo::new(move |_| filter.get() != Filter::default() || lists.between.with(Option::is_some));
    let clear = move |_| {
        lists.failures.update(|list| list.filter = Filter::default());
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
            <CausePicker filter=filter />
            <StatusPicker filter=filter />
            <label class="field">
                <span>{words::GROUP}</span>
                <select on:change:target=move |event| {
                    let group = Group::parse(&event.target().value());
                    lists
                        .failures
                        .update(|list| {
                            list.group = group;
                            list.opened.clear();
                        });
                }>
                    <option value="" prop:selected=move || lists.failures.with(|list| list.group.is_none())>
                        {words::UNGROUPED}
                    </option>
                    {Group::ALL
                        .map(|group| {
                            view! {
                                <option
                                    value=group.as_str()
                                    prop:selected=move || lists.failures.with(|list| list.group == Some(group))
                                >
                                    {words::group(group)}
                                </option>
                            }
                        })
                        .collect_view()}
                </select>
            </label>
            <SortPicker />
        </div>
        <div class="narrowed">
            <p role="status">
                {move || {
                    let (matching, all) = counted.get();
                    if matching == 0 && all > 0 {
                        words::NOTHING_MATCHES.to_owned()
                    } else {
                        words::matching(matching, all)
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
fn CausePicker(filter: Memo<Filter>) -> impl IntoView {
    let lists = App::get().lists;
    let options = Memo::new(move |_| lists.counts.get().categories);
    let chosen = move || filter.with(|filter| filter.category);
    view! {
        <label class="field">
            <span>{words::CAUSE}</span>
            <select on:change:target=move |event| {
                let value = event.target().value();
                let category = Category::ALL.iter().copied().find(|id| id.as_str() == value);
                lists.failures.update(|list| list.filter.category = category);
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
fn StatusPicker(filter: Memo<Filter>) -> impl IntoView {
    let lists = App::get().lists;
    let options = Memo::new(move |_| lists.counts.get().statuses);
    let chosen = move || filter.with(|filter| filter.status);
    view! {
        <label class="field">
            <span>{words::STATUS}</span>
            <select on:change:target=move |event| {
                let status = event.target().value().parse().ok();
                lists.failures.update(|list| list.filter.status = status);
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

/// Only where the list's headings do not show.
#[component]
fn SortPicker() -> impl IntoView {
    let lists = App::get().lists;
    let sorts = || SORTS.into_iter().flat_map(|by| [false, true].map(|descending| Sort { by, descending }));
    view! {
        <label class="field sorts">
            <span>{words::SORT}</span>
            <select on:change:target=move |event| {
                let chosen = event.target().value().parse().ok().and_then(|at: usize| sorts().nth(at));
                lists.failures.update(|list| list.sort = chosen.unwrap_or_default());
            }>
                {sorts()
                    .enumerate()
                    .map(|(at, sort)| {
                        let direction = if sort.descending { words::DESCENDING } else { words::ASCENDING };
                        view! {
                            <option
                                value=at.to_string()
                                prop:selected=move || lists.failures.with(|list| list.sort == sort)
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

/// A target without the host, which has a column of its own.
fn path(target: &str) -> &str {
    let behind = target.split_once("://").map(|(_, behind)| behind);
    behind.map_or(target, |behind| behind.find('/').and_then(|at| behind.get(at..)).unwrap_or("/"))
}

fn cells(request: &Request, zone: Zone) -> AnyView {
    let at = match (request.packet, request.line) {
        (Some(packet), _) => words::packet(packet),
        (None, Some(line)) => words::line(line),
        (None, None) => String::new(),
    };
    let phase = request.category.and_then(verdicts::phase);
    let cause = request.category.map(verdicts::title);
    let wanted = format!("{} {}", request.method, request.target);
    let clock = times::clock(request.time, zone);
    // To the millisecond: the packet has the rest.
    let short = clock.get(..12).unwrap_or(&clock).to_owned();
    let full = format!("{} {clock} {}", times::date(request.time, zone), times::offset_name(request.time, zone));
    view! {
        <div role="gridcell" class="time" title=full>
            {short}
        </div>
        <div role="gridcell" class="at">
            {at}
        </div>
        <div role="gridcell" class="cause">
            <Mark phase=phase />
            <span>{cause}</span>
        </div>
        <div role="gridcell" class="host" title=request.host.clone()>
            {request.host.clone()}
        </div>
        <div role="gridcell" class="request" title=wanted>
            {format!("{} {}", request.method, path(&request.target))}
        </div>
        <div role="gridcell" class="client">
            {request.client.map(|client| client.to_string())}
        </div>
        <div role="gridcell" class="status">
            {request.status}
        </div>
        <div role="gridcell" class="took">
            {request.took.map(|took| took.to_string())}
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn targets_are_shown_without_their_host() {
        for (target, shown) in [
            ("http://www.example.com/a?b=http://x/", "/a?b=http://x/"),
            ("https://www.example.com", "/"),
            ("/a", "/a"),
            ("www.example.com:443", "www.example.com:443"),
            ("", ""),
        ] {
            assert_eq!(path(target), shown);
        }
    }
}
