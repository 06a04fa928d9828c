//! From one request of a list to the next.

use leptos::prelude::*;

use crate::lists::{Place, View};
use crate::query::{Filter, List, Sort};
use crate::state::App;
use crate::{focus, words};

/// Where in its list the request shown stands, and the way to the others.
#[component]
pub fn Leaf(
    /// Key of the verdict.
    verdict: Memo<Option<String>>,
    /// How many requests it has.
    count: Memo<u64>,
) -> impl IntoView {
    let app = App::get();
    let lists = app.lists;
    let place = Memo::new(move |_| {
        let verdict = verdict.get()?;
        lists.place.get().filter(|place| place.is_of(&verdict))
    });
    let of_list = Memo::new(move |_| place.with(|place| place.as_ref()?.of_list));
    let at = Memo::new(move |_| place.with(|place| place.as_ref()?.picked.as_ref().map(|picked| picked.at)));
    // Until the worker has answered, all of the verdict's.
    let total = Memo::new(move |_| {
        place.with(|place| match place {
            Some(place) => place.picked.as_ref().map_or(0, |picked| picked.total),
            None => count.get(),
        })
    });
    let step = move |forward: bool| {
        let (filter, sort, of_list) = match place.get_untracked() {
            Some(Place { filter, sort, of_list, .. }) => (filter, sort, of_list),
            None => (of_verdict(verdict.get_untracked(), app), Sort::default(), None),
        };
        let at = at.get_untracked().unwrap_or(0);
        app.go_to((filter, sort), of_list, if forward { at + 1 } else { at.saturating_sub(1) }, || {});
    };
    let list_all = move |_| {
        let from = of_list.get_untracked();
        if from.is_none() {
            let filter = Filter { verdict: verdict.get_untracked(), ..Filter::default() };
            lists.failures.set(List { filter, ..List::default() });
            lists.row.set(at.get_untracked().unwrap_or(0));
        }
        lists.view.set(from.unwrap_or(View::Failures));
        focus::soon(if from == Some(View::Exchanges) { "exchanges" } else { "failures" });
    };
    let cut = Memo::new(move |_| {
        let whole = lists.between.with(Option::is_none) && of_list.get().is_none();
        whole.then(|| total.get()).filter(|total| *total < count.get())
    });
    let said = move || match at.get().map_or((0, total.get()), |at| (at, total.get())) {
        (_, 0) => words::NONE_THEN.to_owned(),
        (at, total) if of_list.get().is_some() => words::which_of_list(at, total),
        (at, total) if lists.between.with(Option::is_some) => words::which_in_time(at, total),
        (at, _) => words::which(at, count.get()),
    };
    // Not in the view: there a `>` outside of braces would end the button's tag.
    let last = move || at.get().unwrap_or(0) + 1 >= total.get();
    view! {
        <Show when=move || { count.get() > 1 || of_list.get().is_some() }>
            <div class="leaf">
                <button
                    id="previous-request"
                    type="button"
                    disabled=move || at.get().unwrap_or(0) == 0 on:click=move |_| step(false)>
                    {words::PREVIOUS}
                </button>
                <span aria-live="polite">{said}</span>
                <button
                    id="next-request"
                    type="button"
                    disabled=last
                    on:click=move |_| step(true)
                >
                    {words::NEXT}
                </button>
                <button type="button" class="quiet" on:click=list_all>
                    {move || if of_list.get().is_some() { words::BACK_TO_LIST } else { words::LIST_OF_VERDICT }}
                </button>
                {move || cut.get().map(|kept| view! { <span class="aside">{words::only_first(kept)}</span> })}
            </div>
        </Show>
    }
}

fn of_verdict(verdict: Option<String>, app: App) -> Filter {
    Filter { verdict, between: app.lists.between.get_untracked(), ..Filter::default() }
}
