//! A list of any length of which only the rows in sight are drawn.
//!
//! Its rows come from the worker, a screenful at a time. All rows are equally high, so that a row's place follows from
//! its number. A grid for assistive technology: it knows how many rows there are, and which of them these are. On paper
//! stand the first ones, and how many there are.

use std::sync::Arc;

use gateway_triage_core::report::Report;
use leptos::html;
use leptos::prelude::*;
use web_sys::KeyboardEvent;

use crate::query::{Answer, By, List, Query, Request, Row, Rows, Sort};
use crate::state::App;
use crate::times::Zone;
use crate::words;

mod paper;
mod row;
mod sight;

use paper::on_paper;
use row::{head, line};
use sight::{HEIGHT, Sight, covers, drawn, float, measure, reveal};

/// Rows fetched above and below those drawn.
const AHEAD: u64 = 40;
/// Rows from the top that lie ready for paper: a browser that prints does not wait for the worker.
const PRINTED: u64 = 200;

/// A column of the list.
pub struct Column {
    /// Its heading.
    pub name: &'static str,
    /// What a click on it sorts by.
    pub by: Option<By>,
    /// The class of heading and cells.
    pub class: &'static str,
}

/// The rows that came, and what they are the answer to.
#[derive(Clone)]
struct Fetched {
    report: Arc<Report>,
    list: List,
    rows: Rows,
}

impl Fetched {
    /// Whether both are rows of one list.
    fn of_the_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.report, &other.report) && self.list == other.list
    }
}

