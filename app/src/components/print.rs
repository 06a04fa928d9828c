//! What the browser prints in the page's place; on the screen it is not seen.

use leptos::ev;
use leptos::prelude::*;

use crate::printing::Part;
use crate::state::App;
use crate::words;

/// Stands beside `<main>`. Where exports are redacted, the page is never printed as it is.
#[component]
pub fn PrintReport() -> impl IntoView {
    let app = App::get();
    let over = window_event_listener(ev::afterprint, move |_| app.printing.set(None));
    on_cleanup(move || over.remove());
    view! {
        <div class="printed" aria-hidden="true">
            {move || match app.printing.get() {
                Some(parts) => parts.iter().map(part).collect_view().into_any(),
                None => app.redacted.get().then(|| view! { <p>{words::PRINT_BY_EXPORT}</p> }).into_any(),
            }}
        </div>
    }
}

fn part(part: &Part) -> AnyView {
    match part {
        Part::Heading(1, text) => view! { <h1>{text.clone()}</h1> }.into_any(),
        Part::Heading(2, text) => view! { <h2>{text.clone()}</h2> }.into_any(),
        Part::Heading(_, text) => view! { <h3>{text.clone()}</h3> }.into_any(),
        Part::Text(what, text) => {
            let what = what.as_ref().map(|what| view! { <strong>{what.clone()}": "</strong> });
            view! { <p>{what}{text.clone()}</p> }.into_any()
        }
        Part::List(items) => {
            let items = items.iter().map(|item| view! { <li>{item.clone()}</li> }).collect_view();
            view! { <ul class="items plain">{items}</ul> }.into_any()
        }
        Part::Facts(facts) => {
            let facts = facts.iter().map(|(name, value)| view! { <dt>{name.clone()}</dt><dd>{value.clone()}</dd> });
            view! { <dl class="facts">{facts.collect_view()}</dl> }.into_any()
        }
        Part::Table(head, rows) => {
            let head = head.iter().map(|name| view! { <th>{name.clone()}</th> }).collect_view();
            let row = |row: &Vec<String>| {
                let cells = row.iter().map(|cell| view! { <td>{cell.clone()}</td> }).collect_view();
                view! { <tr>{cells}</tr> }
            };
            let rows = rows.iter().map(row).collect_view();
            view! { <table class="evidence"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table> }.into_any()
        }
        Part::Code(text) => view! { <pre>{text.clone()}</pre> }.into_any(),
    }
}
