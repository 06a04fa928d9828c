//! What of a list stands on paper: built when the browser begins to print, gone when it has.

use std::any::Any;

use leptos::ev;
use leptos::html;
use leptos::mount::mount_to;
use leptos::prelude::*;

use crate::state::App;

/// An element that holds what `content` makes while the browser prints. At once: no browser waits for effects to run.
pub(super) fn on_paper<V: IntoView + 'static>(content: impl Fn() -> V + Copy + 'static) -> NodeRef<html::Div> {
    let app = App::get();
    let paper = NodeRef::<html::Div>::new();
    let printed = StoredValue::new_local(None::<Box<dyn Any>>);
    let begins = window_event_listener(ev::beforeprint, move |_| {
        if let Some(paper) = paper.get_untracked() {
            // What stands there from an earlier time is taken away first.
            printed.set_value(None);
            let made = mount_to(paper.into(), move || {
                provide_context(app);
                content()
            });
            printed.set_value(Some(Box::new(made)));
        }
    });
    let ends = window_event_listener(ev::afterprint, move |_| printed.set_value(None));
    on_cleanup(move || {
        begins.remove();
        ends.remove();
    });
    paper
}