/// The list with this id.
#[component]
pub fn VirtualList(
    id: &'static str,
    name: &'static str,
    columns: &'static [Column],
    /// The list shown.
    list: Memo<List>,
    /// Another report is another list.
    report: Signal<Option<Arc<Report>>>,
    /// The row that the keyboard is at.
    row: RwSignal<u64>,
    /// The cells of a request, one for each column.
    cells: fn(&Request, Zone) -> AnyView,
    /// A click on a column's heading.
    sort: Callback<Sort>,
    /// A row was opened: Enter, or a click.
    open: Callback<Row>,
    /// How many requests there are: those that match, and all.
    counted: RwSignal<(u64, u64)>,
) -> impl IntoView {
    let app = App::get();
    let scroller = NodeRef::<html::Div>::new();
    let sight = RwSignal::new(Sight { first: 0, fits: 20, height: HEIGHT });
    let fetched = RwSignal::new(None::<Fetched>);
    // The first rows of the list that was fetched last.
    let beginning = StoredValue::new(None::<Fetched>);
    let total = Memo::new(move |_| fetched.with(|fetched| fetched.as_ref().map_or(0, |fetched| fetched.rows.total)));
    let grouped = Memo::new(move |_| list.with(|list| list.group.is_some()));
    let look = move || {
        if let Some(element) = scroller.get_untracked() {
            sight.set(measure(&element, sight.get_untracked().height));
        }
    };
    let resized = window_event_listener(leptos::ev::resize, move |_| look());
    on_cleanup(move || resized.remove());

    // Another order begins at the top; the list that one comes back to stands where it was.
    Effect::new(move |before: Option<(crate::query::Filter, Sort, Option<crate::query::Group>)>| {
        let now = list.with(|list| (list.filter.clone(), list.sort, list.group));
        if before.is_some_and(|before| before != now) {
            row.set(0);
            if let Some(element) = scroller.get_untracked() {
                element.set_scroll_top(0);
            }
        }
        now
    });
    let asked = list;
    Effect::new(move || {
        let (Some(report), list) = (report.get(), list.get()) else { return };
        let wanted = drawn(sight.get());
        let have = fetched.with_untracked(|fetched| {
            fetched.as_ref().is_some_and(|have| {
                Arc::ptr_eq(&have.report, &report) && have.list == list && covers(&have.rows, &wanted)
            })
        });
        if have {
            return;
        }
        let from = wanted.start.saturating_sub(AHEAD);
        let to = if from == 0 { PRINTED.max(wanted.end + AHEAD) } else { wanted.end + AHEAD };
        let count = u32::try_from(to - from).unwrap_or(u32::MAX);
        app.query(Query::Rows { list: list.clone(), from, count }, move |answer| {
            let Answer::Rows(rows) = answer else { return };
            // An older answer than what is asked for by now.
            if asked.try_get_untracked().as_ref() != Some(&list) {
                return;
            }
            let first_rows = fetched.try_with_untracked(Option::is_none).unwrap_or(false);
            let _ = counted.try_set((rows.matching, rows.all));
            let got = Fetched { report, list, rows };
            if from == 0 {
                let _ = beginning.try_update_value(|beginning| *beginning = Some(got.clone()));
            }
            let _ = fetched.try_set(Some(got));
            if first_rows {
                request_animation_frame(move || {
                    request_animation_frame(move || {
                        if let Some(element) = scroller.try_get_untracked().flatten() {
                            let at = row.get_untracked();
                            sight.set(measure(&element, HEIGHT));
                            reveal(&element, at, sight.get_untracked().height);
                            sight.set(measure(&element, HEIGHT));
                        }
                    });
                });
            }
        });
    });

    // A list that grew or shrank may have room for more or fewer.
    Effect::new(move || {
        total.track();
        request_animation_frame(look);
    });
    let rows = Memo::new(move |_| {
        let wanted = drawn(sight.get());
        fetched.with(|fetched| {
            let Some(Fetched { rows, .. }) = fetched else { return Vec::new() };
            let numbered = (rows.from..).zip(&rows.rows);
            numbered.filter(|(at, _)| wanted.contains(at)).map(|(at, row)| (at, row.clone())).collect::<Vec<_>>()
        })
    });
    let paper = on_paper(move || {
        let rows = fetched.with_untracked(|fetched| {
            let fetched = fetched.as_ref()?;
            let first = beginning.with_value(|first| first.clone().filter(|first| first.of_the_same(fetched)));
            Some(first.unwrap_or_else(|| fetched.clone()).rows)
        });
        let rows = rows.unwrap_or_default();
        let printed = words::rows_on_paper(rows.from, rows.rows.len() as u64, rows.total);
        let rows = (rows.from..).zip(rows.rows);
        let rows = rows.map(|numbered| line(id, numbered, (columns.len(), cells), list, row, open)).collect_view();
        view! {
            <p>{printed}</p>
            {rows}
        }
    });
    let top = Memo::new(move |_| rows.with(|rows| rows.first().map_or(0, |(at, _)| *at)));
    let at_row = move |at: u64| rows.with_untracked(|rows| rows.iter().find(|(known, _)| *known == at).cloned());
    let walk = move |event: KeyboardEvent| {
        let Some(element) = scroller.get_untracked() else { return };
        let (at, total) = (row.get_untracked(), total.get_untracked());
        if event.target() != event.current_target() || total == 0 {
            return;
        }
        let page = sight.get_untracked().fits.saturating_sub(2).max(1);
        let to = match event.key().as_str() {
            "ArrowDown" => at + 1,
            "ArrowUp" => at.saturating_sub(1),
            "PageDown" => at + page,
            "PageUp" => at.saturating_sub(page),
            "Home" => 0,
            "End" => total - 1,
            // As in any tree: right opens a heading, left closes it.
            key @ ("ArrowRight" | "ArrowLeft") => {
                let closed = key == "ArrowRight";
                if let Some((_, row)) = at_row(at)
                    && matches!(row, Row::Heading { open, .. } if open != closed)
                {
                    event.prevent_default();
                    open.run(row);
                }
                return;
            }
            "Enter" | " " => {
                event.prevent_default();
                if let Some((_, row)) = at_row(at) {
                    open.run(row);
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        let to = to.min(total - 1);
        row.set(to);
        reveal(&element, to, sight.get_untracked().height);
    };
    let active = Memo::new(move |_| {
        let at = row.get();
        rows.with(|rows| rows.iter().any(|(known, _)| *known == at)).then(|| format!("{id}-{at}"))
    });
    let heads = columns.iter().map(|column| head(column, list, sort)).collect_view();
    view! {
        <div
            id=id
            class=format!("list {id}")
            role=move || if grouped.get() { "treegrid" } else { "grid" }
            aria-label=name
            aria-rowcount=move || (total.get() + 1).to_string()
            aria-colcount=columns.len().to_string()
            aria-activedescendant=move || active.get()
            tabindex="0"
            node_ref=scroller
            on:scroll=move |_| look()
            on:keydown=walk
        >
            <div role="rowgroup" class="list-head">
                <div role="row" aria-rowindex="1" class="line">
                    {heads}
                </div>
            </div>
            <div class="list-paper" role="presentation" node_ref=paper></div>
            <div
                role="rowgroup"
                class="list-body"
                style:height=move || format!("{}px", float(total.get()) * sight.get().height)
            >
                <div
                    role="presentation"
                    class="list-rows"
                    style:transform=move || format!("translateY({}px)", float(top.get()) * sight.get().height)
                >
                    <For each=move || rows.get() key=Clone::clone let:numbered>
                        {line(id, numbered, (columns.len(), cells), list, row, open)}
                    </For>
                </div>
            </div>
        </div>
    }
}
