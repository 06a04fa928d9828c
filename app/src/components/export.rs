//! What is passed on: the export button of the bar, and the panel that it opens.

use std::cell::Cell;
use std::rc::Rc;

use gateway_triage_core::redact::REMAINS;
use gloo::events::EventListener;
use leptos::prelude::*;
use leptos::{ev, html};
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

use super::copy::{self, Command};
use crate::printing::Part;
use crate::protocol::{Form, Made, Order, Preview};
use crate::state::{App, Stage};
use crate::{download, embed, focus, verdicts, words};

/// Bytes of a text that is shown to be copied by hand; more would make the page slow.
const SHOWN: usize = 1 << 20;

/// The button; the panel follows it, so that the keyboard gets there next.
#[component]
pub fn Export() -> impl IntoView {
    let app = App::get();
    let open = RwSignal::new(false);
    let ready = Memo::new(move |_| app.stage.get() == Stage::Done && app.report.with(Option::is_some));
    Effect::new(move || {
        if !ready.get() {
            open.set(false);
        }
    });
    let root = NodeRef::<html::Div>::new();
    // A click elsewhere closes it, as a menu; Escape does from inside.
    let outside = window_event_listener(ev::pointerdown, move |event| {
        let target = event_target::<web_sys::Node>(&event);
        if open.get_untracked() && root.get_untracked().is_some_and(|root| !root.contains(Some(&target))) {
            open.set(false);
        }
    });
    on_cleanup(move || outside.remove());
    let escape = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" && open.get_untracked() {
            event.stop_propagation();
            open.set(false);
            focus::soon("export");
        }
    };
    view! {
        <div class="export" node_ref=root on:keydown=escape>
            <button
                id="export"
                type="button"
                aria-expanded=move || open.get().to_string()
                aria-controls="export-panel"
                disabled=move || !ready.get()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {words::EXPORT}
            </button>
            <section id="export-panel" class="export-panel" aria-labelledby="export-heading" hidden=move || !open.get()>
                <Show when=move || open.get()>
                    <Panel open=open />
                </Show>
            </section>
        </div>
    }
}

/// Has the browser print this, once it stands there.
fn print(app: App, parts: Vec<Part>) {
    app.printing.set(Some(parts));
    request_animation_frame(move || {
        request_animation_frame(move || {
            let Some(window) = web_sys::window() else { return };
            let begun = Rc::new(Cell::new(false));
            let noted = Rc::clone(&begun);
            let _listener = EventListener::once(&window, "beforeprint", move |_| noted.set(true));
            let _ = window.print();
            // Frames without `allow-modals` refuse it without a word.
            if embed::opaque() && !begun.get() {
                app.printing.set(None);
                app.notice.set(Some(words::PRINT_REFUSED.to_owned()));
            }
        });
    });
}

/// What came of the last order.
#[derive(Clone, PartialEq)]
enum Said {
    Nothing,
    Working,
    Done(String),
    /// In a frame that may have refused it, of which nothing is told: where it is text, it can be copied instead.
    Refusable {
        name: String,
        file: Option<Blob>,
    },
    Text(String),
    Gone(String),
}

