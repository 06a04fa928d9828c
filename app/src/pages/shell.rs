//! What stands around every screen: the bar, the drop target, the one file input.

use gloo::events::EventListener;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::{case::CaseScreen, failed::FailedScreen, guided::GuideScreen, start::StartScreen};
use crate::cases::Cases;
use crate::components::{About, EmbedDialog, Embedded, Export, Help, PrintReport};
use crate::embed::{self, Embed};
use crate::fragment::Fragment;
use crate::intake::{self, FileInput, Picker};
use crate::state::{App, Stage};
use crate::{boot, crash, focus, keys, words};

/// Puts the page into the document.
pub fn open() {
    crash::install(crash::show_on_page);
    mount_to_body(Shell);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Screen {
    Start,
    Guide,
    Case,
    Failed,
}

#[component]
fn Shell() -> impl IntoView {
    let app = App::new();
    provide_context(app);
    provide_context(Cases::new(app));
    provide_context(Embed::new(app));
    let picker = Picker::new();
    provide_context(picker);
    let dragging = RwSignal::new(false);
    intake::listen(app, dragging);
    keys::listen();
    follow_fragment(app);
    let guide = Memo::new(move |_| app.guide.with(Option::is_some));
    let screen = Memo::new(move |_| match app.stage.get() {
        _ if guide.get() => Screen::Guide,
        Stage::Idle => Screen::Start,
        Stage::Reading | Stage::Done => Screen::Case,
        Stage::Failed => Screen::Failed,
    });
    Effect::new(move || {
        let headline = app.report.with(|report| report.as_ref().map(|report| words::headline(report)));
        let headline = if guide.get() { Some(words::GUIDE.to_owned()) } else { headline };
        document().set_title(&match headline {
            Some(headline) => format!("{headline} – {}", words::NAME),
            None => words::NAME.to_owned(),
        });
    });
    Effect::new(move || {
        if matches!(app.stage.get(), Stage::Done | Stage::Failed) {
            focus::soon_if_idle("result-heading");
        }
    });
    view! {
        <header class="bar">
            <p class="brand">{words::NAME}</p>
            <div class="actions">
                {move || match screen.get() {
                    Screen::Start => ().into_any(),
                    Screen::Guide => view! { <GuideActions /> }.into_any(),
                    Screen::Case | Screen::Failed => view! { <Actions /> }.into_any(),
                }}
                <Help />
                <About />
                <EmbedDialog />
            </div>
            <FileInput />
        </header>
        <PrintReport />
        <main
            data-state=move || app.stage.get().as_str()
            class:unprinted=move || app.redacted.get() || app.printing.with(Option::is_some)
        >
            <Notices />
            <Embedded />
            {move || match screen.get() {
                Screen::Start => view! { <StartScreen dragging=dragging /> }.into_any(),
                Screen::Guide => view! { <GuideScreen /> }.into_any(),
                Screen::Case => view! { <CaseScreen /> }.into_any(),
                Screen::Failed => view! { <FailedScreen /> }.into_any(),
            }}
        </main>
        <div class="drop-veil" class:shown=move || dragging.get() && screen.get() != Screen::Start aria-hidden="true">
            <p>{words::DROP_NOW}</p>
        </div>
    }
}

#[component]
fn Actions() -> impl IntoView {
    let app = App::get();
    let picker = Picker::get();
    let save = move |_| {
        if let Some(json) = app.json() {
            crate::download::save(&json, words::JSON_NAME);
        }
    };
    view! {
            <button id="add-files" type="button" on:click=move |_| picker.add()>
                {words::ADD_FILES}
            </button>
            // Where it may be refused, the export panel says what to do then.
            {(!embed::opaque())
                .then(|| {
                    view! {
                        <button type="button" on:click=save disabled=move || app.json().is_none()>
                            {words::DOWNLOAD_JSON}
                        </button>
                    }
                })}
            <Export />
            <button
                type="button"
                on:click=move |_| {
                    app.close();
                    focus::replace_fragment("#");
                    focus::soon("choose");
                }
            >
                {words::NEW_CASE}
            </button>
    }
}

/// In the guide: out of it, or on with files.
#[component]
fn GuideActions() -> impl IntoView {
    let app = App::get();
    let picker = Picker::get();
    let back = move || if app.stage.get() == Stage::Idle { words::BACK_TO_START } else { words::BACK_TO_FILES };
    view! {
        <a class="button" href="#">
            {back}
        </a>
        <button id="choose" type="button" on:click=move |_| picker.choose()>
            {words::CHOOSE_FILES}
        </button>
    }
}

#[component]
fn Notices() -> impl IntoView {
    let app = App::get();
    let newer = RwSignal::new(false);
    boot::on_newer(move || newer.set(true));
    view! {
        <div role="status">
            {move || newer.get().then(|| newer_build(app))}
            {move || app.notice.get().map(|text| view! { <p class="notice">{text}</p> })}
            {move || {
                (app.lost.get() && matches!(app.stage.get(), Stage::Done | Stage::Failed)).then(|| lost(app))
            }}
            {move || {
                (app.without_worker.get() && app.stage.get() != Stage::Idle)
                    .then(|| view! { <p class="notice">{words::WITHOUT_WORKER}</p> })
            }}
        </div>
    }
}

/// The reader is gone, and with it what the page asks it: offered is to read again.
fn lost(app: App) -> impl IntoView {
    // What broke while reading has its own sentence.
    let said = app.notice.get_untracked().is_some();
    view! {
        <div class="notice">
            {(!said).then(|| view! { <p>{words::READER_LOST}</p> })}
            <button id="read-again" type="button" on:click=move |_| app.read()>
                {words::READ_AGAIN}
            </button>
        </div>
    }
}

/// The host has a newer build: offered is to load it, with a word on what an open case loses by that.
fn newer_build(app: App) -> impl IntoView {
    let opened = move || app.stage.get() != Stage::Idle;
    view! {
        <p class="notice newer">
            <span>{words::NEWER} " " {move || opened().then_some(words::NEWER_LOSES)}</span>
            <button type="button" on:click=move |_| boot::renew()>
                {words::NEWER_TAKE}
            </button>
        </p>
    }
}

/// Follows the link the page was opened by, and those followed later.
fn follow_fragment(app: App) {
    let Some(window) = web_sys::window() else { return };
    let follow = move || {
        let text = web_sys::window().and_then(|window| window.location().hash().ok()).unwrap_or_default();
        let fragment = Fragment::parse(&text);
        #[cfg(debug_assertions)]
        if fragment.place.as_deref() == Some("sample") {
            app.show(crate::fixture::report());
        }
        app.follow(&fragment);
        // Links say nothing of a host.
        if embed::kept(&text) != text {
            focus::replace_fragment(&text);
        }
    };
    follow();
    EventListener::new(window.unchecked_ref(), "hashchange", move |_| follow()).forget();
}
