//! The heading of the columns, and one row.

use leptos::prelude::*;

use super::Column;
use crate::query::{List, Request, Row, Sort};
use crate::state::App;
use crate::times::Zone;
use crate::words;

/// A column's heading; a click on it sorts.
pub(super) fn head(column: &'static Column, list: Memo<List>, sort: Callback<Sort>) -> impl IntoView + use<> {
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

/// A request, or the heading of a group, at its number.
pub(super) fn line(
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
