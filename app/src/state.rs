//! What the page knows, and what can be done to it.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use gateway_triage_core::products;
use gateway_triage_core::report::{Kind, Report};
use gateway_triage_core::visible;
use gloo::file::File;
use gloo::timers::callback::Timeout;
use leptos::prelude::*;
use web_sys::Blob;

use crate::exporting::{self, Seed};
use crate::fragment::Fragment;
use crate::guide::Guide;
use crate::link::{Link, News};
use crate::lists::Lists;
use crate::printing::Part;
use crate::protocol::{Ask, Choice, Listing, Look, Made, Order, Progress, Shown, Tell};
use crate::times::{Clock, Zone};
use crate::{focus, json, preferences, verdicts, words};

/// Milliseconds that a worker has to obey "stop".
const STOP_WITHIN: u32 = 3_000;

/// `data-state` of `<main>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nothing opened.
    Idle,
    /// Files are being read; provisional reports may be there.
    Reading,
    /// Read, or stopped.
    Done,
    /// Nothing could be read.
    Failed,
}

impl Stage {
    /// As checks from outside read it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Reading => "reading",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// Takes the answer to a [`Look`].
type Answer = Box<dyn FnOnce(Shown)>;

/// Takes what was ordered.
type Delivery = Box<dyn FnOnce(Made, Option<Blob>)>;

/// The page's state: signals only, so it is copied freely.
#[derive(Clone, Copy)]
pub struct App {
    /// Where the page is.
    pub stage: RwSignal<Stage>,
    /// How far reading is.
    pub progress: RwSignal<Progress>,
    /// Names of the files of the case.
    pub names: RwSignal<Vec<String>>,
    /// The last report, provisional while reading.
    pub report: RwSignal<Option<Arc<Report>>>,
    /// Key of the verdict that a link or a click selected.
    pub selected: RwSignal<Option<String>>,
    /// The guide, where a link or a click asked for it: shown in place of files.
    pub guide: RwSignal<Option<Guide>>,
    /// What the reader has set.
    pub choice: RwSignal<Choice>,
    /// The zone that the log of the case tells, in minutes east of UTC.
    pub log_zone: Memo<Option<i32>>,
    /// Where times are shown.
    pub zone: Memo<Zone>,
    /// Lists of requests, and the timeline that narrows them.
    pub lists: Lists,
    /// Something to say that belongs to no file.
    pub notice: RwSignal<Option<String>>,
    /// The worker does not start here.
    pub without_worker: RwSignal<bool>,
    /// Cases opened so far: the number of the open one, however often it is read.
    pub opened: RwSignal<u32>,
    clock: RwSignal<Clock>,
    json: RwSignal<Option<Blob>, LocalStorage>,
    files: StoredValue<Vec<File>, LocalStorage>,
    link: StoredValue<Option<Rc<Link>>, LocalStorage>,
    case: StoredValue<u32>,
    /// The worker that held the case is gone: the next question about it needs the files again.
    pub lost: RwSignal<bool>,
    /// Who waits for what was looked for, by number.
    looks: StoredValue<(u32, BTreeMap<u32, Answer>), LocalStorage>,
    /// What the browser is to print in the page's place.
    pub printing: RwSignal<Option<Vec<Part>>>,
    /// What is passed on is redacted.
    pub redacted: RwSignal<bool>,
    /// From which the pseudonyms of the open case follow, once it has some.
    seed: StoredValue<Option<Seed>>,
    /// Who waits for what was ordered, by number.
    orders: StoredValue<(u32, BTreeMap<u32, Delivery>), LocalStorage>,
}

impl App {
    /// The page at rest, with a worker on its way.
    #[must_use]
    pub fn new() -> Self {
        let report = RwSignal::new(None::<Arc<Report>>);
        let clock = RwSignal::new(preferences::clock());
        let log_zone =
            Memo::new(move |_| report.with(|report| report.as_ref()?.inputs.iter().find_map(|input| input.zone)));
        let app = Self {
            stage: RwSignal::new(Stage::Idle),
            progress: RwSignal::default(),
            names: RwSignal::default(),
            report,
            selected: RwSignal::new(None),
            guide: RwSignal::new(None),
            choice: RwSignal::default(),
            log_zone,
            zone: Memo::new(move |_| clock.get().zone(log_zone.get())),
            lists: Lists::new(),
            notice: RwSignal::new(None),
            without_worker: RwSignal::new(false),
            opened: RwSignal::new(0),
            clock,
            json: RwSignal::new_local(None),
            files: StoredValue::new_local(Vec::new()),
            link: StoredValue::new_local(None),
            case: StoredValue::new(0),
            lost: RwSignal::new(false),
            looks: StoredValue::new_local((0, BTreeMap::new())),
            printing: RwSignal::new(None),
            redacted: RwSignal::new(false),
            seed: StoredValue::new(None),
            orders: StoredValue::new_local((0, BTreeMap::new())),
        };
        app.link.set_value(Some(Link::new(move |news| app.hear(news))));
        app
    }

