//! Cases beyond the one that is open: those opened before in this tab, in memory only, and the one that its reader has
//! asked this browser to keep.

use gloo::file::File;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;

use crate::protocol::Choice;
use crate::state::{App, Stage};
use crate::{keep, preferences, words};

/// Cases that a tab remembers.
const REMEMBERED: usize = 20;

/// A case opened before.
#[derive(Clone)]
pub struct Past {
    /// Its files' names.
    pub names: Vec<String>,
    /// As [`App::opened`]: two cases may have files of the same names.
    opened: u32,
    files: Vec<File>,
    choice: Choice,
}

/// What is known of other cases.
#[derive(Clone, Copy)]
pub struct Cases {
    app: App,
    past: RwSignal<Vec<Past>, LocalStorage>,
    /// Which one is kept: a case opened after it is not, unless its reader says so.
    kept: RwSignal<Option<u32>>,
}

impl Cases {
    /// Of this tab; reopens a case that was kept, unless another one is opened meanwhile.
    #[must_use]
    pub fn new(app: App) -> Self {
        let cases = Self { app, past: RwSignal::new_local(Vec::new()), kept: RwSignal::new(None) };
        spawn_local(async move {
            if let Ok(Some((files, choice))) = keep::kept().await
                && app.stage.get_untracked() == Stage::Idle
            {
                app.choice.set(choice);
                app.open(files);
                cases.kept.set(Some(app.opened.get_untracked()));
            }
        });
        Effect::new(move || {
            if app.stage.get() == Stage::Reading {
                cases.note();
            }
        });
        cases
    }

    /// The ones above the component.
    #[must_use]
    pub fn get() -> Self {
        expect_context()
    }

    /// Cases opened before, the last one first.
    pub fn past(self) -> Vec<Past> {
        self.past.get()
    }

    /// The open case survives a reload.
    pub fn kept(self) -> bool {
        self.kept.get() == Some(self.app.opened.get())
    }

    /// Opens one again.
    pub fn reopen(self, past: &Past) {
        self.past.update(|all| all.retain(|known| known.opened != past.opened));
        self.app.choice.set(past.choice.clone());
        self.app.open(past.files.clone());
    }

    /// Keeps the open case in this browser, or keeps it no more.
    pub fn keep(self, on: bool) {
        let (files, choice) = (self.app.files(), self.app.choice.get_untracked());
        let opened = self.app.opened.get_untracked();
        spawn_local(async move {
            let result = if on { keep::keep(&files, &choice).await } else { keep::forget().await };
            match result {
                Ok(()) => self.kept.set(on.then_some(opened)),
                Err(_) => {
                    self.app.notice.set(Some(words::KEEP_REFUSED.to_owned()));
                    // No signal has changed, so the box that was ticked would stay so.
                    let tick = document().get_element_by_id("keep");
                    if let Some(tick) = tick.and_then(|tick| tick.dyn_into::<HtmlInputElement>().ok()) {
                        tick.set_checked(self.kept.get_untracked() == Some(opened));
                    }
                }
            }
        });
    }

    /// Forgets whatever this page has kept in this browser and in this tab, and closes the case.
    pub fn forget_everything(self) {
        self.past.set(Vec::new());
        self.kept.set(None);
        self.app.close();
        preferences::forget();
        spawn_local(async move {
            let forgotten = keep::forget().await.is_ok();
            let said = if forgotten { words::FORGOTTEN } else { words::NOTHING_KEPT };
            self.app.notice.set(Some(said.to_owned()));
        });
    }

    fn note(self) {
        let past = Past {
            names: self.app.names.get_untracked(),
            opened: self.app.opened.get_untracked(),
            files: self.app.files(),
            choice: self.app.choice.get_untracked(),
        };
        let opened = past.opened;
        self.past.update(|all| {
            all.retain(|known| known.opened != opened);
            all.insert(0, past);
            all.truncate(REMEMBERED);
        });
        // What is kept is the case as it is read now, with more files or other settings.
        if self.kept.get_untracked() == Some(opened) {
            self.keep(true);
        }
    }
}
