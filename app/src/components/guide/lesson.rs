//! What the engine says of the guide: the products' handbooks are its own, so that the page need not hold them.

use gateway_triage_core::report::Check;
use leptos::prelude::*;

use crate::guide::Lesson;
use crate::protocol::{Look, Shown};
use crate::state::App;
use crate::words;

/// What it says of the guide at this link; it comes a moment later, and again after each change.
pub fn learn(of: impl Fn() -> (String, Lesson) + 'static) -> RwSignal<Option<Shown>> {
    let app = App::get();
    let said = RwSignal::new(None);
    let asked = StoredValue::new(None);
    Effect::new(move || {
        let (link, what) = of();
        app.forget(asked.get_value());
        asked.set_value(app.look(Look::Guide { link, what }, move |shown| {
            // Closed in the meantime.
            let _ = said.try_set(Some(shown));
        }));
    });
    on_cleanup(move || app.forget(asked.try_get_value().flatten()));
    said
}

/// The tests that it names; before that, that it is being asked.
pub fn checks(said: RwSignal<Option<Shown>>, shown: impl Fn(Vec<Check>) -> AnyView + Send + 'static) -> impl IntoView {
    move || match said.get() {
        Some(Shown::Checks(checks)) => shown(checks),
        other => waiting(other.as_ref()),
    }
}

/// That it is being asked, or why it says nothing.
pub fn waiting(said: Option<&Shown>) -> AnyView {
    match said {
        None => view! { <p class="aside">{words::LOOKING}</p> }.into_any(),
        Some(Shown::Gone(why)) => view! { <p class="aside">{why.clone()}</p> }.into_any(),
        Some(_) => ().into_any(),
    }
}
