//! Cases: opened, read, stopped, closed.

use std::sync::Arc;

use gateway_triage_core::report::{Kind, Report};
use gateway_triage_core::visible;
use gloo::file::File;
use gloo::timers::callback::Timeout;
use leptos::prelude::*;

use super::{App, Stage};
use crate::fragment::Fragment;
use crate::protocol::{Ask, Listing, Progress};
use crate::{focus, json, words};

/// Milliseconds that a worker has to obey "stop".
const STOP_WITHIN: u32 = 3_000;

impl App {
    /// Opens a new case.
    pub fn open(self, files: Vec<File>) {
        if !files.is_empty() {
            self.opened.update(|opened| *opened += 1);
            self.files.set_value(files);
            self.selected.set(None);
            self.lists.reset();
            self.seed.set_value(None);
            self.read();
        }
    }

    /// Reads the open case again, with more files.
    pub fn add(self, more: Vec<File>) {
        if !more.is_empty() {
            self.files.update_value(|files| files.extend(more));
            self.read();
        }
    }

    /// Reads the open case from its beginning.
    pub fn read(self) {
        self.leave_guide();
        let files = self.files.get_value();
        self.names.set(files.iter().map(|file| visible::made(file.name())).collect());
        self.progress.set(Progress { total: files.iter().map(|file| file.size()).sum(), ..Progress::default() });
        self.report.set(None);
        self.json.set(None);
        self.notice.set(None);
        self.stage.set(Stage::Reading);
        self.lost.set(false);
        self.unanswered();
        self.lists.listing.set(Listing::Not);
        let case = self.case.get_value() + 1;
        self.case.set_value(case);
        self.ask(Ask::Open { case, choice: self.choice.get_untracked() }, files);
    }

    /// Reads the files again, for the list of all exchanges.
    pub fn list_exchanges(self) {
        self.lists.listing.set(Listing::Reading(Progress::default()));
        let (case, choice) = (self.case.get_value(), self.choice.get_untracked());
        self.ask(Ask::List { case, choice }, self.files.get_value());
    }

    /// Files are shown from here on; Back leads to the guide again.
    fn leave_guide(self) {
        if self.guide.get_untracked().is_some() {
            self.guide.set(None);
            let product = self.choice.get_untracked().product.map(|product| product.as_str().to_owned());
            focus::push_fragment(&Fragment { product, ..Fragment::default() }.text());
        }
    }

    /// Stops reading; what was read so far is reported.
    pub fn stop(self) {
        if self.stage.get_untracked() != Stage::Reading {
            return;
        }
        self.ask(Ask::Stop, Vec::new());
        let case = self.case.get_value();
        Timeout::new(STOP_WITHIN, move || {
            if self.case.get_value() == case && self.stage.get_untracked() == Stage::Reading {
                self.give_up(words::STOPPED_HARD);
            }
        })
        .forget();
    }

    /// Closes the case.
    pub fn close(self) {
        // A reading worker is not worth waiting for; the next case gets a fresh one.
        if self.stage.get_untracked() == Stage::Reading {
            self.with_link(|link| link.drop_worker());
        }
        self.case.update_value(|case| *case += 1);
        self.lost.set(false);
        self.unanswered();
        self.files.set_value(Vec::new());
        self.report.set(None);
        self.json.set(None);
        self.notice.set(None);
        self.selected.set(None);
        self.lists.reset();
        self.stage.set(Stage::Idle);
    }

    pub(super) fn finish(self, report: Report) {
        let nothing = !report.partial
            && !report.inputs.is_empty()
            && report.inputs.iter().all(|input| input.kind == Kind::Unknown);
        self.report.set(Some(Arc::new(report)));
        self.stage.set(if nothing { Stage::Failed } else { Stage::Done });
    }

    /// Ends reading without the worker: with what it reported last, if it did.
    pub(super) fn give_up(self, why: &'static str) {
        self.with_link(|link| link.drop_worker());
        self.lost.set(true);
        self.unanswered();
        self.case.update_value(|case| *case += 1);
        self.json.set(self.report.get_untracked().and_then(|report| json::blob(&report).ok()));
        let some = self.report.get_untracked().is_some();
        self.notice.set(Some(if some { format!("{why} {}", words::AS_REPORTED) } else { why.to_owned() }));
        self.stage.set(if some { Stage::Done } else { Stage::Failed });
    }
}
