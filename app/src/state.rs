//! What the page knows, and what can be done to it.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use gateway_triage_core::products;
use gateway_triage_core::report::Report;
use gloo::file::File;
use leptos::prelude::*;
use web_sys::Blob;

use crate::exporting::Seed;
use crate::fragment::Fragment;
use crate::guide::Guide;
use crate::link::Link;
use crate::lists::Lists;
use crate::printing::Part;
use crate::protocol::{Ask, Choice, Made, Progress, Shown};
use crate::times::{Clock, Zone};
use crate::{preferences, verdicts};

mod asking;
mod opening;

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

/// Takes the answer to a [`Look`](crate::protocol::Look).
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
        self.json.set(crate::json::blob(&report).ok());
        self.finish(report);
    }
}
