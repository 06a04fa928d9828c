//! A list of any length of which only the rows in sight are drawn.
//!
//! Its rows come from the worker, a screenful at a time. All rows are equally high, so that a row's place follows from
//! its number. A grid for assistive technology: it knows how many rows there are, and which of them these are.

use std::ops::Range;
use std::sync::Arc;

use gateway_triage_core::report::Report;
use leptos::html;
use leptos::prelude::*;
use web_sys::{Element, KeyboardEvent};

use crate::query::{Answer, By, List, Query, Request, Row, Rows, Sort};
use crate::state::App;
use crate::times::Zone;
use crate::words;

/// Rows drawn above and below those in sight.
const MARGIN: u64 = 6;
/// Rows fetched above and below those drawn.
const AHEAD: u64 = 40;
/// A row's height in pixels until one has been drawn.
const HEIGHT: f64 = 36.0;

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

/// What is in sight.
#[derive(Clone, Copy, PartialEq)]
struct Sight {
    /// The first row.
    first: u64,
    /// Rows that fit.
    fits: u64,
    /// A row's height in pixels.
    height: f64,
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
        let count = u32::try_from(wanted.end + AHEAD - from).unwrap_or(u32::MAX);
        app.query(Query::Rows { list: list.clone(), from, count }, move |answer| {
            let Answer::Rows(rows) = answer else { return };
            // An older answer than what is asked for by now.
            if asked.try_get_untracked().as_ref() != Some(&list) {
                return;
            }
            let first_rows = fetched.try_with_untracked(Option::is_none).unwrap_or(false);
            let _ = counted.try_set((rows.matching, rows.all));
            let _ = fetched.try_set(Some(Fetched { report, list, rows }));
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
        <p class="on-paper">{move || words::rows_in_sight(total.get())}</p>
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

fn head(column: &'static Column, list: Memo<List>, sort: Callback<Sort>) -> impl IntoView + use<> {
    let now = move || list.with(|list| list.sort);
    let of_this = move || column.by.filter(|by| *by == now().by).map(|_| now().descending);
    let direction = move || of_this().map(|down| if down { "descending" } else { "ascending" });
    let name = match column.by {
        None => view! { <span>{column.name}</span> }.into_any(),
        Some(by) => view! {
            <button
                type="button"
                on:click=move |_| sort.run(Sort { by, descending: of_this() == Some(false) })
            >
                {column.name}
                <span aria-hidden="true">
                    {move || match of_this() {
                        Some(true) => " ▼",
                        Some(false) => " ▲",
                        None => "",
                    }}
                </span>
            </button>
        }
        .into_any(),
    };
    view! {
        <div role="columnheader" class=column.class aria-sort=direction>
            {name}
        </div>
    }
}

fn line(
    id: &'static str,
    (at, content): (u64, Row),
    (columns, cells): (usize, fn(&Request, Zone) -> AnyView),
    list: Memo<List>,
    row: RwSignal<u64>,
    open: Callback<Row>,
) -> impl IntoView {
    let zone = App::get().zone;
    let active = move || row.get() == at;
    let click = {
        let content = content.clone();
        move |_| {
            row.set(at);
            open.run(content.clone());
        }
    };
    // Level and fold say something only where there are headings.
    let (level, expanded, inside) = match content {
        Row::Heading { value, count, open } => {
            let group = list.with_untracked(|list| list.group);
            let heading = group.map(|group| words::heading(group, &value)).unwrap_or_default();
            let inside = view! {
                <div role="gridcell" class="heading" aria-colspan=columns.to_string()>
                    <span aria-hidden="true">{if open { "▾" } else { "▸" }}</span>
                    <strong>{heading}</strong>
                    <span class="aside">{words::so_many(count)}</span>
                </div>
            };
            (Some("1"), Some(open.to_string()), inside.into_any())
        }
        Row::Request(request) => {
            let level = request.group.is_some().then_some("2");
            (level, None, (move || cells(&request, zone.get())).into_any())
        }
    };
    view! {
        <div
            role="row"
            id=format!("{id}-{at}")
            class="line"
            class:active=active
            class:under=level == Some("2")
            aria-rowindex=(at + 2).to_string()
            attr:aria-level=level
            aria-expanded=expanded
            aria-selected=move || active().to_string()
            on:click=click
        >
            {inside}
        </div>
    }
}

/// The rows drawn.
fn drawn(sight: Sight) -> Range<u64> {
    sight.first.saturating_sub(MARGIN)..sight.first + sight.fits + MARGIN
}

/// Whether the rows wanted are all there, as far as there are such.
fn covers(have: &Rows, wanted: &Range<u64>) -> bool {
    have.from <= wanted.start && have.from + have.rows.len() as u64 >= wanted.end.min(have.total)
}

/// What is in sight; `height` is used until a row has been drawn.
fn measure(scroller: &Element, height: f64) -> Sight {
    let line = scroller.query_selector(".list-rows > .line").ok().flatten();
    let height =
        line.map(|line| line.get_bounding_client_rect().height()).filter(|known| *known > 1.0).unwrap_or(height);
    Sight { first: whole(f64::from(scroller.scroll_top()) / height), fits: whole(room(scroller) / height) + 2, height }
}

/// Pixels of the scroller that its heading leaves to rows.
fn room(scroller: &Element) -> f64 {
    let head = scroller.query_selector(".list-head").ok().flatten().map_or(0, |head| head.client_height());
    f64::from((scroller.client_height() - head).max(0))
}

/// Scrolls just so far that a row is seen whole.
fn reveal(scroller: &Element, at: u64, height: f64) {
    let (above, shown) = (float(at) * height, f64::from(scroller.scroll_top()));
    let room = room(scroller);
    let to = if above < shown {
        above
    } else if above + height > shown + room {
        above + height - room
    } else {
        return;
    };
    #[allow(clippy::cast_possible_truncation, reason = "no list is that high")]
    scroller.set_scroll_top(to.ceil() as i32);
}

#[allow(clippy::cast_precision_loss, reason = "rows are far fewer")]
fn float(rows: u64) -> f64 {
    rows as f64
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of rows, never negative")]
fn whole(rows: f64) -> u64 {
    rows.max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_stays_small_however_long_the_list_is() {
        for first in [0, 5, 99_980] {
            let rows = drawn(Sight { first, fits: 20, height: HEIGHT });
            assert!(rows.end - rows.start <= 20 + 2 * MARGIN);
            assert!(rows.contains(&first));
        }
    }

    #[test]
    fn at_the_end_fewer_rows_are_enough() {
        let rows = Rows { from: 90, rows: Vec::new(), total: 100, matching: 100, all: 100 };
        assert!(!covers(&rows, &(92..120)));
        assert!(covers(&Rows { total: 90, ..rows.clone() }, &(92..120)));
        assert!(!covers(&rows, &(80..95)));
    }
}