#[component]
fn Panel(open: RwSignal<bool>) -> impl IntoView {
    let app = App::get();
    let said = RwSignal::new_local(Said::Nothing);
    let preview = RwSignal::new(None::<Vec<Preview>>);
    let only = RwSignal::new(false);
    let redacted = app.redacted;
    let shown = Memo::new(move |_| {
        let (report, at) = (app.report.get()?, app.shown()?);
        let verdict = report.verdicts.get(at)?;
        let name = match &verdict.host {
            Some(host) => format!("{}: {host}", verdicts::title(verdict.category)),
            None => verdicts::title(verdict.category).to_owned(),
        };
        Some((verdicts::key(verdict), name))
    });
    let order = move |form: Form| Order {
        form,
        verdict: only.get_untracked().then(|| shown.get_untracked().map(|(key, _)| key)).flatten(),
        seed: redacted.get_untracked().then(|| app.seed()).flatten(),
    };
    // Without random bytes nothing is redacted, and so nothing is made that should be.
    let refused = move || redacted.get_untracked() && app.seed().is_none();
    let make = move |form: Form| {
        // Not disabled in the meantime: a disabled button loses the focus, and the keyboard its place.
        if said.get_untracked() == Said::Working {
            return;
        }
        if refused() {
            said.set(Said::Gone(words::NO_RANDOM.to_owned()));
            return;
        }
        said.set(Said::Working);
        let name = words::export_name(form, redacted.get_untracked());
        app.export(order(form), move |made, file| match (made, file) {
            (Made::File, Some(file)) => {
                download::save(&file, &name);
                said.try_set(match embed::opaque() {
                    true => Said::Refusable { name: name.clone(), file: (form != Form::Evidence).then_some(file) },
                    false => Said::Done(words::saved(&name)),
                });
            }
            (Made::Text(text), _) => spawn_local(async move {
                let copied = copy::write(&text).await;
                said.try_set(if copied { Said::Done(words::SHORT_COPIED.to_owned()) } else { Said::Text(text) });
            }),
            (Made::Print(parts), _) => {
                said.try_set(Said::Nothing);
                open.try_set(false);
                focus::soon("export");
                print(app, parts);
            }
            (Made::Gone(why), _) => _ = said.try_set(Said::Gone(why)),
            _ => _ = said.try_set(Said::Gone(words::EXPORT_FAILED.to_owned())),
        });
    };
    Effect::new(move || {
        app.report.track();
        preview.set(None);
        if redacted.get() && !refused() {
            app.export(order(Form::Preview), move |made, _| {
                if let Made::Preview(list) = made {
                    preview.try_set(Some(list));
                }
            });
        }
    });
    let button = move |form: Form| {
        view! {
            <button type="button" aria-disabled=move || (said.get() == Said::Working).to_string() on:click=move |_| make(form)>
                {words::form(form)}
            </button>
        }
    };
    view! {
        <h2 id="export-heading">{words::EXPORT}</h2>
        <fieldset>
            <legend>{words::EXPORT_OF}</legend>
            <label>
                <input type="radio" name="export-of" prop:checked=move || !only.get() on:change=move |_| only.set(false) />
                {words::EXPORT_ALL}
            </label>
            {move || {
                shown
                    .get()
                    .map(|(_, name)| {
                        view! {
                            <label>
                                <input
                                    type="radio"
                                    name="export-of"
                                    prop:checked=move || only.get()
                                    on:change=move |_| only.set(true)
                                />
                                <span>{words::EXPORT_SHOWN}" "<span class="file-name">{name}</span></span>
                            </label>
                        }
                    })
            }}
        </fieldset>
        <label class="switch">
            <input
                id="redact"
                type="checkbox"
                prop:checked=move || redacted.get()
                on:change=move |event| {
                    redacted.set(event_target_checked(&event));
                    said.set(Said::Nothing);
                }
            />
            {words::REDACT}
        </label>
        <p class="aside" id="redact-state">
            {move || if redacted.get() { words::IS_REDACTED } else { words::IS_NOT_REDACTED }}
        </p>
        <div class="forms">
            {button(Form::Markdown)} {button(Form::Html)} {button(Form::Json)} {button(Form::Evidence)}
            {button(Form::Short)} {button(Form::Print)}
        </div>
        <p class="aside" hidden=move || !only.get()>
            {words::JSON_WHOLE}
        </p>
        <div role="status" class="said">
            {move || match said.get() {
                Said::Nothing => ().into_any(),
                Said::Working => view! { <p>{words::EXPORTING}</p> }.into_any(),
                Said::Done(what) => view! { <p>{what}</p> }.into_any(),
                Said::Refusable { name, file } => view! { <Refusable said=said name=name file=file /> }.into_any(),
                Said::Gone(why) => view! { <p class="wrong">{why}</p> }.into_any(),
                Said::Text(text) => {
                    view! {
                        <p>{words::SHORT_HERE}</p>
                        <Command text=text what=words::SHORT />
                    }
                        .into_any()
                }
            }}
        </div>
        <Show when=move || redacted.get()>
            <Replaced preview=preview />
        </Show>
    }
}

/// A file that may not have arrived: text can be taken along by copying.
#[component]
fn Refusable(said: RwSignal<Said, LocalStorage>, name: String, file: Option<Blob>) -> impl IntoView {
    let copy = file.map(|file| {
        let press = move |_| {
            let file = file.clone();
            spawn_local(async move {
                let text = embed::text(&file).await.unwrap_or_default();
                said.try_set(match copy::write(&text).await {
                    true => Said::Done(words::FILE_COPIED.to_owned()),
                    false if text.len() <= SHOWN => Said::Text(text),
                    false => Said::Gone(words::FILE_LONG.to_owned()),
                });
            });
        };
        view! {
            <button id="copy-instead" type="button" on:click=press>
                {words::FILE_COPY}
            </button>
        }
    });
    let hint = if copy.is_some() { words::FILE_REFUSABLE } else { words::FILE_REFUSABLE_PACKETS };
    view! {
        <p>{words::handed_to_browser(&name)} " " {hint}</p>
        {copy}
    }
}

/// What the switch does to this case: originals with their pseudonyms, and what stays.
#[component]
fn Replaced(preview: RwSignal<Option<Vec<Preview>>>) -> impl IntoView {
    let sort = |Preview { name, count, pairs }: Preview| {
        let left = count.saturating_sub(pairs.len());
        let rows = pairs
            .into_iter()
            .map(|(original, told)| {
                view! {
                    <tr>
                        <td>{original}</td>
                        <td>{told}</td>
                    </tr>
                }
            })
            .collect_view();
        view! {
            <details>
                <summary>{name.clone()}" ("{count}")"</summary>
                <table class="pairs">
                    <caption class="out-of-sight">{name}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{words::ORIGINAL}</th>
                            <th scope="col">{words::PSEUDONYM}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
                {(left > 0).then(|| view! { <p class="aside">{words::more_pairs(left)}</p> })}
            </details>
        }
    };
    view! {
        <h3>{words::REPLACED}</h3>
        {move || match preview.get() {
            None => view! { <p class="aside">{words::EXPORTING}</p> }.into_any(),
            Some(sorts) => sorts.into_iter().map(sort).collect_view().into_any(),
        }}
        <h3>{words::REMAINS}</h3>
        <ul class="items plain">{REMAINS.iter().map(|what| view! { <li>{*what}</li> }).collect_view()}</ul>
    }
}