    /// The one above the component.
    #[must_use]
    pub fn get() -> Self {
        expect_context()
    }

    /// The files of the open case.
    #[must_use]
    pub fn files(self) -> Vec<File> {
        self.files.get_value()
    }

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

    /// Changes what the reader has set; an open case is reported again, and read again where its lines are to be read
    /// in another way.
    pub fn choose(self, change: impl FnOnce(&mut Choice)) {
        let before = self.choice.get_untracked().log_format;
        self.choice.update(change);
        let otherwise = before != self.choice.get_untracked().log_format;
        match self.stage.get_untracked() {
            Stage::Idle => {}
            _ if self.lost.get_untracked() || otherwise => self.read(),
            _ => self.ask(Ask::Choose(self.choice.get_untracked()), Vec::new()),
        }
    }

    /// Changes the clock, now and for later visits.
    pub fn choose_clock(self, clock: Clock) {
        self.clock.set(clock);
        preferences::keep_clock(clock);
    }

    /// Follows a link's fragment.
    pub fn follow(self, fragment: &Fragment) {
        if let Some(product) = fragment.product.as_deref().and_then(products::Id::parse)
            && self.choice.get_untracked().product != Some(product)
        {
            self.choose(|choice| choice.product = Some(product));
        }
        let guide = Guide::of(fragment);
        if let Some(guide) = &guide
            && guide.product != self.choice.get_untracked().product
        {
            let product = guide.product;
            self.choose(|choice| choice.product = product);
        }
        if self.guide.get_untracked() != guide {
            self.guide.set(guide);
        }
        if fragment.verdict.is_some() {
            self.selected.set(fragment.verdict.clone());
        }
    }

    /// The link to a verdict of this case.
    #[must_use]
    pub fn link_to(self, key: &str) -> String {
        let product = self.choice.get().product.map(|product| product.as_str().to_owned());
        Fragment { product, verdict: Some(key.to_owned()), ..Fragment::default() }.text()
    }

    /// The gateway's address that the reader has set.
    pub fn set_gateway(self, gateway: Option<IpAddr>) {
        self.choose(|choice| choice.gateway = gateway);
    }

    /// The finished report as a file.
    #[must_use]
    pub fn json(self) -> Option<Blob> {
        self.json.get()
    }

    /// Position of the verdict shown: the one selected, else the first.
    #[must_use]
    pub fn shown(self) -> Option<usize> {
        let report = self.report.get()?;
        let selected = self.selected.get().and_then(|key| verdicts::find(&report, &key));
        selected.or((!report.verdicts.is_empty()).then_some(0))
    }

    /// Shows a report without any file; for looking at the page while working on it.
    #[cfg(debug_assertions)]
    pub fn show(self, report: Report) {
        self.json.set(json::blob(&report).ok());
        self.finish(report);
    }

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
    fn unanswered(self) {
        let looks = self.looks.try_update_value(|(_, waiting)| std::mem::take(waiting)).unwrap_or_default();
        looks.into_values().for_each(|answer| answer(Shown::Gone(words::LOST_LOOK.to_owned())));
        self.lists.forget();
        let waiting = self.orders.try_update_value(|(_, waiting)| std::mem::take(waiting)).unwrap_or_default();
        waiting.into_values().for_each(|delivery| delivery(Made::Gone(words::EXPORT_LOST.to_owned()), None));
    }

    pub(crate) fn ask(self, ask: Ask, files: Vec<File>) {
        self.with_link(|link| link.ask(ask, files));
    }

    fn with_link(self, work: impl FnOnce(&Rc<Link>)) {
        if let Some(link) = self.link.get_value() {
            work(&link);
        }
    }

    fn hear(self, news: News) {
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

    fn finish(self, report: Report) {
        let nothing = !report.partial
            && !report.inputs.is_empty()
            && report.inputs.iter().all(|input| input.kind == Kind::Unknown);
        self.report.set(Some(Arc::new(report)));
        self.stage.set(if nothing { Stage::Failed } else { Stage::Done });
    }

    /// Ends reading without the worker: with what it reported last, if it did.
    fn give_up(self, why: &'static str) {
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
