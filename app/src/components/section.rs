//! A part of a verdict with its heading.

use leptos::prelude::*;

/// Heading and content; named by its heading.
#[component]
pub fn Section(
    /// For the link between section and heading.
    id: &'static str,
    /// The heading.
    title: &'static str,
    /// Whether it stands out.
    #[prop(optional)]
    first: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <section class="part" class:first=first aria-labelledby=id>
            <h3 id=id>{title}</h3>
            {children()}
        </section>
    }
}

/// A list of which the first three show and the rest on demand: never a wall.
#[must_use]
pub fn three_then_more<T: 'static>(
    items: Vec<T>,
    ordered: bool,
    each: impl Fn(T) -> AnyView + Copy + 'static,
) -> AnyView {
    const SHOWN: usize = 3;
    let mut items = items;
    // A single one behind "More" would cost a click for nothing.
    let rest = if items.len() > SHOWN + 1 { items.split_off(SHOWN) } else { Vec::new() };
    let list = move |items: Vec<T>, start: usize| {
        let items = items.into_iter().map(|item| view! { <li>{each(item)}</li> }).collect_view();
        if ordered {
            view! { <ol class="items" start=(start + 1).to_string()>{items}</ol> }.into_any()
        } else {
            view! { <ul class="items">{items}</ul> }.into_any()
        }
    };
    let more = (!rest.is_empty()).then(|| {
        let label = format!("{} ({})", crate::words::MORE, rest.len());
        view! {
            <details>
                <summary>{label}</summary>
                {list(rest, SHOWN)}
            </details>
        }
    });
    view! {
        {list(items, 0)}
        {more}
    }
    .into_any()
}
