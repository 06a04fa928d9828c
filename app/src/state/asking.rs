//! What the page asks of the worker, who waits for the answer, and what the worker tells.

use std::rc::Rc;
use std::sync::Arc;

use gloo::file::File;
use leptos::prelude::*;
use web_sys::Blob;

use super::{App, Delivery, Stage};
use crate::exporting::{self, Seed};
use crate::link::{Link, News};
use crate::protocol::{Ask, Listing, Look, Made, Order, Shown, Tell};
use crate::words;

impl App {
    /// Reads the files again for something. Whoever asked says so when it is no longer wanted: [`App::forget`].
    pub fn look(self, what: Look, answer: impl FnOnce(Shown) + 'static) -> Option<u32> {
        let number = self.looks.try_update_value(|(number, waiting)| {
            *number += 1;
            waiting.insert(*number, Box::new(answer));
            *number
        });
        if let Some(number) = number {
            self.ask(Ask::Look { number, what }, self.files.get_value());
        }
        number
    }

    /// Nobody waits any more for what was to be looked for.
    pub fn forget(self, number: Option<u32>) {
        let Some(number) = number else { return };
        let waiting = self.looks.try_update_value(|(_, waiting)| waiting.remove(&number)).flatten();
        if waiting.is_some() {
            self.ask(Ask::Forget(number), Vec::new());
        }
    }

    /// Has something made to pass on.
    pub fn export(self, order: Order, delivery: impl FnOnce(Made, Option<Blob>) + 'static) {
        if self.lost.get_untracked() {
            return delivery(Made::Gone(words::EXPORT_LOST.to_owned()), None);
        }
        let number = self.orders.try_update_value(|(number, waiting)| {
            *number += 1;
            waiting.insert(*number, Box::new(delivery) as Delivery);
            *number
        });
        if let Some(number) = number {
            self.ask(Ask::Export { number, order }, self.files.get_value());
        }
    }

    /// The seed of the open case's pseudonyms, drawn when it is first needed; `None` where the browser has no random bytes.
    #[must_use]
    pub fn seed(self) -> Option<Seed> {
        if self.seed.get_value().is_none() {
            self.seed.set_value(exporting::seed());
        }
        self.seed.get_value()
    }

    /// Nobody is left who could answer: says so to all who wait.
    pub(super) fn unanswered(self) {
        let looks = self.looks.try_update_value(|(_, waiting)| std::mem::take(waiting)).unwrap_or_default();
        looks.into_values().for_each(|answer| answer(Shown::Gone(words::LOST_LOOK.to_owned())));
        self.lists.forget();
        let waiting = self.orders.try_update_value(|(_, waiting)| std::mem::take(waiting)).unwrap_or_default();
        waiting.into_values().for_each(|delivery| delivery(Made::Gone(words::EXPORT_LOST.to_owned()), None));
    }

    pub(crate) fn ask(self, ask: Ask, files: Vec<File>) {
        self.with_link(|link| link.ask(ask, files));
    }

    pub(super) fn with_link(self, work: impl FnOnce(&Rc<Link>)) {
        if let Some(link) = self.link.get_value() {
            work(&link);
        }
    }

    pub(super) fn hear(self, news: News) {
        let current = |case: u32| self.case.get_value() == case && self.stage.get_untracked() != Stage::Idle;
        match news {
            News::Told(Tell::Progress { case, progress }, _) if current(case) => self.progress.set(progress),
            News::Told(Tell::Report { case, finished: true, report }, json) if current(case) => {
                self.json.set(json);
                self.finish(*report);
            }
            News::Told(Tell::Report { case, finished: false, report }, _) if current(case) => {
                self.report.set(Some(Arc::new(*report)));
            }
            News::Told(Tell::Looked { number, shown }, _) => {
                // Some were forgotten.
                let waiting = self.looks.try_update_value(|(_, waiting)| waiting.remove(&number)).flatten();
                if let Some(answer) = waiting {
                    answer(shown);
                }
            }
            News::Told(Tell::Answered { number, answer }, _) => self.lists.hear(number, answer),
            News::Told(Tell::Exported { number, made }, file) => {
                let waiting = self.orders.try_update_value(|(_, waiting)| waiting.remove(&number)).flatten();
                if let Some(delivery) = waiting {
                    delivery(made, file);
                }
            }
            News::Told(Tell::Listing { case, listing }, _) if current(case) => self.lists.listing.set(listing),
            News::Told(..) => {}
            News::WithoutWorker => self.without_worker.set(true),
            News::NotLoaded if self.stage.get_untracked() == Stage::Reading => self.give_up(words::READER_NOT_LOADED),
            News::NotLoaded => self.unanswered(),
            News::Lost if self.stage.get_untracked() == Stage::Reading => self.give_up(words::READER_BROKE),
            News::Lost => {
                self.lost.set(true);
                self.unanswered();
                if self.lists.listing.get_untracked() != Listing::Done {
                    self.lists.listing.set(Listing::Stopped);
                }
            }
        }
    }
}
